"""Where a function of ours runs, by its own ARN."""

from outrider.errors import EnvironmentFault


def identity(arn: str) -> dict[str, str]:
    """Account and region of a function's ARN. Raises EnvironmentFault."""
    words = arn.split(":")
    if len(words) < 7 or words[2] != "lambda":
        raise EnvironmentFault(f"the function's ARN is none: {arn[:100]!r}")
    return {"account": words[4], "region": words[3]}
