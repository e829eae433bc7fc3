"""Trouble of ours: the function starts exactly as without us and one line says so, or it does not start."""

import base64
import json
import os
import platform
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from wrapped import Stage, policy, without_us

from outrider.policy.signing import format_key, public_key, sign

ARCHITECTURE = platform.machine()
E_MACHINE_AT = 18
LOADERS = {"x86_64": "ld-linux-x86-64.so.2", "aarch64": "ld-linux-aarch64.so.1"}
KEY = bytes(range(32))
PUBLIC = format_key(public_key(KEY))


def encoded(blob: bytes) -> str:
    return base64.b64encode(blob).decode()


def flipped(blob: bytes) -> bytes:
    return blob[:30] + bytes([blob[30] ^ 1]) + blob[31:]


def remove(name: str) -> Callable[[Stage], dict[str, str]]:
    def change(stage: Stage) -> dict[str, str]:
        (stage.root / name).unlink()
        return {}

    return change


def variables(**given: str) -> Callable[[Stage], dict[str, str]]:
    return lambda _stage: given


def second_layer(blob: bytes) -> Callable[[Stage], dict[str, str]]:
    def change(stage: Stage) -> dict[str, str]:
        (stage.root / "policy" / "function.policy").write_bytes(blob)
        return {}

    return change


def second_layer_with_key(blob: bytes) -> Callable[[Stage], dict[str, str]]:
    def change(stage: Stage) -> dict[str, str]:
        (stage.root / "policy" / "function.policy").write_bytes(blob)
        return {"OUTRIDER_POLICY_KEY": PUBLIC}

    return change


def directory_as_policy(stage: Stage) -> dict[str, str]:
    (stage.root / "policy" / "function.policy").mkdir()
    return {}


OTHER = bytes(32)
TROUBLES = [
    (remove("policy/learn.policy"), "does not exist"),
    (remove("lib/guard.so"), "guard of the layer cannot be read"),
    (variables(OUTRIDER_ROOT="/nonexistent"), "does not exist"),
    (variables(OUTRIDER_ROOT="relative"), "not an absolute path"),
    (variables(OUTRIDER_ROOT="/" + "r" * 600), "less than 512"),
    (variables(OUTRIDER_MODE="Block"), "neither alert nor block"),
    (variables(OUTRIDER_POLICY="file:relative"), "not an absolute path"),
    (variables(OUTRIDER_POLICY="file:/nonexistent"), "does not exist"),
    (variables(OUTRIDER_POLICY="not base64!"), "neither base64 nor file:"),
    (variables(OUTRIDER_POLICY="A" * 2052), "longer than 2048"),
    (variables(OUTRIDER_POLICY=encoded(b"short")), "too short"),
    (variables(OUTRIDER_POLICY=encoded(flipped(policy()))), "checksum"),
    (variables(OUTRIDER_POLICY=encoded(policy()), OUTRIDER_POLICY_KEY=PUBLIC), "not signed"),
    (
        variables(OUTRIDER_POLICY=encoded(sign(policy(), OTHER)), OUTRIDER_POLICY_KEY=PUBLIC),
        "does not verify",
    ),
    (variables(OUTRIDER_POLICY=encoded(sign(policy(), KEY)), OUTRIDER_POLICY_KEY="x"), "not 32 bytes"),
    (second_layer(flipped(policy())), "checksum"),
    (second_layer(b""), "too short"),
    (second_layer(b"\0" * ((1 << 20) + 1)), "larger"),
    (second_layer_with_key(policy()), "not signed"),
    (directory_as_policy, "cannot be read"),
]


@pytest.mark.parametrize(("change", "words"), TROUBLES, ids=[words for _, words in TROUBLES])
def test_availability_starts_it_as_without_us_and_security_does_not(
    stage: Stage, change: Callable[[Stage], dict[str, str]], words: str
) -> None:
    given = change(stage) | {
        "AWS_LAMBDA_FUNCTION_NAME": 'c"\\heckout',
        "AWS_LAMBDA_RUNTIME_API": "127.0.0.1:1",
    }
    plain = without_us(stage, "a", **given)
    outcome = stage.tell("a", **given)
    assert outcome.status == 0
    assert {**outcome.told, "pid": 0} == {**plain, "pid": 0}
    [line] = outcome.err.splitlines()
    [event] = outcome.troubles
    assert words in event.message
    assert "WITHOUT protection" in event.message
    assert json.loads(line)["function"] == 'c"\\heckout'
    refused = stage.tell("a", OUTRIDER_ON_FAILURE="security", **given)
    assert (refused.status, refused.out) == (1, "")
    assert words in refused.troubles[0].message


