"""The sandbox as a function sees it, each refusal of Lambda's reproduced."""

import platform
import signal
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from outrider.cli.emulator.local_function import LocalFunction
from outrider.function.refusals import NEWEST_CALL, REFUSALS, Refusal
from outrider.function.variables import RESERVED

Make = Callable[..., LocalFunction]
COLUMN = 0 if platform.machine() == "x86_64" else 1
NAMESPACES = (0x10000000, 0x20000000, 0x40000000, 0x00020000, 0x08000000, 0x04000000, 0x02000000)
PLAIN = [refusal for refusal in REFUSALS if not refusal.namespace_flags and refusal.numbers[COLUMN] >= 0]


def call(function: LocalFunction, *words: int) -> object:
    return function.invoke({"do": "call", "words": words}).json()


@pytest.mark.parametrize("refusal", PLAIN, ids=lambda refusal: refusal.name)
def test_a_refused_call(warm: LocalFunction, refusal: Refusal) -> None:
    wanted = {1: "EPERM", 38: "ENOSYS"}[refusal.errno]
    assert call(warm, refusal.numbers[COLUMN], 0, 0, 0, 0, 0) == wanted


@pytest.mark.parametrize("option", [3, 4, 15, 22, 23, 36, 38, 59, 0x59616D61])
def test_every_option_of_prctl_is_refused(warm: LocalFunction, option: int) -> None:
    assert (
        call(warm, next(one for one in REFUSALS if one.name == "prctl").numbers[COLUMN], option, 0, 0)
        == "EPERM"
    )


@pytest.mark.parametrize("flag", NAMESPACES, ids=hex)
def test_clone_into_a_namespace_is_refused(warm: LocalFunction, flag: int) -> None:
    clone = next(one for one in REFUSALS if one.name == "clone").numbers[COLUMN]
    assert call(warm, clone, flag | signal.SIGCHLD, 0, 0, 0, 0) == "EPERM"


@pytest.mark.parametrize("number", [NEWEST_CALL + 1, 444, 445, 446, 447, 449, 452, 600])
def test_what_is_younger_than_the_kernel_of_lambda_is_not_there(warm: LocalFunction, number: int) -> None:
    assert call(warm, number, 0, 0, 1) == "ENOSYS"


if platform.machine() == "x86_64":

    def test_system_calls_of_32_bit_end_the_process(warm: LocalFunction) -> None:
        getpid = "b814000000cd80c3"  # mov eax, 20; int 0x80; ret
        assert warm.invoke({"do": "machine_code", "code": getpid}).json() == -signal.SIGSYS

    def test_x32_calls_end_the_process(warm: LocalFunction) -> None:
        assert call(warm, 0x40000000 | 39) == f"signal {signal.SIGSYS.value}"


@pytest.mark.parametrize(
    "path",
    ["/var/task/x", "/opt/x", "/var/runtime/x", "/x", "/etc/x", "/usr/x", "/home/sbx_user1051/x", "/mnt/x"],
)
def test_only_tmp_is_writable(warm: LocalFunction, path: str) -> None:
    assert warm.invoke({"do": "write", "path": path}).json() in ("EROFS", "ENOENT")


def test_there_is_no_shared_memory(warm: LocalFunction) -> None:
    assert warm.invoke({"do": "write", "path": "/dev/shm/x"}).json() == "ENOENT"
    assert warm.invoke({"do": "lock"}).json() in ("ENOSYS", "ENOENT"), "which of them is glibc's choice"


def test_user_without_capabilities(warm: LocalFunction) -> None:
    assert warm.invoke({"do": "about"}).json()["user"] == [993, 990, []]
    status = warm.invoke({"do": "read", "path": "/proc/self/status"}).json()
    for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
        assert f"{name}:\t0000000000000000" in status
    assert "Seccomp:\t2" in status


def test_signals_have_their_default_actions(warm: LocalFunction) -> None:
    code, ignored, _ = warm.invoke({"do": "run", "argv": ["grep", "SigIgn", "/proc/self/status"]}).json()
    reserved = (
        0b11 << 31
    )  # signals 32 and 33 are the C library's: it lets nobody set them, and they are inherited
    assert (code, int(ignored.split()[1], 16) & ~reserved) == (0, 0)


