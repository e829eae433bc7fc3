"""What images start programs with. What changes user, reaps or supervises works as without us; what lives on
set-user-ID or on capabilities of a file loses them, and it is told."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from supervised import Supervised, policy, status, until

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="changes user")

AS_NOBODY = "id -u; id -g; grep -E '^(CapEff|CapPrm)' /proc/self/status"
CHANGES_OF_USER = {
    "gosu": ("gosu", "nobody:nogroup", "sh", "-c", AS_NOBODY),
    "setpriv": ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "sh", "-c", AS_NOBODY),
    "s6-setuidgid": ("s6-setuidgid", "nobody", "sh", "-c", AS_NOBODY),
    "su, by root": ("su", "nobody", "-s", "/bin/sh", "-c", AS_NOBODY),
    "sudo, by root": ("sudo", "-n", "-u", "nobody", "sh", "-c", AS_NOBODY),
}
INITS = {
    "tini": ("tini", "-s", "--"),
    "dumb-init": ("dumb-init", "--"),
    "catatonit": ("catatonit", "--"),
}
MODES = ("alert", "block")


def bare(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", CHANGES_OF_USER)
def test_a_change_of_user_by_root_is_as_without_us(supervised: Supervised, name: str, mode: str) -> None:
    command = CHANGES_OF_USER[name]
    expected = bare(*command)
    assert (expected.returncode, expected.stdout.split()[:1]) == (0, ["65534"]), expected.stderr
    supervised.set_policy(policy(mode))
    done = supervised.run(*command)
    assert (done.returncode, done.stdout) == (0, expected.stdout), done.stderr


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", INITS)
def test_an_init_passes_signals_on_reaps_and_ends_as_its_program(
    supervised: Supervised, name: str, mode: str, place: Path
) -> None:
    script = (
        "trap 'echo asked; exit 9' TERM; for i in 1 2 3; do (sh -c 'sleep 0.2 & exit 0' & ); done;"
        f"echo up > {place}/up; while :; do sleep 0.05; done"
    )
    supervised.set_policy(policy(mode))
    process = supervised.start(*INITS[name], "sh", "-c", script)
    until((place / "up").exists, "the program under the init is up")
    until(lambda: not zombies_of(process.pid), "orphans are reaped")
    process.send_signal(signal.SIGTERM)
    out, errors = process.communicate(timeout=20)
    assert (out, process.returncode) == ("asked\n", 9), errors


def zombies_of(parent: int) -> list[str]:
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return [child for child in children if status(child).get("State", "").startswith("Z")]


@pytest.mark.parametrize("mode", MODES)
def test_s6_supervises(supervised: Supervised, place: Path, mode: str) -> None:
    service = place / "services" / "one"
    service.mkdir(parents=True)
    run = service / "run"
    run.write_text(f"#!/bin/sh\necho once >> {place}/lives\nexec s6-setuidgid nobody sleep 0.1\n")
    run.chmod(0o755)
    supervised.set_policy(policy(mode))
    process = supervised.start("s6-svscan", place / "services")
    lives = place / "lives"
    until(lambda: lives.exists() and lives.read_text().count("once") >= 2, "it is started again")
    process.send_signal(signal.SIGTERM)
    out, errors = process.communicate(timeout=20)
    assert process.returncode == 0, (out, errors)


@pytest.mark.parametrize("mode", MODES)
def test_supervisord_supervises(supervised: Supervised, place: Path, mode: str) -> None:
    configuration = place / "supervisord.conf"
    configuration.write_text(
        f"[supervisord]\nnodaemon=true\nuser=root\nlogfile={place}/log\npidfile={place}/pid\n"
        f"[program:one]\nuser=nobody\nstartsecs=0\nautorestart=true\n"
        f"stdout_logfile={place}/out\nstderr_logfile={place}/err\ncommand=/bin/sh -c 'id -u; sleep 0.1'\n"
    )
    supervised.set_policy(policy(mode))
    process = supervised.start("supervisord", "-c", configuration)
    out = place / "out"
    until(lambda: out.exists() and out.read_text().count("65534\n") >= 2, "it is started again")
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=20)
    assert process.returncode == 0, (place / "log").read_text()


@pytest.mark.parametrize("mode", MODES)
def test_sudo_of_another_user_loses_its_rights_and_says_so(supervised: Supervised, mode: str) -> None:
    supervised.set_policy(policy(mode, report=True))
    agent = supervised.listen()
    done = supervised.run("gosu", "nobody", "sudo", "-n", "true")
    assert done.returncode == 1
    assert "no new privileges" in done.stderr
    sudo = str(Path(shutil.which("sudo") or "").resolve())
    until(
        lambda: any(e.target == sudo and "set-user-id" in e.traits for e in agent.events),
        "the set-user-ID program is told",
    )


@pytest.mark.parametrize("mode", MODES)
def test_capabilities_of_a_file_are_lost_too(
    supervised: Supervised, program: Callable[[str], Path], place: Path, mode: str
) -> None:
    own = place / "whoami"
    shutil.copy(program("whoami"), own)
    own.chmod(0o755)
    # VFS_CAP_REVISION_2 with the effective bit, CAP_NET_RAW permitted (capabilities(7), linux/capability.h)
    words = (0x02000001, 1 << 13, 0, 0, 0)
    os.setxattr(own, "security.capability", b"".join(w.to_bytes(4, sys.byteorder) for w in words))
    command = ("gosu", "nobody", str(own))

    def effective(text: str) -> int:
        return int(next(line.split()[1] for line in text.splitlines() if line.startswith("CapEff")), 16)

    assert effective(bare(*command).stdout) == 1 << 13
    supervised.set_policy(policy(mode))
    done = supervised.run(*command)
    assert (done.returncode, effective(done.stdout)) == (0, 0), done.stderr
