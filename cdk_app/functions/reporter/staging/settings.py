"""StagesFunction's settings, from its environment."""

from collections.abc import Mapping
from dataclasses import dataclass

from cdk_app.functions.reporter.settings import required, switch
from outrider.errors import UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Names of everything it reads and writes."""

    models_table: str
    reports_bucket: str
    state_bucket: str
    bus: str
    terms_parameter: str = ""
    """Of SSM; empty: the usual terms."""
    signing_key: str = ""
    """Of KMS, by its ARN; empty: nothing is published."""


def from_environment(variables: Mapping[str, str]) -> Settings:
    """Read them. Raises UsageError that names the variable."""
    publish = switch(variables, "OUTRIDER_PUBLISH")
    key = variables.get("OUTRIDER_POLICY_SIGNING_KEY", "")
    if publish and not key:
        raise UsageError(
            "OUTRIDER_PUBLISH is true, and OUTRIDER_POLICY_SIGNING_KEY is not set",
            hint="only signed policies are published: name a KMS key of ECC_NIST_EDWARDS25519.",
        )
    return Settings(
        models_table=required(variables, "OUTRIDER_MODELS_TABLE"),
        reports_bucket=required(variables, "OUTRIDER_REPORTS_BUCKET"),
        state_bucket=required(variables, "OUTRIDER_STATE_BUCKET"),
        bus=required(variables, "OUTRIDER_BUS_NAME"),
        terms_parameter=variables.get("OUTRIDER_TERMS_PARAMETER", ""),
        signing_key=key if publish else "",
    )
