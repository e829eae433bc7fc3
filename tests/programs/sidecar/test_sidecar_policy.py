"""From documents to blobs on the volume, and everything that is refused on the way."""

import os
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sidecar_process import names
from written_policy import BOTH, written

from outrider.errors import EnvironmentFault, InvalidInput
from outrider.model.event import Mode, Verdict
from outrider.policy import blob as policy_blob
from outrider.policy import document
from outrider.policy.lowering import compile_policy
from outrider.policy.signing import sign
from sidecar.builtin import learning_policy
from sidecar.loading import PolicyLoader
from sidecar.policy import PolicyDirectory, compile_all
from sidecar.settings import Settings, from_environment
from sidecar.sources import Absent, FileSource


def test_a_document_becomes_a_blob_for_each_container() -> None:
    blobs = compile_all(written(7).encode(), BOTH, "shop")
    assert list(blobs) == ["web", "worker"]
    policy = policy_blob.decode(blobs["web"]).policy
    assert (policy.counter, policy.mode) == (7, Mode.BLOCK)


def test_only_what_is_under_supervision_is_compiled() -> None:
    text = written(names=("web", "worker", "third")).encode()
    assert list(compile_all(text, ("worker", "fourth"), "")) == ["worker"]


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (b"\xff\xfe", "neither UTF-8 text nor"),
        (b"containers: [", "not valid YAML"),
        (written(workload="other").encode(), "for workload 'other'"),
        (written(names=("third",)).encode(), "is for third"),
        (written().replace("why: it starts it", "why: ''").encode(), "why"),
        (policy_blob.MAGIC + bytes(100), "not a policy blob"),
    ],
)
def test_a_bad_policy_is_refused(data: bytes, complaint: str) -> None:
    with pytest.raises(InvalidInput, match=complaint):
        compile_all(data, BOTH, "shop")


@given(st.binary(max_size=400) | st.text(max_size=200).map(str.encode))
def test_any_bytes_give_blobs_or_our_error(data: bytes) -> None:
    with suppress(InvalidInput):
        compile_all(data, BOTH, "")


def test_a_signed_blob_is_for_one_container_and_kept_as_it_is() -> None:
    signed = sign(compile_policy(document.parse(written()), "web"), bytes(32))
    assert compile_all(signed, ("web",), "shop") == {"web": signed}
    with pytest.raises(InvalidInput, match="several"):
        compile_all(signed, BOTH, "shop")


def test_builtin_policy_allows_and_reports_all() -> None:
    learning = learning_policy(("web",), Mode.BLOCK, "")
    policy = policy_blob.decode(compile_policy(learning, "web")).policy
    assert (policy.counter, policy.mode, policy.report_allowed) == (0, Mode.BLOCK, True)
    assert set(policy.defaults) == {Verdict.ALLOW}


def blobs(counter: int, **changes) -> dict[str, bytes]:
    return compile_all(written(counter, **changes).encode(), BOTH, "")


def test_blobs_are_put_in_place_and_unchanged_ones_left_alone(volume: Settings) -> None:
    directory = PolicyDirectory(volume)
    assert directory.current("web") is None
    placed = directory.place(blobs(3))
    assert [(p.container, p.changed, p.policy.counter) for p in placed] == [
        ("web", True, 3),
        ("worker", True, 3),
    ]
    assert volume.blob("web").stat().st_mode & 0o777 == 0o644
    inode = volume.blob("web").stat().st_ino
    assert [p.changed for p in directory.place(blobs(3))] == [False, False]
    assert volume.blob("web").stat().st_ino == inode
    assert names(volume.blob("web").parent) == ["web.policy", "worker.policy"]


def test_a_lower_counter_is_refused_also_by_a_new_agent(volume: Settings) -> None:
    PolicyDirectory(volume).place(blobs(3))
    before = volume.blob("web").read_bytes()
    with pytest.raises(InvalidInput, match="counter is 2, container web has 3"):
        PolicyDirectory(volume).place(blobs(2))
    assert volume.blob("web").read_bytes() == before


def test_what_the_supervisor_would_refuse_is_not_put_in_place_for_anybody(volume: Settings) -> None:
    directory = PolicyDirectory(volume)
    directory.place(blobs(1))
    new = blobs(2) | {"worker": blobs(2, target="/REFUSE-ME")["worker"]}
    with pytest.raises(InvalidInput, match="not a policy I take"):
        directory.place(new)
    assert {directory.current(name).counter for name in BOTH} == {1}  # type: ignore[union-attr]
    assert names(volume.blob("web").parent) == ["web.policy", "worker.policy"]


def test_without_a_supervisor_nothing_is_put_in_place(volume: Settings) -> None:
    volume.binary.unlink()
    with pytest.raises(EnvironmentFault, match="cannot ask the supervisor"):
        PolicyDirectory(volume).place(blobs(1))


