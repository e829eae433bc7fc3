"""What other injectors get wrong: each mistake is a test here."""

import copy
import json

from outrider.inject.settings import Settings
from outrider.inject.task_definition import images_needed
from outrider.model.outcome import Covered, Failed, Skipped

from .samples import DIGEST, NGINX, SIDECAR, bare, container, patch, task, web


def test_failures_are_not_logged_while_success_is_returned() -> None:
    result = patch(task(web(), bare("other")))
    assert not result.complete
    assert [type(outcome) for outcome in result.outcomes] == [Covered, Failed]


def test_a_container_without_entry_point_is_not_skipped_in_silence() -> None:
    assert [i.container for i in images_needed(task(bare()), Settings(sidecar_image=SIDECAR)).images] == [
        "web"
    ]
    assert isinstance(patch(task(bare()), {"web": NGINX}).outcomes[0], Covered)
    assert isinstance(patch(task(bare())).outcomes[0], Failed)


def test_the_callers_lists_are_not_changed_in_place() -> None:
    given = task(web(mountPoints=[], dependsOn=[], linuxParameters={"capabilities": {"add": []}}), volumes=[])
    before = copy.deepcopy(given)
    patch(given)
    assert given == before


def test_user_capabilities_are_merged_not_overwritten() -> None:
    given = web(
        linuxParameters={
            "initProcessEnabled": True,
            "capabilities": {"add": ["AUDIT_WRITE"], "drop": ["ALL"]},
        }
    )
    assert container(patch(task(given)))["linuxParameters"] == {
        "initProcessEnabled": True,
        "capabilities": {"add": ["AUDIT_WRITE", "SYS_PTRACE"], "drop": ["ALL"]},
    }


def test_a_capability_that_is_there_is_not_added_again() -> None:
    for spelling in ("SYS_PTRACE", "CAP_SYS_PTRACE", "sys_ptrace"):
        given = web(linuxParameters={"capabilities": {"add": [spelling]}})
        assert container(patch(task(given)))["linuxParameters"]["capabilities"]["add"] == [spelling]


def test_the_environment_is_not_sorted_and_empty_values_stay() -> None:
    environment = [{"name": "Z", "value": ""}, {"name": "A", "value": "1"}, {"name": "Z", "value": "again"}]
    assert container(patch(task(web(environment=environment))))["environment"] == environment


def test_runtime_platform_is_kept() -> None:
    platform = {"cpuArchitecture": "ARM64", "operatingSystemFamily": "LINUX"}
    assert patch(task(runtimePlatform=platform)).document["runtimePlatform"] == platform


def test_tags_of_describe_output_are_put_back() -> None:
    tags = [{"key": "team", "value": "shop"}, {"key": "empty", "value": ""}]
    assert patch({"taskDefinition": task(), "tags": tags}).document["tags"] == tags


def test_fields_that_only_describe_answers_are_taken_out() -> None:
    facts = {
        "taskDefinitionArn": "arn:aws:ecs:eu-west-1:1:task-definition/shop:7",
        "revision": 7,
        "status": "ACTIVE",
        "requiresAttributes": [{"name": "x"}],
        "compatibilities": ["FARGATE"],
        "registeredAt": "2026-01-01T00:00:00Z",
        "registeredBy": "arn:x",
        "deregisteredAt": "x",
        "deleteRequestedAt": "x",
    }
    assert not facts.keys() & patch({"taskDefinition": task(**facts)}).document.keys()
    assert not facts.keys() & patch(task(**facts)).document.keys()


def test_the_sidecar_is_not_essential() -> None:
    result = patch(task())
    assert container(result, "outrider")["essential"] is False
    assert container(result, "outrider-init")["essential"] is False


def test_an_unpinned_sidecar_is_said_and_a_pinned_one_is_not() -> None:
    said = [
        w for w in patch(task(), sidecar_image="reg/sidecar:latest").warnings if "not pinned by digest" in w
    ]
    assert len(said) == 1
    assert not [w for w in patch(task()).warnings if "pinned" in w]
    assert container(patch(task()), "outrider")["image"].endswith(DIGEST)


def test_a_start_read_from_a_floating_tag_is_said() -> None:
    for image, floats in (
        ("nginx", True),
        ("a.b:5000/nginx", True),
        ("nginx:latest", True),
        ("nginx:1.25", False),
    ):
        warnings = patch(task(bare(image=image)), {"web": NGINX}).warnings
        assert any("when that tag moves" in warning for warning in warnings) is floats


def test_no_path_depends_on_the_architecture() -> None:
    x86, arm = (
        json.dumps(patch(task(runtimePlatform={"cpuArchitecture": name})).document).replace(name, "")
        for name in ("X86_64", "ARM64")
    )
    assert x86 == arm
    assert not any(word in x86 for word in ("x86", "amd64", "aarch64", "ld-linux", "ld-musl"))


def test_fields_of_the_future_survive() -> None:
    given = task(
        web(versionConsistency="enabled", fromTheFuture={"a": [1]}), enableFaultInjection=True, new=[None]
    )
    result = patch(given)
    assert container(result)["fromTheFuture"] == {"a": [1]}
    assert container(result)["versionConsistency"] == "enabled"
    assert (result.document["enableFaultInjection"], result.document["new"]) == (True, [None])


def test_keys_of_maps_and_their_order_are_kept() -> None:
    labels = {"Zeta": "1", "alpha": "2", "com.Example.CamelCase": ""}
    result = container(patch(task(web(dockerLabels=labels))))
    assert list(result["dockerLabels"])[:3] == list(labels)
    assert list(result)[: len(web())] == list(web())


def test_only_null_is_dropped() -> None:
    proxy = {
        "type": "APPMESH",
        "containerName": "envoy",
        "properties": [{"name": "EgressIgnoredIPs", "value": ""}],
    }
    result = patch(
        task(web(user=None, environment=[{"name": "A", "value": ""}]), proxyConfiguration=proxy, ipcMode=None)
    )
    assert result.document["proxyConfiguration"] == proxy
    assert "ipcMode" not in result.document
    assert "user" not in container(result)


def test_what_a_container_waited_for_it_still_waits_for() -> None:
    db = web("db", healthCheck={"command": ["CMD", "true"]})
    given = task(db, web(dependsOn=[{"containerName": "db", "condition": "HEALTHY"}]))
    assert container(patch(given))["dependsOn"] == [
        {"containerName": "db", "condition": "HEALTHY"},
        {"containerName": "outrider-init", "condition": "SUCCESS"},
    ]


def test_a_read_only_root_filesystem_stays_read_only() -> None:
    result = patch(task(web(readonlyRootFilesystem=True)))
    assert container(result)["readonlyRootFilesystem"] is True
    assert container(result)["mountPoints"] == [
        {"sourceVolume": "outrider", "containerPath": "/outrider", "readOnly": True}
    ]


def test_an_app_with_a_restart_policy_is_patched_and_the_installer_has_none() -> None:
    result = patch(task(web(restartPolicy={"enabled": True})))
    assert isinstance(result.outcomes[0], Covered)
    assert "restartPolicy" not in container(result, "outrider-init")
    assert container(result, "outrider")["restartPolicy"]["enabled"] is True


def test_skipping_is_an_outcome_with_a_reason() -> None:
    result = patch(task(web(), web("proxy")), skip=frozenset({"proxy"}))
    assert result.outcomes[1] == Skipped("container proxy", "asked for (--skip)")
    assert container(result, "proxy") == web("proxy")
