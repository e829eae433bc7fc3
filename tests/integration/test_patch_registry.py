"""`outrider patch` against a real registry: images read, the sidecar pinned, what is wrong said."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import registries as r

from outrider.cli.main import main
from outrider.scan.image.manifest import DOCKER_MANIFEST

pytestmark = pytest.mark.skipif(r.PROGRAM is None, reason="docker-registry is not installed")


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with r.debian_registry(tmp_path_factory.mktemp("registry")) as host:
        r.push_image(host, "shop/web:1", r.config(Entrypoint=["/entry"], Cmd=["serve"]), DOCKER_MANIFEST)
        r.push_image(host, "shop/arm:1", r.config("arm64", Cmd=["serve"]))
        r.push_image(host, "shop/empty:1", r.config())
        r.push_image(host, "outrider/sidecar:dev", r.config(Entrypoint=["/sidecar"]))
        yield host


def definition(image: str, **fields: Any) -> dict[str, Any]:
    return {
        "family": "shop",
        "networkMode": "awsvpc",
        "requiresCompatibilities": ["FARGATE"],
        "cpu": "256",
        "memory": "512",
        "containerDefinitions": [{"name": "web", "image": image}],
        **fields,
    }


def patch(host: str, where: Path, document: dict[str, Any], *options: str) -> tuple[int, dict[str, Any]]:
    """Run the command; gives its status and the definition it wrote, if it did."""
    (where / "t.json").write_text(json.dumps(document))
    sidecar = ["--registry-http", host, "--sidecar", f"{host}/outrider/sidecar:dev"]
    with pytest.raises(SystemExit) as ended:
        main(["patch", str(where / "t.json"), "-o", str(where / "out.json"), *sidecar, *options])
    out = where / "out.json"
    return int(ended.value.code or 0), json.loads(out.read_text()) if out.exists() else {}


def test_the_entry_point_comes_from_the_registry_and_the_sidecar_is_pinned(host: str, tmp_path: Path) -> None:
    status, patched = patch(host, tmp_path, definition(f"{host}/shop/web:1"))
    web, _, agent = patched["containerDefinitions"]
    assert status == 0
    assert web["entryPoint"][-2:] == ["--", "/entry"]
    assert web["command"] == ["serve"]
    assert web["image"] == f"{host}/shop/web:1"
    assert agent["image"].startswith(f"{host}/outrider/sidecar@sha256:")


def test_images_are_pinned_when_asked(host: str, tmp_path: Path) -> None:
    status, patched = patch(host, tmp_path, definition(f"{host}/shop/web:1"), "--pin")
    assert status == 0
    assert patched["containerDefinitions"][0]["image"].startswith(f"{host}/shop/web@sha256:")


def test_a_placeholder_is_read_from_elsewhere_and_stays(host: str, tmp_path: Path) -> None:
    document = definition("<IMAGE1_NAME>")
    assert patch(host, tmp_path, document)[0] == 3
    status, patched = patch(host, tmp_path, document, "--image", f"web={host}/shop/web:1")
    assert status == 0
    assert patched["containerDefinitions"][0]["image"] == "<IMAGE1_NAME>"


@pytest.mark.parametrize(
    ("image", "words"),
    [
        ("shop/gone:1", "does not have the manifest"),
        ("shop/arm:1", "the image is for linux/arm64, the task runs on linux/amd64"),
        ("shop/empty:1", "neither the definition nor the image says what to start"),
    ],
)
def test_what_cannot_be_known_fails_and_nothing_is_written(
    host: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], image: str, words: str
) -> None:
    assert patch(host, tmp_path, definition(f"{host}/{image}")) == (3, {})
    assert words in capsys.readouterr().out


def test_the_runtime_platform_decides_which_image_is_read(host: str, tmp_path: Path) -> None:
    arm = definition(f"{host}/shop/arm:1", runtimePlatform={"cpuArchitecture": "ARM64"})
    status, patched = patch(host, tmp_path, arm)
    assert status == 0
    assert patched["containerDefinitions"][0]["command"] == ["serve"]
