"""From what a source holds to the blobs on the task volume: all is checked before any of it is put there."""

import base64
import binascii
import subprocess
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from outrider import limits
from outrider.errors import EnvironmentFault, InvalidInput
from outrider.policy import blob as policy_blob
from outrider.policy import document
from outrider.policy.compiled import CompiledPolicy
from outrider.policy.lowering import compile_policy
from sidecar.files import staged
from sidecar.settings import Settings

BLOB_MODE = 0o644
CHECK_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Placed:
    """What came of a policy for one container."""

    container: str
    policy: CompiledPolicy
    changed: bool
    """False: the very same blob was there already."""


def compile_all(data: bytes, containers: tuple[str, ...], family: str) -> dict[str, bytes]:
    """Turn what a source holds into blobs, for those of `containers` it speaks of.

    It is a document (YAML or JSON), or one container's compiled blob (signed ones come like this).
    Raises InvalidInput: not valid, too large, for another workload, or about none of the containers.
    """
    data = as_bytes(data, policy_blob.MAGIC)
    if data.startswith(policy_blob.MAGIC):
        return _compiled(data, containers)
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise InvalidInput("the policy is neither UTF-8 text nor a compiled blob") from None
    parsed = document.parse(text)
    if family and parsed.workload != family:
        raise InvalidInput(
            f"the policy is for workload {parsed.workload!r}, this task is {family!r}",
            hint="`workload` of a policy is the task family.",
        )
    named = [name for name in containers if name in parsed.containers]
    if not named:
        raise InvalidInput(
            f"the policy is for {', '.join(sorted(parsed.containers))[:200]}; under supervision is "
            f"{', '.join(containers)}"
        )
    return {name: compile_policy(parsed, name) for name in named}


def as_bytes(data: bytes, magic: bytes) -> bytes:
    """What a source holds; where it can hold text only (SSM), base64 of it. What is neither is left alone."""
    if data.startswith(magic):
        return data
    try:
        plain = base64.b64decode(data.strip(), validate=True)
    except (binascii.Error, ValueError):
        return data
    return plain if plain.startswith(magic) else data


def _compiled(data: bytes, containers: tuple[str, ...]) -> dict[str, bytes]:
    """A blob somebody else compiled."""
    policy_blob.decode(data)
    if len(containers) != 1:
        raise InvalidInput(
            "a compiled policy is for one container, and there are several",
            hint="put {container} into OUTRIDER_POLICY: each gets its own.",
        )
    return {containers[0]: data}


def check_version(blob: bytes, wanted: str) -> None:
    """That a policy is for this version: a signature says who made it, not for whom. Raises InvalidInput."""
    found = policy_blob.decode(blob).policy.made_for
    if found != wanted:
        raise InvalidInput(
            f"it was made for {found or 'no version in particular'}, and this is {wanted}",
            hint="a place for each version takes what StagesFunction put there.",
        )


class PolicyDirectory:
    """The blobs of a task, where the supervisors look for them."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def current(self, container: str) -> CompiledPolicy | None:
        """Return the policy that is there; None when there is none, or nothing a supervisor would take."""
        try:
            with self._settings.blob(container).open("rb") as stream:
                return policy_blob.decode(stream.read(limits.POLICY_BLOB + 1)).policy
        except (OSError, InvalidInput):
            return None

    def place(self, blobs: dict[str, bytes], key: str = "") -> list[Placed]:
        """Put blobs in place, each by rename, after all were checked; with a key, their signatures too.

        Raises InvalidInput (a counter goes down, or the supervisor would refuse it) or EnvironmentFault.
        """
        policies = {name: policy_blob.decode(blob).policy for name, blob in blobs.items()}
        for name, policy in policies.items():
            present = self.current(name)
            if present is not None and policy.counter < present.counter:
                raise InvalidInput(
                    f"its counter is {policy.counter}, container {name} has {present.counter} already",
                    hint="the counter of a policy never goes down: an old policy must not come back.",
                )
        try:
            files = {self._settings.blob(name): blob for name, blob in blobs.items()}
            changed = self._replace(files, key)
        except OSError as error:
            raise EnvironmentFault(f"cannot write the policy: {error}") from None
        return [Placed(name, policies[name], self._settings.blob(name) in changed) for name in blobs]

    def _replace(self, files: dict[Path, bytes], key: str) -> set[Path]:
        """Write the files that are not there already; return their paths. All or none, but for a crash."""
        changed = {path: blob for path, blob in files.items() if not _holds(path, blob)}
        with ExitStack() as stack:
            ready = {
                path: stack.enter_context(staged(path, blob, BLOB_MODE)) for path, blob in changed.items()
            }
            for temporary in ready.values():
                self._ask_supervisor(temporary, key)
            for path, temporary in ready.items():
                temporary.replace(path)
        return set(changed)

    def _ask_supervisor(self, path: Path, key: str) -> None:
        """The supervisor itself has the last word on a blob."""
        command = [str(self._settings.binary), "check", str(path), *(("--key", key) if key else ())]
        try:
            done = subprocess.run(  # noqa: S603 - our own binary and file
                command, capture_output=True, text=True, timeout=CHECK_SECONDS, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise EnvironmentFault(f"cannot ask the supervisor about a policy: {error}") from None
        if done.returncode:
            said = " ".join(done.stderr.split())[:500]
            raise InvalidInput(f"the supervisor would not take it: {said or f'exit {done.returncode}'}")


def _holds(path: Path, blob: bytes) -> bool:
    """Whether a file has exactly this content."""
    return path.exists() and path.stat().st_size == len(blob) and path.read_bytes() == blob
