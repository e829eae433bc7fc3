"""What was seen becomes what is allowed: behaviour models → a policy document that a person can review."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from pydantic import ValidationError

from outrider import limits
from outrider.errors import InvalidInput, UsageError
from outrider.model.behaviour import Behaviour, BehaviourModel, Seen
from outrider.model.behaviour_words import short
from outrider.model.event import FUNCTION, Kind, Mode, Verdict
from outrider.model.folding import covering, fold
from outrider.model.outcome import Covered, Outcome, Skipped
from outrider.model.pattern import is_literal
from outrider.model.stage import Stage
from outrider.policy.document import RULE, ContainerPolicy, Defaults, PolicyDocument, Rule
from outrider.policy.protections import FUNCTION_DEFAULTS, protected

UNNAMED = "unnamed"
"""Workload of a policy from models that do not say theirs."""

_WILDCARDS = {"0.0.0.0/0": ("inet6", "::/0"), "::/0": ("inet", "0.0.0.0/0")}
"""Network of a listener on all addresses → the same in the other family."""
_EITHER = "all addresses"
"""Network of a listener on those of both; in rules only."""

_KINDS_OF_ADDRESS = (Kind.CONNECT, Kind.BIND)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A document, and what became of each container and each behaviour that could not be said in it."""

    document: PolicyDocument
    outcomes: tuple[Outcome, ...]


def from_models(
    models: Sequence[BehaviourModel],
    *,
    mode: Mode,
    counter: int,
    workload: str = "",
    defaults: Mapping[Kind, Verdict] | None = None,
    built_in: PolicyDocument | None = None,
) -> Proposal:
    """Propose a policy that allows what the models saw and nothing else, but for `defaults` (kind → verdict).

    What a person struck out, or a detector flagged and nobody kept, gets no rule, or one that blocks it where
    what was made of its neighbours would allow it.

    That of a function begins with the prohibitions of `built_in`, its built-in policy.
    Raises UsageError (no model, two for one container, different workloads), InvalidInput (too many rules).
    """
    name = _workload(models, workload)
    outcomes: list[Outcome] = []
    containers: dict[str, ContainerPolicy] = {}
    for model in models:
        if model.container in containers:
            raise UsageError(f"there are two models of {_named(model)}", hint=_hint(models))
        rules, skipped = _rules(model)
        containers[model.container] = _container(model, mode, rules, defaults or {}, built_in)
        left_out = len(model.seen) - len(model.accepted)
        told = f"{len(rules)} rules" + (f", {left_out} struck out or flagged" if left_out else "")
        outcomes += [Covered(f"container {model.container}", told), *skipped]
    try:
        document = PolicyDocument(version=1, workload=name, counter=counter, containers=containers)
    except ValidationError as error:
        place = ".".join(map(str, error.errors()[0]["loc"]))
        raise InvalidInput(
            f"no policy can be made of these models: {place}: {error.errors()[0]['msg']}"
        ) from None
    return Proposal(document, tuple(outcomes))


def mode_of(models: Sequence[BehaviourModel]) -> Mode:
    """The mode that the stages of models ask for: the mildest of them. Alert where nobody watches them.

    Raises UsageError: one is watched, and still learning.
    """
    watched = [model for model in models if model.steps]
    for model in watched:
        if model.standing.stage is Stage.LEARNING:
            raise UsageError(
                f"the model of {model.title} is still learning",
                hint="`outrider model stage MODEL` says what it waits for; --mode makes one all the same.",
            )
    blocking = watched and all(model.standing.stage is Stage.BLOCKING for model in models)
    return Mode.BLOCK if blocking else Mode.ALERT


def _workload(models: Sequence[BehaviourModel], wanted: str) -> str:
    """Name of the workload: as wanted, or as all models that know it say."""
    names = {model.workload for model in models if model.workload}
    if not models:
        raise UsageError("there is no model to make a policy from")
    if wanted or not names:
        return wanted or UNNAMED
    if len(names) > 1:
        raise UsageError(
            f"the models are of different workloads: {', '.join(sorted(names))}",
            hint="make one policy for each, or say --workload NAME.",
        )
    return names.pop()


