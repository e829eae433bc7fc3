"""Calls that make a function another: the patterns' prefixes and the form mean the same."""

import datetime

from hypothesis import given
from hypothesis import strategies as st

from outrider.function.changes import DATED, PLAIN, changes, event_names


def brought(name: str) -> bool:
    """By EventBridge: equal, or with the prefix."""
    return any(
        name == wanted if isinstance(wanted, str) else name.startswith(wanted["prefix"])
        for wanted in event_names()
    )


@given(
    st.sampled_from([*DATED, *PLAIN, "DeleteFunction", "GetFunction", "CreateAlias"]),
    st.dates(datetime.date(1900, 1, 1)).map(lambda day: f"{day:%Y%m%d}") | st.just(""),
    st.sampled_from(["", "v2", "v3"]),
)
def test_a_name_of_cloudtrail_is_brought_exactly_when_it_is_read(call: str, date: str, version: str) -> None:
    name = f"{call}{date}{version if date else ''}"
    assert brought(name) == changes(name)
    assert changes(name) == ((call in DATED and date.startswith("20")) or name in PLAIN)


@given(st.text(max_size=60))
def test_any_text_is_one_or_not(text: str) -> None:
    assert not changes(text) or brought(text)
