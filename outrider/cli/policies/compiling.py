"""`outrider policy compile`: a document → what supervisors read."""

from pathlib import Path

import click

from outrider.cli.console import ERR
from outrider.cli.files import STANDARD, write_atomic
from outrider.cli.policies.loading import load_document
from outrider.errors import ExitStatus, UsageError
from outrider.policy.document import PolicyDocument
from outrider.policy.lowering import compile_policy, policy_id

BLOB_MODE = 0o644
"""Supervisors run as any user; a policy is no secret."""


@click.command("compile", short_help="Document → blobs for supervisors.")
@click.argument("document", metavar="DOC")
@click.option(
    "--container", default="", metavar="NAME", help="This container; needed when there are several."
)
@click.option(
    "-o", "--output", required=True, metavar="FILE|DIR", help="A file, or a directory for all containers."
)
def command(*, document: str, container: str, output: str) -> ExitStatus:
    """Compile a policy document to blobs, one a container; the same document always makes the same bytes.

    \b
    Examples:
      outrider policy compile policy.yaml -o blobs/                     blobs/CONTAINER.policy, for all
      outrider policy compile policy.yaml --container web -o web.policy

    A supervisor takes the new policy when the file is renamed into place: compile straight to where it looks.
    """
    policy = load_document(document)
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
        write_atomic(targets[name], blob, mode=BLOB_MODE)
        if targets[name] != STANDARD:
            ERR.print(_said(policy, name, targets[name], len(blob)), markup=False)
    return ExitStatus.OK


def _said(policy: PolicyDocument, name: str, target: str, size: int) -> str:
    """What was written."""
    rules = len(policy.container(name).rules)
    return f"wrote {target}: {name}, {rules} rules, {size} bytes, id {policy_id(policy, name).hex()}"