def test_a_damaged_blob_counts_as_none(volume: Settings) -> None:
    volume.blob("web").write_bytes(b"OUTRPOL1 but not really")
    assert PolicyDirectory(volume).current("web") is None
    PolicyDirectory(volume).place(blobs(1))


def test_a_file_is_read_again_only_when_it_changed(place: Path) -> None:
    path = place / "policy.yaml"
    path.write_text("one")
    source = FileSource(path)
    fetched = source.fetch("")
    assert fetched is not None
    assert fetched.data == b"one"
    assert source.fetch(fetched.version) is None
    (place / "new").write_text("two")
    (place / "new").replace(path)
    again = source.fetch(fetched.version)
    assert again is not None
    assert again.data == b"two"


def test_a_file_that_is_none_is_refused(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(EnvironmentFault, match="No such file"):
        FileSource(place / "missing").fetch("")
    with pytest.raises(EnvironmentFault, match="regular file"):
        FileSource(place).fetch("")
    os.mkfifo(place / "pipe")
    with pytest.raises(EnvironmentFault, match="regular file"):
        FileSource(place / "pipe").fetch("")
    monkeypatch.setattr("sidecar.sources.POLICY_DOCUMENT", 10)
    (place / "large").write_text("x" * 11)
    with pytest.raises(InvalidInput, match="larger than"):
        FileSource(place / "large").fetch("")


@pytest.fixture
def filed(volume: Settings, environment: dict[str, str], place: Path) -> Settings:
    """Settings with a policy file as source."""
    return from_environment({**environment, "OUTRIDER_POLICY": f"file:{place}/policy.yaml"})


def test_loader_tells_each_thing_once_and_keeps_the_old_policy(filed: Settings, place: Path) -> None:
    path = place / "policy.yaml"
    loader = PolicyLoader(filed)
    assert [type(error) for _, error in loader.load().errors] == [Absent]
    assert loader.load().errors == []
    assert loader.without_policy() == ["web", "worker"]
    path.write_text(written(2))
    assert [p.changed for p in loader.load().placed] == [True, True]
    assert (loader.without_policy(), loader.unreachable, loader.refused) == ([], {}, {})
    assert loader.load().placed == []
    path.write_text("version: 9")
    assert [type(error) for _, error in loader.load().errors] == [InvalidInput]
    assert loader.load().errors == []
    assert loader.refused
    path.write_text(written(1, target="/old"))
    assert "counter" in loader.load().errors[0][1].message
    path.write_text(written(3, names=("web",)))
    loaded = loader.load()
    assert loaded.missing == ("worker",)
    assert (loader.refused, loader.without_policy()) == ({}, [])
    assert PolicyDirectory(filed).current("web").counter == 3  # type: ignore[union-attr]
    assert PolicyDirectory(filed).current("worker").counter == 2  # type: ignore[union-attr]


def test_a_policy_that_could_not_be_placed_is_tried_again(filed: Settings, place: Path) -> None:
    (place / "policy.yaml").write_text(written(1))
    loader = PolicyLoader(filed)
    program = filed.binary.read_bytes()
    filed.binary.unlink()
    assert [type(error) for _, error in loader.load().errors] == [EnvironmentFault]
    filed.binary.write_bytes(program)
    filed.binary.chmod(0o755)
    assert [p.changed for p in loader.load().placed] == [True, True]


def test_a_file_for_each_container(volume: Settings, environment: dict[str, str], place: Path) -> None:
    settings = from_environment({**environment, "OUTRIDER_POLICY": f"file:{place}/{{container}}.policy"})
    loader = PolicyLoader(settings)
    (place / "web.policy").write_bytes(sign(blobs(5)["web"], bytes(32)))
    loaded = loader.load()
    assert [p.container for p in loaded.placed] == ["web"]
    assert [group for group, _ in loaded.errors] == [("worker",)]
    assert volume.blob("web").read_bytes() == (place / "web.policy").read_bytes()
    assert loader.without_policy() == ["worker"]


def test_builtin_is_placed_and_never_over_a_written_policy(
    volume: Settings, filed: Settings, place: Path
) -> None:
    loader = PolicyLoader(volume)
    assert loader.without_policy() == ["web", "worker"]
    assert [p.changed for p in loader.load().placed] == [True, True]
    assert loader.without_policy() == []
    assert PolicyLoader(filed).without_policy() == ["web", "worker"]
    (place / "policy.yaml").write_text(written(1))
    PolicyLoader(filed).load()
    assert loader.load().placed == []
    assert PolicyDirectory(volume).current("web").counter == 1  # type: ignore[union-attr]
