"""What lives as long as the injector's sandbox, and what one message makes it do."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from cdk_app.functions.injector import events
from cdk_app.functions.injector.events import Command, DefinitionRegistered, FunctionChanged, Ignored, Message
from cdk_app.functions.injector.events import ServiceChanged as Changed
from cdk_app.functions.injector.keepers import DefinitionKeeper, FunctionKeeper
from cdk_app.functions.injector.reconcile import Bookmark, Reconcile
from cdk_app.functions.injector.recording import Record, Recorder
from cdk_app.functions.injector.services import ServiceKeeper
from outrider.errors import UsageError
from outrider.inject.rollout import Rules
from outrider.model import envelope
from outrider.model.envelope import Envelope, Subject, SubjectKind, Topic

Told = dict[str, Any]
"""What a direct invocation is answered with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """The injector."""

    account: str
    region: str
    own: str
    """How ARNs of its own sessions begin; empty: not known."""
    rules: Rules
    services: ServiceKeeper | None
    """None: no sidecar image is named."""
    definitions: DefinitionKeeper | None
    functions: FunctionKeeper | None
    """None: no layer is named."""
    recorder: Recorder
    bookmark: Bookmark
    paused: Callable[[], bool] = field(repr=False)
    """Asks the switch. Raises EnvironmentFault: then nothing is changed."""
    go_on: Callable[[str], bool] = field(repr=False)
    """Sends what is left of a reconcile to our own queue; False: there is none."""
    on_error: Callable[[str, Exception], None] = field(repr=False)

    def parse(self, body: str) -> Message:
        """Read a message of the queue. Raises InvalidInput."""
        return events.parse(body, account=self.account, region=self.region, own=self.own)

    def with_switch(self) -> "Program":
        """The same with the pause switch as it is now. Raises EnvironmentFault."""
        rules = replace(self.rules, paused=self.paused())
        return replace(
            self,
            rules=rules,
            services=replace(self.services, rules=rules) if self.services else None,
            definitions=replace(self.definitions, rules=rules) if self.definitions else None,
            functions=replace(self.functions, rules=rules) if self.functions else None,
        )

    def work(self, message: Message, has_time: Callable[[], bool]) -> Told:
        """Do what a message asks for. Raises OutriderError: it is to come again."""
        match message:
            case Ignored(reason):
                return {"ignored": reason}
            case Changed(cluster, service, failed):
                return _told(self.services.attend(cluster, service, failed=failed) if self.services else None)
            case DefinitionRegistered(arn):
                return _told(self.definitions.attend(arn) if self.definitions else None)
            case FunctionChanged(name):
                return _told(self.functions.attend(name) if self.functions else None)
            case Command():
                return self._command(message, has_time)

    def _command(self, asked: Command, has_time: Callable[[], bool]) -> Told:
        """A command; the pause switch does not stop `unprotect`."""
        if asked.command == "reconcile":
            return self._reconcile(asked.after, has_time)
        if asked.function:
            if self.functions is None:
                raise UsageError("functions are left alone here", hint="OUTRIDER_LAYER_ARNS names no layer.")
            name = events.function_name(asked.function)
            release = asked.command == "unprotect"
            return _told(
                self.functions.release(name) if release else self.functions.attend(name, insisted=True)
            )
        if self.services is None:
            raise UsageError("services are left alone here", hint="OUTRIDER_SIDECAR_IMAGE names no image.")
        cluster = asked.cluster or events.cluster_in(asked.service)
        if asked.command == "unprotect":
            return _told(self.services.release(cluster, asked.service))
        return _told(self.services.attend(cluster, asked.service, insisted=True))

    def _reconcile(self, after: str, has_time: Callable[[], bool]) -> Told:
        """As much as there is time for; the rest goes to the queue, or waits for the next one."""
        whole = Reconcile(
            services=self.services, functions=self.functions, bookmark=self.bookmark, on_error=self.on_error
        )
        tally = whole.part(after, has_time)
        continued = not tally.done and self.go_on(tally.after)
        return {
            "covered": tally.covered,
            "skipped": tally.skipped,
            "failed": tally.failed,
            "gone": tally.gone,
            "done": tally.done,
            "continued": continued,
        }

    def trouble(self, what: str, message: str, hint: str) -> Envelope:
        """What is told when a message could not be done; the same for the same message and error."""
        return Envelope(
            topic=Topic.TROUBLE,
            id=envelope.identity(Topic.TROUBLE, "injector", what, message),
            time=self.recorder.now(),
            account=self.account,
            region=self.region,
            program="injector",
            subject=Subject(kind=SubjectKind.PROGRAM, id="injector", name=what[:200]),
            detail={"program": "injector", "message": message, "hint": hint},
        )


def _told(record: Record | None) -> Told:
    """A record as an answer."""
    if record is None:
        return {"outcome": "nothing", "reason": "it is gone, or nothing here is about it"}
    return {
        "subject": record.subject.id,
        "outcome": record.outcome,
        "reason": record.reason,
        "hint": record.hint,
        "act": record.act,
        "command": record.command,
        "revision": record.revision,
    }
