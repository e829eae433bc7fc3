"""The function's URL answers nobody who did not sign."""

from outrider.model.finding import Severity
from outrider.scan.compliance.fields import text
from outrider.scan.compliance.rule import Rule, Seen, failed, not_applicable, passed
from outrider.scan.compliance.subjects import Function


def look(function: Function) -> Seen:
    """AuthType of the function's URL."""
    if function.url is None:
        return not_applicable("its URL was not asked for")
    if not function.url:
        return not_applicable("the function has no URL")
    kind = text(function.url, "AuthType")
    return passed("AuthType is AWS_IAM") if kind == "AWS_IAM" else failed(f"AuthType is {kind or 'not set'}")


RULE = Rule(
    name="asks_callers_of_its_url_who_they_are",
    title="The function's URL asks for IAM authentication",
    severity=Severity.HIGH,
    remedy="Set AuthType to AWS_IAM, or put API Gateway or CloudFront with an authorizer before it.",
    look=look,
)
