"""One service: protected, looked after and set back, under a lock, by steps that can be done again."""

from dataclasses import dataclass, field
from typing import Any, Protocol

from cdk_app.functions.injector.definitions import Definitions
from cdk_app.functions.injector.locks import Locks
from cdk_app.functions.injector.recording import DAY, Record, Recorder, fields_of, listed
from outrider.account import services as calls
from outrider.account.errors import NotThereError, TryAgainError
from outrider.account.services import Services
from outrider.errors import InvalidInput, OutriderError, RefusedDefinition
from outrider.inject import mending
from outrider.inject.protection import State, bears_marks
from outrider.inject.rollout import MOST_ROLLS, Act, Controller, Decision, Memory, Rules, Situation
from outrider.inject.same import same_content
from outrider.inject.unpatch import unpatch
from outrider.model.envelope import Subject, SubjectKind
from outrider.model.outcome import Covered, Failed, Outcome, Skipped

_ATTEMPTS = 3
"""How often a service is read again because somebody else deployed it meanwhile."""


class Deployer(Protocol):
    """Rolls services whose controller is CodeDeploy."""

    def find(self, service: dict[str, Any]) -> tuple[str, str]:
        """Application and deployment group of a service. Raises OutriderError."""

    def deploy(self, service: dict[str, Any], revision: str) -> bool:
        """Start a deployment; False: another one is under way. Raises OutriderError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceKeeper:
    """Looks after the services of the account."""

    calls: Services
    definitions: Definitions
    deployer: Deployer
    recorder: Recorder
    locks: Locks
    rules: Rules = field(default_factory=Rules)

    def attend(
        self, cluster: str, service: str, *, insisted: bool = False, failed: bool = False
    ) -> Record | None:
        """Protect a service if that is wanted; None: it is gone.

        `insisted`: asked for by command; `failed`: a deployment of it failed. What could not be done is
        recorded and then raised (OutriderError), so that it is tried again.
        """
        try:
            arn = str(self.calls.read(cluster, service)["serviceArn"])
            with self.locks.held(arn):
                if insisted:
                    self.recorder.store.hold(arn, held=False)
                return self._settled(cluster, arn, insisted=insisted, failed=failed)
        except NotThereError:
            return None

    def release(self, cluster: str, service: str) -> Record:
        """Set a service back to exactly what it was, and leave it so until `attend` is insisted on.

        Raises OutriderError.
        """
        arn = str(self.calls.read(cluster, service)["serviceArn"])
        with self.locks.held(arn):
            self.recorder.store.hold(arn, held=True)
            found = self.calls.read(cluster, arn)
            try:
                outcome, revision, act = self._set_back(cluster, found)
            except OutriderError as error:
                outcome = Failed(_called(arn), f"could not be set back: {error.message}", error.hint)
                self._record(found, Decision(outcome=outcome), calls.current(found))
                raise
            return self._record(found, Decision(outcome=outcome, act=act), revision)

    def _settled(self, cluster: str, arn: str, *, insisted: bool, failed: bool) -> Record:
        """Decide and carry out; again when somebody else deployed it meanwhile."""
        left = _ATTEMPTS
        while True:
            found = self.calls.read(cluster, arn)
            left -= 1
            try:
                return self._once(cluster, found, insisted=insisted, failed=failed)
            except OutriderError as error:
                if left and isinstance(error, TryAgainError):
                    continue
                outcome = Failed(_called(arn), error.message, error.hint)
                done = self._record(found, Decision(outcome=outcome), "")
                if isinstance(error, RefusedDefinition | InvalidInput):
                    return done  # it would be refused again
                raise

    def _once(self, cluster: str, found: dict[str, Any], *, insisted: bool, failed: bool) -> Record:
        """Read, decide, write, record."""
        arn, now = str(found["serviceArn"]), calls.current(found)
        definition = self.definitions.calls.read(now)
        former = self.recorder.store.latest(arn)
        rolls = former.rolled_since(self.recorder.clock() - DAY) if former else []
        extra: list[str] = []
        if failed and former and former.act == Act.ROLL.value and former.revision != now:
            extra = [former.identity] * MOST_ROLLS  # ECS set it back: once is enough
        family = str(definition["taskDefinition"].get("family", ""))
        situation = Situation(
            subject=_called(arn),
            definition=definition,
            service=found,
            cluster_tags=self.calls.cluster_tags(cluster),
            memory=Memory(
                held=self.recorder.store.held(arn),
                rolls=[*rolls, *extra],
                registered=self.recorder.store.registered(family),
            ),
            insisted=insisted,
        )
        decision = self.definitions.decide(situation, self.rules)
        if decision.act is not Act.ROLL or decision.document is None:
            return self._record(found, decision, now, set_back=extra)
        if situation.controller is Controller.CODE_DEPLOY:
            self.deployer.find(found)  # before anything is registered that nobody could roll to
        before = "" if bears_marks(definition) else now
        revision = self.definitions.registered(decision.document, decision.identity, before)
        if self._under_way(found, revision):
            return self._record(found, _waiting(decision), revision)
        if calls.current(self.calls.read(cluster, arn)) != now:
            raise TryAgainError(f"{situation.subject} was deployed by somebody else meanwhile")
        if not self._roll(situation.controller, cluster, found, revision):
            busy = Skipped(
                situation.subject, "another deployment is under way; it is looked at again after that"
            )
            return self._record(found, Decision(outcome=busy), now)
        return self._record(found, decision, revision)

    def _set_back(self, cluster: str, found: dict[str, Any]) -> tuple[Outcome, str, Act]:
        """Roll a service to the definition without us."""
        arn, now = str(found["serviceArn"]), calls.current(found)
        definition = self.definitions.calls.read(now)
        if not bears_marks(definition):
            return Skipped(_called(arn), "is not protected, and is kept so by command"), now, Act.NONE
        wanted = unpatch(definition)
        family = str(wanted.document["family"])
        original = self._original(self.recorder.store.origin(family, now), wanted.document)
        revision = original or self.definitions.same_as_latest(wanted.document)
        revision = revision or self.definitions.calls.register(wanted.document)
        controller = Situation(subject=_called(arn), definition=definition, service=found).controller
        if controller is Controller.EXTERNAL:
            raise InvalidInput(
                "its controller is EXTERNAL: whoever deploys it must make the task set",
                hint=f"the definition without us is {revision}.",
            )
        if not self._under_way(found, revision) and not self._roll(controller, cluster, found, revision):
            raise TryAgainError("another deployment is under way", hint="give the command again after it.")
        return Skipped(_called(arn), "taken off by command; `protect` puts it back"), revision, Act.ROLL

    def _original(self, arn: str, wanted: dict[str, Any]) -> str:
        """The revision it had before us, when that still can be deployed and says the same."""
        if not arn:
            return ""
        try:
            found = self.definitions.calls.read(arn)
        except NotThereError:
            return ""
        usable = found["taskDefinition"].get("status") == "ACTIVE" and same_content(found, wanted)
        return arn if usable else ""

    def _roll(self, controller: Controller, cluster: str, found: dict[str, Any], revision: str) -> bool:
        """Move it, by whoever rolls it; False: a deployment of somebody else is under way."""
        if controller is Controller.CODE_DEPLOY:
            return self.deployer.deploy(found, revision)
        self.calls.roll(cluster, str(found["serviceArn"]), revision)
        return True

    @staticmethod
    def _under_way(found: dict[str, Any], revision: str) -> bool:
        """Whether a deployment of CodeDeploy brings this revision already."""
        return any(one.get("taskDefinition") == revision for one in found.get("taskSets") or [])

    def _record(
        self, found: dict[str, Any], decision: Decision, revision: str, *, set_back: list[str] | None = None
    ) -> Record:
        """Keep and tell it."""
        arn = str(found["serviceArn"])
        state = State.PROTECTED if isinstance(decision.outcome, Covered) else State.NOT
        moment = int(self.recorder.clock())
        return self.recorder.record(
            Record(
                subject=Subject(kind=SubjectKind.SERVICE, id=arn, name=calls.name_of(arn)),
                **fields_of(decision.outcome),
                act=decision.act.value,
                command=mending.of_service(arn, revision, state),
                revision=revision,
                identity=decision.identity,
                containers=listed(decision.containers),
                warnings=decision.warnings,
                rolls=tuple(f"{name}@{moment}" for name in set_back or ()),
            )
        )


def _waiting(decision: Decision) -> Decision:
    """What was decided, while a deployment brings it."""
    outcome = decision.outcome
    detail = outcome.detail if isinstance(outcome, Covered) else ""
    return Decision(
        outcome=Covered(outcome.subject, f"{detail}; its deployment is under way"),
        identity=decision.identity,
        containers=decision.containers,
        warnings=decision.warnings,
    )


def _called(arn: str) -> str:
    """As a user would name it."""
    return f"service {calls.name_of(arn)}"
