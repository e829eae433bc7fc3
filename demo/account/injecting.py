"""The chapters of protection: functions that asked for it get the layer, and give it back to the byte."""

from typing import Any

from demo.account.shipping import ASKED, FUNCTIONS, OPT_IN, plain
from demo.account.stage import Stage

_VOLATILE = ("ResponseMetadata", "RevisionId", "LastModified")
"""What every change of a function changes, and an answer's own."""


def functions(stage: Stage) -> None:
    """Functions that bear the tag get the layer."""
    stage.story.chapter(
        6,
        "Functions are injected",
        "Three of the four functions bear the tag outrider=protect. Their layers and variables stay; ours "
        "come on top, under the revision that was read. The fourth did not ask and is not touched.",
    )
    stage.originals = {name: state(stage, name) for name in FUNCTIONS}
    arns = [f"{architecture}={arn}" for architecture, arn in sorted(stage.layers.items())]
    tag = "=".join(next(iter(OPT_IN.items())))
    given = [word for arn in arns for word in ("--layer-arn", arn)]
    stage.outrider("function", "patch", "--tag", tag, *given)
    now = {name: state(stage, name) for name in FUNCTIONS}
    changed = sorted(name for name in FUNCTIONS if now[name] != stage.originals[name])
    wearing = sorted(name for name in FUNCTIONS if any(arn in now[name] for arn in stage.layers.values()))
    words = f"the layer is on {', '.join(wearing)}, and nothing else was changed"
    stage.promise(changed == wearing == sorted(ASKED), words)
    stage.outrider("function", "patch", "--tag", tag, *given)
    again = {name: state(stage, name) for name in FUNCTIONS}
    stage.promise(again == now, "patched once more, nothing changes")


def back(stage: Stage) -> None:
    """The layer is taken off again."""
    stage.story.chapter(
        7,
        "And back",
        "Taken off again, each function is what it was: every layer, variable and tag, compared as AWS tells "
        "them.",
    )
    stage.outrider("function", "unpatch", *ASKED)
    left = sorted(name for name in FUNCTIONS if state(stage, name) != stage.originals[name])
    stage.promise(
        not left, f"unprotected: {len(FUNCTIONS)} functions byte-equal to what they were; not: {left or 0}"
    )


def state(stage: Stage, name: str) -> str:
    """All that AWS tells of a function's settings and tags, but for when and how often it was changed."""
    client = stage.cloud.client("lambda")
    found: dict[str, Any] = client.get_function_configuration(FunctionName=name)
    tags = client.list_tags(Resource=found["FunctionArn"]).get("Tags", {})
    kept = {key: value for key, value in found.items() if key not in _VOLATILE}
    return plain({**kept, "Tags": tags})
