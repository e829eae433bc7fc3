"""What every compliance rule promises: it passes, fails and does not apply where it should, with evidence."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from outrider.model.artifact import Executable
from outrider.model.finding import Answer
from outrider.model.outcome import Failed
from outrider.scan.compliance.evaluate import MOST_EVIDENCE, evaluate
from outrider.scan.compliance.function.registry import FUNCTION_RULES
from outrider.scan.compliance.image import holds_no_setuid_programs
from outrider.scan.compliance.image.registry import IMAGE_RULES
from outrider.scan.compliance.registry import RULE_NAMES
from outrider.scan.compliance.rule import Rule
from outrider.scan.compliance.task.registry import TASK_RULES
from tests.unit.scan.compliance import functions, images, tasks

ROOM = Path(__file__).parents[2] / "outrider" / "scan" / "compliance"
ALL: tuple[Rule[Any], ...] = (*IMAGE_RULES, *TASK_RULES, *FUNCTION_RULES)
BAD: dict[str, tuple[Any, ...]] = {**images.BAD, **tasks.BAD, **functions.BAD}
ALSO_GOOD: dict[str, tuple[Any, ...]] = {**images.ALSO_GOOD, **functions.ALSO_GOOD}


def good(rule: Rule[Any]) -> Any:
    """The subject that every rule of a kind passes."""
    if rule in IMAGE_RULES:
        return images.GOOD
    return tasks.GOOD if rule in TASK_RULES else functions.GOOD


def unknown(rule: Rule[Any]) -> Any:
    """The subject of which nothing is known."""
    if rule in IMAGE_RULES:
        return images.SBOM
    return tasks.EMPTY if rule in TASK_RULES else functions.UNASKED


@pytest.mark.parametrize("rule", ALL, ids=lambda rule: rule.name)
class TestEach:
    def test_it_passes_what_is_good(self, rule: Rule[Any]) -> None:
        for subject in (good(rule), *ALSO_GOOD.get(rule.name, ())):
            seen = rule.look(subject)
            assert seen.answer is Answer.PASS, seen
            assert seen.evidence

    def test_it_fails_what_is_bad_and_shows_it(self, rule: Rule[Any]) -> None:
        for subject in BAD[rule.name]:
            seen = rule.look(subject)
            assert seen.answer is Answer.FAIL, seen
            assert all(seen.evidence)
            assert seen.evidence

    def test_what_was_not_looked_at_is_no_pass(self, rule: Rule[Any]) -> None:
        answer = rule.look(unknown(rule)).answer
        if rule.name in images.ALWAYS_APPLY:
            assert answer is Answer.PASS
        elif rule.name in functions.APPLY_TO_ALL:
            assert answer in {Answer.PASS, Answer.FAIL}
        elif rule in TASK_RULES:
            assert (
                answer in {Answer.NOT_APPLICABLE, Answer.FAIL}
                or rule.name == "shares_no_namespace_of_its_host"
            )
        else:
            assert answer is Answer.NOT_APPLICABLE

    def test_it_is_written_as_it_should_be(self, rule: Rule[Any]) -> None:
        assert not rule.title.endswith(".")
        assert rule.remedy
        assert any((ROOM / kind / f"{rule.name}.py").is_file() for kind in ("image", "task", "function"))


def test_names_are_unique_and_no_rule_was_forgotten() -> None:
    written = {
        path.stem
        for kind in ("image", "task", "function")
        for path in (ROOM / kind).glob("*.py")
        if "\nRULE = " in path.read_text()
    }
    assert len(set(RULE_NAMES)) == len(RULE_NAMES)
    assert written == set(RULE_NAMES) == set(BAD)


@pytest.mark.parametrize("name", tasks.MALFORMED)
def test_a_field_of_the_wrong_form_is_a_failure_and_told_of(name: str) -> None:
    rule = next(rule for rule in TASK_RULES if rule.name == name)
    (check,), outcomes = evaluate((rule,), tasks.MALFORMED[name], ())
    assert check.answer is Answer.FAIL
    assert "cannot be judged" in check.evidence[0]
    assert [outcome for outcome in outcomes if isinstance(outcome, Failed)]


def test_much_evidence_is_cut_and_counted() -> None:
    many = tuple(Executable(path=f"/bin/{n:03}", sha256="0" * 64, size=1, mode=0o4755) for n in range(50))
    subject = replace(images.GOOD, contents=replace(images.CONTENTS, executables=many))
    (check,), _ = evaluate((holds_no_setuid_programs.RULE,), subject, ())
    assert len(check.evidence) == MOST_EVIDENCE + 1
    assert check.evidence[-1] == "and 30 more"
