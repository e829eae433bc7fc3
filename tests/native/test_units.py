"""The pure parts of the supervisor, with sanitizers: they agree with the library."""

import base64
import ipaddress
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from supervised import unit as run

from outrider.model.event import Kind

VECTORS = Path(__file__).parents[1] / "data" / "policy"
VERDICTS = ("allow", "alert", "block")
FAMILIES = {"unix": 1, "inet": 4, "inet6": 6}
PROTOCOLS = {"any": 0, "tcp": 6, "udp": 17}


def as_line(case: dict[str, object]) -> str:
    """One act as units.c reads it; a peer that is IPv4 in IPv6 as the supervisor hands it on, as IPv4."""
    address = case.get("address")
    target, family, proto, port, packed = str(case.get("target", "")), 0, 0, 0, b""
    if isinstance(address, dict):
        family, proto, port = FAMILIES[address["family"]], PROTOCOLS[address["protocol"]], address["port"]
        if address["family"] == "unix":
            target = address["host"]
        else:
            host = ipaddress.ip_address(address["host"])
            mapped = getattr(host, "ipv4_mapped", None)
            family, packed = (4, mapped.packed) if mapped else (family, host.packed)
    kind = list(Kind).index(Kind(str(case["kind"])))
    words = [
        str(kind),
        str(case["program"]).encode().hex(),
        target.encode().hex(),
        str(family),
        str(proto),
        str(port),
    ]
    more = [str(case.get(name, "")).encode().hex() for name in ("name", "sha256")]
    arguments = "".join(f"{word}\0" for word in case.get("arguments", ()))  # type: ignore[attr-defined]
    whole = str(int(bool(case.get("arguments_whole", False))))
    last = [str(case.get("now", 0)), whole, arguments.encode().hex()]
    return "\t".join([*words, packed.hex(), *more, *last]) + "\n"


def test_verdicts_are_those_of_the_library(units: Path) -> None:
    count = 0
    for group in json.loads((VECTORS / "verdicts.json").read_text()):
        cases = group["cases"]
        out = run(units, "verdict", VECTORS / group["blob"], text="".join(map(as_line, cases)))
        for case, line in zip(cases, out.splitlines(), strict=True):
            verdict, rule = line.split()
            assert (VERDICTS[int(verdict)], int(rule)) == (case["verdict"], case["rule"]), case
            count += 1
    assert count > 100


def test_a_hundred_thousand_mutations_do_no_harm(units: Path) -> None:
    blobs = sorted(VECTORS.glob("*.policy"))
    out = run(units, "fuzz", "1", "100000", *blobs)
    assert int(out.split()[0]) > 100, "some have to come past the checks, or nothing was tried"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=48), st.booleans())
def test_base64(units: Path, raw: bytes, damage: bool) -> None:
    text = base64.b64encode(raw).decode()
    if damage:
        text += "*" if len(text) % 2 else "A"
    length, _, found = run(units, "base64", text).strip().partition(" ")
    assert (int(length), found) == ((-1, "") if damage else (len(raw), raw.hex()))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("0", "1 0 []"),
        ("12x", "1 12 [x]"),
        ("18446744073709551615", "1 18446744073709551615 []"),
        ("18446744073709551616", "0 0 [18446744073709551616]"),
        ("", "0 0 []"),
        ("-1", "0 0 [-1]"),
    ],
)
def test_numbers(units: Path, text: str, said: str) -> None:
    assert run(units, "number", text).strip() == said


@pytest.mark.parametrize(("size", "said"), [(1, "1 []"), (3, "1 [ab]"), (6, "1 [abcde]"), (7, "0 [abcdef]")])
def test_text_is_cut_not_overrun(units: Path, size: int, said: str) -> None:
    assert run(units, "text", str(size), "ab", "cdef").strip() == said
