"""What runs can leave on a machine."""

from pathlib import Path

from tasks import Runner


def traces(runner: Runner) -> tuple[list[str], list[str]]:
    """What runs can leave on a machine: mounts below their storage, and processes that watch containers."""
    here = str(runner.where)
    mounts = [line for line in Path("/proc/mounts").read_text().splitlines() if here in line]
    return mounts, [pid for pid in _processes("conmon") if here in _command(pid)]


def _processes(name: str) -> list[str]:
    found = []
    for path in Path("/proc").glob("[0-9]*/comm"):
        try:
            if path.read_text().strip() == name:
                found.append(path.parent.name)
        except OSError:
            continue
    return found


def _command(pid: str) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""
