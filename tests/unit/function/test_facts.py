"""Runtimes, variables, quotas, error documents and frames."""

import json
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider import limits
from outrider.errors import EnvironmentFault, UsageError
from outrider.function import errors, quotas, runtimes, variables
from outrider.function.frames import Frames, Lines
from outrider.function.refusals import CLONE_NAMESPACES, NEWEST_CALL, REFUSALS
from outrider.function.seccomp_program import program
from outrider.function.variables import Identity

IDENTITY = Identity("shop", "$LATEST", "app.handler", 128, "us-east-1", "stream")


@pytest.mark.parametrize(
    ("name", "family", "version", "client"),
    [
        ("python3.8", "python", "3.8", "2.2.1"),
        ("python3.9", "python", "3.9", "4.0.4"),
        ("python3.13", "python", "3.13", "4.2.2"),
        ("nodejs20.x", "nodejs", "20", "4.0.2"),
        ("nodejs22", "nodejs", "22", "4.0.2"),
    ],
)
def test_runtimes(name: str, family: str, version: str, client: str) -> None:
    found = runtimes.parse(name)
    assert (found.family, found.version) == (family, version)
    assert found.client is not None
    assert found.client.version == client
    assert found.wrapped


def test_a_provided_runtime() -> None:
    found = runtimes.parse("provided.al2023")
    assert (found.client, found.wrapped, found.execution_environment) == (None, False, "")


@pytest.mark.parametrize(
    "name", ["", "python2.7", "python3.7", "python3", "nodejs14.x", "java17", "provided"]
)
def test_what_cannot_be_run(name: str) -> None:
    with pytest.raises(UsageError):
        runtimes.parse(name)


def test_the_bootstrap_starts_the_wrapper_with_interpreter_and_arguments() -> None:
    script = runtimes.bootstrap(runtimes.parse("python3.13"))
    assert 'exec "$AWS_LAMBDA_EXEC_WRAPPER" /var/lang/bin/python3.13 /var/runtime/bootstrap.py\n' in script


def environment(own: dict[str, str]) -> dict[str, str]:
    return variables.of_the_runtime(
        IDENTITY,
        runtimes.parse("python3.13"),
        api="127.0.0.1:9001",
        credentials={"AWS_ACCESS_KEY_ID": "x"},
        initialization="on-demand",
        own=own,
    )


def test_own_variables_win_where_they_may() -> None:
    found = environment({"TZ": "Asia/Tokyo", "PATH": "/x", "AWS_REGION": "elsewhere"})
    assert (found["TZ"], found["PATH"], found["AWS_REGION"]) == ("Asia/Tokyo", "/x", "us-east-1")
    assert found["AWS_LAMBDA_LOG_GROUP_NAME"] == "/aws/lambda/shop"


def test_what_an_extension_does_not_get() -> None:
    found = variables.of_an_extension(environment({"OWN": "1"}))
    assert found["OWN"] == "1"
    assert "AWS_LAMBDA_RUNTIME_API" in found
    assert not {"_HANDLER", "LAMBDA_TASK_ROOT", "AWS_EXECUTION_ENV"} & set(found)


@pytest.mark.parametrize("name", sorted(variables.RESERVED))
def test_reserved_variables_are_refused(name: str) -> None:
    with pytest.raises(UsageError, match="reserved"):
        variables.check({name: "x"})


@pytest.mark.parametrize("own", [{"1A": "x"}, {"A": "x"}, {"A-B": "x"}, {"OK": "a\0b"}, {"OK": "x" * 4096}])
def test_variables_lambda_would_not_take(own: dict[str, str]) -> None:
    with pytest.raises(UsageError):
        variables.check(own)


def test_all_variables_together_may_be_four_kilobytes_of_json() -> None:
    variables.check({"OK": "x" * (quotas.ENVIRONMENT - len(json.dumps({"OK": ""}, separators=(",", ":"))))})


def test_the_arn_of_a_version() -> None:
    numbered = Identity("shop", "7", "app.handler", 128, "eu-west-1", "stream")
    assert numbered.arn == "arn:aws:lambda:eu-west-1:123456789012:function:shop:7"


@pytest.mark.parametrize(
    ("external", "internal", "seconds"), [(0, 0, 0.0), (0, 1, 0.5), (1, 0, 2.0), (2, 3, 2.0)]
)
def test_shutdown_takes(external: int, internal: int, seconds: float) -> None:
    assert quotas.shutdown_seconds(external, internal) == seconds


