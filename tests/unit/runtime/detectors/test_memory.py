"""The last keys are found, the first are forgotten, and no value changes."""

from hypothesis import given
from hypothesis import strategies as st

from outrider.runtime.detectors.memory import LAYER, LAYERS, Memory


@given(st.lists(st.tuples(st.integers(0, 50), st.integers()), max_size=300))
def test_is_a_mapping_while_it_is_small(entries: list[tuple[int, int]]) -> None:
    memory: Memory[int, int] = Memory()
    for key, value in entries:
        before = memory.get(key)
        after = memory.plus(key, value)
        assert memory.get(key) == before
        memory = after
    expected = dict(entries)
    assert {key: memory.get(key) for key in expected} == expected
    assert all((key in memory) == (key in expected) for key in range(51))


def test_forgets_the_oldest() -> None:
    memory: Memory[int, int] = Memory()
    for key in range(5000):
        memory = memory.plus(key, key)
    assert sum(map(len, memory.layers)) <= LAYER * LAYERS
    assert all(key in memory for key in range(4100, 5000)) and 3900 not in memory
