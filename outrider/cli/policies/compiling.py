"""`outrider policy compile`: a document → what supervisors read."""

import base64
from dataclasses import replace
from pathlib import Path

import click

from outrider.cli.console import ERR
from outrider.cli.files import STANDARD, read_capped, write_atomic
from outrider.cli.policies.loading import load_document
from outrider.errors import ExitStatus, UsageError
from outrider.inject.function_names import MAX_INLINE_POLICY
from outrider.model.event import Verdict
from outrider.policy import programs as policy_programs
from outrider.policy.blob import encode
from outrider.policy.document import PolicyDocument
from outrider.policy.lowering import compile_policy, lower, policy_id

BLOB_MODE = 0o644
"""Supervisors run as any user; a policy is no secret."""


@click.command("compile", short_help="Document → blobs for supervisors.")
@click.argument("document", metavar="DOC")
@click.option(
    "--container", default="", metavar="NAME", help="This container; needed when there are several."
)
@click.option("-o", "--output", default="", metavar="FILE|DIR", help="A file, or a directory for all.")
@click.option(
    "--programs",
    metavar="NAME=LIST",
    multiple=True,
    help="Day zero: only programs of this list (`outrider policy programs`) may start in container NAME.",
)
@click.option("--base64", "as_text", is_flag=True, help="Text for OUTRIDER_POLICY, without -o printed.")
def command(
    *, document: str, container: str, output: str, programs: tuple[str, ...], as_text: bool
) -> ExitStatus:
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
    listed = _programs(programs, names)
    blobs = {name: _blob(policy, name, listed.get(name, ())) for name in names}
    for name, blob in blobs.items():
        write_atomic(targets[name], _text(blob) if as_text else blob, mode=BLOB_MODE)
        if targets[name] != STANDARD:
            ERR.print(_said(policy, name, targets[name], len(blob)), markup=False)
    return ExitStatus.OK


def _programs(pairs: tuple[str, ...], names: list[str]) -> dict[str, tuple[bytes, ...]]:
    """Container → hashes of the programs that may start in it."""
    found = {}
    for pair in pairs:
        name, equals, path = pair.partition("=")
        if not equals or name not in names:
            raise UsageError(f"--programs: {pair!r}", hint=f"NAME=LIST, with NAME one of {', '.join(names)}")
        data = read_capped(path, policy_programs.LARGEST, "the list of programs")
        found[name] = policy_programs.parse(data, f"the list {path}").hashes
    return found


def _blob(policy: PolicyDocument, name: str, programs: tuple[bytes, ...]) -> bytes:
    """One container's blob."""
    if not programs:
        return compile_policy(policy, name)
    return encode(replace(lower(policy, name), programs=programs, programs_verdict=Verdict.BLOCK))


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
