"""What must hold for every task definition: nothing is lost, and everything is taken out again."""

import copy
from contextlib import suppress
from typing import Any

from hypothesis import HealthCheck, assume, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from outrider.cli.aws.validate import check_register
from outrider.errors import OutriderError, RefusedDefinition
from outrider.inject.difference import unified
from outrider.inject.entrypoint import without_launcher
from outrider.inject.settings import Settings
from outrider.inject.task_definition import Injection, images_needed, inject
from outrider.inject.unpatch import unpatch
from outrider.model.image import ImageConfig, ResolvedImage
from outrider.model.outcome import Covered, Failed

from . import strategies

SLOW = hypothesis_settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
TOUCHED = {"entryPoint", "command", "image", "mountPoints", "dependsOn", "linuxParameters", "dockerLabels"}
Images = dict[str, ResolvedImage | Failed]


def patch(document: dict[str, Any], images: Images, settings: Settings) -> Injection:
    """Inject, leaving out the definitions that are refused as a whole."""
    try:
        return inject(document, images, settings)
    except RefusedDefinition as error:
        assume(False)
        raise AssertionError from error


def covered(injection: Injection) -> set[str]:
    return {o.subject.removeprefix("container ") for o in injection.outcomes if isinstance(o, Covered)}


@st.composite
def situations(draw: st.DrawFn) -> tuple[dict[str, Any], Images, Settings]:
    document = draw(strategies.definitions())
    return document, draw(strategies.images(document)), draw(strategies.settings(document))


@SLOW
@given(situations())
def test_the_input_is_never_changed(situation: tuple[dict[str, Any], Images, Settings]) -> None:
    document, images, settings = situation
    before = copy.deepcopy(document)
    result = patch(document, images, settings)
    assert document == before
    for container in result.document["containerDefinitions"]:
        container["environment"] = ["changed"]
        container.setdefault("dependsOn", []).append("changed")
    assert document == before, "nothing is shared with the result"


@SLOW
@given(situations())
def test_patching_twice_is_patching_once(situation: tuple[dict[str, Any], Images, Settings]) -> None:
    document, images, settings = situation
    once = patch(document, images, settings)
    twice = inject(once.document, images, settings)
    assert twice.document == once.document
    assert twice.outcomes == once.outcomes
    assert twice.warnings == once.warnings
    assert unified(once.document, twice.document, "x") == "", "also to the letter"


@SLOW
@given(situations())
def test_unpatching_gives_back_what_was_there(situation: tuple[dict[str, Any], Images, Settings]) -> None:
    document, images, settings = situation
    once = patch(document, images, settings)
    if covered(once):
        assert unpatch(once.document).document == document
        assert unpatch(once.document).warnings == ()
    else:
        assert once.document == document


@SLOW
@given(situations(), st.data())
def test_patching_with_other_settings_replaces_the_former_patch(
    situation: tuple[dict[str, Any], Images, Settings], data: st.DataObject
) -> None:
    document, images, settings = situation
    newer = data.draw(strategies.settings(document))
    once = patch(document, images, settings)
    assert inject(once.document, images, newer).document == patch(document, images, newer).document


@SLOW
@given(situations())
def test_the_api_model_accepts_the_result(situation: tuple[dict[str, Any], Images, Settings]) -> None:
    document, images, settings = situation
    unknown = check_register(document)
    assert check_register(patch(document, images, settings).document) == unknown


@SLOW
@given(situations())
def test_every_container_has_one_outcome_and_the_failed_ones_are_untouched(
    situation: tuple[dict[str, Any], Images, Settings],
) -> None:
    document, images, settings = situation
    result = patch(document, images, settings)
    there = [container["name"] for container in document["containerDefinitions"]]
    assert [outcome.subject for outcome in result.outcomes] == [f"container {name}" for name in there]
    after = {container["name"]: container for container in result.document["containerDefinitions"]}
    for container in document["containerDefinitions"]:
        if container["name"] not in covered(result):
            assert after[container["name"]] == container


@SLOW
@given(situations())
def test_what_the_user_wrote_stays_in_its_order(situation: tuple[dict[str, Any], Images, Settings]) -> None:
    document, images, settings = situation
    result = patch(document, images, settings)
    after = {container["name"]: container for container in result.document["containerDefinitions"]}
    for container in document["containerDefinitions"]:
        new = after[container["name"]]
        assert {k: v for k, v in new.items() if k not in TOUCHED} == {
            k: v for k, v in container.items() if k not in TOUCHED
        }
        for name in ("mountPoints", "dependsOn"):
            assert new.get(name, [])[: len(container.get(name, []))] == container.get(name, [])
        assert container.get("dockerLabels", {}).items() <= new.get("dockerLabels", {}).items()
        wanted = container.get("linuxParameters", {}).get("capabilities", {})
        got = new.get("linuxParameters", {}).get("capabilities", {})
        assert got.get("drop") == wanted.get("drop")
        assert got.get("add", [])[: len(wanted.get("add", []))] == wanted.get("add", [])
    for key, value in document.items():
        if key not in {"containerDefinitions", "volumes", "memory"}:
            assert result.document[key] == value


