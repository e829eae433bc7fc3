"""The policy every function here is under: what it was seen to need, and nothing else."""

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from attacks.attack import Attack, Rules, Runtime
from attacks.harness.attacker import ADDRESS, SERVICE_ADDRESS
from outrider.model.event import FUNCTION
from outrider.policy.document import PolicyDocument
from outrider.policy.lowering import compile_policy

SHELL = r"/(ba|da)?sh$"
CURL = r"/curl$"
TAR = r"/tar$"
PYTHON = os.path.realpath(sys.executable)
"""The interpreter functions run on: not a virtual environment's link, which would bring packages along."""


def installed(name: str) -> str:
    """Real path of a program. Raises LookupError when it is not installed: see .ci/setup."""
    found = shutil.which(name)
    if found is None:
        raise LookupError(f"{name} is not installed")
    return os.path.realpath(found)


def may_run(*names: str) -> Rules:
    """It was seen to start these programs."""
    return tuple({"kind": "exec", "target": installed(name)} for name in names)


def may_run_python() -> Rules:
    """It was seen to start its own interpreter."""
    return ({"kind": "exec", "target": PYTHON},)


MAY_RUN_CURL = may_run("curl")
ANYWHERE: Rules = ({"kind": "connect", "address": f"{ADDRESS}/32"}, {"kind": "write", "target": "/dev/**"})
"""It was seen to connect to all kinds of hosts."""
MAY_MAP_ANYTHING: Rules = ({"kind": "load", "target": "**"},)
"""It makes code while it runs."""

_PROGRAMS = {Runtime.NODE: "node", Runtime.JAVA: "java", Runtime.RUBY: "ruby"}
_CODE = ("/usr/**", "/lib/**", "/lib64/**", "/etc/**", f"{sys.base_prefix}/**")
"""Where languages and system libraries lie."""


def program_of(runtime: Runtime) -> str:
    """Real path of the runtime's program."""
    return installed(_PROGRAMS[runtime]) if runtime in _PROGRAMS else PYTHON


def compiled(
    attack: Attack, place: Path, runtime_directory: Path, service_port: int, mode: str = "block"
) -> bytes:
    """The blob for one function at a place."""
    said = [{"action": "allow", **rule, "why": "it does this"} for rule in _seen(attack, place, service_port)]
    loads = (*_CODE, f"{place}/task/**", f"{runtime_directory}/**")
    if attack.runtime is not Runtime.PYTHON:
        loads = (*loads, "[anonymous]")  # their compilers make code
    said += [{"kind": "load", "target": path, "action": "allow", "why": "its code"} for path in loads]
    said += [{"kind": "read", "target": "/proc/*/environ", "action": "block", "why": "credentials"}]
    policy = {"mode": mode, "rules": said, "defaults": {"load": "block"}}
    document = {"version": 1, "workload": "attacked", "counter": 1, "containers": {FUNCTION: policy}}
    return compile_policy(PolicyDocument.model_validate(document), FUNCTION)


def _seen(attack: Attack, place: Path, service_port: int) -> Iterator[dict[str, Any]]:
    yield {
        "kind": "connect",
        "program": program_of(attack.runtime),
        "address": f"{SERVICE_ADDRESS}/32",
        "port": str(service_port),
        "protocol": "tcp",
    }
    yield {"kind": "write", "target": f"{place}/tmp/**"}
    yield {"kind": "write", "target": "/dev/null"}
    if attack.runtime is Runtime.JAVA:
        yield {"kind": "write", "target": "/proc/*/coredump_filter"}
        yield {"kind": "write", "target": "/tmp/hsperfdata_*/**"}
        yield {"kind": "write", "target": "/tmp/hsperfdata_*"}
    yield from attack.allowed
