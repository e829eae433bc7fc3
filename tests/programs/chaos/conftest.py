"""The account of the demo for chaos tests, too: one moto and one registry, emptied between tests."""

from tests.programs.demo.account_fixtures import account, registry_host, served_account

__all__ = ["account", "registry_host", "served_account"]
