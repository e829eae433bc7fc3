"""Nothing is decided on what somebody else can still change: each judged call, in every manner, no win.

`make test` makes a few hundred attempts at each, `make test-long` 100,000 at each call."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from racing import course, ports, races_of, rules, untouched
from supervised import Supervised

ROOT = Path(__file__).parents[2]

CALLS = {
    # A call of native/traps.c may be raced about in several places: the call's name, then what is changed.
    **{"execve": 10, "execveat": 13, "execveat-empty": 1, "execve-script": 3, "execve-interpreter": 1},
    **{"execve-exchanged": 1, "execve-rewritten": 1},
    **{"execve-arguments": 4, "execveat-arguments": 4, "execve-script-arguments": 4},
    **{"connect": 3, "connect-number": 1, "connect-path": 9, "bind": 3, "bind-path": 9},
    **{"sendto": 3, "sendto-path": 9, "sendmsg": 4, "sendmsg-route": 3, "sendmmsg": 4},
    **{"open": 10, "creat": 10, "openat": 13, "openat-make": 13},
    **{"openat2": 13, "openat2-restricted": 11, "openat2-how": 3},
    **{"mkdir": 10, "mkdirat": 13, "mknod": 10, "mknodat": 13, "symlink": 10, "symlinkat": 13},
    **{"link-to": 8, "link-from": 8, "linkat-to": 12, "linkat-from": 12},
    **{"unlink": 10, "rmdir": 10, "unlinkat": 13, "unlinkat-directory": 13},
    **{"rename-to": 8, "rename-from": 8, "renameat-to": 12, "renameat2-to": 12, "renameat2-from": 12},
    **{"chmod": 10, "fchmod": 1, "fchmodat": 13, "fchmodat2": 13, "truncate": 10},
}
"""By call, and in how many manners each: threads, processes that share memory, links, renamed directories,
descriptors, working and root directories, mounts."""
BY_REGISTERS = {"named", "new_root", "identity", "kill", "pidfd_send_signal"}
"""Handlers that read nothing but registers, or are no judgement: there is no race to run about them."""
ON_A_DUPLICATE = {"setown_ex", "ioctl", "listen", "pidfd", "socket"}
"""Handlers that decide on a register, or on what they read once and then set themselves on a duplicate of the
descriptor. The bypass suite has short races of some (net-race-listen)."""
LONG = 100_000
"""At each call, all manners together: three quarters of an hour on two processors."""
SHORT = {"execve": 10, "default": 60}
UNANSWERED = {"mount"}
"""Nothing of it comes through: the mounts are refused, so the way leads nowhere."""


def attempts(call: str, total: int) -> int:
    return -(-total // CALLS[call])


def test_every_call_that_is_judged_is_raced_about() -> None:
    table = (ROOT / "native" / "traps.c").read_text()
    trapped = re.findall(r"\{__NR_\w+, \w+, \d+, \"(\w+)\", handle_(\w+)\}", table)
    judged = {name for name, handler in trapped if handler not in BY_REGISTERS | ON_A_DUPLICATE}
    assert len(judged) > 25
    assert judged - {name.partition("-")[0] for name in CALLS} == set()


def test_the_program_has_these_calls(program: Callable[[str], Path]) -> None:
    listed = subprocess.run([program("races"), "list"], capture_output=True, text=True, check=True).stdout
    assert {name: int(count) for name, count in (line.split() for line in listed.splitlines())} == CALLS


def no_swap_is_won(
    call: str, each: int, supervised: Supervised, program: Callable[[str], Path], place: Path
) -> None:
    course(place, program)
    races, (allowed, other) = program("races"), ports()
    protocol = "none" if call == "bind" else "udp" if call.startswith("send") else "tcp"
    supervised.set_policy(rules(place, races, allowed, protocol))
    supervised.listen()
    done = supervised.run(races, call, str(each), str(allowed), str(other), cwd=place, timeout=1500)
    assert done.returncode == 0, done.stderr + done.stdout
    found = races_of(done.stdout)
    print(*found, sep="\n")
    assert len(found) == CALLS[call]
    assert [race.wins for race in found] == [0] * len(found)
    assert all(race.attempts >= each and race.swaps > 1 for race in found)
    assert [race.manner for race in found if not race.kept and race.manner not in UNANSWERED] == []
    assert untouched(place)


@pytest.mark.parametrize("call", CALLS)
def test_no_swap_is_won(
    call: str, supervised: Supervised, program: Callable[[str], Path], place: Path
) -> None:
    each = SHORT["execve"] if call.startswith("execve") else SHORT["default"]
    no_swap_is_won(call, each, supervised, program, place)


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("call", CALLS)
def test_no_swap_of_a_hundred_thousand_is_won(
    call: str, supervised: Supervised, program: Callable[[str], Path], place: Path
) -> None:
    no_swap_is_won(call, attempts(call, LONG), supervised, program, place)


@pytest.mark.whole
@pytest.mark.parametrize("call", CALLS)
def test_without_protection_swaps_are_won(call: str, program: Callable[[str], Path], place: Path) -> None:
    """The races are real: each is won here. A moved directory wins seldom: openat alone has to show it."""
    course(place, program)
    races, (allowed, other) = program("races"), ports()
    done = subprocess.run(
        [races, call, "-300000", str(allowed), str(other)],
        cwd=place,
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    found = races_of(done.stdout)
    assert len(found) == CALLS[call]
    rare = set() if call == "openat" else {"dotdot"}
    assert [race.manner for race in found if not race.wins and race.manner not in rare] == []
