"""Is the agent doing its work? It answers on a socket of its own; `python -m sidecar health` asks and judges.

No answer in time is an answer: an agent whose loop is stuck cannot say that it is well.
"""

import asyncio
import json
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

ASK_SECONDS = 3.0
"""How long the agent may take to answer. Docker's and ECS's own timeout is 5 s by default."""
STUCK_SECONDS = 10.0
"""A write to the record that takes longer is stuck."""
MAX_ANSWER = 1 << 20
_ANSWER_SECONDS = 5.0

Status = dict[str, Any]


def judge(status: Status) -> list[str]:
    """Return why the agent is not healthy; nothing when it is."""
    reasons = []
    if status["intake"]["problem"]:
        reasons.append(f"intake: {status['intake']['problem']}")
    for name, ledger in status["containers"].items():
        if ledger["problem"]:
            reasons.append(f"record of {name}: {ledger['problem']}")
        elif ledger["waiting_seconds"] > STUCK_SECONDS:
            reasons.append(f"record of {name}: a write has been waiting {ledger['waiting_seconds']} s")
    return reasons + _judge_policy(status["policy"], status["on_failure"], status["poll_seconds"])


def _judge_policy(policy: Status, on_failure: str, poll_seconds: int) -> list[str]:
    """A policy that is not there is a fault in security mode; that nobody looks for a new one always is."""
    reasons = []
    if on_failure == "security" and policy["without_policy"]:
        reasons.append(f"no policy from {policy['source']} for {', '.join(policy['without_policy'])}")
    if policy["seconds_since_poll"] > 3 * poll_seconds + 60:
        reasons.append(f"the policy was looked for {policy['seconds_since_poll']} s ago, the last time")
    return reasons


class HealthServer:
    """Answers each connection with the status, one JSON document, and hangs up."""

    def __init__(self, path: Path, status: Callable[[], Status]) -> None:
        self._path = path
        self._status = status
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen. Raises OSError."""
        self._path.unlink(missing_ok=True)
        self._server = await asyncio.start_unix_server(self._answer, self._path)
        self._path.chmod(0o600)

    def close(self) -> None:
        """Answer no more."""
        if self._server is not None:
            self._server.close()
            self._path.unlink(missing_ok=True)

    async def _answer(self, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One question."""
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(_ANSWER_SECONDS):
                writer.write(json.dumps(self._status()).encode())
                await writer.drain()
        writer.close()


def ask(path: Path, seconds: float = ASK_SECONDS) -> Status:
    """Ask the agent for its status. Raises OSError (also TimeoutError) or ValueError: no usable answer."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(seconds)
        connection.connect(str(path))
        answer = bytearray()
        while chunk := connection.recv(65536):
            answer += chunk
            if len(answer) > MAX_ANSWER:
                raise ValueError("the answer is too long")
    status = json.loads(answer)
    if not isinstance(status, dict):
        raise ValueError("the answer is no status")
    return status


def report(path: Path) -> tuple[Status, bool]:
    """Ask, judge, and return the status with the verdict in it, and the verdict."""
    try:
        status = ask(path)
        reasons = judge(status)
    except (OSError, ValueError, KeyError, TypeError) as error:
        status, reasons = {}, [f"the agent does not answer: {str(error) or type(error).__name__}"]
    return {"healthy": not reasons, "reasons": reasons, **status}, not reasons
