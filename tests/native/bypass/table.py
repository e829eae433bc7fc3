"""What came of the tricks: from the lines that run.sh prints, here or in a virtual machine.

python -m tests.native.bypass.table [LINES...]     without files the suite is run here (`make bypass`)
"""

import argparse
import os
import platform
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from .heads import ENGINES, OUTCOMES, Trick, all_tricks
from .known_open import KNOWN_OPEN
from .prepare import KEPT, prepare

COLUMNS = 6


@dataclass(frozen=True, slots=True)
class Result:
    """Two runs of one trick."""

    name: str
    bare: str
    supervised: str
    witness: bool
    told: tuple[str, ...]
    """`kind:verdict` of the events, and `trouble`, `policy` or `dropped`, without the same twice."""
    said: str = ""

    @property
    def found(self) -> str:
        """`stopped`, `seen`, `outside`; or `cannot`: not on this machine; `unproven`: no success even bare;
        `untold`: it had no effect, and no event says so; `broken`."""
        if self.bare == "77":
            return "cannot"
        if self.bare != "0":
            return "unproven"
        if self.supervised in {"broken", "hung", "99", "98"} or (self.supervised == "0" and not self.witness):
            return "broken"
        if self.witness:
            return "seen" if any(word.endswith((":alert", ":block")) for word in self.told) else "outside"
        return "stopped" if any(word.endswith(":block") for word in self.told) else "untold"

    def meets(self, trick: Trick) -> bool:
        """Whether this is what the head of the trick expects. What the kernel refuses for the
        guard's processes is not told."""
        if self.found == "untold":
            return trick.expect == "stopped" and trick.act == "guard"
        if trick.expect == "outside":
            return self.found in {"outside", "seen"}
        return self.found == trick.expect

    def meets_under(self, engine: str, trick: Trick) -> bool:
        """The same under another engine. A kernel of before 5.0 may not have the call (exit 77)."""
        allowed = trick.allowance(engine)
        absent = engine == "old" and self.supervised == "77" and not self.witness
        raced = allowed == "seen or outside" and self.found in OUTCOMES
        return (
            self.found == allowed
            or absent
            or raced
            or (allowed not in {"outside", "untold"} and self.meets(trick))
        )


def read(text: str) -> list[Result]:
    """The lines of run.sh; what is none (a kernel's messages) is passed over."""
    results = []
    for line in text.splitlines():
        cells = line.split("\t")
        if len(cells) != COLUMNS or cells[3] not in {"yes", "no"}:
            continue
        name, bare, supervised, witness, told, said = cells
        words = tuple(word for word in told.split(",") if word != "-")
        results.append(Result(name, bare, supervised, witness == "yes", words, said.strip()))
    return results


def verdict(trick: Trick, result: Result, engine: str = "auto") -> str:
    """How it stands with this trick on this machine, in a word."""
    if result.found == "cannot":
        return "cannot"
    if engine != "auto":
        return "ok" if result.meets_under(engine, trick) else "OPEN" if trick.name in KNOWN_OPEN else "WRONG"
    if result.meets(trick):
        return "mended" if trick.name in KNOWN_OPEN else "ok"
    return "OPEN" if trick.name in KNOWN_OPEN else "WRONG"


def table(tricks: Iterable[Trick], results: Iterable[Result], kernel: str, engine: str = "auto") -> str:
    """The suite's table, and below it what counts."""
    by_name = {result.name: result for result in results}
    rows = [("trick", "ATT&CK", "act", "expected", "found", "kernel", "")]
    counts: Counter[str] = Counter()
    for trick in tricks:
        result = by_name.get(trick.name)
        if result is None:
            counts["not run"] += 1
            continue
        word = verdict(trick, result, engine)
        found = "stopped" if result.found == "untold" and result.meets(trick) else result.found
        counts[found if word == "ok" else word] += 1
        rows.append(
            (trick.name, trick.attack, trick.act, trick.expect, found, kernel, "" if word == "ok" else word)
        )
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
    summary = ", ".join(f"{count} {word}" for word, count in sorted(counts.items()))
    return "\n".join([*lines, "", f"{len(rows) - 1} tricks: {summary}", ""])


def directory_of(engine: str) -> Path:
    """Where the suite is prepared for an engine."""
    return KEPT / ("preload" if engine == "preload" else "run")


def run(directory: Path, names: Iterable[str] = (), engine: str = "auto") -> list[Result]:
    """Both runs of these tricks, or of all."""
    done = subprocess.run(
        ["/bin/sh", directory / "run.sh", directory, *names],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"CELL_ENGINE": engine},
    )
    return read(done.stdout)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("lines", nargs="*", type=Path)
    parser.add_argument(
        "--engine", choices=ENGINES, default="auto", help="of the supervisor, when it is run here"
    )
    chosen = parser.parse_args()
    if chosen.lines:
        tricks = all_tricks()
        wrong = 0
        for path in chosen.lines:
            results = read(path.read_text())
            print(table(tricks, results, path.stem))
            wrong += _wrong(tricks, results)
        return int(wrong > 0)
    directory = directory_of(chosen.engine)
    tricks = prepare(directory, preload=chosen.engine == "preload")
    results = run(directory, engine=chosen.engine)
    print(table(tricks, results, platform.release(), chosen.engine))
    return int(_wrong(tricks, results, chosen.engine) > 0 or len(results) != len(tricks))


def _wrong(tricks: Iterable[Trick], results: Iterable[Result], engine: str = "auto") -> int:
    by_name = {result.name: result for result in results}
    found = [verdict(trick, by_name[trick.name], engine) for trick in tricks if trick.name in by_name]
    return sum(word in {"WRONG", "mended"} for word in found)


if __name__ == "__main__":
    sys.exit(main())
