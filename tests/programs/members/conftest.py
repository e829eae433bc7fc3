"""A hub and a member: the demo's account, and another one with a registry of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from demo import registry
from demo.account import cloud as clouds
from demo.account import ecr
from demo.account.cloud import REGION, Cloud
from scanner_lambda import scan
from tests.programs.demo.account_fixtures import account, registry_host, served_account
from tests.programs.members import two_accounts
from tests.programs.members.trusting_sts import trusting
from tests.programs.members.two_accounts import HUB, MEMBER, ORGANIZATION, Accounts

__all__ = ["account", "registry_host", "served_account"]


@pytest.fixture(scope="session")
def member_registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with registry.running(tmp_path_factory.mktemp("member-registry")) as host:
        yield host


@pytest.fixture
def accounts(
    account: Cloud, member_registry: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Accounts]:
    with (
        ecr.running(member_registry, MEMBER, REGION) as theirs,
        trusting(account.moto) as sts,
        two_accounts.door(account, theirs, sts) as door,
    ):
        sts.trusts = two_accounts.trust()
        sts.organizations = {HUB: ORGANIZATION, MEMBER: ORGANIZATION}
        for name, value in clouds.deployed(account).items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("AWS_ENDPOINT_URL_STS", sts.url)
        monkeypatch.setenv("AWS_ENDPOINT_URL_ECR", door)
        yield Accounts(account, theirs, sts)
        assert not theirs.unknown
    scan._program.cache_clear()
