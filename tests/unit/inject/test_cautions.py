"""What works, but not as a user may expect, is said; memory is never raised in silence."""

from typing import Any

import pytest

from outrider.errors import UsageError
from outrider.inject.room import lacking, next_memory
from outrider.inject.settings import OnFailure, Settings
from outrider.model.event import Mode
from outrider.model.image import ImageConfig, ResolvedImage

from .samples import SIDECAR, bare, patch, task, web

KEY = "A" * 43 + "="

QUEUE = "OUTRIDER_EVENTS_QUEUE"


def said(words: str, document: dict[str, Any], config: ImageConfig | None = None, **settings: Any) -> bool:
    images: Any = {"web": ResolvedImage(reference="r", config=config)} if config else {}
    return any(words in warning for warning in patch(document, images, **settings).warnings)


def test_an_ordinary_task_gives_no_warning() -> None:
    assert patch(task()).warnings == ()


def test_s6_overlay_needs_to_be_pid_1_and_root() -> None:
    s6 = ImageConfig(entrypoint=("/init",))
    assert not said("/init", task(bare()), s6)
    assert said("must be PID 1", task(bare(linuxParameters={"initProcessEnabled": True})), s6)
    assert said("must be PID 1", task(bare(), pidMode="task"), s6)
    assert said("s6-overlay 3 then needs", task(bare(user="1000:1000")), s6)
    assert said("s6-overlay 3 then needs", task(bare()), ImageConfig(entrypoint=("/init",), user="app"))
    assert not said("s6-overlay 3 then needs", task(bare(user="0:0")), s6)


def test_pid_mode_task_is_said() -> None:
    assert said("pause is PID 1", task(pidMode="task"))


@pytest.mark.parametrize("program", ["/usr/bin/sudo", "su"])
def test_programs_that_lose_their_rights_are_said(program: str) -> None:
    assert said("no_new_privs", task(web(entryPoint=[program, "-c", "x"], user="1000")))
    assert not said("no_new_privs", task(web(entryPoint=[program, "-c", "x"])))


def test_a_dropped_ptrace_is_respected_and_said() -> None:
    given = web(linuxParameters={"capabilities": {"drop": ["SYS_PTRACE"]}})
    result = patch(task(given))
    assert result.document["containerDefinitions"][0]["linuxParameters"] == given["linuxParameters"]
    assert any("drops SYS_PTRACE" in warning for warning in result.warnings)


def test_a_health_check_is_said_in_block_mode_only() -> None:
    document = task(web(healthCheck={"command": ["CMD-SHELL", "curl -f localhost"]}))
    assert said("healthCheck", document, mode=Mode.BLOCK)
    assert not said("healthCheck", document)


def test_a_policy_from_elsewhere_without_a_key_is_said() -> None:
    assert said("no signature", task(), policy="s3://bucket/key")
    assert not said("no signature", task(), policy="s3://bucket/key", key=KEY)


def test_events_that_would_go_nowhere_are_said() -> None:
    document = task(web())
    del document["containerDefinitions"][0]["logConfiguration"]
    assert said("no patched container has a logConfiguration", document)


@pytest.mark.parametrize(
    ("cpu", "memory", "words"),
    [
        ("256", "4096", "does not offer cpu 256 with memory 4096"),
        ("300", "512", "no task of cpu 300"),
        ("words", "512", "no task of cpu words"),
        ("8192", "17408", "does not offer"),
    ],
)
def test_a_size_that_fargate_does_not_offer_is_said(cpu: str, memory: str, words: str) -> None:
    assert said(words, task(cpu=cpu, memory=memory))


@pytest.mark.parametrize(
    ("cpu", "memory"), [("256", "512"), (".25 vCPU", "0.5GB"), ("1 vCPU", "8 GB"), ("16384", "122880")]
)
def test_a_size_that_fargate_offers_is_not(cpu: str, memory: str) -> None:
    assert not said("Fargate", task(cpu=cpu, memory=memory))


def test_memory_is_reported_and_raised_only_when_asked() -> None:
    document = task(web(memory=512), web("b", memoryReservation=448))
    assert lacking(document) == 64
    result = patch(document)
    assert result.document["memory"] == "1024"
    assert any("--raise-memory makes it 2048" in warning for warning in result.warnings)
    raised = patch(document, raise_memory=True)
    assert raised.document["memory"] == "2048"
    assert any("raised to 2048" in warning for warning in raised.warnings)
    assert patch(raised.document, raise_memory=True).document == raised.document
    assert patch(raised.document).document == result.document, "no flag, no raise: also on the second patch"


