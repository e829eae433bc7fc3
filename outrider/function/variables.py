"""Environment variables of an execution environment: which are reserved, what the platform sets.

Source: docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from outrider.errors import UsageError
from outrider.function import quotas
from outrider.function.runtimes import Runtime

_RESERVED = """
    _HANDLER _X_AMZN_TRACE_ID AWS_DEFAULT_REGION AWS_REGION AWS_EXECUTION_ENV AWS_LAMBDA_FUNCTION_NAME
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE AWS_LAMBDA_FUNCTION_VERSION AWS_LAMBDA_INITIALIZATION_TYPE
    AWS_LAMBDA_LOG_GROUP_NAME AWS_LAMBDA_LOG_STREAM_NAME AWS_ACCESS_KEY AWS_ACCESS_KEY_ID
    AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_LAMBDA_RUNTIME_API LAMBDA_TASK_ROOT LAMBDA_RUNTIME_DIR
    AWS_LAMBDA_MAX_CONCURRENCY AWS_LAMBDA_METADATA_API AWS_LAMBDA_METADATA_TOKEN
"""

RESERVED = frozenset(_RESERVED.split())
"""Names that CreateFunction refuses."""

_RUNTIME_ONLY = """
    AWS_EXECUTION_ENV AWS_LAMBDA_LOG_GROUP_NAME AWS_LAMBDA_LOG_STREAM_NAME AWS_XRAY_CONTEXT_MISSING
    AWS_XRAY_DAEMON_ADDRESS LAMBDA_RUNTIME_DIR LAMBDA_TASK_ROOT _AWS_XRAY_DAEMON_ADDRESS
    _AWS_XRAY_DAEMON_PORT _HANDLER _LAMBDA_TELEMETRY_LOG_FD
"""

NOT_FOR_EXTENSIONS = frozenset(_RUNTIME_ONLY.split())
"""What the runtime gets and an extension does not (runtimes-extensions-api.html)."""

_NAME = re.compile(r"[a-zA-Z]([a-zA-Z0-9_])+")
_XRAY_HOST, _XRAY_PORT = "169.254.79.129", "2000"


@dataclass(frozen=True, slots=True)
class Identity:
    """What a function is called and where it believes to run."""

    name: str
    version: str
    handler: str
    memory: int
    """MiB."""
    region: str
    log_stream: str
    account: str = "123456789012"

    @property
    def log_group(self) -> str:
        """Where CloudWatch would keep its logs."""
        return f"/aws/lambda/{self.name}"

    @property
    def arn(self) -> str:
        """The unqualified ARN for $LATEST, else with the version."""
        arn = f"arn:aws:lambda:{self.region}:{self.account}:function:{self.name}"
        return arn if self.version == "$LATEST" else f"{arn}:{self.version}"


def check(variables: Mapping[str, str]) -> None:
    """Refuse what Lambda refuses. Raises UsageError."""
    for name, value in variables.items():
        if name in RESERVED:
            raise UsageError(f"{name} is reserved: Lambda sets it itself", hint="choose another name.")
        if not _NAME.fullmatch(name):
            raise UsageError(
                f"{name!r} cannot name a variable of a function",
                hint="at least two letters, digits or underscores, a letter first.",
            )
        if "\0" in value:
            raise UsageError(f"the value of {name} holds a NUL")
    size = len(json.dumps(dict(variables), separators=(",", ":"), ensure_ascii=False).encode())
    if size > quotas.ENVIRONMENT:
        raise UsageError(
            f"the function's variables are {size} bytes, Lambda takes {quotas.ENVIRONMENT}",
            hint="keep large values in SSM Parameter Store or in a layer.",
        )


def of_the_runtime(
    identity: Identity,
    runtime: Runtime,
    *,
    api: str,
    credentials: Mapping[str, str],
    initialization: str,
    own: Mapping[str, str],
) -> dict[str, str]:
    """All variables the runtime starts with; the function's `own` win where they are not reserved."""
    fixed = {
        "_HANDLER": identity.handler,
        "AWS_DEFAULT_REGION": identity.region,
        "AWS_REGION": identity.region,
        "AWS_LAMBDA_FUNCTION_NAME": identity.name,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(identity.memory),
        "AWS_LAMBDA_FUNCTION_VERSION": identity.version,
        "AWS_LAMBDA_INITIALIZATION_TYPE": initialization,
        "AWS_LAMBDA_LOG_GROUP_NAME": identity.log_group,
        "AWS_LAMBDA_LOG_STREAM_NAME": identity.log_stream,
        "AWS_LAMBDA_RUNTIME_API": api,
        "LAMBDA_TASK_ROOT": "/var/task",
        "LAMBDA_RUNTIME_DIR": "/var/runtime",
        **credentials,
    }
    if runtime.execution_environment:
        fixed["AWS_EXECUTION_ENV"] = runtime.execution_environment
    defaults = {
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "PATH": runtime.path,
        "LD_LIBRARY_PATH": runtime.library_path,
        "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
        "AWS_XRAY_DAEMON_ADDRESS": f"{_XRAY_HOST}:{_XRAY_PORT}",
        "_AWS_XRAY_DAEMON_ADDRESS": _XRAY_HOST,
        "_AWS_XRAY_DAEMON_PORT": _XRAY_PORT,
        **runtime.variables,
    }
    return {**defaults, **own, **fixed}


def of_an_extension(runtime: Mapping[str, str]) -> dict[str, str]:
    """What of the runtime's variables an external extension gets."""
    return {name: value for name, value in runtime.items() if name not in NOT_FOR_EXTENSIONS}
