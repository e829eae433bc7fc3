"""Scans an image of 2 GB with 500,000 files, made while it is read, under a hard limit of address space.

Run as a program: prints, as JSON, the peak of resident memory and what was found.
"""

import hashlib
import json
import resource
import sys
import tarfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from outrider.model.envelope import SubjectKind
from outrider.scan.image.archive import SavedLayer
from outrider.scan.looking import interest_of, readers_of
from outrider.scan.opened import image_of
from scanner_lambda.examine import Examiner
from scanner_lambda.judging import SCANNED, Judge
from scanner_lambda.publishing import Place
from scanner_lambda.reading import Reader
from scanner_lambda.state import State

FILES = 500_000
LAYERS = 4
SIZE = 4096
_CONTENT = bytes(range(256)) * (SIZE // 256)
_MANIFEST = json.dumps({"name": "door", "version": "1.0.0"}).encode().ljust(SIZE)


def layer(number: int, files: int) -> Iterator[bytes]:
    """A tar; every hundredth file is a package of Node's."""
    for index in range(files // LAYERS):
        folder = f"srv/layer{number}/node_modules/d{index // 100}"
        told = index % 100 == 0
        info = tarfile.TarInfo(f"{folder}/package.json" if told else f"{folder}/file{index}.bin")
        info.size, info.mode = SIZE, 0o644
        yield info.tobuf(tarfile.USTAR_FORMAT)
        yield _MANIFEST if told else _CONTENT
    yield bytes(1024)


def blob(number: int, files: int, greedy: int) -> Any:
    @contextmanager
    def opened() -> Iterator[Callable[[int], bytes]]:
        pieces = layer(number, files)
        left = b""

        def read(most: int) -> bytes:
            nonlocal left
            bytearray(greedy)  # what an unlucky file may cost
            parts, size = [left], len(left)
            while size < most and (piece := next(pieces, b"")):
                parts.append(piece)
                size += len(piece)
            data = b"".join(parts)
            left = data[most:]
            return data[:most]

        yield read

    return opened


def digest_of(number: int, files: int) -> tuple[str, int]:
    seen, size = hashlib.sha256(), 0
    for piece in layer(number, files):
        seen.update(piece)
        size += len(piece)
    return f"sha256:{seen.hexdigest()}", size


class Folder:
    """The state bucket as a folder."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def get(self, key: str, cap: int) -> bytes | None:
        path = self.path / key.replace("/", "_")
        return path.read_bytes() if path.is_file() else None

    def put(self, key: str, data: bytes) -> None:
        (self.path / key.replace("/", "_")).write_bytes(data)


class Items(dict[tuple[str, str], Any]):
    """The scans table."""

    def get(self, pk: str, sk: str) -> Any:  # type: ignore[override]
        return super().get((pk, sk))

    def put(self, item: Any, **_: Any) -> bool:
        self[item["pk"], item["sk"]] = item
        return True

    def add(self, pk: str, sk: str, expires: int) -> int:
        return 1

    def remove(self, pk: str, sk: str) -> None:
        pass


class Quiet:
    """The bus and the index."""

    sent = 0
    packages = 0

    def send(self, envelopes: Any) -> int:
        self.sent += sum(1 for _ in envelopes)
        return self.sent

    def put(self, artifact_id: str, packages: Any, release: Any) -> None:
        self.packages = len(packages)


def main(folder: str, limit: int, files: int, greedy: int) -> None:
    known = [digest_of(number, files) for number in range(LAYERS)]
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    config = {"os": "linux", "architecture": "amd64"}
    body = json.dumps(
        config | {"rootfs": {"type": "layers", "diff_ids": [name for name, _ in known]}}
    ).encode()
    media = "application/vnd.oci.image.layer.v1.tar"
    layers = [SavedLayer("", name, size, media) for name, size in known]
    blobs = [blob(number, files, greedy if number == 1 else 0) for number in range(LAYERS)]
    now = datetime(2026, 11, 28, tzinfo=UTC)
    only, documents, quiet = frozenset(SCANNED), Folder(Path(folder)), Quiet()
    state = State(Items(), 0)
    reader = Reader(
        interest=interest_of(only),
        readers=readers_of(only),
        documents=documents,
        state=state,
        left=lambda: 10**9,
        stop_before=1,
        tries=3,
        last=False,
    )
    examiner = Examiner(
        documents=documents,
        state=state,
        judge=Judge(None, None, (), now),
        reader=reader,
        bus=quiet,
        index=quiet,
        once=lambda key, work: work(),
        now=now,
    )
    place = Place(kind=SubjectKind.IMAGE, id="i", name="n", key="k", account="1" * 12, region="eu-west-1")
    digest = "sha256:" + "0" * 64
    begun = time.monotonic()
    examiner.examine("image:x", digest, place, lambda: image_of("large", body, digest, layers, blobs))
    report = json.loads((Path(folder) / next(iter(find(folder)))).read_bytes())
    told = {
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "seconds": round(time.monotonic() - begun, 1),
        "files": report["artifact"]["files"],
        "bytes": report["artifact"]["bytes"],
        "packages": quiet.packages,
        "failed": [one for one in report["outcomes"] if one["outcome"] == "failed"],
    }
    print(json.dumps(told))


def find(folder: str) -> list[str]:
    return [
        one.name
        for one in Path(folder).iterdir()
        if one.name.startswith("reports_") and "told" not in one.name
    ]


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
