"""`outrider policy show`: what a document or a blob says."""

from typing import Any

import click
from rich.text import Text

from outrider import limits
from outrider.cli.console import OUT, print_json
from outrider.cli.files import read_capped
from outrider.cli.policies.loading import is_blob, parse_document
from outrider.errors import ExitStatus
from outrider.model.event import Kind, Verdict
from outrider.policy.blob import Blob, decode
from outrider.policy.document import EventLimits, Learning, PolicyDocument, to_plain
from outrider.policy.fields import moment_of
from outrider.policy.words import (
    KIND_NAMES,
    compiled_sentence,
    compiled_subject,
    event_limits,
    learning,
    sentence,
)
from outrider.runtime.words import shown

_STYLES = {Verdict.ALLOW: "", Verdict.ALERT: "yellow", Verdict.BLOCK: "red"}


@click.command("show", short_help="What a document or a blob says.")
@click.argument("file", metavar="FILE")
@click.option("--container", default="", metavar="NAME", help="This container of a document.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def command(*, file: str, container: str, as_json: bool) -> ExitStatus:
    """Show a policy document, or a compiled blob, as a table.

    \b
    Examples:
      outrider policy show policy.yaml
      outrider policy show /outrider/policy/web.policy
    """
    data = read_capped(file, max(limits.POLICY_DOCUMENT, limits.POLICY_BLOB), "the policy")
    if is_blob(data):
        blob = decode(data)
        if as_json:
            print_json(_blob_plain(blob))
        else:
            _show_blob(blob)
        return ExitStatus.OK
    document = parse_document(data, file)
    if container:
        document = document.model_copy(update={"containers": {container: document.container(container)}})
    if as_json:
        print_json(to_plain(document))
    else:
        _show_document(document)
    return ExitStatus.OK


def _show_document(document: PolicyDocument) -> None:
    """Print a document."""
    OUT.print(f"workload {document.workload}, counter {document.counter}", markup=False)
    for name, policy in document.containers.items():
        reports = ", what is allowed is reported" if policy.report_allowed else ""
        OUT.print(Text(f"\n{name}: mode {policy.mode}{reports}", "bold"))
        _print_limits(policy.learn, policy.event)
        for place, rule in enumerate(policy.rules, start=1):
            _print_rule(place, rule.action, sentence(rule), rule.why)
        for place, one in enumerate(policy.exceptions or (), start=len(policy.rules) + 1):
            words = f"{sentence(one.rule)}, until {one.expires}, answered for by {one.owner}"
            _print_rule(place, one.rule.action, words, one.rule.why)
        _print_defaults({kind: policy.defaults.of(kind) for kind in Kind})


def _show_blob(blob: Blob) -> None:
    """Print a blob; the reasons are in the document it was made of."""
    policy = blob.policy
    signed = "signed (not verified here)" if blob.signature else "not signed"
    OUT.print(f"blob {policy.id.hex()}, counter {policy.counter}, mode {policy.mode}, {signed}", markup=False)
    if policy.report_allowed:
        OUT.print("what is allowed is reported")
    _print_limits(
        Learning(invocations=policy.learn_invocations, seconds=policy.learn_seconds),
        EventLimits(max_bytes=policy.event_max_bytes, max_depth=policy.event_max_depth),
    )
    for rule in policy.rules:
        until = f", until {moment_of(rule.expires)}" if rule.expires else ""
        _print_rule(rule.id, rule.action, compiled_sentence(rule) + until, "")
    _print_defaults({kind: policy.default(kind) for kind in Kind})


def _print_limits(learn: Learning | None, event: EventLimits | None) -> None:
    """What a function's policy says beside its rules."""
    if learn is not None and learn != Learning():
        OUT.print(f"      learns {learning(learn)} of an environment", markup=False)
    if event is not None and event != EventLimits():
        OUT.print(f"      rules decide on events {event_limits(event)}", markup=False)


def _print_rule(place: int, action: Verdict, sentence: str, why: str) -> None:
    """Print one rule, and below it why."""
    OUT.print(Text(f"{place:4}  ").append(shown(sentence), _STYLES[action]))
    if why:
        OUT.print(Text(f"      {shown(why)}", "dim"))


def _print_defaults(defaults: dict[Kind, Verdict]) -> None:
    """What happens without a rule."""
    said = ", ".join(f"{KIND_NAMES[kind]}: {verdict}" for kind, verdict in defaults.items())
    OUT.print(f"   *  without a rule: {said}", markup=False)


def _blob_plain(blob: Blob) -> dict[str, Any]:
    """A blob as data."""
    policy = blob.policy
    return {
        "id": policy.id.hex(),
        "counter": policy.counter,
        "mode": policy.mode,
        "report_allowed": policy.report_allowed,
        "signature": blob.signature.hex(),
        "learn": {"invocations": policy.learn_invocations, "seconds": policy.learn_seconds},
        "event": {"max_bytes": policy.event_max_bytes, "max_depth": policy.event_max_depth},
        "defaults": {kind.value: policy.default(kind) for kind in Kind},
        "rules": [
            {
                "rule": rule.id,
                "kind": rule.kind,
                "action": rule.action,
                "program": _text(rule.program),
                "what": compiled_subject(rule),
            }
            | ({"expires": moment_of(rule.expires)} if rule.expires else {})
            for rule in policy.rules
        ],
    }


def _text(pattern: bytes) -> str:
    """A pattern as text."""
    return pattern.decode("utf-8", "backslashreplace")
