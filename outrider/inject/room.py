"""Whether the task has room for the sidecar. Its size is money: never raised in silence, only when asked."""

from typing import Any

from outrider.model import task_size

SIDECAR_MIB = 128
"""What the sidecar should find free: a Python program with one AWS client."""


def valid_size(document: dict[str, Any]) -> str:
    """What is wrong with the task's cpu and memory; empty when nothing is, or they are not given."""
    cpu, memory = _cpu(document), _memory(document)
    if "cpu" not in document or "memory" not in document:
        return ""
    if cpu not in task_size.MEMORY:
        return f"Fargate offers no task of cpu {document['cpu']}"
    if memory not in task_size.MEMORY[cpu]:
        offered = ", ".join(str(size) for size in task_size.MEMORY[cpu])
        wrong = f"Fargate does not offer cpu {document['cpu']} with memory {document['memory']}"
        return f"{wrong}: it offers {offered} MiB"
    return ""


def lacking(document: dict[str, Any]) -> int:
    """MiB missing for the sidecar once every container has what it reserves; 0 when there is room.

    A container's `memory` counts, else its `memoryReservation`; one that names neither takes what is left.
    """
    memory = _memory(document)
    if memory is None:
        return 0
    reserved = sum(_reserved(container) for container in document["containerDefinitions"])
    return max(0, reserved + SIDECAR_MIB - memory) if reserved else 0


def next_memory(document: dict[str, Any]) -> str:
    """The next memory size of the task's cpu that has room, as the API writes it; empty: there is none."""
    memory = _memory(document)
    wanted = (memory or 0) + lacking(document)
    sizes = task_size.MEMORY.get(_cpu(document) or 0, ())
    return next((str(size) for size in sizes if size >= wanted), "")


def _reserved(container: dict[str, Any]) -> int:
    """MiB that one container keeps for itself."""
    value = container.get("memory", container.get("memoryReservation", 0))
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _cpu(document: dict[str, Any]) -> int | None:
    """The task's CPU units."""
    return task_size.cpu_units(document.get("cpu", ""))


def _memory(document: dict[str, Any]) -> int | None:
    """The task's memory in MiB."""
    return task_size.memory_mib(document.get("memory", ""))