def argv(container: dict[str, Any], image: ImageConfig, override: list[str] | None) -> list[str]:
    """What a container starts, by Docker's rules; `override` is RunTask's command."""
    entry_point, command = container.get("entryPoint"), override or container.get("command")
    if entry_point:
        return [*([] if entry_point == [""] else entry_point), *(command or [])]
    return [*image.entrypoint, *(command or image.cmd)]


@SLOW
@given(situations(), st.sampled_from([None, ["other", "command"]]))
def test_the_same_words_run_behind_the_launcher(
    situation: tuple[dict[str, Any], Images, Settings], override: list[str] | None
) -> None:
    document, images, settings = situation
    result = patch(document, images, settings)
    after = {container["name"]: container for container in result.document["containerDefinitions"]}
    for container in document["containerDefinitions"]:
        if container["name"] in covered(result):
            image = images.get(container["name"])
            config = image.config if isinstance(image, ResolvedImage) else ImageConfig()
            runs = argv(
                after[container["name"]], ImageConfig(entrypoint=("never",), cmd=("never",)), override
            )
            assert without_launcher(runs) == argv(container, config, override)


def described(document: dict[str, Any]) -> dict[str, Any]:
    """What DescribeTaskDefinition answers for a registered definition: defaults filled in, facts added."""
    inner = copy.deepcopy(document)
    tags = inner.pop("tags", [])
    for container in inner["containerDefinitions"]:
        for name in ("environment", "mountPoints", "volumesFrom", "portMappings", "systemControls"):
            container.setdefault(name, [])
        container.setdefault("cpu", 0)
        container.setdefault("essential", True)
    for volume in inner.setdefault("volumes", []):
        if volume.keys() == {"name"}:
            volume["host"] = {}
    inner.setdefault("placementConstraints", [])
    facts = {"taskDefinitionArn": "arn:x", "revision": 7, "status": "ACTIVE", "registeredBy": "me"}
    return {"taskDefinition": {**inner, **facts, "compatibilities": ["EC2", "FARGATE"]}, "tags": tags}


@SLOW
@given(situations())
def test_what_ecs_gives_back_of_a_patched_definition_counts_as_patched(
    situation: tuple[dict[str, Any], Images, Settings],
) -> None:
    document, images, settings = situation
    once = patch(document, images, settings)
    back = described(once.document)
    again = inject(back, images, settings)
    expected = {
        k: v
        for k, v in back["taskDefinition"].items()
        if k not in {"taskDefinitionArn", "revision", "status", "registeredBy", "compatibilities"}
    }
    if back["tags"]:
        expected["tags"] = back["tags"]
    assert again.document == expected
    assert again.outcomes == once.outcomes


@SLOW
@given(strategies.JSON)
def test_any_json_gives_a_result_or_an_error_of_ours(value: Any) -> None:
    document = value if isinstance(value, dict) else {"containerDefinitions": value}
    before = copy.deepcopy(document)
    settings = Settings(sidecar_image=strategies.SIDECAR, allow_ec2=True)
    for act in (
        lambda: inject(document, {}, settings),
        lambda: images_needed(document, settings),
        lambda: unpatch(document),
    ):
        with suppress(OutriderError):
            act()
    assert repr(document) == repr(before)


@hypothesis_settings(parent=SLOW, max_examples=120)
@given(situations(), st.data())
def test_a_patched_definition_that_somebody_changed_gives_a_result_or_an_error_of_ours(
    situation: tuple[dict[str, Any], Images, Settings], data: st.DataObject
) -> None:
    document, images, settings = situation
    changed = patch(document, images, settings).document
    for _ in range(data.draw(st.integers(1, 3))):
        *path, last = data.draw(st.sampled_from(strategies.places(changed)))
        holder: Any = changed
        for key in path:
            holder = holder[key]
        if data.draw(st.booleans()):
            del holder[last]
        elif isinstance(holder[last], str) and data.draw(st.booleans()):
            holder[last] = holder[last][: len(holder[last]) // 2] + data.draw(st.text(max_size=3))
        else:
            holder[last] = data.draw(strategies.JSON)
        if not changed:
            return
    before = repr(changed)
    for act in (lambda: unpatch(changed), lambda: inject(changed, images, settings)):
        with suppress(OutriderError):
            act()
    assert repr(changed) == before
