"""The command that would mend what a person is told of; for a POSIX shell, every name quoted."""

from shlex import quote

from outrider.inject.opt import PROTECT, TAG
from outrider.inject.protection import State


def of_service(service: str, definition: str, state: State) -> str:
    """For a service that is not, or not wholly, protected; both are ARNs. Empty: nothing is to be mended."""
    match state:
        case State.NOT:
            return f"aws ecs tag-resource --resource-arn {quote(service)} --tags key={TAG},value={PROTECT}"
        case State.DRIFTED | State.OLD:
            return (
                f"aws ecs describe-task-definition --task-definition {quote(definition)} --include TAGS | "
                "outrider patch - -o patched.json"
            )
        case _:
            return ""


def of_function(name: str, state: State) -> str:
    """For a function that is not, or not wholly, protected."""
    match state:
        case State.NOT | State.DRIFTED | State.OLD:
            return f"outrider function patch {quote(name)} --layer-arn LAYER_VERSION_ARN"
        case _:
            return ""


def of_alias(name: str, alias: str) -> str:
    """For an alias that runs a version without us."""
    patch = of_function(name, State.OLD)
    return f"{patch} --publish --alias {quote(alias)}"
