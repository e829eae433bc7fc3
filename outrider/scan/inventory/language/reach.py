"""What a program needs, and what only its developers need, where a lock file has edges but no flags."""

from collections.abc import Iterable, Mapping


def reachable(roots: Iterable[str], edges: Mapping[str, Iterable[str]]) -> frozenset[str]:
    """Every node that can be reached from the roots, those included. Takes time linear in the edges."""
    seen = set(roots)
    pending = sorted(seen)
    while pending:
        for node in edges.get(pending.pop(), ()):
            if node not in seen:
                seen.add(node)
                pending.append(node)
    return frozenset(seen)
