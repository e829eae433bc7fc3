"""`outrider layer build`: exactly these files, within their budget, and the same bytes every time."""

import hashlib
import json
import os
import stat
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from outrider import __version__
from outrider.cli.layers import contents
from outrider.cli.layers.contents import LayerFile, layer_files
from outrider.cli.layers.zipping import within, zip_files
from outrider.errors import EnvironmentFault, InvalidInput
from outrider.policy import blob as policy_blob
from outrider.policy.document import PolicyDocument
from outrider.policy.lowering import compile_policy
from outrider.policy.signing import format_key, public_key, verify

PROMISE = 1 << 20
GOLDEN = {
    "extensions/outrider": 0o755,
    "outrider/VERSION": 0o644,
    "outrider/bin/outrider-run": 0o755,
    "outrider/bin/wrap": 0o755,
    "outrider/lib/guard.so": 0o755,
    "outrider/node/hook.js": 0o644,
    "outrider/policy/alert.policy": 0o644,
    "outrider/policy/block.policy": 0o644,
    "outrider/policy/learn.policy": 0o644,
    "outrider/python/outrider_hook.py": 0o644,
    "outrider/python/outrider_policy.py": 0o644,
    "outrider/python/start.py": 0o644,
}
MACHINES = {"x86_64": 62, "aarch64": 183}
KEY = bytes(range(32))
MAIN = "from outrider.cli.main import main; main()"

DOCUMENT = {
    "version": 1,
    "workload": "checkout",
    "counter": 7,
    "containers": {"function": {"mode": "block", "defaults": {"exec": "block"}, "rules": []}},
}


def outrider(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", MAIN, "layer", "build", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, **variables}
    )


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = tmp_path_factory.mktemp("dist") / "new"
    done = outrider("-o", str(where))
    assert done.returncode == 0, done.stderr
    return where


@pytest.mark.parametrize("arch", MACHINES)
def test_it_holds_exactly_these_files(built: Path, arch: str) -> None:
    with zipfile.ZipFile(built / f"outrider-layer-{arch}.zip") as archive:
        found = {info.filename: info.external_attr >> 16 for info in archive.infolist()}
        version = archive.read("outrider/VERSION").decode()
    assert {name: stat.S_IMODE(mode) for name, mode in found.items()} == GOLDEN
    assert all(stat.S_ISREG(mode) for mode in found.values())
    assert list(found) == sorted(found)
    assert version == f"{__version__}\n"


@pytest.mark.parametrize("arch", MACHINES)
def test_it_is_within_its_budget_and_all_native_parts_are_of_one_architecture(built: Path, arch: str) -> None:
    path = built / f"outrider-layer-{arch}.zip"
    assert path.stat().st_size <= PROMISE
    with zipfile.ZipFile(path) as archive:
        for name, mode in GOLDEN.items():
            data = archive.read(name)
            if mode == 0o755:
                assert data[:4] == b"\x7fELF"
                assert int.from_bytes(data[18:20], "little") == MACHINES[arch]


def test_the_same_bytes_again(built: Path, tmp_path: Path) -> None:
    old = os.umask(0o077)
    try:
        done = outrider("-o", str(tmp_path), TZ="Asia/Tokyo", PYTHONHASHSEED="7", LC_ALL="C")
    finally:
        os.umask(old)
    assert done.returncode == 0, done.stderr
    assert digests(tmp_path) == digests(built)


def digests(where: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in where.iterdir()}


def test_the_built_in_policies_are_what_their_names_say(built: Path) -> None:
    with zipfile.ZipFile(built / "outrider-layer-x86_64.zip") as archive:
        read = {
            name: policy_blob.decode(archive.read(f"outrider/policy/{name}.policy")).policy
            for name in ("learn", "alert", "block")
        }
    assert {name: policy.mode for name, policy in read.items()} == {
        "learn": "alert",
        "alert": "alert",
        "block": "block",
    }
    assert {name: policy.report_allowed for name, policy in read.items()} == {
        "learn": True,
        "alert": False,
        "block": False,
    }


def test_it_says_what_it_made(built: Path, tmp_path: Path) -> None:
    done = outrider("-o", str(tmp_path), "--arch", "aarch64")
    [line] = done.stdout.splitlines()
    data = (built / "outrider-layer-aarch64.zip").read_bytes()
    name = f"{tmp_path}/outrider-layer-aarch64.zip"
    assert line == f"{name}  {len(data)} bytes  sha256:{hashlib.sha256(data).hexdigest()}"
    assert done.stderr == ""


