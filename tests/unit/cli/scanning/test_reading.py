"""Parts on several cores: the same result for any number, and a part that dies fails by its name."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import zstandard
from rich.console import Console

from outrider import limits
from outrider.cli.scanning import reading
from outrider.cli.scanning.cache import Cache
from outrider.cli.scanning.options import LOOKED_FOR
from outrider.cli.scanning.progress import Progress
from outrider.cli.scanning.reading import Reader
from outrider.errors import EnvironmentFault
from outrider.model.artifact import Kind
from outrider.model.outcome import Covered, Failed
from outrider.scan.artifact import Artifact
from outrider.scan.image import facts
from outrider.scan.looking import interest_of, readers_of
from outrider.scan.parts import Again, LayerPart, Open
from outrider.scan.walk.blob import Ahead
from outrider.scan.walk.contents import LayerContents
from outrider.scan.walk.crew import Crew
from outrider.scan.walk.interest import Interest
from outrider.scan.walk.merge import Merged
from outrider.scan.walk.readers import Readers
from tests.unit.cli.scanning.artifacts import APP, BASE, image, sha, tar

MORE = {"srv/package.json": b'{"name": "coach", "version": "1.0.0"}'}
LAYERS = [tar(files) for files in (BASE, APP, MORE, {"etc/motd": b"hello"}, {"srv/.wh.package.json": b""})]


@dataclass
class Opened:
    """Counts how often each layer was opened in this process."""

    count: int = 0


@dataclass
class Blobs:
    opened: Opened = field(default_factory=Opened)

    def of(self, data: bytes) -> Open:
        @contextmanager
        def opening() -> Iterator[object]:
            self.opened.count += 1
            left = memoryview(data)

            def read(most: int) -> bytes:
                nonlocal left
                piece, left = bytes(left[:most]), left[most:]
                return piece

            yield read

        return opening  # type: ignore[return-value]


def parts(blobs: Blobs, layers: list[bytes] = LAYERS) -> list[LayerPart]:
    return [
        LayerPart(
            name=f"layer {number} ({sha(data)[:12]})",
            blob=blobs.of(data),
            media_type="",
            digest=sha(data),
            size=len(data),
            diff_id=sha(data),
        )
        for number, data in enumerate(layers, 1)
    ]


def artifact(*found: object) -> Artifact:
    config = image(BASE).config_bytes
    return Artifact(kind=Kind.IMAGE, name="web", parts=tuple(found), image=facts.parse(config, "x"))  # type: ignore[arg-type]


def read(what: Artifact, jobs: int = 1, cache: Path | None = None) -> Merged:
    everything = frozenset(LOOKED_FOR)
    silent = Progress(Console(file=open(os.devnull, "w")))  # noqa: PTH123, SIM115 - closed with the process
    return Reader(
        interest=interest_of(everything),
        readers=readers_of(everything),
        cache=Cache(cache),
        jobs=jobs,
        progress=silent,
    ).read(what)


@dataclass(frozen=True)
class Dying:
    """A part whose reader ends in a way that no code of ours can catch."""

    name: str
    how: str
    identity: str = ""
    size: int = len(LAYERS[0])
    """As the others: then each is read in a process of its own."""

    def read(
        self,
        interest: Interest,
        readers: Readers,
        *,
        again: Again | None = None,
        ahead: Ahead | None = None,
        crew: Crew | None = None,
    ) -> LayerContents:
        match self.how:
            case "killed":
                os.kill(os.getpid(), signal.SIGKILL)
            case "ends":
                os._exit(7)
            case "memory":
                raise MemoryError
            case "fault":
                raise EnvironmentFault("the registry is gone", hint="wait")
        raise AssertionError


@pytest.mark.parametrize("jobs", [2, 3, 8])
def test_any_number_of_jobs_finds_the_same(jobs: int) -> None:
    alone = read(artifact(*parts(Blobs())))
    assert {package.name for package in alone.packages} == {"lamp", "coach-door"}
    assert read(artifact(*parts(Blobs())), jobs) == alone


@pytest.mark.parametrize(
    ("how", "error"),
    [("killed", "was killed by signal 9"), ("ends", "ended with status 7")],
)
def test_a_process_that_dies_fails_by_its_name_and_the_rest_is_read(how: str, error: str) -> None:
    found = read(artifact(*parts(Blobs()), Dying("layer 6 (sha256:dead)", how)), jobs=2)
    (failed,) = [one for one in found.outcomes if isinstance(one, Failed)]
    assert failed.subject == "layer 6 (sha256:dead)"
    assert failed.error == f"the process that read it {error}"
    assert "--jobs 1" in failed.hint
    assert {package.name for package in found.packages} == {"lamp", "coach-door"}


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize(
    ("how", "error"), [("memory", "there is not enough memory to read it"), ("fault", "the registry is gone")]
)
def test_what_can_be_caught_is_the_same_in_any_process(how: str, error: str, jobs: int) -> None:
    found = read(artifact(*parts(Blobs()), Dying("layer 6", how)), jobs)
    assert [(one.subject, one.error) for one in found.outcomes if isinstance(one, Failed)] == [
        ("layer 6", error)
    ]
    assert any(one.subject == "layer 1 (" + sha(LAYERS[0])[:12] + ")" for one in found.outcomes)


def test_a_second_scan_opens_no_layer_and_one_with_a_new_top_only_that(tmp_path: Path) -> None:
    blobs = Blobs()
    first = read(artifact(*parts(blobs)), cache=tmp_path)
    assert blobs.opened.count == len(LAYERS)
    assert read(artifact(*parts(blobs)), cache=tmp_path) == first
    assert blobs.opened.count == len(LAYERS)
    read(artifact(*parts(blobs, [*LAYERS, tar({"new": b""})])), cache=tmp_path)
    assert blobs.opened.count == len(LAYERS) + 1


def test_a_layer_that_failed_is_not_remembered(tmp_path: Path) -> None:
    for _ in range(2):
        blobs = Blobs()
        wrong = parts(blobs, [LAYERS[0]])[0]
        lying = LayerPart(
            name=wrong.name,
            blob=blobs.of(LAYERS[1]),
            media_type="",
            digest=wrong.digest,
            size=-1,
            diff_id=wrong.diff_id,
        )
        found = read(artifact(lying), cache=tmp_path)
        assert [type(one) for one in found.outcomes] == [Failed]
        assert not found.packages
        assert blobs.opened.count == 1


@pytest.mark.parametrize("damage", ["cut", "garbage", "empty", "bomb", "boast", "other"])
def test_a_damaged_cache_is_read_anew(damage: str, tmp_path: Path) -> None:
    first = read(artifact(*parts(Blobs())), cache=tmp_path)
    for path in tmp_path.rglob("sha256-*"):
        whole = path.read_bytes()
        path.write_bytes(
            {
                "cut": whole[: len(whole) // 2],
                "garbage": os.urandom(100),
                "empty": b"",
                "bomb": zstandard.ZstdCompressor(1).compress(bytes(64 << 20)),
                "boast": b"\x28\xb5\x2f\xfd\xe0" + (1 << 50).to_bytes(8, "little") + b"\x01\0\0",
                "other": zstandard.compress(b'{"format": 1, "layer": {}}'),
            }[damage]
        )
    blobs = Blobs()
    assert read(artifact(*parts(blobs)), cache=tmp_path) == first
    assert blobs.opened.count == len(LAYERS)


def test_no_frame_of_the_cache_is_believed_to_be_larger_than_its_cap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "LAYER_DOCUMENT", 1000)
    assert reading._unpacked(zstandard.compress(bytes(1000))) == bytes(1000)
    with pytest.raises(Exception, match="is said to have 1001 bytes"):
        reading._unpacked(zstandard.compress(bytes(1001)))


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_a_link_names_is_read_in_a_second_pass(jobs: int) -> None:
    """os-release lies under a name that nobody knows; a link in a higher layer gives it the known one."""
    import io  # noqa: PLC0415
    import tarfile  # noqa: PLC0415

    into = io.BytesIO()
    with tarfile.open(fileobj=into, mode="w") as archive:
        member = tarfile.TarInfo("etc/os-release")
        member.type, member.linkname = tarfile.SYMTYPE, "../opt/vendor/release"
        archive.addfile(member)
    layers = [tar({"opt/vendor/release": BASE["etc/os-release"]}), into.getvalue()]
    blobs = Blobs()
    found = read(artifact(*parts(blobs, layers)), jobs)
    assert found.release and found.release.id == "debian"
    assert not [one for one in found.outcomes if isinstance(one, Failed)]
    assert [one.subject.partition(" (")[0] for one in found.outcomes if isinstance(one, Covered)] == [
        "layer 1",
        "layer 2",
    ]
