"""The names by which our parts of a task definition are known, to us and to the sidecar."""

INIT = "outrider-init"
"""The container that puts the supervisor and the first policy on the task volume, then ends."""

AGENT = "outrider"
"""The sidecar."""

CONTAINERS = (INIT, AGENT)

VOLUME = "outrider"
"""The task volume: the supervisor, the policies, the socket."""

STATE_VOLUME = "outrider-state"
"""The sidecar's own: flight records."""

VOLUMES = (VOLUME, STATE_VOLUME)

MOUNT = "/outrider"
"""Where `VOLUME` appears in every container."""

STATE_MOUNT = "/var/lib/outrider"
"""Where `STATE_VOLUME` appears in the sidecar."""

LAUNCHER = f"{MOUNT}/bin/outrider-run"
"""The static program that becomes the first word of every entry point.

An absolute path needs no shell and no PATH.
"""

ORIGINAL_LABEL = "com.outrider.original"
"""Label of a patched container, and of the sidecar for the task: what `unpatch` puts back."""

COMPONENT_LABEL = "com.outrider.component"
"""Label of our own containers: `init` or `agent`."""

SKIP_LABEL = "com.outrider.skip"
"""Label with which an owner keeps a container out, whatever its value but `false`."""

CAPABILITY = "SYS_PTRACE"
"""The one capability Fargate lets a task add; the supervisor needs it to look at processes of other users."""
