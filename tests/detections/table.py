"""The detectors and what others call the same, as the README has it.

`PYTHONPATH=.. python -m detections.table` in tests/ writes it there.
"""

from collections.abc import Iterator
from pathlib import Path

from detections.named_calls import NOT_OF_INTEREST
from detections.others import ATTACK, FALCO, GUARDDUTY, NOT_COVERED
from outrider.runtime.detectors.detector import Detector
from outrider.runtime.detectors.registry import DETECTORS

README = Path(__file__).parents[2] / "outrider" / "runtime" / "detectors" / "README.md"
BEGIN, END = "<!-- detectors -->\n", "<!-- end of detectors -->\n"


def table() -> str:
    """All detectors, what others have and we have not, and calls that no detector is after."""
    return "\n".join((*_detectors(), "", *_not_covered(), "", *_not_of_interest(), ""))


def _detectors() -> Iterator[str]:
    yield f"{len(DETECTORS)} detectors."
    yield ""
    yield "| detector | severity · confidence | ATT&CK | Falco | GuardDuty |"
    yield "|---|---|---|---|---|"
    for one in DETECTORS:
        link = f"[`{one.id}`]({one.id.replace('-', '_')}.py): {one.title}"
        how = f"{one.severity.word} · {one.confidence.word}"
        yield f"| {link} | {how} | {_joined(one.attack)} | {_joined(one.falco)} | {_joined(one.guardduty)} |"


def _not_covered() -> Iterator[str]:
    yield "What others look for in containers, and no detector here does:"
    yield ""
    yield "| name | whose | why not |"
    yield "|---|---|---|"
    for whose, names in (("Falco", FALCO), ("GuardDuty", GUARDDUTY), ("ATT&CK", ATTACK)):
        for name in names:
            if name in NOT_COVERED:
                yield f"| {name} | {whose} | {NOT_COVERED[name]} |"


def _not_of_interest() -> Iterator[str]:
    yield "What the supervisor tells by name (events of kind `syscall`), and no detector is after:"
    yield ""
    yield "| call | why not |"
    yield "|---|---|"
    for name, why in sorted(NOT_OF_INTEREST.items()):
        yield f"| {name} | {why} |"


def _joined(names: tuple[str, ...]) -> str:
    return "; ".join(names) or "none"


def covered(detectors: tuple[Detector, ...]) -> set[str]:
    """Every name of others that a detector answers to."""
    names: set[str] = set()
    for one in detectors:
        names.update(one.falco, one.guardduty, one.attack)
        names.update(technique.partition(".")[0] for technique in one.attack)
    return names


def unanswered() -> list[str]:
    """Names of others that are neither covered nor explained."""
    answered = covered(DETECTORS) | set(NOT_COVERED)
    return [name for name in (*FALCO, *GUARDDUTY, *ATTACK) if name not in answered]


def written(text: str) -> str:
    """A README with the table of today."""
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    return f"{before}{BEGIN}{table()}{END}{after}"


if __name__ == "__main__":
    README.write_text(written(README.read_text()))
