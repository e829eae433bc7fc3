"""What tests against moto's server share."""

from tests.programs.stages.stages_aws import account

__all__ = ["account"]
