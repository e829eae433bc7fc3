"""No container gets a capability with which it could leave."""

from outrider.model.finding import Severity
from outrider.scan.compliance.fields import mapping, words
from outrider.scan.compliance.rule import Rule, Seen
from outrider.scan.compliance.subjects import Container, Task
from outrider.scan.compliance.task.each import each

DANGEROUS = frozenset(
    {
        "ALL",
        "BPF",
        "DAC_READ_SEARCH",
        "NET_ADMIN",
        "PERFMON",
        "SYS_ADMIN",
        "SYS_BOOT",
        "SYS_MODULE",
        "SYS_RAWIO",
        "SYS_TIME",
    }
)


def _complaints(container: Container) -> list[str]:
    """`linuxParameters.capabilities.add`, compared with what capabilities(7) says leads to the host."""
    linux = mapping(container.definition, "linuxParameters")
    added = {name.upper() for name in words(mapping(linux, "capabilities"), "add")}
    return [f"adds {name}" for name in sorted(added & DANGEROUS)]


def look(task: Task) -> Seen:
    """Every container is looked at."""
    return each(task, _complaints, "none of the dangerous ones is added")


RULE = Rule(
    name="adds_no_dangerous_capability",
    title="No container adds a dangerous capability",
    severity=Severity.HIGH,
    remedy="Drop it. SYS_PTRACE within the task, which Outrider's supervisor needs, is not among them.",
    look=look,
)
