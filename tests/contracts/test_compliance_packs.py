"""Packs: each names its source, only rules that exist, and every rule belongs to a pack."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider import limits
from outrider.errors import InvalidInput
from outrider.model.finding import Answer
from outrider.scan.compliance.evaluate import evaluate
from outrider.scan.compliance.image import runs_as_non_root
from outrider.scan.compliance.pack import Pack, parse
from outrider.scan.compliance.registry import RULE_NAMES
from tests.unit.scan.compliance import images

FILES = sorted((Path(__file__).parents[2] / "templates" / "compliance").glob("*.yaml"))
EXPECTED = {"cis-docker", "nist-800-190", "pci-dss-4", "hipaa", "gdpr", "nist-800-53", "aws-serverless"}
HEAD = "{name: a-b, title: t, source: s"
CONTROL = "{id: '1', title: t, why: w}"


def packs() -> list[Pack]:
    return [parse(path.read_text(), path.name, RULE_NAMES) for path in FILES]


def test_the_packs_are_there_and_named_as_their_files() -> None:
    assert {pack.name for pack in packs()} == EXPECTED == {path.stem for path in FILES}


def test_every_rule_answers_to_some_control() -> None:
    assert {rule for pack in packs() for control in pack.controls for rule in control.rules} == set(
        RULE_NAMES
    )


def test_checks_carry_the_controls_of_the_packs() -> None:
    (check,), _ = evaluate((runs_as_non_root.RULE,), images.GOOD, packs())
    assert check.answer is Answer.PASS
    assert ("cis-docker", "4.1") in check.controls
    assert ("nist-800-53", "AC-6") in check.controls


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "not a compliance pack"),
        ("- 1", "not a compliance pack"),
        ("name: x\nname: [", "not a compliance pack"),
        ("{name: a-b, title: t, source: s, controls: []}", "controls"),
        (
            HEAD + ", controls: [{id: '1', title: t, rules: [no_such_rule], why: w}]}",
            "no_such_rule",
        ),
        (
            f"{HEAD}, controls: [{CONTROL}, {CONTROL}]}}",
            "twice",
        ),
        ("{name: a-b, title: t, source: s, controls: [{id: 1, title: t, why: w}]}", "id"),
        ("{name: a-b, title: t, source: s, extra: 1, controls: [{id: '1', title: t, why: w}]}", "extra"),
        ("x" * (limits.COMPLIANCE_PACK + 1), "larger"),
    ],
)
def test_a_pack_that_is_none_is_refused(text: str, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        parse(text, "the pack", RULE_NAMES)


@given(st.text(max_size=200))
def test_any_text_is_a_pack_or_an_error_of_ours(text: str) -> None:
    try:
        parse(text, "the pack", RULE_NAMES)
    except InvalidInput as error:
        assert error.message
