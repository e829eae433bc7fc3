"""Error documents of Lambda: what its interfaces answer, and what a caller of a function gets to see."""

import json
import re

_TYPE = re.compile(r"(Runtime|Function|Extension|Sandbox)\.[A-Za-z0-9]{1,64}", re.ASCII)


def document(error_type: str, message: str) -> bytes:
    """As the interfaces answer: errorMessage first, as AWS writes it."""
    return json.dumps({"errorMessage": message, "errorType": error_type}).encode()


def timed_out(request: str, seconds: float) -> str:
    """The message of a time-out."""
    return f"RequestId: {request} Error: Task timed out after {seconds:.2f} seconds"


def runtime_exited(request: str, status: int) -> str:
    """The message when the runtime ended; `status` as waitpid has it, negative for a signal."""
    if status == 0:
        return f"RequestId: {request} Error: Runtime exited without providing a reason"
    how = f"signal: {_signal(-status)}" if status < 0 else f"exit status {status}"
    return f"RequestId: {request} Error: Runtime exited with error: {how}"


def too_large(size: int, limit: int) -> str:
    """The message for a response over the quota."""
    return f"Response payload size ({size} bytes) exceeded maximum allowed payload size ({limit} bytes)."


def named(error_type: str, fallback: str) -> str:
    """An error type a runtime or extension gave, when it has the form of one."""
    return error_type if _TYPE.fullmatch(error_type) else fallback


def _signal(number: int) -> str:
    """As Go's os package names signals."""
    names = {
        1: "hangup",
        2: "interrupt",
        6: "aborted",
        9: "killed",
        11: "segmentation fault",
        15: "terminated",
    }
    return names.get(number, str(number))
