"""Lambda's quotas (docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html). Bytes and seconds."""

PAYLOAD = 6 * 1024 * 1024 + 100
"""A synchronous event or response. The hundred bytes are what the real platform allows above 6 MiB."""

STREAMED_RESPONSE = 200 * 1024 * 1024
"""A streamed response."""

TIMEOUT = (1, 900)
"""Configured time-out of a function, seconds."""

MEMORY = (128, 10240)
"""Configured memory, MiB."""

TMP = (512, 10240)
"""Size of /tmp, MiB."""

ENVIRONMENT = 4096
"""All of a function's own variables together, as compact JSON: so AWS's refusal measures them."""

LAYERS = 5
"""Layers of a function."""

EXTENSIONS = 10
"""Extensions that may register."""

DESCRIPTORS = 1024
"""Open files of a process."""

PROCESSES = 1024
"""Processes and threads of an execution environment."""

INIT = 10.0
"""Seconds of the init phase: extensions, runtime and function together."""

RESTORE = 10.0
"""Seconds for the runtime's after-restore hooks (SnapStart)."""

SHUTDOWN_EXTERNAL = 2.0
"""Seconds of the shutdown phase with an external extension."""

SHUTDOWN_INTERNAL = 0.5
"""Seconds of the shutdown phase with internal extensions only. Without any extension there is none."""

RUNTIME_SHUTDOWN_SHARE = 0.3
"""Part of the shutdown phase that the runtime gets between SIGTERM and SIGKILL."""


def shutdown_seconds(external: int, internal: int) -> float:
    """How long the shutdown phase may take with so many extensions."""
    if external:
        return SHUTDOWN_EXTERNAL
    return SHUTDOWN_INTERNAL if internal else 0.0
