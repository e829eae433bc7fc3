"""The names by which our parts of a function are known: variables, layers, tags; and Lambda's limits."""

WRAPPER = "AWS_LAMBDA_EXEC_WRAPPER"
"""What Lambda starts in place of the runtime. https://docs.aws.amazon.com/lambda/latest/dg/runtimes-modify.html"""

OUR_WRAPPER = "/opt/outrider/bin/wrap"
"""The value of `WRAPPER` in a patched function."""

CHAINED = "OUTRIDER_WRAPPER"
"""The wrapper that was there before: ours starts it with the rest."""

MODE = "OUTRIDER_MODE"
ON_FAILURE = "OUTRIDER_ON_FAILURE"
LOG = "OUTRIDER_LOG"
POLICY = "OUTRIDER_POLICY"
POLICY_KEY = "OUTRIDER_POLICY_KEY"
POLICY_SOURCE = "OUTRIDER_POLICY_SOURCE"
POLL_SECONDS = "OUTRIDER_POLL_SECONDS"
LEARN = "OUTRIDER_LEARN"

OUR_VARIABLES = frozenset(
    {CHAINED, MODE, ON_FAILURE, LOG, POLICY, POLICY_KEY, POLICY_SOURCE, POLL_SECONDS, LEARN}
)
"""Every variable the layer reads but for `WRAPPER`."""

LAYER = "outrider"
"""Name of the layer, alone or followed by an architecture: `outrider-arm64`."""

POLICY_LAYER = "outrider-policy-"
"""Beginning of the name of a policy layer; the digest of the policy follows."""

MARKER = "com.outrider.function"
"""Tag of a patched function. Dots are allowed in keys of Lambda tags."""

MARKED = "1"
"""Its value: the version of what we do to a function."""

SKIP = "com.outrider.skip"
"""Tag with which an owner keeps a function out, whatever its value but `false`."""

ORIGINALS = "/outrider/functions"
"""Path of the parameters that hold what a function was before; the function's name follows."""

X86_64, ARM64 = "x86_64", "arm64"
ARCHITECTURES = (X86_64, ARM64)
"""As Lambda names them."""

LATEST = "$LATEST"
"""The one version that can be changed."""

MAX_LAYERS = 5
"""https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html, as the next two."""

MAX_UNZIPPED = 262_144_000
"""Bytes of a function's package and all its layers, unzipped."""

MAX_ENVIRONMENT = 4096
"""Bytes of the variables, measured as compact JSON: the refusal prints the JSON it measured."""

NEAR_ENVIRONMENT = 3840
"""From here on one more variable may be refused."""

MAX_REQUEST = 5120
"""Bytes of an UpdateFunctionConfiguration request; the API says so (HTTP 413), its documentation does not."""

MAX_INLINE_POLICY = 2048
"""Characters of `POLICY`: half of the environment is left to the function."""

MAX_TAGS = 50
"""Tags of one function."""


def base(arn: str) -> str:
    """The ARN of a layer without its version."""
    return arn.rpartition(":")[0]


def layer_name(arn: str) -> str:
    """The name in the ARN of a layer version; empty when it has no such form."""
    parts = arn.split(":")
    return parts[6] if len(parts) == 8 else ""


def is_our_layer(arn: str) -> bool:
    """Whether a layer version has one of the names we publish under, in whatever account."""
    name = layer_name(arn)
    return name in {LAYER, *(f"{LAYER}-{word}" for word in ARCHITECTURES)} or name.startswith(POLICY_LAYER)


def region(arn: str) -> str:
    """The region of an ARN; empty when it names none."""
    parts = arn.split(":")
    return parts[3] if len(parts) > 5 else ""
