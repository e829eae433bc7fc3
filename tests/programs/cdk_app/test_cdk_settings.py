"""Context keys: what is right is read, what is wrong is refused by name."""

import pytest

from cdk_app.settings import READERS, Settings, read
from outrider.errors import UsageError


def test_no_context_is_the_defaults() -> None:
    assert read({}) == Settings()
    assert read({"@aws-cdk/core:something": True}) == Settings()


def test_every_field_has_a_key() -> None:
    assert {key.replace("-", "_") for key in READERS} == set(Settings.__dataclass_fields__)


def test_words_of_the_command_line_and_values_of_cdk_json_are_read_alike() -> None:
    said = read({"outrider:security-hub": "true", "outrider:sweep-hours": "12"})
    assert said == read({"outrider:security-hub": True, "outrider:sweep-hours": 12})
    assert read({"outrider:members": "222222222222, 111111111111"}).members == (
        "111111111111",
        "222222222222",
    )


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("mode", "monitor"),
        ("opt", ""),
        ("act-on-iac", "yes"),
        ("sidecar-image", "outrider:latest"),
        ("database-mirror", "http://example.com"),
        ("log-days", 91),
        ("sweep-hours", 0),
        ("members", "12345"),
        ("members", ",".join(f"{number:012}" for number in range(101))),
        ("organization", "r-abcd"),
        ("alarm-email", "nobody"),
        ("policy-signing-key", "alias/outrider"),
        ("hub", "x"),
        ("colour", "red"),
    ],
)
def test_what_is_wrong_is_named(key: str, value: object) -> None:
    with pytest.raises(UsageError, match=f"outrider:{key}"):
        read({f"outrider:{key}": value})