def test_a_signed_policy_is_taken_and_the_built_in_needs_no_signature(stage: Stage) -> None:
    signed = encoded(sign(policy(), KEY))
    given = stage.tell(OUTRIDER_POLICY=signed, OUTRIDER_POLICY_KEY=PUBLIC).told["env"]["OUTRIDER_GUARD"]
    built_in = stage.tell(OUTRIDER_POLICY_KEY=PUBLIC).told["env"]["OUTRIDER_GUARD"]
    assert (given, built_in) == ("env", str(stage.root / "policy" / "learn.policy"))


def test_a_policy_beside_the_built_in_ones_is_not_one_of_them(stage: Stage) -> None:
    (stage.root / "policy" / "mine.policy").write_bytes(policy())
    place = f"file:{stage.root}/policy/mine.policy"
    outcome = stage.tell(OUTRIDER_POLICY=place, OUTRIDER_POLICY_KEY=PUBLIC)
    assert "not signed" in outcome.troubles[0].message


def test_a_missing_node_hook_is_trouble_for_node_only(stage: Stage) -> None:
    (stage.root / "node" / "hook.js").unlink()
    assert stage.tell().err == ""
    outcome = stage.tell(AWS_EXECUTION_ENV="AWS_Lambda_nodejs22.x")
    assert "Node hook" in outcome.troubles[0].message
    assert "LD_PRELOAD" not in outcome.told["env"]


def test_in_trouble_a_wrapper_that_was_there_is_run_all_the_same(
    stage: Stage, script: Callable[[str, str], str]
) -> None:
    other = script("other", '#!/bin/sh\nSEEN=1 exec "$@"\n')
    outcome = stage.tell(OUTRIDER_WRAPPER=other, OUTRIDER_MODE="?")
    assert outcome.told["env"]["SEEN"] == "1"
    assert len(outcome.troubles) == 1


@pytest.mark.parametrize("name", ["/nonexistent", "no-such-program", "/etc"])
def test_no_such_runtime_says_so_and_ends_as_a_shell_would(stage: Stage, name: str) -> None:
    outcome = stage.run(name)
    assert outcome.status in (126, 127)
    assert all(name in event.message for event in outcome.troubles)


def test_nothing_to_start_is_wrong_usage(stage: Stage) -> None:
    outcome = stage.run()
    assert outcome.status == 2
    assert "usage" in outcome.troubles[0].message


