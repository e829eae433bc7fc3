import json

from outrider.fargate import metadata, order
from outrider.fargate.health import Health
from outrider.fargate.metadata import ContainerFacts, Identity
from outrider.fargate.order import Stop, StopCode

from .definitions import container, task

IDENTITY = Identity(task_id="0123456789abcdef" * 2, address="10.0.0.2")
TASK = task(
    container("web", healthCheck={"command": ["CMD", "/c"]}, dockerLabels={"mine": "yes"}),
    container("init", essential=False),
    revision=3,
    taskRoleArn="arn:aws:iam::123456789012:role/shop",
)
FACTS = {
    name: ContainerFacts(docker_id=metadata.docker_id(IDENTITY, number), image_id="sha256:abc")
    for number, name in enumerate(("web", "init"))
}


def test_ids_and_arns_have_the_form_of_fargate() -> None:
    assert metadata.docker_id(IDENTITY, 1) == "0123456789abcdef0123456789abcdef-0019088744"
    assert IDENTITY.task_arn.endswith(":task/outrider-run/" + IDENTITY.task_id)


def test_the_container_document_has_what_the_sidecar_reads() -> None:
    progress = order.started(order.begin(TASK), "web", 1.0)
    found = metadata.container_document(TASK, "web", IDENTITY, FACTS, progress)
    assert found["Name"] == "web"
    assert found["ImageID"] == "sha256:abc"
    assert found["KnownStatus"] == "RUNNING"
    assert found["Health"] == {"status": "UNKNOWN"}
    assert found["Labels"] == {
        "mine": "yes",
        "com.amazonaws.ecs.cluster": IDENTITY.cluster_arn,
        "com.amazonaws.ecs.container-name": "web",
        "com.amazonaws.ecs.task-arn": IDENTITY.task_arn,
        "com.amazonaws.ecs.task-definition-family": "shop",
        "com.amazonaws.ecs.task-definition-version": "3",
    }
    assert found["Networks"][0]["IPv4Addresses"] == ["10.0.0.2"]
    assert "ExitCode" not in found


def test_the_task_document_lists_the_containers_whose_image_is_there() -> None:
    progress = order.begin(TASK)
    found = metadata.task_document(TASK, IDENTITY, {"web": FACTS["web"]}, progress)
    assert [entry["Name"] for entry in found["Containers"]] == ["web"]
    assert (found["Family"], found["Revision"], found["LaunchType"]) == ("shop", "3", "FARGATE")
    assert found["Limits"] == {"CPU": 0.25, "Memory": 512}
    assert json.loads(json.dumps(found)) == found


def test_statuses_follow_the_task() -> None:
    progress = order.begin(TASK)
    assert metadata.task_status(progress) == "PENDING"
    for name in ("web", "init"):
        progress = order.started(progress, name, 1.0)
    assert metadata.task_status(progress) == "RUNNING"
    assert metadata.task_health(TASK, progress) is Health.UNKNOWN
    progress = order.health_changed(progress, "web", Health.HEALTHY)
    assert metadata.task_health(TASK, progress) is Health.HEALTHY
    progress = order.stop(progress, Stop(StopCode.USER_INITIATED, "x"))
    assert metadata.task_status(progress) == "DEPROVISIONING"
    for name in ("web", "init"):
        progress = order.exited(TASK, progress, name, 0, 2.0)
    assert metadata.task_status(progress) == "STOPPED"
    found = metadata.container_document(TASK, "init", IDENTITY, FACTS, progress)
    assert (found["KnownStatus"], found["ExitCode"]) == ("STOPPED", 0)


def test_credentials_are_named_as_the_sdks_expect_and_only_with_a_role() -> None:
    on_fargate = metadata.environment(TASK, "id-1", "http://169.254.170.2", "/v2/credentials/x")
    assert on_fargate["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] == "/v2/credentials/x"
    assert on_fargate["ECS_CONTAINER_METADATA_URI_V4"] == "http://169.254.170.2/v4/id-1"
    assert on_fargate["AWS_EXECUTION_ENV"] == "AWS_ECS_FARGATE"
    elsewhere = metadata.environment(TASK, "id-1", "http://127.0.0.1:5000", "/v2/credentials/x")
    assert elsewhere["AWS_CONTAINER_CREDENTIALS_FULL_URI"] == "http://127.0.0.1:5000/v2/credentials/x"
    assert not any("CREDENTIALS" in key for key in metadata.environment(task(), "id-1", "http://x", "/c"))


def test_the_credentials_cannot_be_taken_for_real_ones() -> None:
    found = metadata.fake_credentials(TASK, "2026-01-01T00:00:00Z")
    assert set(found) == {"RoleArn", "AccessKeyId", "SecretAccessKey", "Token", "Expiration"}
    assert len(found["AccessKeyId"]) == 20
    for key in ("AccessKeyId", "SecretAccessKey", "Token"):
        assert "fake" in found[key].lower()