def test_error_documents() -> None:
    assert errors.document("T", "m") == b'{"errorMessage": "m", "errorType": "T"}'
    assert errors.runtime_exited("id", 0) == "RequestId: id Error: Runtime exited without providing a reason"
    assert errors.runtime_exited("id", -9).endswith("Runtime exited with error: signal: killed")
    assert errors.named("Runtime.X", "other") == "Runtime.X"
    assert errors.named("Runtime.\r\nX", "other") == "other"


def frame(text: bytes, kind: bytes = b"\xa5\x5a\x00\x03") -> bytes:
    return kind + len(text).to_bytes(4, "big") + bytes(8) + text


@given(st.lists(st.text(max_size=40)), st.integers(1, 30))
def test_frames_come_out_however_they_are_cut(texts: list[str], step: int) -> None:
    data = b"".join(frame(text.encode()) for text in texts)
    frames = Frames()
    found = [text for start in range(0, len(data), step) for text in frames.feed(data[start : start + step])]
    assert found == [text.rstrip("\n") for text in texts]


@given(st.binary(max_size=200))
def test_any_bytes_are_frames_or_text(data: bytes) -> None:
    frames = Frames()
    frames.feed(data)
    assert isinstance(frames.rest(), str)


def test_what_somebody_else_wrote_is_text() -> None:
    assert Frames().feed(b"hello\n") == ["hello"]
    assert Frames().feed(frame(b"", b"\xa5\x5a\x00\x03")[:4] + b"\xff" * 12) != []


def test_lines_over_the_cap_come_in_pieces() -> None:
    lines = Lines()
    found = lines.feed(b"x" * (limits.FUNCTION_LOG_LINE + 5) + b"\nb\nc")
    assert [len(text) for text in found] == [limits.FUNCTION_LOG_LINE, 5, 1]
    assert len(lines.feed(b"y" * limits.FUNCTION_LOG_LINE)[0]) == limits.FUNCTION_LOG_LINE
    assert lines.rest() == "y"


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_the_seccomp_program(machine: str) -> None:
    code = program(machine)
    steps = list(struct.iter_unpack("=HBBI", code))
    assert len(steps) < 256, "jumps over all of it would still fit"
    for number, (kind, yes, no, _) in enumerate(steps):
        if kind & 7 == 5:
            assert number + 1 + max(yes, no) < len(steps)
    assert steps[-1] == (6, 0, 0, 0x7FFF0000)


def test_no_lambda_on_another_machine() -> None:
    with pytest.raises(EnvironmentFault):
        program("riscv64")


def run(machine: str, number: int, first: int = 0, audit: int | None = None) -> int:
    """What the kernel would make of a call."""
    audits = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
    data = {0: number, 4: audits[machine] if audit is None else audit, 16: first}
    steps = list(struct.iter_unpack("=HBBI", program(machine)))
    held = place = 0
    while True:
        kind, yes, no, value = steps[place]
        place += 1
        if kind == 0x20:
            held = data[value]
        elif kind == 6:
            return value
        else:
            met = {0x15: held == value, 0x35: held >= value, 0x45: bool(held & value)}[kind]
            place += yes if met else no


@pytest.mark.parametrize(("machine", "column"), [("x86_64", 0), ("aarch64", 1)])
def test_what_the_program_decides(machine: str, column: int) -> None:
    for refusal in REFUSALS:
        number = refusal.numbers[column]
        first = CLONE_NAMESPACES & 0x10000000 if refusal.namespace_flags else 0
        assert run(machine, number, first) == 0x00050000 | refusal.errno, refusal.name
    clone = next(one for one in REFUSALS if one.name == "clone").numbers[column]
    assert run(machine, clone, 17) == 0x7FFF0000
    assert run(machine, NEWEST_CALL) == 0x7FFF0000
    assert run(machine, NEWEST_CALL + 1) == 0x00050000 | 38
    assert run(machine, 0, audit=0x40000003) == 0x80000000
    refused = {refusal.numbers[column] for refusal in REFUSALS}
    for number in range(NEWEST_CALL + 1):
        if number not in refused:
            assert run(machine, number) == 0x7FFF0000
