"""The image: built for both architectures, started by podman and qemu. Needs apt, pip, podman, qemu."""

import gzip
import io
import json
import os
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sidecar_process import ROOT, wait_until

from sidecar import build_image

pytestmark = pytest.mark.whole

CACHE = ROOT / ".cache" / "sidecar-image"
PULL_BYTES = 24 << 20
"""What an image may weigh, packed."""

CONTAINERS_CONF = """
[containers]
default_ulimits = ["nofile=1024:4096", "nproc=4096:4096"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
"""
EVERYTHING = (
    "import ssl, hashlib, zlib, asyncio, xml.etree.ElementTree, yaml, pydantic, boto3, sidecar.__main__, "
    "sidecar.agent, sidecar.install, sidecar.aws.s3, sidecar.aws.ssm; assert yaml.__with_libyaml__; "
    "[boto3.client(name, region_name='eu-central-1') for name in ('s3', 'ssm', 'sts')]; print('all there')"
)


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("image") / "layout"
    made = build_image.build(out, CACHE)
    assert all(size["packed"] < PULL_BYTES for size in made["sizes"].values()), made
    return out


def blob(image: Path, digest: str) -> bytes:
    return (image / "blobs" / "sha256" / digest.removeprefix("sha256:")).read_bytes()


def manifests(image: Path) -> dict[str, dict]:
    [named] = json.loads((image / "index.json").read_text())["manifests"]
    images = json.loads(blob(image, named["digest"]))["manifests"]
    return {entry["platform"]["architecture"]: json.loads(blob(image, entry["digest"])) for entry in images}


def test_two_builds_are_equal(image: Path, tmp_path: Path) -> None:
    build_image.build(tmp_path / "again", CACHE)
    files = [path.relative_to(image) for path in sorted(image.rglob("*"))]
    assert files == [path.relative_to(tmp_path / "again") for path in sorted((tmp_path / "again").rglob("*"))]


def test_config_starts_the_agent_as_root_without_a_shell(image: Path) -> None:
    for arch, manifest in manifests(image).items():
        config = json.loads(blob(image, manifest["config"]["digest"]))
        assert (config["architecture"], config["os"]) == (arch, "linux")
        assert config["config"]["Entrypoint"] == ["/usr/bin/python3", "-I", "-m", "sidecar"]
        assert config["config"]["Cmd"] == ["agent"]
        assert config["config"]["User"] == "0"
        assert "Healthcheck" not in config["config"]
        names = {name for layer in manifest["layers"] for name in layer_names(image, layer["digest"])}
        assert not {"usr/bin/sh", "usr/bin/dash", "usr/bin/apt", "usr/bin/dpkg"} & names
        assert "var/lib/dpkg/status" in names


def layer_names(image: Path, digest: str) -> list[str]:
    with tarfile.open(fileobj=io.BytesIO(blob(image, digest))) as members:
        return members.getnames()


def root_filesystem(image: Path, arch: str, where: Path) -> Path:
    for layer in manifests(image)[arch]["layers"]:
        archive = io.BytesIO(gzip.decompress(blob(image, layer["digest"])))
        with tarfile.open(fileobj=archive) as members:
            members.extractall(where)  # noqa: S202 - made above; `filter` is not in 3.11.2
    return where


@pytest.mark.skipif(not shutil.which("qemu-aarch64-static"), reason="qemu-user-static is not installed")
def test_the_arm64_image_runs_under_qemu(image: Path, tmp_path: Path) -> None:
    root = root_filesystem(image, "arm64", tmp_path)
    shutil.copy(shutil.which("qemu-aarch64-static") or "", root / "qemu")

    def run(*arguments: str) -> str:
        done = subprocess.run(
            ["/usr/sbin/chroot", str(root), "/qemu", "/usr/bin/python3", "-I", *arguments],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert run("-c", "import platform; print(platform.machine())") == "aarch64\n"
    assert "init|agent|health" in run("-m", "sidecar", "--help")
    assert run("-c", EVERYTHING) == "all there\n"


class Podman:
    """podman with a store of its own."""

    def __init__(self, where: Path) -> None:
        (where / "containers.conf").write_text(CONTAINERS_CONF)
        storage = f'[storage]\ndriver = "vfs"\ngraphroot = "{where}/graph"\nrunroot = "{where}/run"\n'
        (where / "storage.conf").write_text(storage)
        self.environment = {
            **os.environ,
            "CONTAINERS_CONF": str(where / "containers.conf"),
            "CONTAINERS_STORAGE_CONF": str(where / "storage.conf"),
        }

    def __call__(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            ["podman", *arguments], env=self.environment, capture_output=True, text=True, check=False
        )
        assert not check or done.returncode == 0, done.stdout + done.stderr
        return done


@pytest.fixture
def podman(image: Path, place: Path) -> Iterator[Podman]:
    if not shutil.which("podman") or not shutil.which("skopeo"):
        pytest.skip("podman or skopeo is not installed")
    engine = Podman(place)
    target = "containers-storage:localhost/sidecar:test"
    subprocess.run(
        ["skopeo", "copy", "-q", f"oci:{image}", target],
        env=engine.environment,
        check=True,
        capture_output=True,
    )
    yield engine
    engine("rm", "--all", "--force", "--time", "2")
    engine("rmi", "--all", "--force")


def test_the_amd64_image_does_its_work_in_podman(podman: Podman, place: Path) -> None:
    for name in ("task", "state"):
        (place / name).mkdir()
    common = [
        "--network=host",
        "--read-only",
        "-e",
        "OUTRIDER_CONTAINERS=web",
        "-v",
        f"{place}/task:/outrider",
    ]
    python = ["--network=host", "--entrypoint", "/usr/bin/python3", "localhost/sidecar:test", "-I", "-c"]
    assert podman("run", "--rm", *python, EVERYTHING).stdout == "all there\n"
    installed = podman("run", "--rm", *common, "localhost/sidecar:test", "init")
    assert json.loads(installed.stdout)["verdict"] == "allow"
    run = [str(place / "task" / "bin" / "outrider-run"), "--version"]
    assert subprocess.run(run, capture_output=True, check=False).returncode == 0
    state = ["-v", f"{place}/state:/var/lib/outrider"]
    podman("run", "-d", "--name", "agent", *common, *state, "localhost/sidecar:test")

    def health() -> bool:
        return podman("exec", "agent", "outrider-sidecar", "health", check=False).returncode == 0

    wait_until(health, 30)
    podman("stop", "--time", "10", "agent")
    assert podman("inspect", "-f", "{{.State.ExitCode}}", "agent").stdout == "0\n"
