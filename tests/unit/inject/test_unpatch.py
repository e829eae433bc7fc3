"""Taking the defender out: exactly, with respect for what was edited since, and never by guessing."""

import json
from typing import Any

import pytest

from outrider.errors import InvalidInput
from outrider.inject import names
from outrider.inject.original import Original, from_label, to_label
from outrider.inject.unpatch import unpatch
from outrider.model.outcome import Covered, Skipped

from .samples import DIGEST, NGINX, bare, container, patch, task, web

LABEL = names.ORIGINAL_LABEL


def patched(*containers: dict[str, Any], **settings: Any) -> dict[str, Any]:
    return patch(task(*containers), {c["name"]: NGINX for c in containers}, **settings).document


def of(document: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(c for c in document["containerDefinitions"] if c["name"] == name)
    return found


def test_a_definition_without_us_is_not_unpatched() -> None:
    with pytest.raises(InvalidInput, match="not patched by Outrider"):
        unpatch(task())


def test_the_outcomes_say_what_was_restored() -> None:
    document = patch(task(web(), web("proxy")), skip=frozenset({"proxy"})).document
    assert unpatch(document).outcomes == (
        Covered("container web", "restored"),
        Skipped("container proxy", "was not patched"),
    )


def test_an_image_that_changed_after_the_patch_is_read_anew() -> None:
    """What deploy pipelines do: take the running definition, put the new image in, register."""
    document = patched(bare())
    of(document, "web")["image"] = "nginx:1.26"
    assert unpatch(document).document == task(bare(image="nginx:1.26"))
    assert unpatch(document).warnings == ()


def test_a_pinned_image_is_restored_and_a_changed_one_is_kept() -> None:
    document = patched(bare(), pin_images=True)
    assert of(document, "web")["image"] == f"docker.io/library/nginx@{DIGEST}"
    assert unpatch(document).document == task(bare())
    of(document, "web")["image"] = "nginx:1.26"
    done = unpatch(document)
    assert of(done.document, "web")["image"] == "nginx:1.26"
    assert done.warnings == ("container web: image was changed after the patch and is kept as it is now",)


def test_a_command_that_changed_after_the_patch_is_kept_and_said() -> None:
    document = patched(bare())
    of(document, "web")["command"] = ["other"]
    done = unpatch(document)
    assert done.document == task(bare(command=["other"]))
    assert "command was changed" in done.warnings[0]
    del of(document, "web")["command"]
    assert unpatch(document).document == task(bare())


def test_an_entry_point_that_changed_behind_the_launcher_is_kept() -> None:
    document = patched(web())
    of(document, "web")["entryPoint"][-1] = "/new"
    assert of(unpatch(document).document, "web")["entryPoint"] == ["/new"]


def test_other_edits_after_the_patch_are_kept() -> None:
    document = patched(web())
    of(document, "web")["linuxParameters"]["initProcessEnabled"] = True
    of(document, "web")["environment"] = [{"name": "A", "value": "1"}]
    of(document, "web")["mountPoints"].append({"sourceVolume": "data", "containerPath": "/data"})
    document["volumes"].append({"name": "data"})
    assert unpatch(document).document == task(
        web(
            linuxParameters={"initProcessEnabled": True},
            environment=[{"name": "A", "value": "1"}],
            mountPoints=[{"sourceVolume": "data", "containerPath": "/data"}],
        ),
        volumes=[{"name": "data"}],
    )


def test_references_to_our_parts_added_later_are_taken_out_and_said() -> None:
    document = patch(task(web(), web("late")), skip=frozenset({"late"})).document
    of(document, "late")["dependsOn"] = [{"containerName": "outrider", "condition": "HEALTHY"}]
    of(document, "late")["mountPoints"] = [{"sourceVolume": "outrider", "containerPath": "/x"}]
    done = unpatch(document)
    assert of(done.document, "late")["dependsOn"] == of(done.document, "late")["mountPoints"] == []
    assert len(done.warnings) == 2


def test_raised_memory_is_lowered_again() -> None:
    given = task(web(memory=1024))
    document = patch(given, raise_memory=True).document
    assert document["memory"] == "2048"
    assert unpatch(document).document == given
    document["memory"] = "4096"


@pytest.mark.parametrize("gone", ["outrider", "outrider-init"])
def test_a_missing_container_of_ours_is_refused(gone: str) -> None:
    document = patched(web())
    document["containerDefinitions"] = [c for c in document["containerDefinitions"] if c["name"] != gone]
    with pytest.raises(InvalidInput, match=f"{gone} is missing"):
        unpatch(document)


@pytest.mark.parametrize("gone", ["outrider", "outrider-state"])
def test_a_missing_or_foreign_volume_is_refused(gone: str) -> None:
    document = patched(web())
    document["volumes"] = [v for v in document["volumes"] if v["name"] != gone]
    with pytest.raises(InvalidInput, match=f"volume {gone} is not the one"):
        unpatch(document)
    document["volumes"].append({"name": gone, "host": {"sourcePath": "/etc"}})
    with pytest.raises(InvalidInput, match=f"volume {gone} is not the one"):
        unpatch(document)


def test_lost_labels_are_noticed() -> None:
    document = patched(web())
    for one in document["containerDefinitions"]:
        one["dockerLabels"] = {}
    with pytest.raises(InvalidInput, match="is missing or lost its label"):
        unpatch(document)
    document = patched(web())
    of(document, "web")["dockerLabels"] = {}
    with pytest.raises(InvalidInput, match="it is missing, but the entry point is the launcher's"):
        unpatch(document)


def test_a_label_without_a_launcher_is_refused() -> None:
    document = patched(web())
    of(document, "web")["entryPoint"] = ["/app"]
    with pytest.raises(InvalidInput, match="does not begin with"):
        unpatch(document)


def test_our_label_on_a_foreign_container_is_refused() -> None:
    document = patched(web(), web("b"))
    of(document, "b")["dockerLabels"][names.COMPONENT_LABEL] = "agent"
    with pytest.raises(InvalidInput, match="container b carries our label"):
        unpatch(document)


@pytest.mark.parametrize(
    "label",
    [
        "",
        "{",
        "[]",
        '{"v":2}',
        '{"v":true}',
        '{"v":1,"extra":1}',
        '{"v":1,"absent":"mountPoints"}',
        '{"v":1,"absent":["name"]}',
        '{"v":1,"absent":[[]]}',
        '{"v":1,"was":[]}',
        '{"v":1,"was":{"environment":[]},"wrote":{"environment":"x"}}',
        '{"v":1,"was":{"entryPoint":"x"},"wrote":{"entryPoint":"x"}}',
        '{"v":1,"was":{"image":["x"]},"wrote":{"image":"x"}}',
        '{"v":1,"was":{"command":["x"]}}',
        '{"v":1,"wrote":{"command":"x"}}',
        '{"v":1,"wrote":{"command":1},"absent":["command"]}',
        '{"v":1,"wrote":[]}',
        '{"v":1,"absent":["command"],"was":{"command":[]},"wrote":{"command":"x"}}',
        '{"v":1,"absent":["command"]}',
        '{"a":' * 60 + "1" + "}" * 60,
    ],
)
def test_a_damaged_label_is_refused_by_unpatch_and_by_patch(label: str) -> None:
    document = patched(web())
    of(document, "web")["dockerLabels"][LABEL] = label
    with pytest.raises(InvalidInput, match="damaged") as caught:
        unpatch(document)
    assert "nothing was changed" in caught.value.hint
    with pytest.raises(InvalidInput, match="damaged"):
        patch(document)


def test_a_label_says_no_more_than_it_must() -> None:
    full = web(
        mountPoints=[],
        dependsOn=[],
        dockerLabels={},
        linuxParameters={"capabilities": {"add": []}},
        command=[],
    )
    label = container(patch(task(full)))["dockerLabels"][LABEL]
    assert json.loads(label) == {"v": 1, "ptrace": True}


def test_labels_are_read_as_they_were_written() -> None:
    original = Original(
        absent=frozenset({"command", "dependsOn"}),
        was={"entryPoint": [""]},
        wrote={"entryPoint": "0", "command": "1"},
    )
    assert from_label(to_label(original), "here") == original
