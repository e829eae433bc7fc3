"""What ran, as a table: a row a kernel."""

from dataclasses import dataclass

from tests.kernels.results import Results, tricks, unexplained

HEADS = (
    *("kernel", "ran as", "by", "s", "engine", "not there"),
    *("smoke", "same lines", "races", "takeover", "tricks"),
)
FEATURES = (
    *("spec_allow", "wait_killable", "sync_wake_up", "addfd_send"),
    *("ptrace", "pidfd_getfd", "vm_readv", "pidfd_thread"),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One kernel's run."""

    name: str
    by: str
    """KVM, TCG or natively."""
    seconds: float
    results: Results | None
    """None: it came to nothing."""
    problems: list[str]


def lines(rows: list[Row]) -> list[str]:
    """The table, then what was not as it should be."""
    cells = [HEADS, *(_cells(row) for row in rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(HEADS))]
    out = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    ]
    return out + [f"{row.name}: {problem}" for row in rows for problem in row.problems]


def _cells(row: Row) -> tuple[str, ...]:
    found = row.results
    start = (row.name, f"{found.release} {found.machine}" if found else "-", row.by, f"{row.seconds:.0f}")
    if not found:
        return (*start, *["-"] * (len(HEADS) - len(start)))
    probe = found.probes.get("root", {})
    absent = [name for name in FEATURES if probe and not probe.get(name)]
    return (
        *start,
        str(probe.get("engine", "-")),
        " ".join(absent) or "-",
        _smoke(row),
        _fidelity(found),
        _races(found),
        f"{found.load[0]} calls, {found.load[1]} failed, {found.load[2]:.0f} ms" if found.load else "-",
        ", ".join(f"{count} {word}" for word, count in sorted(tricks(found).items())) or "-",
    )


def _smoke(row: Row) -> str:
    assert row.results
    runs = len(row.results.smoke)
    bad = sum(1 for problem in row.problems if problem.startswith(("smoke: ", "traced: ")))
    return f"{runs} runs" + (f", {bad} wrong" if bad else "") if runs else "-"


def _fidelity(found: Results) -> str:
    if not found.fidelity:
        return "-"
    differing = sum(len(unexplained(found, name)) for name in found.fidelity)
    return f"{sum(found.fidelity.values())}" + (f", {differing} differ" if differing else "")


def _races(found: Results) -> str:
    if not found.races:
        return "-"
    attempts, _, wins = (sum(numbers) for numbers in zip(*found.races.values(), strict=True))
    return f"{attempts} tried, {wins} won"