def test_nothing_of_this_machine_is_seen(warm: LocalFunction) -> None:
    here = Path(__file__).resolve()
    assert warm.invoke({"do": "read", "path": str(here)}).json() == "ENOENT"
    assert warm.invoke({"do": "read", "path": "/etc/shadow"}).json() == "ENOENT"
    assert warm.invoke({"do": "read", "path": "/proc/1/environ"}).json() == "EACCES"
    assert warm.invoke({"do": "about"}).json()["processes"] == 2, "the first process and the runtime"


def test_limits(warm: LocalFunction) -> None:
    limits = warm.invoke({"do": "read", "path": "/proc/self/limits"}).json()
    assert "Max open files            1024                 1024" in limits
    assert "Max processes             1024                 1024" in limits
    mounts = warm.invoke({"do": "read", "path": "/proc/mounts"}).json()
    assert any(line.startswith("tmpfs /tmp tmpfs") and "size=524288k" in line for line in mounts.splitlines())


def test_the_environment_is_lambdas(local: Make) -> None:
    function = local(
        name="shop", version="7", region="eu-west-1", environment={"OWN": "1", "TZ": "Asia/Tokyo"}
    )
    about = function.invoke({"do": "about"}).json()
    found = about["environment"]
    assert RESERVED - set(found) == {
        "AWS_ACCESS_KEY",
        "AWS_LAMBDA_MAX_CONCURRENCY",
        "AWS_LAMBDA_METADATA_API",
        "AWS_LAMBDA_METADATA_TOKEN",
    }
    assert found["AWS_EXECUTION_ENV"].startswith("AWS_Lambda_python3.")
    assert (found["OWN"], found["TZ"], found["AWS_REGION"]) == ("1", "Asia/Tokyo", "eu-west-1")
    assert found["_X_AMZN_TRACE_ID"].startswith("Root=1-")
    assert not {"HOME", "_LAMBDA_TELEMETRY_LOG_FD", "PYTHONPATH"} & set(found)
    assert about["path"][:3] == [
        "/var/task",
        f"/opt/python/lib/{found['AWS_EXECUTION_ENV'][11:]}/site-packages",
        "/opt/python",
    ]
    assert about["arn"] == "arn:aws:lambda:eu-west-1:123456789012:function:shop:7"
    assert about["argv"][1:] == ["/var/runtime/bootstrap.py"]
    assert about["directory"] == "/var/task"


def test_a_background_thread_is_frozen_between_events(local: Make) -> None:
    function = local()
    function.invoke({"do": "start_ticking"})
    first, then = function.invoke({"do": "ticks"}).json()
    with socket.socket() as waiting:
        waiting.bind(("127.0.0.1", 0))
        waiting.settimeout(0.3)
        waiting.listen()
        with pytest.raises(TimeoutError):
            waiting.accept()
    second, now = function.invoke({"do": "ticks"}).json()
    assert now - then > 0.25
    assert second - first < (now - then) * 1000 / 4, "it ran on while nothing was invoked"


def test_a_child_left_behind_ends_with_the_environment(local: Make) -> None:
    function = local()
    function.invoke({"do": "leave_child"})
    assert function.invoke({"do": "about"}).json()["processes"] == 3
    function.invoke({"do": "leave"})
    assert function.invoke({"do": "about"}).json()["processes"] == 2


@pytest.mark.parametrize(("network", "wanted"), [("host", "connected"), ("none", "ECONNREFUSED")])
def test_the_network(local: Make, network: str, wanted: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        event = {"do": "connect", "host": "127.0.0.1", "port": server.getsockname()[1]}
        assert local(network=network).invoke(event).json() == wanted


def test_an_exec_wrapper_gets_interpreter_and_arguments(local: Make, tmp_path: Path) -> None:
    wrapper = tmp_path / "layer" / "wrap"
    wrapper.parent.mkdir()
    wrapper.write_text('#!/bin/sh\necho "wrapped: $*"\nexec "$@"\n')
    wrapper.chmod(0o755)
    function = local(layers=[wrapper.parent], environment={"AWS_LAMBDA_EXEC_WRAPPER": "/opt/wrap"})
    response = function.invoke({"do": "echo"})
    assert response.error is None
    version = "{}.{}".format(*__import__("sys").version_info[:2])
    assert f"wrapped: /var/lang/bin/python{version} /var/runtime/bootstrap.py" in response.text


def test_a_wrapper_that_is_not_there(local: Make) -> None:
    response = local(environment={"AWS_LAMBDA_EXEC_WRAPPER": "/opt/wrap"}).invoke({})
    assert response.error == "Runtime.ExitError"
    assert "/opt/wrap: does not exist" in response.text
