"""Differences of two policies, told as a person asks: which programs, destinations, files come, go and
change."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from outrider.model.behaviour_words import GROUPS
from outrider.model.event import Kind
from outrider.policy.diff import Change

SHOWN = 12
"""Names of one sort that are told in a sentence; of more, how many more."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What changes for one container in one group of rules. What they are about, sorted."""

    container: str
    group: str
    """`programs`, `destinations`, …"""
    added: tuple[str, ...]
    dropped: tuple[str, ...]
    changed: tuple[str, ...]
    """That rules of both are about, but not the same ones: by another program, with another verdict, …"""

    @property
    def words(self) -> str:
        """One sentence without its end."""
        parts = (("adds", self.added), ("drops", self.dropped), ("changes", self.changed))
        told = "; ".join(f"{verb} {_names(names)}" for verb, names in parts if names)
        return f"{self.container}, {self.group}: {told}"


def summary(changes: Iterable[Change]) -> tuple[Summary, ...]:
    """Of all changes that are about rules, by container, then in the order of kinds."""
    before: defaultdict[tuple[str, Kind], set[str]] = defaultdict(set)
    after: defaultdict[tuple[str, Kind], set[str]] = defaultdict(set)
    for change in changes:
        for side, rule in ((before, change.before), (after, change.after)):
            if isinstance(rule, Mapping) and "kind" in rule:
                side[change.container, Kind(rule["kind"])].add(_about(rule))
    kinds = list(Kind)
    return tuple(
        Summary(
            container,
            GROUPS[kind],
            tuple(sorted(after[container, kind] - before[container, kind])),
            tuple(sorted(before[container, kind] - after[container, kind])),
            tuple(sorted(before[container, kind] & after[container, kind])),
        )
        for container, kind in sorted(before.keys() | after.keys(), key=lambda k: (k[0], kinds.index(k[1])))
    )


def _about(rule: Mapping[str, Any]) -> str:
    """What a rule is about: a file, a name, an address with its port; without any, everything."""
    port = f" port {rule['port']}" if "port" in rule else ""
    for field in ("target", "name", "address", "path", "source"):
        if field in rule:
            return f"{rule[field]}{port}"
    return f"anything{port}"


def _names(names: tuple[str, ...]) -> str:
    """So many of them."""
    more = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {more} more" if more > 0 else "")
