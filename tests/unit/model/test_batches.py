"""Batches: nothing is lost, the order is kept, no batch is over what a call may have."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from outrider.model.batches import batches


@given(st.lists(st.integers(0, 120)), st.integers(1, 10), st.integers(1, 100))
def test_nothing_is_lost_and_nothing_is_too_much(sizes: list[int], count: int, total: int) -> None:
    found = list(batches(sizes, int, count=count, total=total))
    assert [size for batch in found for size in batch] == sizes
    for batch in found:
        assert 1 <= len(batch) <= count
        assert len(batch) == 1 or sum(batch) <= total
    for one, following in pairwise(found):
        assert len(one) == count or sum(one) + following[0] > total
