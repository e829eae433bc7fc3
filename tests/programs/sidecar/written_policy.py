"""Policies that somebody wrote."""

BOTH = ("web", "worker")


def written(counter: int = 1, workload: str = "shop", target: str = "/bin/true", names=BOTH) -> str:
    """A policy somebody wrote."""
    containers = "".join(
        f"  {name}:\n    mode: block\n    rules:\n"
        f"    - {{kind: exec, action: allow, target: {target}, why: it starts it}}\n"
        for name in names
    )
    return f"version: 1\nworkload: {workload}\ncounter: {counter}\ncontainers:\n{containers}"
