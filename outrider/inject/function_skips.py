"""Functions that are left alone, each for a reason a user can judge. To add one: README, "Add a refusal"."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from outrider.inject import function_names as names

_FAMILIES = {"python": (3, 8), "nodejs": (10,), "java": (11,), "dotnet": (6,), "ruby": (2, 7)}
"""Family → its first runtime on Amazon Linux 2: the wrapper and glibc 2.26 began there."""

_RUNTIME = re.compile(r"(python|nodejs|java|dotnet|ruby)(\d+)(?:\.(\d+|x))?(?:\.(al\d+))?")
_EXCEPTIONS = frozenset({"java8.al2", "java8.al2023"})
"""Old names on newer systems."""

Skip = Callable[[Mapping[str, Any], Mapping[str, str]], str]
"""(configuration, tags) → why a function is left alone, or an empty string."""


def asked_by_tag(configuration: Mapping[str, Any], tags: Mapping[str, str]) -> str:
    """Its owner keeps it out."""
    value = tags.get(names.SKIP)
    return "" if value is None or value.lower() == "false" else f"asked for (tag {names.SKIP})"


def is_edge_replica(configuration: Mapping[str, Any], tags: Mapping[str, str]) -> str:
    """Lambda@Edge takes neither layers nor environment variables.

    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/lambda-at-edge-function-restrictions.html
    """
    if configuration.get("MasterArn") or configuration.get("Runtime", "").endswith("-edge"):
        return "Lambda@Edge: takes neither layers nor environment variables"
    return ""


def is_image(configuration: Mapping[str, Any], tags: Mapping[str, str]) -> str:
    """The layer has to be copied into such an image when it is built."""
    image = configuration.get("PackageType") == "Image"
    return "a container image: takes no layers" if image else ""


def has_no_wrapper(configuration: Mapping[str, Any], tags: Mapping[str, str]) -> str:
    """Runtimes that bring their own bootstrap are started without asking anybody."""
    runtime = configuration.get("Runtime", "")
    if runtime.startswith("go"):
        return f"{runtime}: Go programs are static and started without a wrapper"
    if runtime.startswith("provided"):
        return f"{runtime}: an OS-only runtime is started without a wrapper"
    return "a custom runtime: started without a wrapper" if runtime == "custom" else ""


def is_too_old(configuration: Mapping[str, Any], tags: Mapping[str, str]) -> str:
    """Runtimes on the first Amazon Linux know no wrapper, and their C library is too old for the guard."""
    runtime = configuration.get("Runtime", "")
    if runtime in _EXCEPTIONS:
        return ""
    if runtime == "nodejs" or runtime.startswith("dotnetcore"):
        return _old(runtime)
    if not (found := _RUNTIME.fullmatch(runtime)):
        return ""
    version = tuple(int(part) for part in found.groups()[1:3] if part and part != "x")
    return _old(runtime) if version < _FAMILIES[found[1]] else ""


SKIPS: tuple[Skip, ...] = (asked_by_tag, is_edge_replica, is_image, has_no_wrapper, is_too_old)
"""In this order; the first reason is the one given."""


def reason_to_skip(configuration: Mapping[str, Any], tags: Mapping[str, str]) -> str:
    """Why a function is not patched; empty when it is to be."""
    return next((reason for skip in SKIPS if (reason := skip(configuration, tags))), "")


def is_known_runtime(runtime: str) -> bool:
    """Whether a runtime, also one newer than this program, belongs to a family the layer knows."""
    return bool(_RUNTIME.fullmatch(runtime))


def _old(runtime: str) -> str:
    """The reason for runtimes that AWS gave up."""
    return f"{runtime}: deprecated, and too old for wrapper and guard"
