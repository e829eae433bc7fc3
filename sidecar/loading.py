"""From OUTRIDER_POLICY to the task volume: ask the sources, compile what is new, put it in place."""

from dataclasses import dataclass, field

from outrider.errors import EnvironmentFault, InvalidInput, OutriderError
from outrider.model.published import IMAGE
from outrider.policy.document import PolicyDocument
from outrider.policy.lowering import compile_policy, policy_id
from sidecar.builtin import learning_policy
from sidecar.day_zero import DayZero
from sidecar.policy import Placed, PolicyDirectory, check_version, compile_all
from sidecar.settings import BUILTIN_LEARN, Settings
from sidecar.sources import Absent, Source, open_source, open_sources
from sidecar.versions import Versions

Group = tuple[str, ...]
"""The containers that one source is for."""


NAMELESS = (
    "ECS has not named the digest of its image, which says where its policy lies, and the task definition "
    "names the image by a tag"
)


@dataclass(slots=True)
class Loaded:
    """What one round of asking brought that was not so before."""

    placed: list[Placed] = field(default_factory=list)
    missing: tuple[str, ...] = ()
    """Containers that a new document says nothing about."""
    errors: list[tuple[Group, OutriderError]] = field(default_factory=list)
    """What was refused (InvalidInput) or could not be had (EnvironmentFault); each is told once."""
    waiting: list[tuple[str, str]] = field(default_factory=list)
    """Container → why it has no policy of its version yet, which is no trouble; told once."""


class PolicyLoader:
    """Asks the sources in turn. Blocks: to be used in a thread, by one at a time."""

    def __init__(self, settings: Settings) -> None:
        self.refused: dict[Group, str] = {}
        """Why what a source holds now is not in force."""
        self.unreachable: dict[Group, str] = {}
        """Why a source could not be asked the last time."""
        self.waiting: dict[str, str] = {}
        """Container → why there is nothing to ask for, or nothing there, yet."""
        self._settings = settings
        self._directory = PolicyDirectory(settings)
        self._day_zero = DayZero(settings)
        self._sources: list[tuple[Source, Group]] | None = None
        self._versions: dict[Group, str] = {}
        self._of_images = Versions(settings)
        self._opened: dict[str, tuple[str, Source]] = {}
        """Container → the digest for which a source was opened, and that."""

    def load(self) -> Loaded:
        """Ask every source for something new and place it. What fails is told, and the old policy stays."""
        result = Loaded()
        everybody = self._settings.containers
        try:
            if self._settings.policy == BUILTIN_LEARN:
                result.placed += self.place_builtin()
                self.unreachable.clear()
                return result
            if IMAGE in self._settings.policy:
                for name in everybody:
                    self._load_version(name, result)
                return result
            if self._sources is None:
                self._sources = open_sources(self._settings.policy, everybody)
        except OutriderError as error:
            _tell_once(self.unreachable, everybody, error, result)
            return result
        for source, group in self._sources:
            self._load_one(source, group, result)
        return result

    def has_new_digest(self) -> bool:
        """Whether a digest is known now that was not at the last round. Blocks."""
        lacking = (name for name in self.nameless() if self._of_images.digest(name))
        return next(lacking, None) is not None

    def nameless(self) -> list[str]:
        """The containers whose policy waits for the digest of their image."""
        versioned = IMAGE in self._settings.policy
        return [name for name in self._settings.containers if versioned and name not in self._opened]

    def place_builtin(self) -> list[Placed]:
        """Give `builtin:learn` to the containers that have no policy. Raises OutriderError."""
        bare = [name for name in self._settings.containers if self._directory.current(name) is None]
        learning = self._builtin()
        return self._directory.place({name: self._compiled(learning, name) for name in bare})

    def without_policy(self) -> list[str]:
        """Return the containers that have no policy from where OUTRIDER_POLICY says, not even an old one."""
        learning = self._builtin()
        allowed = self._settings.policy == BUILTIN_LEARN
        lacking = []
        for name in self._settings.containers:
            present = self._directory.current(name)
            if present is None or (not allowed and present.id == policy_id(learning, name)):
                lacking.append(name)
        return lacking

    def _load_version(self, name: str, result: Loaded) -> None:
        """The policy of one container's version. Raises OutriderError: its source cannot be opened."""
        digest = self._of_images.digest(name)
        if not digest:
            if name in self.without_policy():  # else the agent is a new one, and the policy is there
                self._wait(name, NAMELESS, result)
            return
        opened, source = self._opened.get(name, ("", None))
        if source is None or opened != digest:
            source = open_source(self._of_images.place(name, digest))
            self._opened[name] = digest, source
            self._versions.pop((name,), None)
        self._load_one(source, (name,), result, self._of_images.name(name, digest))

    def _wait(self, name: str, why: str, result: Loaded) -> None:
        """There is nothing for a container yet; said once."""
        self.unreachable.pop((name,), None)
        if self.waiting.get(name) != why:
            self.waiting[name] = why
            result.waiting.append((name, why))

    def _load_one(self, source: Source, group: Group, result: Loaded, version: str = "") -> None:
        """One source, of one version or of any. A state of it that was refused is not looked at again, one
        that could not be placed is."""
        fetched = None
        try:
            fetched = source.fetch(self._versions.get(group, ""))
            if fetched is not None:
                blobs = compile_all(fetched.data, group, self._settings.family)
                if version:
                    check_version(blobs[group[0]], version)
                blobs = {name: self._day_zero.added(name, blob) for name, blob in blobs.items()}
                result.placed += self._directory.place(blobs, self._settings.policy_key)
                result.missing += tuple(name for name in group if name not in blobs)
                self._versions[group] = fetched.version
                self.refused.pop(group, None)
            self.unreachable.pop(group, None)
            self.waiting.pop(group[0], None)
        except InvalidInput as error:
            if fetched is not None:
                self._versions[group] = fetched.version
            self.unreachable.pop(group, None)
            _tell_once(self.refused, group, error, result)
        except EnvironmentFault as error:
            if version and isinstance(error, Absent) and group[0] in self.without_policy():
                self._wait(group[0], f"{error.message}: this version has not come to alerting", result)
            else:
                _tell_once(self.unreachable, group, error, result)

    def _compiled(self, document: PolicyDocument, name: str) -> bytes:
        """A container's part of a document, with the programs of its image. Raises OutriderError."""
        return self._day_zero.added(name, compile_policy(document, name))

    def _builtin(self) -> PolicyDocument:
        """The policy of `builtin:learn` for this task."""
        return learning_policy(self._settings.containers, self._settings.mode, self._settings.family)


def _tell_once(told: dict[Group, str], group: Group, error: OutriderError, result: Loaded) -> None:
    """Remember an error; put it into the result when it is another than the last."""
    if told.get(group) != error.message:
        told[group] = error.message
        result.errors.append((group, error))
