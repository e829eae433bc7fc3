"""Functions, and task definitions that nothing runs yet: protected, and set back."""

from collections.abc import Callable
from dataclasses import dataclass, field

from cdk_app.functions.injector.definitions import Definitions
from cdk_app.functions.injector.locks import Locks
from cdk_app.functions.injector.recording import DAY, Record, Recorder, fields_of, listed
from outrider.account.errors import NotThereError
from outrider.account.function_writing import Plan, carry_out, protecting, removing
from outrider.account.functions import Functions, Seen
from outrider.errors import OutriderError
from outrider.inject import function_names as names
from outrider.inject import mending, opt, ownership, rollout
from outrider.inject.function_patch import FunctionChange, patch_function
from outrider.inject.function_settings import FunctionSettings
from outrider.inject.function_unpatch import unpatch_function
from outrider.inject.function_versions import Publishing
from outrider.inject.original import fingerprint
from outrider.inject.protection import State
from outrider.inject.rollout import MOST_ROLLS, Act, Decision, Memory, Rules, Situation
from outrider.model.envelope import Subject, SubjectKind
from outrider.model.outcome import Covered, Failed, Outcome, Skipped


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionKeeper:
    """Looks after the functions of the account."""

    functions: Functions
    settings: Callable[[], FunctionSettings] = field(repr=False)
    """Asks what is known of the layers first. Raises OutriderError."""
    recorder: Recorder
    locks: Locks
    rules: Rules = field(default_factory=Rules)

    def attend(self, name: str, *, insisted: bool = False) -> Record | None:
        """Protect a function if that is wanted; None: it is gone.

        What could not be done is recorded and then raised (OutriderError).
        """
        try:
            with self.locks.held(f"function:{name}"):
                return self._carried_out(name, insisted=insisted)
        except NotThereError:
            return None

    def release(self, name: str) -> Record:
        """Set a function back to exactly what it was, and leave it so. Raises OutriderError."""
        with self.locks.held(f"function:{name}"):
            arn = self._arn(name)
            self.recorder.store.hold(arn, held=True)
            try:
                plan = carry_out(self.functions, name, self._taking_off, write=True)
            except OutriderError as error:
                self._record(name, arn, Failed(f"function {name}", error.message, error.hint), Act.NONE)
                raise
            outcome = plan.change.outcome
            if not isinstance(outcome, Failed):
                detail = outcome.detail if isinstance(outcome, Covered) else outcome.reason
                outcome = Skipped(outcome.subject, f"kept off by command: {detail}")
            return self._record(name, arn, outcome, Act.ROLL if plan.changes else Act.NONE, plan)

    def _carried_out(self, name: str, *, insisted: bool) -> Record:
        """Decide, write, record."""
        arn = self._arn(name)
        if insisted:
            self.recorder.store.hold(arn, held=False)
        held = self.recorder.store.held(arn)
        former = self.recorder.store.latest(arn)
        rolls = former.rolled_since(self.recorder.clock() - DAY) if former else []

        def decide(seen: Seen) -> Plan:
            return self._decide(seen, held=held, insisted=insisted, rolls=rolls)

        try:
            plan = carry_out(self.functions, name, decide, write=True)
        except NotThereError:
            raise
        except OutriderError as error:
            self._record(name, arn, Failed(f"function {name}", error.message, error.hint), Act.NONE)
            raise
        return self._record(name, arn, plan.change.outcome, Act.ROLL if plan.changes else Act.NONE, plan)

    def _decide(self, seen: Seen, *, held: bool, insisted: bool, rolls: list[str]) -> Plan:
        """What is to be done to one function."""
        subject = f"function {seen.found.name}"
        choice = opt.choose(self.rules.opt, [("function", seen.found.tags)])
        if not insisted and not choice.wanted:
            return _left(seen, Skipped(subject, choice.why))
        if held:
            return _left(seen, Skipped(subject, "taken off by command; the command `protect` lifts that"))
        change = patch_function(seen.found, self.settings())
        if not change.changes:
            return _left(seen, _as_before(change.outcome))
        if reason := self._left_to_others(change, [] if insisted else rolls):
            return _left(seen, reason)
        return protecting(self.functions, seen, change, Publishing())

    def _left_to_others(self, change: FunctionChange, rolls: list[str]) -> Outcome | None:
        """Why nothing is written although something should be; None when nothing speaks against it."""
        subject = change.outcome.subject
        if (owner := ownership.owner(change.found.tags)) and not self.rules.act_on_iac:
            return Skipped(subject, f"{owner} owns it and would take a change back: put it into the template")
        if rolls.count(_wish(change)) >= MOST_ROLLS:
            said = f"it was protected {MOST_ROLLS} times within a day and set back each time"
            return Failed(subject, said, "what else owns it? The command `protect` tries again.")
        if self.rules.paused:
            return Skipped(subject, "the injector is paused; it would be protected")
        return None

    def _taking_off(self, seen: Seen) -> Plan:
        """The removal."""
        return removing(self.functions, seen, unpatch_function(seen.found))

    def _arn(self, name: str) -> str:
        """The function's ARN. Raises NotThereError, EnvironmentFault."""
        return str(self.functions.arn(name))

    def _record(self, name: str, arn: str, outcome: Outcome, act: Act, plan: Plan | None = None) -> Record:
        """Keep and tell it."""
        state = State.PROTECTED if isinstance(outcome, Covered) else State.NOT
        warnings = (*plan.change.warnings, *plan.warnings) if plan else ()
        return self.recorder.record(
            Record(
                subject=Subject(kind=SubjectKind.FUNCTION, id=arn, name=name),
                **fields_of(outcome),
                act=act.value,
                command=mending.of_function(name, state),
                identity=_wish(plan.change) if plan else "",
                warnings=warnings,
            )
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DefinitionKeeper:
    """Registers the patched revision of a definition that asks for it itself, before anything runs it."""

    definitions: Definitions
    recorder: Recorder
    rules: Rules = field(default_factory=Rules)

    def attend(self, arn: str) -> Record | None:
        """Look at a new revision; None: it is gone, or no tag of its own asks for anything.

        Raises OutriderError.
        """
        try:
            definition = self.definitions.calls.read(arn)
        except NotThereError:
            return None
        family = str(definition["taskDefinition"].get("family", ""))
        subject = f"task definition {family}:{definition['taskDefinition'].get('revision', '')}"
        registered = self.recorder.store.registered(family)
        situation = Situation(subject=subject, definition=definition, memory=Memory(registered=registered))
        choice = rollout.wanted(situation, self.rules)
        if not (choice.asked and choice.wanted):
            return None
        decision = self.definitions.decide(situation, self.rules)
        if decision.act is not Act.REGISTER or decision.document is None:
            return self._record(arn, family, decision, arn)
        try:
            revision = self.definitions.registered(decision.document, decision.identity, arn)
        except OutriderError as error:
            failed = Decision(outcome=Failed(subject, error.message, error.hint), identity=decision.identity)
            self._record(arn, family, failed, "")
            raise
        return self._record(arn, family, decision, revision)

    def _record(self, arn: str, family: str, decision: Decision, revision: str) -> Record:
        """Keep and tell it."""
        return self.recorder.record(
            Record(
                subject=Subject(kind=SubjectKind.TASK_DEFINITION, id=arn, name=family),
                **fields_of(decision.outcome),
                act=decision.act.value,
                revision=revision,
                identity=decision.identity,
                containers=listed(decision.containers),
                warnings=decision.warnings,
            )
        )


def _as_before(outcome: Outcome) -> Outcome:
    """The outcome of a function that is protected, in the words in which that was told when it was done."""
    if not isinstance(outcome, Covered):
        return outcome
    return Covered(outcome.subject, outcome.detail.removesuffix(" (was patched already)"))


def _left(seen: Seen, outcome: Outcome) -> Plan:
    """A function that is left as it is."""
    found = seen.found
    change = FunctionChange(found, outcome, original=found.original, marked=names.MARKER in found.tags)
    return Plan(change=change, write=lambda: None)


def _wish(change: FunctionChange) -> str:
    """What a change is recognised by: the same function set back asks for the same."""
    update = {name: value for name, value in change.update.items() if name != "Environment"}
    wrote = sorted((change.update.get("Environment") or {}).get("Variables", {}))
    return fingerprint([update, wrote])
