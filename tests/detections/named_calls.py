"""The calls that the supervisor names in its events, read from its sources; why some are no detector's."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from outrider.model.event import Event, FrameType, Kind, Verdict
from outrider.runtime.detectors.detector import Detector, Scene

NATIVE = Path(__file__).parents[2] / "native"

NOT_OF_INTEREST = {
    "kill_all": "how every shutdown ends; it is carried out for everybody but the supervisor",
}
"""Name → why no detector is after it."""

NEVER_TOLD = {"socket": "told as `socket_raw` or `socket_other`"}
"""Names in the tables of traps that no event carries as its target."""

_FUNCTION = re.compile(r"^\w[^\n;{}()]*?\b(\w+)\([^;{]*?\) \{\n(.*?)^\}", re.MULTILINE | re.DOTALL)
_ROW = re.compile(r"\{__NR_\w+, \w+, \d+, (\"\w+\"|[A-Z_]+), (handle_\w+)\}")
_DEFINED = re.compile(r"#define ([A-Z_]+) (\"\w+\")")
_SAID = re.compile(r'(?:\.target|\bname|\bwhat|\.name) = ([^;,}]*"[^;}]*|[A-Z_]+\b)')
_WORD = re.compile(r'"([a-z_0-9]+)"')
_BY_PARAMETER = re.compile(r"\.target = name\b")


def named_calls(sources: Mapping[str, str]) -> set[str]:
    """Every target that an event of kind `syscall` can have. `sources`: the text of each file of native/."""
    text = "\n".join(sources.values())
    for name, word in _DEFINED.findall(text):
        text = re.sub(rf"\b{name}\b(?! \")", word, text)
    functions = dict(_FUNCTION.findall(text))
    telling = {name: body for name, body in functions.items() if "OR_SYSCALL" in body}
    names = {
        word for body in telling.values() for said in _SAID.findall(body) for word in _WORD.findall(said)
    }
    by_parameter = {name for name, body in telling.items() if _BY_PARAMETER.search(body)}
    while more := _callers(functions, by_parameter) - by_parameter:
        by_parameter |= more
    names |= {word.strip('"') for word, handler in _ROW.findall(text) if handler in by_parameter}
    names |= set(re.findall(r'\.name = "(\w+)", \.handle = handle_named', text))
    return names - set(NEVER_TOLD)


def _callers(functions: Mapping[str, str], called: set[str]) -> set[str]:
    """Functions that hand their `name` on to one of these."""
    handed = re.compile(rf"\b(?:{'|'.join(sorted(called))})\(caller, name\b")
    return {name for name, body in functions.items() if handed.search(body)}


def sources() -> dict[str, str]:
    """The supervisor's, as they are."""
    return {path.name: path.read_text() for path in sorted(NATIVE.glob("*.[ch]"))}


def unseen(names: set[str], detectors: Sequence[Detector]) -> list[str]:
    """Names that make no detector fire, whoever makes the call."""
    return sorted(name for name in names if not any(_fires(one, name) for one in detectors))


def _fires(detector: Detector, name: str) -> bool:
    """Whether the call alone makes it fire: of an unknown program, of Perl, or refused for the supervisor."""
    if Kind.SYSCALL not in detector.kinds:
        return False
    made = Event(type=FrameType.EVENT, seq=1, time_ns=1, kind=Kind.SYSCALL, verdict=Verdict.ALERT, pid=7)
    made = replace(made, target=name, syscall=name, program="/tmp/x")
    refused = replace(made, verdict=Verdict.BLOCK, message="the supervisor's own process")
    perl = replace(made, program="/usr/bin/perl")
    return any(detector.step(detector.begin(Scene()), event)[1] for event in (made, refused, perl))
