"""The policy document: what people write, review and sign off. Version 1."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from outrider import limits
from outrider.errors import InvalidInput
from outrider.model.event import Kind, Mode, Verdict
from outrider.policy import problems
from outrider.policy import text as policy_text
from outrider.policy.fields import Action, Name, Network, Pattern, Ports, Why


class _Strict(BaseModel):
    """What all parts share: no unknown fields, no guessing of types, no change once made."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class _Rule(_Strict):
    """What all rules share."""

    action: Action
    program: Pattern | None = None
    """Real path of the program that acts; None: any program."""
    why: Why


class ExecRule(_Rule):
    """A program starts another: `target` is the real path of the file, for a script that of the script."""

    kind: Literal["exec"]
    target: Pattern


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

    kind: Literal["connect"]


class BindRule(_AddressRule):
    """A program takes an address for itself, to listen on or to send from."""

    kind: Literal["bind"]


Rule = ExecRule | ConnectRule | BindRule | WriteRule | SyscallRule
_TaggedRule = Annotated[Rule, Field(discriminator="kind")]
RULE: TypeAdapter[Rule] = TypeAdapter(_TaggedRule)
"""Makes one rule of plain values; raises pydantic's ValidationError."""


class Defaults(_Strict):
    """What is answered where no rule matches. What is not said is blocked."""

    exec: Action = Verdict.BLOCK
    connect: Action = Verdict.BLOCK
    bind: Action = Verdict.BLOCK
    write: Action = Verdict.BLOCK
    syscall: Action = Verdict.BLOCK

    def of(self, kind: Kind) -> Verdict:
        """Return the answer for one kind."""
        answer: Verdict = getattr(self, kind.value)
        return answer


class ContainerPolicy(_Strict):
    """The policy of one container: the first rule that matches decides."""

    mode: Annotated[Mode, Field(strict=False)]
    report_allowed: bool = False
    """Report what is allowed too: for learning."""
    defaults: Defaults = Defaults()
    rules: Annotated[
        tuple[_TaggedRule, ...],
        Field(strict=False, max_length=limits.POLICY_RULES),
    ] = ()


class PolicyDocument(_Strict):
    """The policies of the containers of one workload."""

    version: Literal[1]
    workload: Name
    """Task family."""
    counter: Annotated[int, Field(ge=0, lt=1 << 64)]
    """Never goes down: a supervisor refuses a policy older than the one it has."""
    containers: Annotated[dict[Name, ContainerPolicy], Field(min_length=1)]

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
    containers = {
        name: policy.model_dump(mode="json", exclude={"rules"})
        | {"rules": [_rule_to_plain(rule) for rule in policy.rules]}
        for name, policy in document.containers.items()
    }
    return document.model_dump(mode="json", exclude={"containers"}) | {"containers": containers}


def to_yaml(document: PolicyDocument) -> str:
    """Return the document as YAML; `parse` gives the same document back."""
    return policy_text.to_yaml(to_plain(document))


def _rule_to_plain(rule: Rule) -> dict[str, Any]:
    """One rule: kind and action first, why last."""
    said = rule.model_dump(mode="json", exclude_none=True)
    ends = ("kind", "action", "why")
    middle = {key: value for key, value in said.items() if key not in ends}
    return {"kind": said["kind"], "action": said["action"], **middle, "why": said["why"]}


_FIELDS = frozenset(
    name
    for part in (
        *(PolicyDocument, ContainerPolicy, Defaults),
        *(ExecRule, ConnectRule, BindRule, WriteRule, SyscallRule),
    )
    for name in part.model_fields
)
"""Every name a document may use."""
