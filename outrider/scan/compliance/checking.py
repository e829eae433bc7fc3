"""Who is asked what: the rules of a target by its kind."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from itertools import chain

from outrider.model.artifact import Contents
from outrider.model.finding import Answer, Check, Vulnerability
from outrider.model.outcome import Outcome
from outrider.scan.compliance.evaluate import evaluate
from outrider.scan.compliance.function.registry import FUNCTION_RULES
from outrider.scan.compliance.image.registry import IMAGE_RULES
from outrider.scan.compliance.pack import Pack
from outrider.scan.compliance.subjects import Function, Image, Task
from outrider.scan.compliance.task.registry import TASK_RULES
from outrider.scan.matching import eol

Judged = tuple[tuple[Check, ...], tuple[Outcome, ...]]

_SECONDS_A_DAY = 86_400


def check(
    contents: Contents,
    subject: Task | Function | None,
    vulnerabilities: tuple[Vulnerability, ...],
    wanted: Sequence[Pack],
    *,
    today: date,
    complete: bool,
) -> Judged:
    """Answers of all rules about the target. An image's rules are asked where there is an image config.

    Not `complete`: vulnerabilities were not looked for everywhere. A rule on them may fail then, not pass.
    """
    asked: list[Judged] = []
    if contents.config is not None:
        image = _image(contents, vulnerabilities, today)
        answers, told = evaluate(IMAGE_RULES, image, wanted)
        if not complete:
            unknown, _ = evaluate(IMAGE_RULES, replace(image, vulnerabilities=None), wanted)
            answers = tuple(map(_sure, answers, unknown))
        asked.append((answers, told))
    if isinstance(subject, Task):
        asked.append(evaluate(TASK_RULES, subject, wanted))
    if isinstance(subject, Function):
        asked.append(evaluate(FUNCTION_RULES, subject, wanted))
    checks, outcomes = zip(*asked, strict=True) if asked else ((), ())
    return tuple(chain(*checks)), tuple(chain(*outcomes))


def _sure(seen: Check, unseen: Check) -> Check:
    """The answer that is right whatever was not seen: a failure stays one."""
    return seen if seen.answer is Answer.FAIL else unseen


def _image(contents: Contents, vulnerabilities: tuple[Vulnerability, ...], today: date) -> Image:
    """An image as its rules look at it."""
    ended = eol.distribution(contents.release, today.isoformat()) if contents.release else None
    return Image(
        contents=contents,
        vulnerabilities=vulnerabilities,
        age_days=_age(contents.created, today),
        end_of_life=ended.date if ended else "",
    )


def _age(created: str, today: date) -> float | None:
    """Days since an image was built; None where it does not say, or says the epoch to be reproducible."""
    try:
        moment = datetime.fromisoformat(created)
    except ValueError:
        return None
    days = (today - moment.date()).days
    return None if moment.timestamp() <= _SECONDS_A_DAY else float(days)
