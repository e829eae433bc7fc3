"""Accounts of our own making, and sweeps over them."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from outrider.errors import EnvironmentFault
from outrider.model.envelope import Envelope
from scanner_lambda import sweep
from scanner_lambda.sweep import Parts
from scanner_lambda.sweeping import ListedImage
from tests.programs.scanner_lambda.index_memory import Memory

HERE = {"account": "123456789012", "region": "eu-central-1"}


class Made:
    """An account of our own making, in pages of two."""

    def __init__(self, images: dict[str, list[ListedImage]], functions: Sequence[str] = ()) -> None:
        self.all, self.arns = images, list(functions)
        self.refused: set[str] = set()
        """Repositories, and `repositories` and `functions`, that may not be listed."""

    def repositories(self, token: str) -> tuple[list[str], str]:
        self._permitted("repositories")
        return self._page(list(self.all), token)

    def images(self, repository: str, token: str) -> tuple[list[ListedImage], str]:
        self._permitted(repository)
        return self._page(self.all[repository], token)

    def functions(self, token: str) -> tuple[list[str], str]:
        self._permitted("functions")
        return self._page(self.arns, token)

    def _permitted(self, what: str) -> None:
        if what in self.refused:
            raise EnvironmentFault("AccessDenied")

    def _page(self, things: list[Any], token: str) -> tuple[list[Any], str]:
        start = int(token or 0)
        return things[start : start + 2], str(start + 2) if start + 2 < len(things) else ""


class Run:
    """Runs a sweep to its end, each invocation with time for so many pages."""

    def __init__(self, account: Made, pages: int = 1000, members: dict[str, Made] | None = None) -> None:
        self.pages, self.jobs, self.events = pages, list[dict[str, Any]](), list[Any]()
        self.objects = Memory()
        self.refusing: set[str] = set()
        self.accounts = {HERE["account"]: account} | (members or {})
        self.closed: set[str] = set()
        """Accounts whose role may not be taken."""
        self.told: list[Envelope] = []
        self.parts = Parts(
            self.opened,
            self.objects,
            self.send,
            lambda: "task",
            self.events.append,
            HERE,
            self.told.extend,
            frozenset(members or ()),
            lambda seconds: None,
            lambda: datetime(2026, 11, 28, tzinfo=UTC),
        )

    def opened(self, account: str) -> Made:
        if account in self.closed:
            raise EnvironmentFault(f"cannot take the role of {account}", hint="deploy it there")
        return self.accounts[account]

    def send(self, bodies: Sequence[str]) -> Sequence[int]:
        found = [json.loads(body) for body in bodies]
        refused = [place for place, one in enumerate(found) if one.get("digest") in self.refusing]
        self.jobs += [one for place, one in enumerate(found) if place not in refused]
        return refused

    def command(self, **event: Any) -> dict[str, Any]:
        left = iter(range(self.pages))
        return sweep.run(event, self.parts, lambda: next(left, None) is not None, "request-1")

    def to_the_end(self) -> list[dict[str, Any]]:
        results = [self.command()]
        while self.events:
            results.append(self.command(**self.events.pop()))
        return results


def images(*names: str) -> list[ListedImage]:
    return [ListedImage(f"sha256:{name * 64}", "v1") for name in names]
