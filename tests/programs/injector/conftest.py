"""One moto server for the session; an empty account for each test."""

from collections.abc import Callable, Iterator

import pytest
from injector_account import Account, built, served


@pytest.fixture(scope="session")
def injector_moto() -> Iterator[str]:
    with served() as url:
        yield url


@pytest.fixture
def account(injector_moto: str) -> Account:
    return built(injector_moto)


@pytest.fixture
def account_with(injector_moto: str) -> Callable[..., Account]:
    def make(**environment: str) -> Account:
        return built(injector_moto, **environment)

    return make
