"""Wrong words and programs that are not there: a message that says which, a status, never a hang."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from supervised import Supervised, policy, until

from outrider.model.event import FrameType


def run(binary: Path, *arguments: str | Path, **settings: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [binary, *arguments], capture_output=True, text=True, check=False, timeout=10, **settings
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "no program"),
        (["--"], "no program"),
        (["/bin/true"], "/bin/true"),
        (["--unknown", "--", "/bin/true"], "--unknown"),
        (["--container"], "--container"),
        (["--container", "--", "/bin/true"], "--container"),
        (["--container", "../up", "--", "/bin/true"], "../up"),
        (["--container", "", "--", "/bin/true"], "container name"),
        (["--container", "x" * 256, "--", "/bin/true"], "container name"),
        (["--on-failure", "never", "--", "/bin/true"], "never"),
        (["--dir", "/x" * 3000, "--", "/bin/true"], "too long"),
        (["--policy", "/x" * 3000, "--", "/bin/true"], "too long"),
        (["--socket", "/x" * 3000, "--", "/bin/true"], "too long"),
        (["check"], "usage"),
        (["check", "a", "b"], "usage"),
        (["check", "a", "--key"], "usage"),
    ],
)
def test_wrong_usage(binary: Path, arguments: list[str], said: str) -> None:
    done = run(binary, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("outrider-run: ")
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("mode", ["alert", "block"])
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("/no/such/program", 127),
        ("no-such-program", 127),
        ("", 127),
        ("/etc/passwd", 126),
        ("/etc/passwd/x", 127),
        ("/", 126),
        ("/etc", 126),
        ("plain", 126),
        ("text", 126),
    ],
)
def test_programs_that_cannot_be_started(
    mode: str, name: str, expected: int, supervised: Supervised, place: Path
) -> None:
    (place / "plain").touch(mode=0o644)
    (place / "text").touch()
    (place / "text").chmod(0o755)
    supervised.set_policy(policy(mode))
    done = supervised.run(name, env={"PATH": str(place)}, timeout=10)
    assert (done.returncode, done.stdout) == (expected, "")
    assert done.stderr.startswith("outrider-run: ")
    until(lambda: not supervised.pids(), "the end of the supervisor")


@pytest.mark.parametrize("path", [{}, {"PATH": ""}, {"PATH": "/nowhere::/also"}, {"PATH": ":"}])
def test_the_search_for_a_program(path: dict[str, str], supervised: Supervised, place: Path) -> None:
    """As the shell's: an empty part of PATH is the working directory; without PATH runc's own."""
    (place / "tool").write_text("#!/bin/sh\necho tool\n")
    (place / "tool").chmod(0o755)
    supervised.set_policy(policy("alert"))
    if path:
        assert supervised.run("tool", env=path, cwd=place).stdout == "tool\n"
    else:
        assert supervised.run("true", env=path).returncode == 0


@pytest.mark.parametrize("key", ["", "x", "AAAA", "A" * 43 + "=", "A" * 44, "?" * 44, "A" * 3000])
def test_keys_that_are_none(key: str, supervised: Supervised) -> None:
    supervised.set_policy(policy("alert"))
    done = run(supervised.binary, "check", supervised.file, "--key", key)
    assert done.returncode == 1
    assert "key" in done.stderr or "signed" in done.stderr
    done = supervised.run("/bin/echo", "x", options=("--key", key, "--on-failure", "security"))
    assert (done.returncode, done.stdout) == (70, "")
    done = supervised.run("/bin/echo", "x", options=("--key", key))
    assert (done.returncode, done.stdout) == (0, "x\n")


@pytest.mark.parametrize("what", ["missing", "directory", "fifo", "socket", "unreadable"])
def test_policy_files_that_are_none(what: str, supervised: Supervised, place: Path) -> None:
    made = {
        "missing": lambda: None,
        "directory": supervised.file.mkdir,
        "fifo": lambda: os.mkfifo(supervised.file),
        "socket": lambda: os.mknod(supervised.file, 0o140644),
        "unreadable": lambda: (supervised.file.touch(), supervised.file.chmod(0)),
    }[what]
    made()
    done = supervised.run("/bin/echo", "x", timeout=10)
    assert (done.returncode, done.stdout) == (0, "x\n")
    assert str(supervised.file) in done.stderr
    done = supervised.run("/bin/echo", "x", options=("--on-failure", "security"), timeout=10)
    assert (done.returncode, done.stdout) == (70, "")


def test_a_volume_that_is_not_there(binary: Path) -> None:
    done = run(binary, "--dir", "/nonexistent", "--", "/bin/echo", "x")
    assert (done.returncode, done.stdout) == (0, "x\n")
    assert "/nonexistent/policy/app.policy" in done.stderr
    assert (
        run(binary, "--dir", "/nonexistent", "--on-failure", "security", "--", "/bin/echo").returncode == 70
    )


def test_one_supervisor_below_another(supervised: Supervised) -> None:
    """There is room for one listener: the inner one traces; below one that traces, too, it says that it is
    not, and does not start unsaid."""
    supervised.set_policy(policy("alert"))
    agent = supervised.listen()
    done = supervised.run(*supervised.command("/bin/grep", "TracerPid", "/proc/self/status"))
    assert (done.returncode, done.stderr) == (0, "")
    assert int(done.stdout.split()[1]) > 0
    inner = supervised.command("/bin/echo", "x", options=("--engine", "trace"))
    done = supervised.run(*inner, options=("--engine", "trace"))
    assert (done.returncode, done.stdout) == (0, "x\n")
    assert "WITHOUT protection" in done.stderr
    assert "ptrace is refused as well" in done.stderr
    inner = supervised.command("/bin/echo", "x", options=("--on-failure", "security"))
    assert supervised.run(*inner).returncode == 70
    assert agent.of_type(FrameType.START)


def test_the_application_is_stopped_by_its_own_policy(supervised: Supervised) -> None:
    supervised.set_policy(policy("block", exec="block"))
    done = supervised.run("/bin/echo", "x")
    assert (done.returncode, done.stdout) == (126, "")
    assert "stopped by the policy: /bin/echo" in done.stderr


def test_no_descriptors_at_all(supervised: Supervised) -> None:
    """Started with 0, 1 and 2 closed, as some runtimes do."""
    supervised.set_policy(policy("block"))
    code = "import os; print(sorted(os.listdir('/proc/self/fd')), file=open('/dev/null', 'w')); os._exit(9)"
    command = supervised.command(sys.executable, "-I", "-c", code)
    done = subprocess.run(
        ["/bin/sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", *command], check=False, timeout=10
    )
    assert done.returncode == 9


def test_help_and_version(binary: Path) -> None:
    assert run(binary, "--version").stdout.startswith("outrider-run ")
    assert "--on-failure" in run(binary, "--help").stdout
