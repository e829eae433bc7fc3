"""`outrider policy compile`: a document → what supervisors read."""

import base64
from pathlib import Path

import click

from outrider.cli.console import ERR
from outrider.cli.files import STANDARD, write_atomic
from outrider.cli.policies.loading import load_document
from outrider.errors import ExitStatus, UsageError
from outrider.inject.function_names import MAX_INLINE_POLICY
from outrider.policy.document import PolicyDocument
from outrider.policy.lowering import compile_policy, policy_id

BLOB_MODE = 0o644
"""Supervisors run as any user; a policy is no secret."""


@click.command("compile", short_help="Document → blobs for supervisors.")
@click.argument("document", metavar="DOC")
@click.option(
    "--container", default="", metavar="NAME", help="This container; needed when there are several."
)
@click.option("-o", "--output", default="", metavar="FILE|DIR", help="A file, or a directory for all.")
@click.option("--base64", "as_text", is_flag=True, help="Text for OUTRIDER_POLICY, without -o printed.")
def command(*, document: str, container: str, output: str, as_text: bool) -> ExitStatus:
    """Compile a policy document to blobs, one a container; the same document always makes the same bytes.

    \b
    Examples:
      outrider policy compile policy.yaml -o blobs/                     blobs/CONTAINER.policy, for all
      outrider policy compile policy.yaml --container web -o web.policy
      outrider policy compile webhook.yaml --base64                     for the environment of a function

    A supervisor takes the new policy when the file is renamed into place: compile straight to where it looks.
    """
    policy = load_document(document)
    if not output and not as_text:
        raise UsageError("where to?", hint="say -o FILE or -o DIR, or --base64 for standard output.")
    output = output or STANDARD
    names = [container] if container else list(policy.containers)
    if Path(output).is_dir():
        targets = {name: str(Path(output) / f"{name}.policy") for name in names}
    elif len(names) == 1 and not output.endswith("/"):
        targets = {names[0]: output}
    else:
        raise UsageError(
            f"{output} is no directory, and there are {len(names)} containers to compile",
            hint=f"make the directory, or choose one with --container: {', '.join(policy.containers)}.",
        )
    blobs = {name: compile_policy(policy, name) for name in names}
    for name, blob in blobs.items():
        write_atomic(targets[name], _text(blob) if as_text else blob, mode=BLOB_MODE)
        if targets[name] != STANDARD:
            ERR.print(_said(policy, name, targets[name], len(blob)), markup=False)
    return ExitStatus.OK


def _text(blob: bytes) -> str:
    """A blob as one line of text, with a note when Lambda's environment has no room for it."""
    text = base64.b64encode(blob).decode()
    if len(text) > MAX_INLINE_POLICY:
        ERR.print(
            f"note: {len(text)} characters, more than the {MAX_INLINE_POLICY} that OUTRIDER_POLICY may have: "
            "put it in a layer with `outrider layer build --policy DOC`"
        )
    return f"{text}\n"


def _said(policy: PolicyDocument, name: str, target: str, size: int) -> str:
    """What was written."""
    rules = len(policy.container(name).rules)
    return f"wrote {target}: {name}, {rules} rules, {size} bytes, id {policy_id(policy, name).hex()}"