def _named(model: BehaviourModel) -> str:
    """What a model is of, for messages."""
    if model.container == FUNCTION:
        return f"the function {model.workload or UNNAMED}"
    return f"the container {model.container!r}"


def _hint(models: Sequence[BehaviourModel]) -> str:
    """What to do about two models of one thing."""
    images = sorted({model.image for model in models if model.container == FUNCTION})
    if len(images) > 1:
        codes = ", ".join(image or "not known" for image in images)
        return (
            f"they are of different code ({codes}): choose with --image, or learn  them as one with "
            "`outrider learn --image function=NAME`."
        )
    return "make one of them: `outrider learn --merge A --merge B -o MODEL`."


def _container(
    model: BehaviourModel,
    mode: Mode,
    learned: Sequence[Rule],
    said: Mapping[Kind, Verdict],
    built_in: PolicyDocument | None,
) -> ContainerPolicy:
    """One container's policy."""
    of_function = model.container == FUNCTION
    said = FUNCTION_DEFAULTS | dict(said) if of_function else said
    defaults = Defaults(**{kind.value: verdict for kind, verdict in said.items()})
    rules = protected(learned, defaults, built_in) if of_function and built_in else tuple(learned)
    if len(rules) > limits.POLICY_RULES:
        raise InvalidInput(
            f"the model of {model.title} makes {len(rules)} rules, {limits.POLICY_RULES} are the most",
            hint="does it make up names that were not recognised? Write the policy with patterns by hand.",
        )
    return ContainerPolicy(
        mode=mode,
        defaults=defaults,
        rules=rules,
    )


def _rules(model: BehaviourModel) -> tuple[list[Rule], list[Outcome]]:
    """Rules of one model by kind, program and target, and what could not be said."""
    rules: list[Rule] = []
    skipped: list[Outcome] = []
    seen_by_rule = _in_either_family(fold(_decided(model), Seen.plus))
    allowed = {one: how for one, how in seen_by_rule.items() if how.stands}
    left_out = {one: how for one, how in seen_by_rule.items() if not how.stands}
    forbidden = {one: how for one, how in left_out.items() if covering(one, allowed)}
    for behaviour, seen in (*_sorted(forbidden), *_sorted(allowed)):
        try:
            rules.append(RULE.validate_python(_rule(behaviour, seen)))
        except ValidationError as error:
            problem = error.errors()[0]
            subject = f"container {model.container}, {short(behaviour)}"
            skipped.append(Skipped(subject, f"{problem['loc'][-1]}: {problem['msg']}"))
    return rules, skipped


def _in_either_family(seen: Mapping[Behaviour, Seen]) -> dict[Behaviour, Seen]:
    """Who listens on all addresses of one family does so in the other where the network has it.

    Which it is comes from the subnet, and in the first second of a network from chance (duplicate address
    detection, RFC 4862), not from the program. Where one does not stand, both keep their families.
    """
    found: dict[Behaviour, Seen] = {}
    for one, how in seen.items():
        said = _everywhere(one) if how.stands and _twin_stands(one, seen) else one
        found[said] = found[said].plus(how) if said in found else how
    return found


def _twin_stands(one: Behaviour, seen: Mapping[Behaviour, Seen]) -> bool:
    """Whether it listens on all addresses, and nothing was said against the same in the other family."""
    if one.kind is not Kind.BIND or one.network not in _WILDCARDS:
        return False
    family, network = _WILDCARDS[one.network]
    twin = seen.get(replace(one, family=family, network=network))
    return twin is None or twin.stands


def _everywhere(one: Behaviour) -> Behaviour:
    """A listener on all addresses, of either family."""
    return replace(one, family="", network=_EITHER)


