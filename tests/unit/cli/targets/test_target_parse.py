"""Which kind of target a user means."""

import json
import os
import socket
from pathlib import Path

import pytest

from outrider.cli.targets.target import KINDS, Target, parse
from outrider.errors import OutriderError, UsageError
from tests.unit.cli.scanning.artifacts import FUNCTION, archive, image, layout, zipped


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_that_is_written_counts(kind: str) -> None:
    assert parse(f"{kind}:some:where") == Target(kind, "some:where")
    assert str(parse(f"{kind}:x")) == f"{kind}:x"


@pytest.mark.parametrize(
    "text",
    [
        "alpine",
        "alpine:3.20",
        "localhost:5000/team/app@sha256:" + "0" * 64,
        "tar:1",
        "a" * 5000,
        "with\nline",
        "döner:1",
    ],
)
def test_what_is_not_there_is_an_image_of_a_registry(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert parse(text) == Target("registry", text)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("arn:aws:lambda:eu-west-1:123456789012:function:pay", "lambda"),
        ("arn:aws-us-gov:lambda:us-gov-west-1:123456789012:function:pay:7", "lambda"),
        ("arn:aws:ecr:eu-west-1:123456789012:repository/team/app:1", "ecr"),
    ],
)
def test_arns_say_what_they_are(text: str, kind: str) -> None:
    assert parse(text) == Target(kind, text)


@pytest.mark.parametrize("text", ["", "-", "--help", "./gone", "/gone/too", "../gone", "~/gone", "/\0"])
def test_what_cannot_be_a_target_is_wrong_usage(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse(text)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (zipped(FUNCTION), "zip"),
        (zipped({}), "zip"),
        (b"\x1f\x8b\x08", "archive"),
        (b"\x28\xb5\x2f\xfd", "archive"),
        (b'{"bomFormat": "CycloneDX", "note": "\\"containerDefinitions\\": []"}', "sbom"),
        (b'\xef\xbb\xbf\n {"spdxVersion": "SPDX-2.3"}', "sbom"),
        (b"SPDXVersion: SPDX-2.3\n", "sbom"),
        (b"family: web\ncontainerDefinitions:\n  - name: web\n", "task"),
        (b"Resources:\n  T:\n    Properties:\n      ContainerDefinitions: []\n", "task"),
        (json.dumps({"Properties": {"ContainerDefinitions": []}}).encode(), "task"),
        (json.dumps({"containerDefinitions": []}).encode(), "task"),
        (json.dumps({"Configuration": {"FunctionName": "pay"}}).encode(), "function"),
        (b"[]", "sbom"),
    ],
)
def test_a_file_is_known_by_its_first_bytes(data: bytes, kind: str, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(data)
    assert parse(str(path)) == Target(kind, str(path))


@pytest.mark.parametrize("data", [b"", b"\x7fELF", b"hello", b"\0" * 1024, b"\xff\xfe{"])
def test_a_file_that_is_none_of_them_is_asked_about(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(data)
    with pytest.raises(UsageError, match="cannot tell what this file is"):
        parse(str(tmp_path / "file"))


def test_folders_layouts_and_archives_also_with_a_name(tmp_path: Path) -> None:
    layout(tmp_path / "layout", {"web": image()})
    archive(tmp_path / "image.tar", {"web:1": image()})
    assert parse(str(tmp_path)).kind == "dir"
    assert parse(str(tmp_path / "layout")).kind == "oci"
    assert parse(f"{tmp_path}/layout:web") == Target("oci", f"{tmp_path}/layout:web")
    assert parse(str(tmp_path / "image.tar")).kind == "archive"
    assert parse(f"{tmp_path}/image.tar:web:1") == Target("archive", f"{tmp_path}/image.tar:web:1")


def test_a_pipe_or_a_socket_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "socket"))
        for name in ("pipe", "socket"):
            with pytest.raises(UsageError, match="is a pipe or a device"):
                parse(str(tmp_path / name))


def test_a_link_in_a_circle_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    with pytest.raises(OutriderError):
        parse(str(tmp_path / "a"))
