"""The account for chaos tests: one moto and one registry for all of them, emptied between tests."""

from collections.abc import Iterator

import pytest

from demo import registry
from demo.account import cloud
from demo.account.cloud import Cloud


@pytest.fixture(scope="session")
def chaos_registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with registry.running(tmp_path_factory.mktemp("chaos-registry")) as host:
        yield host


@pytest.fixture(scope="session")
def chaos_account(chaos_registry: str) -> Iterator[Cloud]:
    with cloud.served(chaos_registry) as found:
        yield found


@pytest.fixture
def account(chaos_account: Cloud) -> Iterator[Cloud]:
    chaos_account.reset()
    with cloud.environment(chaos_account.variables):
        yield chaos_account
