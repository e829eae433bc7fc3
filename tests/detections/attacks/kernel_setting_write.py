"""The kernel's settings are opened for writing (nothing is written), or read."""

from detections.case import Case

_OPEN = """
import os, sys
for path in ({paths}):
    try:
        os.close(os.open(path, os.O_WRONLY))
    except OSError:
        pass
"""
_CGROUP = """
import os, pathlib, sys
pathlib.Path(sys.argv[1], "release_agent").write_text("/bin/sh")
"""
_OF_ITS_OWN = """
import pathlib
pathlib.Path("/proc/self/comm").write_text("worker")
pathlib.Path("/proc/self/oom_score_adj").write_text("500")
pathlib.Path("/proc/sys/kernel/core_pattern").read_text()
pathlib.Path("/proc/sys/kernel/random/boot_id").read_text()
"""

ATTACKS = (
    Case(
        name="who is started when a program crashes",
        run=_OPEN.replace("{paths}", "'/proc/sys/kernel/core_pattern',"),
        fires=("kernel-setting-write",),
    ),
    Case(name="a cgroup's release_agent", run=_CGROUP, fires=("kernel-setting-write",)),
)

LOOK_ALIKES = (
    Case(name="its own name, and settings that are read", run=_OF_ITS_OWN, silent=("kernel-setting-write",)),
)
