"""What works for a function, but not as one may expect: said beside the outcomes, never decided."""

import re
from collections.abc import Mapping

from outrider.inject import function_names as names
from outrider.inject.function_refusals import Found, Written, environment_size, zipped_size
from outrider.inject.function_settings import FunctionSettings
from outrider.model.event import Mode

_DEPRECATED = re.compile(r"python3\.[89]|nodejs1\d\.x|dotnet6|ruby2\.\d+|java8\.al2")
"""Still working on Amazon Linux 2, but AWS may refuse updates of such functions."""

_NEAR_UNZIPPED = names.MAX_UNZIPPED // 3
"""Zip makes programs to about a third: from here on the limit may be met."""


def of_settings(settings: FunctionSettings) -> list[str]:
    """Cautions about the settings alone."""
    if (settings.policy or settings.policy_source) and not settings.public_key:
        return ["policies need no signature: whoever can change them decides (--public-key)"]
    return []


def of_function(found: Found, written: Written, settings: FunctionSettings) -> list[str]:
    """Cautions about one function that is patched."""
    configuration = found.configuration
    runtime = configuration.get("Runtime", "")
    said = owner(found.tags)
    if configuration.get("CapacityProviderConfig"):
        said.append(
            "runs on Lambda Managed Instances: workers that it forks are not started through the wrapper, "
            "and only published versions run"
        )
    if _DEPRECATED.fullmatch(runtime):
        said.append(f"{runtime} is deprecated: AWS may refuse to update such functions")
    if found.signing and not found.signing.enforced and not settings.signed:
        said.append("its code signing warns about layers that are not signed, in CloudTrail and as a metric")
    if (size := environment_size(written.variables)) >= names.NEAR_ENVIRONMENT:
        said.append(f"its variables measure {size} bytes, near the {names.MAX_ENVIRONMENT} that Lambda takes")
    if zipped_size(found, written) >= _NEAR_UNZIPPED:
        said.append(
            f"package and layers are large; Lambda takes {names.MAX_UNZIPPED} bytes unzipped, "
            "which only the update itself tells"
        )
    if names.MARKER not in found.tags and _own(found.tags) >= names.MAX_TAGS:
        said.append(f"has {names.MAX_TAGS} tags: it cannot bear our marker {names.MARKER}")
    if settings.mode is Mode.BLOCK and not settings.policy and not settings.policy_source:
        said.append("the built-in block policy knows nothing of it: learn in alert mode first")
    return said


def owner(tags: Mapping[str, str]) -> list[str]:
    """A caution when something else owns the configuration and will put its own back."""
    stack = tags.get("aws:cloudformation:stack-name")
    if stack is None:
        return []
    return [
        f"CloudFormation stack {stack} owns it: its next deploy takes this back, so put it in the template"
    ]


def markable(tags: Mapping[str, str]) -> bool:
    """Whether there is room for our marker."""
    return names.MARKER in tags or _own(tags) < names.MAX_TAGS


def _own(tags: Mapping[str, str]) -> int:
    """How many tags count: those of AWS do not."""
    return sum(not name.startswith("aws:") for name in tags)
