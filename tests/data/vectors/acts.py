"""Cases of the verdict vectors: one act, and the verdict and rule expected."""

from typing import Any

ALLOW, ALERT, BLOCK = "allow", "alert", "block"
Case = dict[str, Any]


def path_act(kind: str, program: str, target: str, verdict: str, rule: int) -> Case:
    """An act with a target: all but connect and bind."""
    return {"kind": kind, "program": program, "target": target, "verdict": verdict, "rule": rule}


def address_act(kind: str, said: str, verdict: str, rule: int, program: str = "/app") -> Case:
    """A connect or bind: `tcp 1.2.3.4 80`, `udp ::1 53`, `unix /run/x`."""
    protocol, host, *port = said.split(" ")
    family = "unix" if protocol == "unix" else "inet6" if ":" in host else "inet"
    address = {
        "family": family,
        "protocol": "any" if family == "unix" else protocol,
        "host": host,
        "port": int(port[0]) if port else 0,
    }
    return {"kind": kind, "program": program, "address": address, "verdict": verdict, "rule": rule}