def test_as_json(built: Path, tmp_path: Path) -> None:
    [made] = json.loads(outrider("-o", str(tmp_path), "--arch", "aarch64", "--json").stdout)
    data = (built / "outrider-layer-aarch64.zip").read_bytes()
    assert made["architectures"] == ["arm64"]
    assert made["sha256"] == hashlib.sha256(data).hexdigest()
    assert made["size"] == len(data)
    assert made["files"] == sorted(GOLDEN)
    assert made["unpacked"] > made["size"]


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "checkout.yaml"
    path.write_text(json.dumps(DOCUMENT))
    return path


def policy_of(where: Path) -> bytes:
    with zipfile.ZipFile(where / "outrider-policy.zip") as archive:
        assert archive.namelist() == ["outrider/policy/function.policy"]
        return archive.read("outrider/policy/function.policy")


def test_a_policy_rides_in_a_layer_of_its_own(tmp_path: Path, document: Path) -> None:
    blob = compile_policy(PolicyDocument.model_validate(DOCUMENT), "function")
    compiled = tmp_path / "checkout.policy"
    compiled.write_bytes(blob)
    for given in (document, compiled):
        done = outrider("-o", str(tmp_path), "--arch", "x86_64", "--policy", str(given), "--json")
        assert done.returncode == 0, done.stderr
        assert policy_of(tmp_path) == blob
        assert json.loads(done.stdout)[1]["architectures"] == ["x86_64", "arm64"]


def test_a_policy_is_signed_when_a_key_is_given(tmp_path: Path, document: Path) -> None:
    key = tmp_path / "policy.key"
    key.write_text(format_key(KEY))
    done = outrider("-o", str(tmp_path), "--arch", "x86_64", "--policy", str(document), "--key", str(key))
    assert done.returncode == 0, done.stderr
    verify(policy_of(tmp_path), public_key(KEY))


def tasks_policy() -> dict[str, Any]:
    return {**DOCUMENT, "containers": {"web": DOCUMENT["containers"]["function"]}}  # type: ignore[index]


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["--key", "k"], 2, "--policy is not"),
        (["--policy", "/nonexistent"], 2, "/nonexistent"),
        (["--policy", "TASKS"], 3, "is for web"),
        (["--policy", "DAMAGED"], 3, "checksum"),
        (["--arch", "mips"], 2, "mips"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(
    tmp_path: Path, arguments: list[str], status: int, words: str
) -> None:
    (tmp_path / "TASKS").write_text(json.dumps(tasks_policy()))
    blob = compile_policy(PolicyDocument.model_validate(DOCUMENT), "function")
    (tmp_path / "DAMAGED").write_bytes(blob[:30] + bytes([blob[30] ^ 1]) + blob[31:])
    known = {"TASKS", "DAMAGED"}
    given = [str(tmp_path / argument) if argument in known else argument for argument in arguments]
    done = outrider("-o", str(tmp_path / "out"), *given)
    assert done.returncode == status
    assert words in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_part_that_is_not_built_says_how_to_build_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contents, "_PACKAGE", tmp_path)
    with pytest.raises(EnvironmentFault, match=r"native/build\.py"):
        layer_files("x86_64")


def test_a_foreign_import_in_a_hook_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hooks = tmp_path / "layer" / "python"
    hooks.mkdir(parents=True)
    (hooks / "start.py").write_text("import os\ndef late():\n    import helper\n")
    (hooks / "helper.py").write_text("from requests import get\n")
    (hooks / "unreached.py").write_text("import boto3\n")
    real = contents.asset
    monkeypatch.setattr(contents, "asset", lambda name: hooks if name == "layer/python" else real(name))
    with pytest.raises(InvalidInput, match="imports requests"):
        layer_files("x86_64")
    (hooks / "helper.py").write_text("import json\n")
    shipped = {file.path for file in layer_files("x86_64") if file.path.startswith("outrider/python/")}
    assert shipped == {"outrider/python/start.py", "outrider/python/helper.py"}


def test_over_budget_is_refused() -> None:
    files = [LayerFile("noise", os.urandom(PROMISE))]
    with pytest.raises(InvalidInput, match="the promise is at most"):
        within(zip_files(files), PROMISE, "outrider-layer-x86_64.zip")


def test_it_is_laid_out_as_lambda_does(tmp_path: Path) -> None:
    contents.place(layer_files("x86_64"), tmp_path)
    found = {str(path.relative_to(tmp_path)): path for path in tmp_path.rglob("*") if path.is_file()}
    assert {name: stat.S_IMODE(path.stat().st_mode) for name, path in found.items()} == GOLDEN