def test_memory_that_cannot_be_raised_stays() -> None:
    document = task(web(memory=2048), memory="2048")
    assert next_memory(document) == ""
    result = patch(document, raise_memory=True)
    assert result.document["memory"] == "2048"
    assert any("allows no larger memory" in warning for warning in result.warnings)


def test_containers_without_sizes_share_what_there_is() -> None:
    assert lacking(task(web(), memory="512")) == 0
    assert lacking({"containerDefinitions": [web(memory=512)]}) == 0


@pytest.mark.parametrize(
    "settings",
    [
        {"sidecar_image": ""},
        {"policy": "http://x"},
        {"policy": "s3://bucket"},
        {"policy": "ssm:\n"},
        {"key": "short", "policy": "ssm:/x"},
        {"key": "!" * 44, "policy": "ssm:/x"},
        {"key": KEY},
        {"log": "none"},
        {"events_queue": "outrider-events"},
        {"events_queue": "http://sqs.eu-west-1.amazonaws.com/123456789012/e"},
        {"poll_seconds": 0},
        {"skip": frozenset({"a"}), "include": frozenset({"a"})},
    ],
)
def test_settings_that_make_no_sense_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        Settings(**{"sidecar_image": SIDECAR, **settings})


def test_the_key_reaches_every_supervisor() -> None:
    words = patch(task(), key=KEY, policy="ssm:/x").document["containerDefinitions"][0]["entryPoint"]
    assert words[words.index("--key") + 1] == KEY


def test_the_queue_reaches_ours_alone_and_its_rights_are_said() -> None:
    url = "https://sqs.eu-west-1.amazonaws.com/123456789012/outrider-events"
    assert said("sqs:SendMessage", task(), events_queue=url)
    patched = patch(task(), events_queue=url).document["containerDefinitions"]
    holders = [one["name"] for one in patched if {"name": QUEUE, "value": url} in one.get("environment", [])]
    assert holders == ["outrider-init", "outrider"]
    assert QUEUE not in str(patch(task()).document)


def test_what_day_zero_needs_is_said() -> None:
    lists: dict[str, Any] = {"day_zero": {"web": "1" * 64}, "programs": "s3://guard/lists/{digest}"}
    assert said("s3:GetObject on s3://guard/lists/*, and kms:Decrypt", task(), **lists)
    assert said("a container is only watched until it can", task(), **lists)
    assert said("the task does not start", task(), **lists, on_failure=OnFailure.SECURITY)
    in_the_image = lists | {"programs": "file:/lists/{digest}"}
    assert not said("s3:GetObject", task(), **in_the_image)


VERSIONED: dict[str, Any] = {"policy": "s3://state/{family}/{container}/{image}.policy", "key": KEY}


def told(name: str, document: dict[str, Any], images: Any = None, **settings: Any) -> str:
    """A variable of the sidecar of a patched definition."""
    listed = patch(document, images or {}, **settings).document["containerDefinitions"]
    (agent,) = [one for one in listed if one["name"] == "outrider"]
    return {one["name"]: one["value"] for one in agent["environment"]}.get(name, "")


def test_a_place_for_each_version_has_digests_that_the_definition_names() -> None:
    pinned = task(web(image=f"shop@sha256:{'a' * 64}"))
    assert told("OUTRIDER_IMAGES", pinned, **VERSIONED) == f"web={'a' * 64}"
    assert told("OUTRIDER_POLICY_KEY", pinned, **VERSIONED) == KEY
    assert not said("named by a tag", pinned, **VERSIONED)
    by_tag = task(web(image="shop:1"))
    assert told("OUTRIDER_IMAGES", by_tag, **VERSIONED) == ""
    assert said("for some seconds it is only watched", by_tag, **VERSIONED)
    assert said("does not start", by_tag, on_failure=OnFailure.SECURITY, **VERSIONED)
    read = ResolvedImage(
        reference="shop:1", config=ImageConfig(entrypoint=("/a",)), pinned=f"shop@sha256:{'b' * 64}"
    )
    assert told("OUTRIDER_IMAGES", by_tag, {"web": read}, pin_images=True, **VERSIONED) == f"web={'b' * 64}"
    assert not any(
        "by a tag" in one for one in patch(by_tag, {"web": read}, pin_images=True, **VERSIONED).warnings
    )
    plain = {"policy": "s3://state/shop.policy", "key": KEY}
    assert told("OUTRIDER_IMAGES", pinned, **plain) == told("OUTRIDER_POLICY_KEY", pinned, **plain) == ""


@pytest.mark.parametrize("change", [{"key": ""}, {"policy": "s3://state/{family}/{image}.policy"}])
def test_a_place_for_each_version_needs_a_key_and_a_container(change: dict[str, str]) -> None:
    with pytest.raises(UsageError, match="a place for each version"):
        patch(task(), **VERSIONED | change)