@pytest.fixture(scope="session")
def unfit(compiled: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Programs the guard cannot go into. All but the one of another architecture run here."""
    where = tmp_path_factory.mktemp("loaders")
    real = Path(shutil.which("true") or "/bin/true")
    text = real.read_bytes()
    at = text.find(b"/ld-linux")
    loader = text[text.rfind(b"\0", 0, at) + 1 : text.find(b"\0", at)].decode()
    (where / f"ld-musl-{ARCHITECTURE}.so.1").symlink_to(loader)
    old = where / "old"
    old.mkdir()
    shutil.copy(Path(loader).resolve(), old / LOADERS[ARCHITECTURE])
    shutil.copy(library(compiled, "GLIBC_2.17"), old / "libc.so.6")
    gnu = f"{ARCHITECTURE}-linux-gnu.2.26"
    static = compiled("static", "say.c", f"{ARCHITECTURE}-linux-musl", "-static")
    text = static.read_bytes()
    foreign = where / "foreign"
    foreign.write_bytes(text[:E_MACHINE_AT] + b"\x08\0" + text[E_MACHINE_AT + 2 :])  # MIPS
    foreign.chmod(0o755)
    return {
        "static": static,
        "musl": compiled("musl", "say.c", gnu, f"-Wl,--dynamic-linker={where}/ld-musl-{ARCHITECTURE}.so.1"),
        "old": compiled("old", "say.c", gnu, f"-Wl,--dynamic-linker={old / LOADERS[ARCHITECTURE]}"),
        "foreign": foreign,
    }


def library(compiled: Callable[..., Path], newest: str) -> Path:
    versions = Path(compiled("anchor.so", "inert.c", f"{ARCHITECTURE}-linux-gnu", "-shared", "-fPIC"))
    script = versions.with_suffix(".map")
    script.write_text(f"GLIBC_2.2.5 {{ first; }};\n{newest} {{ last; }} GLIBC_2.2.5;\n")
    flags = ("-shared", "-fPIC", f"-Wl,--version-script={script}", "-Wl,-soname,libc.so.6")
    return compiled(f"libc-{newest}.so", "old_libc.c", f"{ARCHITECTURE}-linux-gnu", *flags)


@pytest.mark.parametrize(
    ("kind", "words"),
    [("static", "a static program"), ("musl", "not glibc"), ("old", "older than 2.26")],
)
def test_what_the_guard_cannot_go_into_is_started_without(
    stage: Stage, unfit: dict[str, Path], kind: str, words: str
) -> None:
    outcome = stage.run(str(unfit[kind]), "a")
    assert json.loads(outcome.out) == ["a", ""]
    assert words in outcome.troubles[0].message
    refused = stage.run(str(unfit[kind]), "a", OUTRIDER_ON_FAILURE="security")
    assert (refused.status, refused.out) == (1, "")


def test_a_new_enough_glibc_beside_its_loader_will_do(
    stage: Stage, unfit: dict[str, Path], compiled: Callable[..., Path], tmp_path: Path
) -> None:
    old = unfit["old"]
    text = old.read_bytes()
    at = text.find(LOADERS[ARCHITECTURE].encode())
    place = Path(text[text.rfind(b"\0", 0, at) + 1 : at].decode())
    kept = (place / "libc.so.6").read_bytes()
    shutil.copy(library(compiled, "GLIBC_2.26"), place / "libc.so.6")
    try:
        outcome = stage.run(str(old), "a")
    finally:
        (place / "libc.so.6").write_bytes(kept)
    assert json.loads(outcome.out) == ["a", stage.guard]
    assert outcome.err == ""


def test_a_program_of_another_architecture_is_trouble(stage: Stage, unfit: dict[str, Path]) -> None:
    outcome = stage.run(str(unfit["foreign"]), "a")
    assert "not a program of this architecture" in outcome.troubles[0].message


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["bootstrap.py", "x"], ["START", "bootstrap.py", "x"]),
        (["-X", "importtime", "-s", "b.py"], ["-X", "importtime", "-s", "START", "b.py"]),
        (["-m", "awslambdaric", "app.handler"], ["START", "-m", "awslambdaric", "app.handler"]),
        (["-c", "print(1)"], ["START", "-c", "print(1)"]),
        ([], ["START"]),
    ],
)
def test_python_without_the_guard_has_its_own_hook(
    stage: Stage, unfit: dict[str, Path], tmp_path: Path, arguments: list[str], expected: list[str]
) -> None:
    python = tmp_path / "python3.13"
    shutil.copy(unfit["musl"], python)
    outcome = stage.run(str(python), *arguments, OUTRIDER_ON_FAILURE="security")
    start = os.fspath(stage.root / "python" / "start.py")
    assert json.loads(outcome.out) == [start if word == "START" else word for word in expected] + [""]
    assert "hook in Python only" in outcome.troubles[0].message


def test_a_script_is_judged_by_its_interpreter(
    stage: Stage, unfit: dict[str, Path], script: Callable[[str, str], str]
) -> None:
    outcome = stage.run(script("run", f"#!{unfit['static']} -v\n"))
    assert "a static program" in outcome.troubles[0].message
    assert stage.run(script("fine", "#!/bin/sh\necho $LD_PRELOAD\n")).out.strip() == stage.guard


def test_scripts_that_run_each_other_for_ever_are_trouble(
    stage: Stage, script: Callable[[str, str], str], tmp_path: Path
) -> None:
    outcome = stage.run(script("loop", f"#!{tmp_path}/loop\n"))
    assert "too many scripts" in outcome.troubles[0].message
