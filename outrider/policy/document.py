"""The policy document: what people write, review and sign off. Version 1."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    TypeAdapter,
    ValidationError,
    model_serializer,
    model_validator,
)

from outrider import limits
from outrider.errors import InvalidInput
from outrider.model.event import FUNCTION, Kind, Mode, Verdict
from outrider.policy import problems
from outrider.policy import text as policy_text
from outrider.policy.fields import Action, Arguments, Hash, Host, Moment, Name, Network, Pattern, Ports, Why


class _Strict(BaseModel):
    """What all parts share: no unknown fields, no guessing of types, no change once made."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    later: ClassVar[frozenset[str]] = frozenset()
    """Fields that are not written when they are None: a policy that does without them keeps its id."""

    @model_serializer(mode="wrap")
    def _said(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        said: dict[str, Any] = write(self)
        return {name: value for name, value in said.items() if value is not None or name not in self.later}


class _Said(_Strict):
    """What all rules share."""

    action: Action
    why: Why


class _Rule(_Said):
    """What rules about programs share."""

    program: Pattern | None = None
    """Real path of the program that acts; None: any program."""


class ExecRule(_Rule):
    """A program starts another: `target` is the real path of the file, for a script that of the script."""

    later = frozenset({"sha256", "arguments"})

    kind: Literal["exec"]
    target: Pattern
    sha256: Hash | None = None
    """Of the file."""
    arguments: Arguments | None = None
    """The words after the first, one pattern each: `*` alone is any word, `**` any number, none too.

    None: any. Decided in containers only.
    """


class WriteRule(_Rule):
    """A program changes a file or a directory entry: `target` is its real path."""

    kind: Literal["write"]
    target: Pattern


class SyscallRule(_Rule):
    """A program makes one of the rare system calls; `*` is any of them."""

    kind: Literal["syscall"]
    name: Annotated[str, Field(pattern=r"^(\*|[a-z0-9_]{1,64})$")]


class _AddressRule(_Rule):
    """A rule about an address: an IP network and ports, or a Unix socket's path; neither: any address."""

    address: Network | None = None
    port: Ports | None = None
    protocol: Literal["tcp", "udp"] | None = None
    path: Pattern | None = None
    """Unix socket; `@name` when abstract."""

    @model_validator(mode="after")
    def _one_of_two(self) -> "_AddressRule":
        if self.path is not None and (self.address or self.port or self.protocol):
            raise ValueError("`path` is for Unix sockets and goes without address, port and protocol")
        return self


class ConnectRule(_AddressRule):
    """A program connects, or sends a datagram to an address."""

    later = frozenset({"name"})

    kind: Literal["connect"]
    name: Host | None = None
    """Host name whose lookup answered the address; whoever may connect to it may look it up."""

    @model_validator(mode="after")
    def _name_alone(self) -> "ConnectRule":
        if self.name is not None and (self.address or self.path):
            raise ValueError("`name` goes without address and path: make it two rules")
        return self


class BindRule(_AddressRule):
    """A program takes an address for itself, to listen on or to send from."""

    kind: Literal["bind"]


class ResolveRule(_Rule):
    """A program looks a host name up."""

    kind: Literal["resolve"]
    name: Host


class ReadRule(_Rule):
    """A program opens a file for reading: `target` is its real path."""

    kind: Literal["read"]
    target: Pattern


class LoadRule(_Rule):
    """A program maps a file executable or runs it as code of its language.

    `target` is the file's real path, `[anonymous]` for executable memory no file is behind, or
    `pickle:module.name` for what an unpickling asks for.
    """

    kind: Literal["load"]
    target: Pattern


class InvokeRule(_Said):
    """The function is invoked with an event."""

    kind: Literal["invoke"]
    source: Pattern
    """Where the event is from: `aws:sqs`, `apigateway`, `direct`."""
    keys: Pattern | None = None
    """Its top-level keys, sorted, with commas between; None: any."""


Rule = (
    ExecRule
    | ConnectRule
    | BindRule
    | WriteRule
    | SyscallRule
    | ResolveRule
    | ReadRule
    | LoadRule
    | InvokeRule
)
_TaggedRule = Annotated[Rule, Field(discriminator="kind")]
RULE: TypeAdapter[Rule] = TypeAdapter(_TaggedRule)
"""Makes one rule of plain values; raises pydantic's ValidationError."""


_UNSAID = {
    Kind.RESOLVE: Verdict.BLOCK,
    Kind.READ: Verdict.ALLOW,
    Kind.LOAD: Verdict.ALLOW,
    Kind.INVOKE: Verdict.ALLOW,
}
"""Defaults of the kinds that only functions know: without lists of files, code and callers all goes on."""


class Defaults(_Strict):
    """What is answered where no rule matches. Unsaid: block, but for read, load and invoke allow."""

    later = frozenset(kind.value for kind in _UNSAID)

    exec: Action = Verdict.BLOCK
    connect: Action = Verdict.BLOCK
    bind: Action = Verdict.BLOCK
    write: Action = Verdict.BLOCK
    syscall: Action = Verdict.BLOCK
    resolve: Action | None = None
    read: Action | None = None
    load: Action | None = None
    invoke: Action | None = None

    def of(self, kind: Kind) -> Verdict:
        """Return the answer for one kind."""
        answer: Verdict | None = getattr(self, kind.value)
        return _UNSAID[kind] if answer is None else answer


_Number = Annotated[int, Field(ge=0, lt=1 << 32)]


class Learning(_Strict):
    """How long `report_allowed` holds in one environment of a function: to the first of both; 0: no end."""

    invocations: _Number = 0
    seconds: _Number = 0


class EventLimits(_Strict):
    """What an event may be for rules to decide on it; one that is more gets the default. 0: anything."""

    max_bytes: _Number = 0
    max_depth: _Number = 0


class PolicyException(_Strict):
    """A rule for a time, that somebody answers for. Exceptions come before all rules, in their order."""

    owner: Annotated[str, Field(min_length=1, max_length=255)]
    """Who answers for it: a person or a team that can be asked."""
    expires: Moment
    """From then on it is as if it were not there; the defender looks at the clock itself."""
    rule: _TaggedRule


class ContainerPolicy(_Strict):
    """The policy of one container, or of a function: the first rule that matches decides."""

    later = frozenset({"learn", "event", "exceptions"})

    mode: Annotated[Mode, Field(strict=False)]
    report_allowed: bool = False
    """Report what is allowed too: for learning."""
    learn: Learning | None = None
    event: EventLimits | None = None
    defaults: Defaults = Defaults()
    rules: Annotated[
        tuple[_TaggedRule, ...],
        Field(strict=False, max_length=limits.POLICY_RULES),
    ] = ()
    exceptions: (
        Annotated[tuple[PolicyException, ...], Field(strict=False, max_length=limits.POLICY_RULES)] | None
    ) = None

    @property
    def numbered(self) -> tuple[Rule, ...]:
        """Rules and after them those of the exceptions, as events number them, from 1 on."""
        return (*self.rules, *(exception.rule for exception in self.exceptions or ()))


class PolicyDocument(_Strict):
    """The policies of the containers of one workload; a function is one with the container `function`."""

    version: Literal[1]
    workload: Name
    """Task family, or name of the function."""
    counter: Annotated[int, Field(ge=0, lt=1 << 64)]
    """Never goes down: a defender refuses a policy older than the one it has."""
    containers: Annotated[dict[Name, ContainerPolicy], Field(min_length=1)]

    @model_validator(mode="after")
    def _arguments_in_containers(self) -> "PolicyDocument":
        function = self.containers.get(FUNCTION)
        for place, rule in enumerate(function.numbered if function else (), start=1):
            if isinstance(rule, ExecRule) and rule.arguments is not None:
                raise ValueError(
                    f"rule {place} of {FUNCTION}: `arguments` are decided in containers only; without them "
                    "the rule would be about every command line"
                )
        return self

    def container(self, name: str) -> ContainerPolicy:
        """Return the policy of one container. Raises InvalidInput naming those there are."""
        if name not in self.containers:
            raise InvalidInput(
                f"the policy says nothing of a container {name!r}",
                hint=f"it has {', '.join(sorted(self.containers))}.",
            )
        return self.containers[name]


def parse(text: str, what: str = "the policy") -> PolicyDocument:
    """Read a document from YAML or JSON. Raises InvalidInput: what is wrong, where, and what to do."""
    value = policy_text.parse(text, what)
    try:
        return PolicyDocument.model_validate(value)
    except ValidationError as error:
        raise problems.explained(error, text, what, _FIELDS) from None


def to_plain(document: PolicyDocument) -> dict[str, Any]:
    """Return the document as plain values, in the order a person would write them, without what is unsaid."""
    containers = {name: _container_to_plain(policy) for name, policy in document.containers.items()}
    return document.model_dump(mode="json", exclude={"containers"}) | {"containers": containers}


def to_yaml(document: PolicyDocument) -> str:
    """Return the document as YAML; `parse` gives the same document back."""
    return policy_text.to_yaml(to_plain(document))


def _container_to_plain(policy: ContainerPolicy) -> dict[str, Any]:
    """One container: settings, exceptions where there are some, rules last."""
    said = policy.model_dump(mode="json", exclude={"rules", "exceptions"})
    if policy.exceptions is not None:
        said["exceptions"] = [
            {"owner": one.owner, "expires": one.expires, "rule": _rule_to_plain(one.rule)}
            for one in policy.exceptions
        ]
    return said | {"rules": [_rule_to_plain(rule) for rule in policy.rules]}


def _rule_to_plain(rule: Rule) -> dict[str, Any]:
    """One rule: kind and action first, why last."""
    said = rule.model_dump(mode="json", exclude_none=True)
    ends = ("kind", "action", "why")
    middle = {key: value for key, value in said.items() if key not in ends}
    return {"kind": said["kind"], "action": said["action"], **middle, "why": said["why"]}


_FIELDS = frozenset(
    name
    for part in (
        *(PolicyDocument, ContainerPolicy, PolicyException, Defaults, Learning, EventLimits),
        *(ExecRule, ConnectRule, BindRule, WriteRule, SyscallRule),
        *(ResolveRule, ReadRule, LoadRule, InvokeRule),
    )
    for name in part.model_fields
)
"""Every name a document may use."""