def _sorted(seen: Mapping[Behaviour, Seen]) -> list[tuple[Behaviour, Seen]]:
    """Kinds in the order of `Kind`, then by program and target."""
    kinds = list(Kind)
    return sorted(seen.items(), key=lambda item: (kinds.index(item[0].kind), item[0].program, item[0]))


def _rule(behaviour: Behaviour, seen: Seen) -> dict[str, str]:
    """One behaviour as a rule, still plain."""
    rule = {"kind": behaviour.kind.value, "action": "allow" if seen.stands else "block"}
    if behaviour.kind is Kind.INVOKE:
        # without keys there is nothing to compare: `{}`, a list, a text
        keys = {"keys": behaviour.program} if behaviour.program else {}
        return rule | {"source": behaviour.target} | keys | {"why": _why(behaviour, seen)}
    rule["program"] = behaviour.program
    if behaviour.kind is Kind.SYSCALL:
        rule["name"] = behaviour.target
    elif behaviour.kind is Kind.RESOLVE:
        rule["name"] = behaviour.name
    elif behaviour.kind not in _KINDS_OF_ADDRESS:
        rule["target"] = behaviour.target
    elif behaviour.family == "unix":
        rule["path"] = behaviour.target
    else:
        peer = {"name": behaviour.name} if behaviour.name else {"address": behaviour.network}
        rule |= ({} if behaviour.network == _EITHER else peer) | {"port": behaviour.ports}
        if behaviour.protocol != "any":
            rule["protocol"] = behaviour.protocol
    return rule | {"why": _why(behaviour, seen)}


_SHOWN_ATTRIBUTIONS = 3


def _why(behaviour: Behaviour, seen: Seen) -> str:
    """Why a rule is there: what was seen, how often and when; and that stars stand for what varies."""
    if not seen.stands:
        return f"{_against(seen)}: {short(behaviour)}"
    varies = "" if is_literal(behaviour.target) else "; * and ? stand for names that vary"
    times = "once" if seen.count == 1 else f"at least {seen.count} times"
    first, last = _minute(seen.first_ns), _minute(seen.last_ns)
    when = f"on {first}" if first == last else f"between {first} and {last}"
    return f"learned: {short(behaviour)}; seen {times}{_whence(seen)}, {when} UTC{varies}"


def _against(seen: Seen) -> str:
    """Why it is not to be allowed."""
    if seen.judged:
        return f"struck out by {seen.judged.who} ({seen.judged.why})"
    return f"flagged by {', '.join(sorted(seen.flagged))}"


def _whence(seen: Seen) -> str:
    """By whose code, as far as it is known."""
    if not seen.by:
        return ""
    shown = [who[:80] for who in sorted(seen.by)[:_SHOWN_ATTRIBUTIONS]]
    more = len(seen.by) - len(shown)
    return f" from {', '.join(shown)}" + (f" and {more} more" if more else "")


def _minute(time_ns: int) -> str:
    """A time to the minute."""
    try:
        return f"{datetime.fromtimestamp(time_ns // 1_000_000_000, UTC):%Y-%m-%d %H:%M}"
    except (ValueError, OverflowError, OSError):
        return "an impossible time"


def _decided(model: BehaviourModel) -> dict[Behaviour, Seen]:
    """What rules are made of. Libraries of a container tell what is in use; nobody decides on them there."""
    seen = _without_lookups(model.seen)
    if model.container == FUNCTION:
        return seen
    return {one: how for one, how in seen.items() if one.kind is not Kind.LOAD}


def _without_lookups(seen: Mapping[Behaviour, Seen]) -> dict[Behaviour, Seen]:
    """Leave out lookups of names that are connected to: the rule for the connection allows them."""
    peers = {(one.program, one.name) for one in seen if one.kind is Kind.CONNECT and one.name}
    return {
        one: how
        for one, how in seen.items()
        if one.kind is not Kind.RESOLVE or (one.program, one.name) not in peers
    }
