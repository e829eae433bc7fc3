"""Any operations in any order, twice, with compactions between them, hold what a dictionary holds."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outrider.errors import EnvironmentFault, InvalidInput
from outrider.model.outcome import Failed
from outrider.model.package import Package, Release
from scanner_lambda import segments
from scanner_lambda.compaction import compact
from scanner_lambda.index import HEADS, PENDING, Head, Index, head_key, write_head
from tests.programs.scanner_lambda.index_memory import Held, Memory, held

DEBIAN = Release("debian", "12")

PUTS = st.tuples(
    st.sampled_from(["image:sha256:a", "image:sha256:b", "function:arn:c", "function:arn:d"]),
    st.integers(0, 3),
    st.frozensets(st.tuples(st.sampled_from("pqr"), st.sampled_from("12")), max_size=4),
)


def packages(pairs: frozenset[tuple[str, str]]) -> list[Package]:
    return [Package(type="pypi", name=name, version=version) for name, version in sorted(pairs)]


def naive(puts: list[tuple[str, int, frozenset[tuple[str, str]]]]) -> Held:
    """What counts of each artifact: the latest, and of the same moment the greater digest."""
    best: dict[str, segments.Segment] = {}
    for artifact, at, pairs in puts:
        one = segments.segment(artifact, at, [("pypi", name, version) for name, version in pairs])
        if artifact not in best or best[artifact].order < one.order:
            best[artifact] = one
    return {artifact: frozenset(one.coordinates) for artifact, one in best.items()}


@settings(max_examples=60, deadline=None)
@given(st.lists(PUTS | st.none(), max_size=12), st.randoms(use_true_random=False), st.integers(1, 4))
def test_it_is_the_dictionary(
    operations: list[tuple[str, int, frozenset[tuple[str, str]]] | None], random: object, batch: int
) -> None:
    index = Index(Memory(), lambda: 0)
    done = [one for one in operations if one]
    again = [*operations, *done]
    random.shuffle(again)  # type: ignore[attr-defined]
    for operation in again:
        if operation is None:
            compact(index, batch=batch)
        else:
            index.put(operation[0], packages(operation[2]), None, at=operation[1])
    whole, outcomes = compact(index, batch=batch)
    assert whole
    assert not [one for one in outcomes if isinstance(one, Failed)]
    assert held(index) == naive(done)
    assert list(index.store.list(PENDING)) == []


def test_os_packages_are_held_under_their_source() -> None:
    index = Index(Memory(), lambda: 5)
    one = Package(type="deb", name="libssl3", version="3.0.1-1", namespace="debian", source_name="openssl")
    index.put("image:sha256:a", [one], DEBIAN)
    compact(index)
    assert held(index) == {"image:sha256:a": frozenset({("debian-12", "openssl", "3.0.1-1")})}
    row = index.table(index.head())[0]
    assert row is not None
    assert row.at == 5


def test_of_two_writers_one_wins_and_nothing_is_lost() -> None:
    memory = Memory()
    index = Index(memory, lambda: 0)
    index.put("image:sha256:a", packages(frozenset({("p", "1")})), None)

    class Beaten(Memory):
        def create(self, key: str, data: bytes) -> bool:
            compact(index)
            return super().create(key, data)

    slow = Index(Beaten(memory.objects), lambda: 0)
    assert compact(slow)[0] is False
    assert held(index) == {"image:sha256:a": frozenset({("pypi", "p", "1")})}


def test_a_crash_before_segments_are_deleted_changes_nothing() -> None:
    memory = Memory()
    index = Index(memory, lambda: 0)
    index.put("function:arn:c", packages(frozenset({("p", "1")})), None, at=1)
    pending = dict(memory.objects)
    compact(index)
    index.put("function:arn:c", packages(frozenset({("p", "2")})), None, at=2)
    memory.objects |= pending
    compact(index)
    assert held(index) == {"function:arn:c": frozenset({("pypi", "p", "2")})}


def test_a_damaged_segment_fails_and_holds_up_nobody() -> None:
    memory = Memory()
    index = Index(memory, lambda: 0)
    memory.put(f"{PENDING}0", b"nonsense")
    index.put("image:sha256:a", packages(frozenset({("p", "1")})), None)
    whole, outcomes = compact(index)
    assert whole
    assert [one.subject for one in outcomes if isinstance(one, Failed)] == [f"{PENDING}0"]
    assert "image:sha256:a" in held(index)
    assert list(memory.list(PENDING)) == []


def test_without_time_it_says_what_waits() -> None:
    index = Index(Memory(), lambda: 0)
    index.put("image:sha256:a", [], None)
    whole, outcomes = compact(index, in_time=lambda: False)
    assert not whole
    assert len(outcomes) == 1


def test_the_last_two_generations_are_kept() -> None:
    memory = Memory()
    index = Index(memory, lambda: 0)
    heads = []
    for at in range(4):
        index.put("function:arn:c", packages(frozenset({("p", str(at))})), None, at=at)
        compact(index)
        heads.append(index.head())
    assert list(memory.list(HEADS)) == [head_key(3), head_key(4)]
    assert index.table(heads[-2])
    with pytest.raises(EnvironmentFault):
        index.table(heads[0])


def test_a_file_that_was_changed_is_refused() -> None:
    memory = Memory()
    index = Index(memory, lambda: 0)
    index.put("image:sha256:a", [], None)
    compact(index)
    table = index.head().table
    assert table
    memory.put(table.key, memory.objects[table.key] + b"x")
    with pytest.raises(InvalidInput):
        index.table(index.head())


def test_a_head_that_names_other_files_is_refused() -> None:
    memory = Memory()
    memory.put(head_key(1), write_head(Head(1)).replace(b"null", b'["db/manifest.json", "00"]', 1))
    with pytest.raises(InvalidInput):
        Index(memory, lambda: 0).head()
