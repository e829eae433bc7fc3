"""The head of each trick's source: what it does, and what is to come of it."""

import re
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
ACTS = ("exec", "connect", "bind", "write", "kernel", "guard", "inject")
OUTCOMES = ("stopped", "seen", "outside")
ARCHITECTURES = ("x86_64", "aarch64")
REQUIRED = ("trick", "act", "attack", "expect")
FIELDS = (*REQUIRED, "arch", "needs", "why", "traced", "old")
"""In this order; the last five may be missing."""
ENGINES = ("auto", "trace", "old", "preload")
"""As cell/ takes them: user notification, ptrace, that as on a kernel of before 5.0, the preloaded guard."""
MAX_LINES = 120

PRELOADED = HERE / "preload.tsv"
"""What may come of tricks with the preloaded guard beside what is expected, by reason."""

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)+")
_HEAD = re.compile(r"/\* (trick: .*?)\n \*/\n#include \"bypass\.h\"\n", re.DOTALL)
_DIFFERS = re.compile(r"|(seen|outside|seen or outside) because .+")
_FIELD = re.compile(r"([a-z]+): (\S.*)")


class BadHead(Exception):
    """What is wrong, and in which file."""


@dataclass(frozen=True, slots=True)
class Preloaded:
    """Tricks that come to something else with the preloaded guard, for one reason."""

    outcome: str
    """`seen`, `outside`, `seen or outside` (a race), or `untold`: stopped, and no event says so."""
    reason: str
    tricks: tuple[str, ...]


def preloaded(path: Path = PRELOADED) -> list[Preloaded]:
    """The rows of preload.tsv. Raises BadHead."""
    head, *lines = path.read_text().splitlines()
    rows = [Preloaded(*row[:2], tuple(row[2].split())) for row in (line.split("\t") for line in lines)]
    names = [name for row in rows for name in row.tricks]
    if head != "outcome\treason\ttricks" or len(set(names)) != len(names):
        raise BadHead(f"{path.name}: another head, or a trick in two rows")
    for row in rows:
        if row.outcome not in {"seen", "outside", "seen or outside", "untold"} or not row.reason:
            raise BadHead(f"{path.name}: {row.outcome}: {row.reason or 'no reason'}")
    return rows


@dataclass(frozen=True, slots=True)
class Trick:
    """One program of the suite."""

    name: str
    trick: str
    act: str
    attack: str
    expect: str
    arch: str = ""
    needs: str = ""
    why: str = ""
    traced: str = ""
    """What may come of it with the second engine, ptrace: `seen because …`, a race that is looked at only
    afterwards, `outside because …`, and then nothing else, or `seen or outside because …`, a race that may be
    won without a word."""
    old: str = ""
    """The same, only on a kernel of before 5.0."""

    def runs_on(self, machine: str) -> bool:
        return self.arch in {"", machine}

    def allowance(self, engine: str) -> str:
        """What this engine may let come of it beside what is expected; "": nothing."""
        if engine == "preload":
            return next((row.outcome for row in preloaded() if self.name in row.tricks), "")
        differs = {"auto": "", "trace": self.traced, "old": self.traced or self.old}[engine]
        return differs.partition(" because ")[0]


def parse(name: str, text: str) -> Trick:
    """Raises BadHead."""
    if not _NAME.fullmatch(name):
        raise BadHead(f"{name}: a name is ACT-TRICK, lower case")
    head = _HEAD.match(text)
    if not head:
        raise BadHead(f'{name}: no head `/* trick: …` that ends before #include "bypass.h"')
    if text.count("\n") > MAX_LINES:
        raise BadHead(f"{name}: longer than {MAX_LINES} lines")
    fields: dict[str, str] = {}
    for line in head[1].split("\n * "):
        field = _FIELD.fullmatch(line)
        if not field or field[1] not in FIELDS or field[1] in fields:
            raise BadHead(f"{name}: not a field, or twice: {line!r}")
        fields[field[1]] = field[2]
    if list(fields) != [field for field in FIELDS if field in fields]:
        raise BadHead(f"{name}: fields come in the order {', '.join(FIELDS)}")
    if missing := [field for field in REQUIRED if field not in fields]:
        raise BadHead(f"{name}: {', '.join(missing)} missing")
    return _checked(Trick(name=name, **fields))


def _checked(trick: Trick) -> Trick:
    wrong = {
        "act": trick.act not in ACTS,
        "attack": not re.fullmatch(r"T\d{4}(\.\d{3})?", trick.attack),
        "expect": trick.expect not in OUTCOMES,
        "arch": trick.arch not in {"", *ARCHITECTURES},
        "why": trick.expect != "stopped" and not trick.why,
        "traced": not _DIFFERS.fullmatch(trick.traced),
        "old": not _DIFFERS.fullmatch(trick.old),
    }
    for field, is_wrong in wrong.items():
        if is_wrong:
            raise BadHead(f"{trick.name}: {field}: {getattr(trick, field) or 'missing'}")
    return trick


def all_tricks(here: Path = HERE) -> list[Trick]:
    """Every trick there is, by name."""
    return [parse(path.stem, path.read_text()) for path in sorted(here.glob("*.c"))]


def security_model(tricks: list[Trick]) -> str:
    """The README's list of what is seen only, and of what is outside, between its markers."""
    lines = []
    for outcome, title in (("seen", "Seen, not stopped:"), ("outside", "Outside: neither stopped nor told:")):
        found = [f"- {trick.trick}: {trick.why}" for trick in tricks if trick.expect == outcome]
        lines += [title, "", *(found or ["- nothing"]), ""]
    lines += ["With the second engine, ptrace, also:", ""]
    lines += [f"- {trick.trick}: {trick.traced}" for trick in tricks if trick.traced]
    lines += ["", "and on a kernel of before 5.0, where it is the only one:", ""]
    lines += [f"- {trick.trick}: {trick.old}" for trick in tricks if trick.old]
    lines += [
        "",
        "With the third engine, the preloaded guard, for programs that use glibc, and by reason:",
        "",
    ]
    described = {trick.name: trick.trick for trick in tricks}
    for row in preloaded():
        listed = "; ".join(described[name] for name in row.tricks)
        lines.append(f"- {row.outcome} because {row.reason}: {listed}")
    return "\n".join([*lines, "", ""])
