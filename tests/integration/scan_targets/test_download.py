"""Files behind signed addresses: what comes is what was announced, or nothing is kept."""

import base64
import hashlib
from pathlib import Path

import pytest
from registries import Answer, small_server

from outrider.cli.targets import download as module
from outrider.cli.targets.download import download
from outrider.errors import EnvironmentFault, InvalidInput, OutriderError

DATA = bytes(range(256)) * 1000
SHA = base64.b64encode(hashlib.sha256(DATA).digest()).decode()


def fetch(answer: Answer, where: Path, size: int = len(DATA), sha256: str = SHA) -> Path:
    with small_server(lambda asked: answer) as server:
        url = f"http://{server.host}/x?X-Amz-Signature=s3cret"
        return download(url, where, "the code", size=size, sha256=sha256)


def test_it_is_kept_as_it_came(tmp_path: Path) -> None:
    assert fetch(Answer(DATA), tmp_path).read_bytes() == DATA
    assert fetch(Answer(DATA), tmp_path, 0, "").read_bytes() == DATA


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (Answer(DATA[:-1]), InvalidInput, "bytes came where"),
        (Answer(DATA + b"x"), InvalidInput, "is larger than"),
        (Answer(DATA[:-1] + b"x"), InvalidInput, "its SHA-256 is another"),
        (Answer(b"<Error/>", 403), EnvironmentFault, "answered 403"),
        (Answer(b"", 302, {"Location": "http://127.0.0.1:1/"}), EnvironmentFault, "answered 302"),
        (Answer(DATA, headers={"Content-Length": str(len(DATA) + 9)}), OutriderError, "the code"),
    ],
)
def test_anything_else_is_refused_and_the_address_is_not_told(
    answer: Answer, kind: type[OutriderError], words: str, tmp_path: Path
) -> None:
    with pytest.raises(kind, match=words) as caught:
        fetch(answer, tmp_path)
    assert "s3cret" not in str(caught.value)


def test_nothing_is_read_beyond_the_largest_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module.limits, "FUNCTION_PACKAGE", 1000)
    with pytest.raises(InvalidInput, match="is larger than 1000 bytes"):
        fetch(Answer(DATA), tmp_path, 0, "")


def test_one_that_drips_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    moments = iter([0.0, 1e6, 1e6, 1e6])
    monkeypatch.setattr(module, "monotonic", lambda: next(moments))
    with pytest.raises(EnvironmentFault, match="bytes a second"):
        fetch(Answer(DATA), tmp_path)


def test_a_disk_that_is_full_is_the_environments_fault(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFault, match="cannot keep the code"):
        fetch(Answer(DATA), tmp_path / "gone")


@pytest.mark.parametrize("url", ["s3://bucket/key", "file:///etc/passwd", "", "ftp://x/y"])
def test_only_web_addresses_are_asked(url: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="names no web address"):
        download(url, tmp_path, "the code", size=0, sha256="")
