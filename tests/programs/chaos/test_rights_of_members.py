"""The hub's scan and sweep in a member: each call by the rights of its role, and no right for nobody."""

from pathlib import Path

import pytest

from cdk_app.stacks.permissions import MEMBER as STATEMENTS
from demo import registry
from demo.account import shipping
from demo.account.pump import Context, Pump
from tests.programs.cdk_app.iam_checker import Checker, NotGranted
from tests.programs.members import two_accounts
from tests.programs.members.conftest import accounts, member_registry
from tests.programs.members.member_artifacts import function
from tests.programs.members.two_accounts import HUB, MEMBER, Accounts

__all__ = ["accounts", "member_registry"]

pytestmark = pytest.mark.whole

USED = {f"{grant.sid} {action}" for grant in STATEMENTS for action in grant.actions if not grant.implicit}
"""Every action of every statement; kms:Decrypt is asked for by Lambda in the role's name."""


@pytest.fixture
def shipped(accounts: Accounts, member_registry: str, tmp_path: Path) -> None:
    """An image and a function with a layer in the member; no other test pushes this image to the hub, whose
    registry keeps what it has: one digest is scanned once, wherever it lies."""
    registry.push(shipping.layout(tmp_path / "image", "0.0.7"), f"{member_registry}/team/pricing:1")
    function(accounts, "prices")


def looked_at(accounts: Accounts, there: Checker) -> tuple[Checker, Checker]:
    """Sweep, then scan what the sweep sent: by the hub's rights here and `there` in the member."""
    sweeping, scanning = two_accounts.checker("SweepFunction"), two_accounts.checker("ScanFunction")
    sweep, scan = accounts.function("SweepFunction"), accounts.function("ScanFunction")
    with two_accounts.watching({HUB: sweeping, MEMBER: there}, accounts.sts):
        sweep({"command": "sweep"}, Context("sweep"))
    pump = Pump(accounts.hub.client("sqs"), accounts.hub.queues["jobs"], scan, "scan")
    with two_accounts.watching({HUB: scanning, MEMBER: there}, accounts.sts):
        done = pump.drain()
    assert done.errors == ()
    return sweeping, scanning


def test_the_role_has_the_rights_that_scan_and_sweep_use_and_no_more(
    accounts: Accounts, shipped: None
) -> None:
    there = two_accounts.checker("OutriderMember")
    hub = looked_at(accounts, there)
    assert (there.refused, [one.refused for one in hub]) == ([], [[], []])
    assert accounts.hub.waiting("jobs-dlq") == 0
    assert there.used == USED
    assert all("Members sts:AssumeRole" in one.used for one in hub)


@pytest.mark.parametrize("missing", ["Repositories", "Functions"])
def test_a_call_without_a_right_is_seen(accounts: Accounts, shipped: None, missing: str) -> None:
    whole = two_accounts.checker("OutriderMember")
    there = Checker([one for one in whole.statements if one["Sid"] != missing], account=MEMBER)
    with pytest.raises(NotGranted):
        looked_at(accounts, there)
    assert there.refused


def test_the_hub_does_not_take_the_role_without_the_right(accounts: Accounts) -> None:
    sweeping = two_accounts.checker("SweepFunction")
    without = Checker([one for one in sweeping.statements if one["Sid"] != "Members"])
    sweep = accounts.function("SweepFunction")
    there = two_accounts.checker("OutriderMember")
    with two_accounts.watching({HUB: without, MEMBER: there}, accounts.sts), pytest.raises(NotGranted):
        sweep({"command": "sweep"}, Context("sweep"))
    assert without.refused == ["sts:AssumeRole"] and there.used == set()
