"""What a person asks for: one version of one workload shall be at a stage."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from outrider.errors import InvalidInput
from outrider.model.behaviour import BehaviourModel
from outrider.model.stage import Stage
from outrider.policy.stages import Wish
from outrider.report.harmless import harmless

NAME = 512
"""Of a workload, a container or an image, characters: a log group's name has 512, the longest of them."""
WHO = 100
"""Who asks, characters: a name or an address."""
WHY = 500
"""Why, characters: a sentence or two; every later reader of the model's steps gets them."""
_CAPS = {"workload": NAME, "container": NAME, "image": NAME, "stage": NAME, "who": WHO, "why": WHY}
_NEEDED = ("workload", "stage", "who", "why")


@dataclass(frozen=True, slots=True)
class Asked:
    """A wish, and what it is about; empty container or image: whichever there is, if there is one."""

    workload: str
    container: str
    image: str
    wish: Wish


def read(event: Mapping[str, Any]) -> Asked:
    """Read a payload. Raises InvalidInput: a field is unknown, missing, too long or no printable line."""
    if unknown := sorted(str(name) for name in event.keys() - _CAPS.keys()):
        raise InvalidInput(f"a wish has no field {harmless(unknown[0], 40)!r}", hint=_hint())
    words = {name: _word(event.get(name, ""), name, most) for name, most in _CAPS.items()}
    if missing := [name for name in _NEEDED if not words[name]]:
        raise InvalidInput(f"a wish says its {missing[0]}", hint=_hint())
    try:
        stage = Stage(words["stage"])
    except ValueError:
        known = ", ".join(Stage)
        raise InvalidInput(f"there is no stage {words['stage'][:40]!r}", hint=f"one of {known}.") from None
    wish = Wish(stage=stage, who=words["who"], why=words["why"])
    return Asked(words["workload"], words["container"], words["image"], wish)


def choose(asked: Asked, versions: Iterable[BehaviourModel]) -> BehaviourModel:
    """The version that is meant. Raises InvalidInput: there is none, or more than one."""
    found = [one for one in versions if _meant(asked, one)]
    if not found:
        raise InvalidInput(f"nothing was learned of {asked.workload}", hint="is it the name of the family?")
    if len(found) > 1:
        said = [f"{one.container} of {one.image or 'an unknown image'}" for one in found[:5]]
        raise InvalidInput(
            f"there are {len(found)} versions of {asked.workload}",
            hint=f"say container and image: {harmless('; '.join(said))}",
        )
    return found[0]


def _meant(asked: Asked, one: BehaviourModel) -> bool:
    return (
        one.workload == asked.workload
        and asked.container in ("", one.container)
        and asked.image in ("", one.image)
    )


def _word(value: Any, name: str, most: int) -> str:
    """One line that may be shown anywhere."""
    if not isinstance(value, str) or len(value) > most or not value.isprintable():
        raise InvalidInput(f"the {name} of a wish is one printable line of at most {most} characters")
    return value.strip()


def _hint() -> str:
    return "workload, stage, who and why; container and image where there are several."
