"""What changes from one policy document to another, in words and as data."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from outrider.model.event import Kind, Verdict
from outrider.policy.document import (
    ContainerPolicy,
    EventLimits,
    Learning,
    PolicyDocument,
    PolicyException,
    Rule,
)
from outrider.policy.words import KIND_NAMES, event_limits, learning, sentence


class What(StrEnum):
    """What happened to a part of the policy."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    REORDERED = "reordered"


class Effect(StrEnum):
    """What a change does to what a workload may do."""

    MORE = "more is allowed"
    LESS = "less is allowed"
    SAME = "the same is allowed"
    UNCLEAR = "depends on the other rules"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference."""

    container: str
    """Empty when it is about the whole document."""
    what: What
    effect: Effect
    words: str
    before: Any = None
    """As in the document; None when it was not there."""
    after: Any = None


_STRICTNESS = [Verdict.ALLOW, Verdict.ALERT, Verdict.BLOCK]


def diff(old: PolicyDocument, new: PolicyDocument) -> tuple[Change, ...]:
    """Return every difference, first those of the document, then container by container; empty when none."""
    changes = list(_document(old, new))
    for name in sorted(old.containers.keys() | new.containers.keys()):
        before, after = old.containers.get(name), new.containers.get(name)
        if before is None:
            changes.append(Change(name, What.ADDED, Effect.UNCLEAR, "the container gets a policy"))
        elif after is None:
            changes.append(Change(name, What.REMOVED, Effect.UNCLEAR, "the container has no policy any more"))
        else:
            changes += _settings(name, before, after)
        changes += _rules(name, before, after)
        changes += _exceptions(name, before, after)
    return tuple(changes)


def _document(old: PolicyDocument, new: PolicyDocument) -> Iterator[Change]:
    """Differences of the document itself."""
    if old.workload != new.workload:
        words = f"the policy is for {new.workload}, it was for {old.workload}"
        yield Change("", What.CHANGED, Effect.SAME, words, old.workload, new.workload)
    if old.counter != new.counter:
        words = f"the counter goes from {old.counter} to {new.counter}"
        if new.counter < old.counter:
            words += ": supervisors that have the old policy will refuse the new one"
        yield Change("", What.CHANGED, Effect.SAME, words, old.counter, new.counter)


def _settings(name: str, old: ContainerPolicy, new: ContainerPolicy) -> Iterator[Change]:
    """Differences of a container's settings."""
    if old.mode is not new.mode:
        effect = Effect.LESS if new.mode == "block" else Effect.MORE
        words = f"mode {new.mode}, it was {old.mode}"
        yield Change(name, What.CHANGED, effect, words, old.mode.value, new.mode.value)
    if old.report_allowed != new.report_allowed:
        words = f"what is allowed is {'' if new.report_allowed else 'not '}reported"
        yield Change(name, What.CHANGED, Effect.SAME, words, old.report_allowed, new.report_allowed)
    learn, learned = new.learn or Learning(), old.learn or Learning()
    if learn != learned:
        words = f"what is allowed is reported {learning(learn)}, it was {learning(learned)}"
        yield Change(name, What.CHANGED, Effect.SAME, words, learned.model_dump(), learn.model_dump())
    event, was = new.event or EventLimits(), old.event or EventLimits()
    if event != was:
        words = f"events {event_limits(event)} are decided by rules, they were {event_limits(was)}"
        yield Change(name, What.CHANGED, Effect.UNCLEAR, words, was.model_dump(), event.model_dump())
    for kind in Kind:
        before, after = old.defaults.of(kind), new.defaults.of(kind)
        if before is not after:
            stricter = _STRICTNESS.index(after) > _STRICTNESS.index(before)
            effect = Effect.LESS if stricter else Effect.MORE
            words = f"{KIND_NAMES[kind]} without a rule: {after}, it was {before}"
            yield Change(name, What.CHANGED, effect, words, before.value, after.value)


def _rules(name: str, old: ContainerPolicy | None, new: ContainerPolicy | None) -> Iterator[Change]:
    """Differences of two lists of rules; a rule is the same when all but its `why` is."""
    before = _by_content(old)
    after = _by_content(new)
    for content, rule in before.items():
        if content not in after:
            effect = _effect(rule, Effect.LESS, Effect.MORE)
            yield Change(name, What.REMOVED, effect, sentence(rule), _plain(rule), None)
    for content, rule in after.items():
        if content not in before:
            effect = _effect(rule, Effect.MORE, Effect.LESS)
            yield Change(name, What.ADDED, effect, sentence(rule), None, _plain(rule))
        elif before[content].why != rule.why:
            words = f"another reason: {sentence(rule)}"
            yield Change(name, What.CHANGED, Effect.SAME, words, before[content].why, rule.why)
    stay = [content for content in before if content in after]
    if stay != [content for content in after if content in before]:
        words = "rules that stay are in another order, and the first that matches decides"
        yield Change(name, What.REORDERED, Effect.UNCLEAR, words)


def _exceptions(name: str, old: ContainerPolicy | None, new: ContainerPolicy | None) -> Iterator[Change]:
    """Differences of the exceptions; one that is prolonged, or handed on, is another."""
    before, after = (policy.exceptions or () if policy else () for policy in (old, new))
    for one in before:
        if one not in after:
            effect = _effect(one.rule, Effect.LESS, Effect.MORE)
            yield Change(name, What.REMOVED, effect, _for_a_time(one), one.model_dump(mode="json"), None)
    for one in after:
        if one not in before:
            effect = _effect(one.rule, Effect.MORE, Effect.LESS)
            yield Change(name, What.ADDED, effect, _for_a_time(one), None, one.model_dump(mode="json"))


def _for_a_time(one: PolicyException) -> str:
    """An exception as a sentence."""
    return f"until {one.expires} {sentence(one.rule)} ({one.owner})"


def _by_content(policy: ContainerPolicy | None) -> dict[str, Rule]:
    """Rules by what they are without their reason, in order; of two alike the first decides."""
    rules: dict[str, Rule] = {}
    for rule in policy.rules if policy else ():
        rules.setdefault(rule.model_dump_json(exclude={"why"}), rule)
    return rules


def _effect(rule: Rule, if_allows: Effect, if_blocks: Effect) -> Effect:
    """Effect of a rule that comes or goes."""
    return {Verdict.ALLOW: if_allows, Verdict.BLOCK: if_blocks}.get(rule.action, Effect.UNCLEAR)


def _plain(rule: Rule) -> dict[str, Any]:
    """A rule as it stands in the document."""
    return rule.model_dump(mode="json", exclude_none=True)
