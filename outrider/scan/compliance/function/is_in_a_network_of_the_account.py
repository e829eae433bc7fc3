"""The function's connections pass a network whose rules the account makes."""

from outrider.model.finding import Severity
from outrider.scan.compliance.fields import mapping, words
from outrider.scan.compliance.rule import Rule, Seen, failed, passed
from outrider.scan.compliance.subjects import Function


def look(function: Function) -> Seen:
    """VpcConfig."""
    subnets = words(mapping(function.configuration, "VpcConfig"), "SubnetIds")
    return passed(f"{len(subnets)} subnets") if subnets else failed("no VpcConfig")


RULE = Rule(
    name="is_in_a_network_of_the_account",
    title="The function is in a VPC",
    severity=Severity.LOW,
    remedy="Set VpcConfig, where what it reaches should be decided by security groups.",
    look=look,
)
