"""Parts of a record put aside: whole, once, chained, bounded, and sent to S3 (moto's)."""

import asyncio
import os
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer
from sidecar_process import names, on_record, wait_until

from benchmarks.recorder.stream import INSTANCE, Stream
from outrider.errors import EnvironmentFault, InvalidInput, UsageError
from outrider.model.event import Event
from outrider.runtime.flight import sealed
from outrider.runtime.flight.verify import look, seal_chain_problems, seal_problems
from sidecar import exporting, sealing
from sidecar.aws.sealed import SealedObjects
from sidecar.exporting import Exporter
from sidecar.ledger import Ledger
from sidecar.recorder import Recorder

EVER = 1 << 62
TOLD = list(islice(Stream(rate=1000).events(), 3000))


@pytest.fixture
def recorder(place: Path) -> Recorder:
    """A record of several segments, the last one growing."""
    made = Recorder(place / "record" / "web", 256 << 10)
    made.open(lambda _: None)
    for at in range(0, len(TOLD), 10):
        made.append(TOLD[at : at + 10])
    return made


def problems(directory: Path) -> list[str]:
    seal = sealing.read(directory)
    files = sorted(directory.glob("*.flight"))
    return list(seal_problems(seal, [look(path.name, path.open("rb")) for path in files]))


def test_what_is_sealed_has_the_time_asked_for_and_stays_as_it_is(recorder: Recorder) -> None:
    middle = TOLD[1500].time_ns
    seal = recorder.seal("one", middle, middle)
    assert len(seal.files) == 1
    assert (seal.number, seal.previous, seal.container, seal.instance) == (1, "", "web", INSTANCE)
    there = recorder.sealed("one")
    kept = on_record(there)
    assert TOLD[1500] in kept
    recorder.append([replace(TOLD[0], seq=9999)])
    assert on_record(there) == kept
    assert problems(there) == []
    assert names(there)[-1] == "manifest.json"
    assert there.stat().st_mode & 0o777 == 0o700


def test_all_of_a_record_also_what_is_being_written(recorder: Recorder) -> None:
    seal = recorder.seal("all", 0, EVER)
    assert len(seal.files) > 3
    assert on_record(recorder.sealed("all")) == TOLD
    assert problems(recorder.sealed("all")) == []


def test_the_same_name_once(recorder: Recorder) -> None:
    first = recorder.seal("one", 0, EVER)
    recorder.append([replace(TOLD[0], seq=9999)])
    assert recorder.seal("one", 0, EVER) == first
    assert on_record(recorder.sealed("one")) == TOLD


def test_seals_make_a_chain_that_shows_what_is_missing(recorder: Recorder) -> None:
    for name in ("a", "b", "c"):
        recorder.seal(name, 0, EVER)
    manifests = {name: (recorder.sealed(name) / sealed.FILE).read_bytes() for name in "abc"}
    assert list(seal_chain_problems(manifests.values())) == []
    assert "is missing" in next(seal_chain_problems([manifests["a"], manifests["c"]]))
    changed = replace(sealed.parse(manifests["b"]), from_ns=7).encode()
    found = list(seal_chain_problems([manifests["a"], changed, manifests["c"]]))
    assert found == ["seal c: it does not continue seal b: one of them was changed"]


def test_a_file_that_was_changed_added_or_taken_away_is_found(recorder: Recorder) -> None:
    recorder.seal("one", 0, EVER)
    there = recorder.sealed("one")
    files = sorted(there.glob("*.flight"))
    whole = files[1].read_bytes()
    files[1].unlink()
    assert f"{files[1].name}: missing" in problems(there)
    files[1].write_bytes(whole[:-1])
    assert any("not the file that was sealed" in problem for problem in problems(there))
    files[1].write_bytes(whole)
    assert problems(there) == []
    (there / "00009999.flight").write_bytes(whole)
    assert any("not in the manifest" in problem for problem in problems(there))


def test_what_cannot_be_sealed_leaves_nothing(recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError):
        recorder.seal("../elsewhere", 0, EVER)
    with pytest.raises(InvalidInput, match="nothing of that time"):
        recorder.seal("early", 0, 1)

    def no_room(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("sidecar.sealing._write", no_room)
        with pytest.raises(OSError, match="No space"):
            recorder.seal("full", 0, EVER)
    assert names(recorder.sealed()) == []
    (recorder.sealed() / ".left.0123abcd").mkdir()
    recorder.seal("well", 0, EVER)
    assert names(recorder.sealed()) == ["well"]


def test_the_oldest_seals_go_and_the_ledger_says_so(
    place: Path, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "MAX_SEALS", 2)
    told: list[Event] = []
    exported: list[str] = []

    class Out:
        def offer_all(self, events: list[Event]) -> None:
            told.extend(events)

    async def inside() -> None:
        ledger = Ledger("web", recorder, Out(), lambda directory, seal: exported.append(seal.name))
        for name in ("a", "b", "c"):
            await ledger.seal(name, 0, EVER)

    asyncio.run(inside())
    assert names(recorder.sealed()) == ["b", "c"]
    assert exported == ["a", "b", "c"]
    assert "1 of the oldest seals gave way to seal c" in told[-1].message


def test_bytes_are_bounded_too(recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "MAX_BYTES", 1)
    for name in ("a", "b"):
        recorder.seal(name, 0, EVER)
    assert recorder.make_room() == 1
    assert names(recorder.sealed()) == ["b"]
    assert recorder.make_room() == 0


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    yield "http://{}:{}".format(*server.get_host_and_port())
    server.stop()


@pytest.fixture
def account(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    boto3.client("s3").create_bucket(Bucket="evidence")


@pytest.mark.usefixtures("account")
def test_a_seal_is_sent_to_s3_and_once(recorder: Recorder) -> None:
    seal = recorder.seal("one", 0, EVER)
    for sent in (1, 0):
        exporter = Exporter(lambda: SealedObjects("s3://evidence/outrider"), lambda _: None)
        exporter.start([recorder.sealed()])
        wait_until(
            lambda made=exporter, count=sent: made.status() == {"sent": count, "failed": 0, "waiting": 0}
        )
        exporter.close(5)
    client = boto3.client("s3")
    objects = client.list_objects_v2(Bucket="evidence")["Contents"]
    place = f"outrider/web/{INSTANCE}/one"
    assert [o["Key"] for o in objects] == [
        *(f"{place}/{f.name}" for f in seal.files),
        f"{place}/manifest.json",
    ]
    body = client.get_object(Bucket="evidence", Key=f"{place}/manifest.json")["Body"].read()
    assert sealed.parse(body) == seal


def test_a_store_that_refuses_is_asked_so_often_and_then_told_of(
    recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "PAUSES", (0.01, 0.01))
    asked: list[str] = []
    told: list[Event] = []

    class Refusing:
        def put(self, key: str, data: bytes) -> None:
            asked.append(key)
            raise EnvironmentFault("s3://evidence: AccessDenied")

    exporter = Exporter(Refusing, told.append)
    seal = recorder.seal("one", 0, EVER)
    exporter.start([])
    exporter.offer(recorder.sealed("one"), seal)
    wait_until(lambda: told)
    assert len(asked) == 3
    assert "seal one was not sent and stays on the volume: s3://evidence: AccessDenied" in told[0].message
    assert exporter.status()["failed"] == 1
    exporter.close(5)
    assert names(recorder.sealed()) == ["one"]
