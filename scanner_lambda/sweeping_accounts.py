"""The sweep of every account: our own first, then the members by number.

An account that cannot be looked at, or something of it, is a Failed outcome of that account; the rest goes
on.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from outrider.errors import EnvironmentFault
from outrider.model.envelope import Envelope
from outrider.model.outcome import Covered, Failed, Outcome
from scanner_lambda.batching import Send
from scanner_lambda.publishing import trouble
from scanner_lambda.sweeping import LISTS, Account, Checkpoint, Sweep

Opened = Callable[[str], Account]
"""Opens an account by its number. Raises EnvironmentFault where its role may not be taken."""


@dataclass(slots=True)
class Round:
    """One invocation's part of a sweep."""

    opened: Opened
    accounts: Sequence[str]
    """In their order; the first is our own."""
    region: str
    send: Send
    sleep: Callable[[float], None]
    in_time: Callable[[], bool]
    at: Checkpoint
    outcomes: list[Outcome] = field(default_factory=list)
    failed: dict[str, list[Failed]] = field(default_factory=dict)
    """Account → what failed of it."""
    sent: int = 0

    def run(self) -> bool:
        """Go on until all is done (True) or time is up (False)."""
        self.at.invocations += 1
        for account in self._left():
            if account != self.at.account:
                self.at.enter(account)
            if not self._account(account):
                return False
        return True

    def give_up(self, error: str, hint: str) -> None:
        """There is no further invocation: what is left is not swept."""
        for account in self._left():
            self._fail(account, error, hint)

    def _left(self) -> Iterator[str]:
        """Accounts from the one it is at, which may be no member any more: then from the next."""
        own, *members = self.accounts
        if self.at.account in ("", own):
            yield own
        yield from (member for member in members if member >= self.at.account or self.at.account == own)

    def _account(self, account: str) -> bool:
        """One account; False: time is up."""
        try:
            there = self.opened(account)
        except EnvironmentFault as error:
            self._fail(account, error.message, error.hint)
            return True
        identity = {"account": account, "region": self.region}
        one = Sweep(there, self.send, self.sleep, self.in_time, identity, self.at)
        done = one.run()
        self.sent += one.sent
        if not any(outcome.subject in LISTS for outcome in one.outcomes):
            self.outcomes.append(Covered(f"account {account}", f"{one.sent} jobs sent"))
        self._told(account, one.outcomes)
        return done

    def _fail(self, account: str, error: str, hint: str) -> None:
        """Nothing of an account, or nothing more, can be looked at."""
        self._told(account, [Failed(f"account {account}", error, hint)])

    def _told(self, account: str, outcomes: Sequence[Outcome]) -> None:
        """Keep outcomes of an account, whose name is in each."""
        whose = f"account {account}"
        for one in outcomes:
            named = one if one.subject == whose else replace(one, subject=f"{whose}, {one.subject}")
            self.outcomes.append(named)
            if isinstance(named, Failed):
                self.failed.setdefault(account, []).append(named)


def in_order(own: str, members: frozenset[str]) -> tuple[str, ...]:
    """Our own account, then the members by number."""
    return (own, *sorted(members - {own}))


def troubles(sweep: str, failed: dict[str, list[Failed]], *, time: str, region: str) -> Iterator[Envelope]:
    """What the bus is told: of each account what failed first, and how much more."""
    for account, found in sorted(failed.items()):
        first, more = found[0], len(found) - 1
        words = f"the sweep: {first.subject}: {first.error}" + (f" (and {more} more)" if more else "")
        record = f"{sweep} {account}"
        yield trouble(record, words, first.hint, time=time, account=account, region=region, part="sweep")
