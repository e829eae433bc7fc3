"""The catalogue as a table, as README.md has it: `python -m attacks.table` in tests/ writes it there."""

from collections.abc import Iterator
from pathlib import Path

from attacks.attack import Attack, Outcome
from attacks.registry import ATTACKS

README = Path(__file__).parent / "README.md"
BEGIN, END = "<!-- catalogue -->\n", "<!-- end of catalogue -->\n"


def table() -> str:
    """All attacks, in the registry's order."""
    lines = ["| attack | ATT&CK | code | under the guard |", "|---|---|---|---|"]
    area = None
    for attack in ATTACKS:
        if attack.area is not area:
            area = attack.area
            lines.append(f"| **{area}** | | | |")
        lines.append(f"| {attack.title} | {attack.technique} | `{attack.file}` | {_ending(attack)} |")
    return "\n".join((*lines, ""))


def counted() -> Iterator[tuple[Outcome, int]]:
    """How many attacks end how."""
    for outcome in Outcome:
        yield outcome, sum(attack.outcome is outcome for attack in ATTACKS)


def _ending(attack: Attack) -> str:
    if attack.outcome is not Outcome.BLOCKED:
        return f"**{attack.outcome}**: {attack.why}"
    act = attack.act
    return f"blocked at {act.kind}" if act else "blocked"


def written(text: str) -> str:
    """A README with the table of today."""
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    said = ", ".join(f"{number} {outcome}" for outcome, number in counted() if number)
    return f"{before}{BEGIN}{len(ATTACKS)} attacks: {said}.\n\n{table()}{END}{after}"


if __name__ == "__main__":
    README.write_text(written(README.read_text()))
