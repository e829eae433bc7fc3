"""No container can speak to the engine that runs it."""

from outrider.model.finding import Severity
from outrider.scan.compliance.fields import objects, text
from outrider.scan.compliance.rule import Rule, Seen
from outrider.scan.compliance.subjects import Container, Task
from outrider.scan.compliance.task.each import each

SOCKETS = ("/docker.sock", "/containerd.sock", "/crio.sock", "/podman.sock")


def _complaints(container: Container) -> list[str]:
    """By the path at which something is mounted."""
    return [
        f"mounts something at {path}"
        for mount in objects(container.definition, "mountPoints")
        if (path := text(mount, "containerPath")).endswith(SOCKETS)
    ]


def look(task: Task) -> Seen:
    """Every container is looked at."""
    return each(task, _complaints, "no engine's socket is mounted")


RULE = Rule(
    name="mounts_no_host_socket",
    title="No container mounts an engine's socket",
    severity=Severity.CRITICAL,
    remedy="Take the mount out: whoever can write to the engine's socket is root on the host.",
    look=look,
)
