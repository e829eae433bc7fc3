"""`outrider policy check`: is it valid, and is it meant?"""

import click

from outrider.cli.console import ERR, OUT, print_json
from outrider.cli.moment import moment
from outrider.cli.policies import replaying
from outrider.cli.policies.loading import load_document
from outrider.errors import ExitStatus, InvalidInput, UsageError
from outrider.model.outcome import Covered, Failed
from outrider.policy.advice import Advice, advise
from outrider.policy.document import PolicyDocument
from outrider.policy.lowering import compile_policy


@click.command("check", short_help="Is it valid, and is it meant?")
@click.argument("documents", nargs=-1, required=True, metavar="DOC...")
@click.option(
    "--replay",
    "records",
    multiple=True,
    metavar="RECORD",
    help="Say what the policy would have done with what is recorded here: a record's file or directory, or a "
    "function's log. Repeatable.",
)
@click.option(
    "--since", default="", metavar="TIME", help="Replay the last 90s, 15m, 6h, 7d of the record only."
)
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def command(*, documents: tuple[str, ...], records: tuple[str, ...], since: str, as_json: bool) -> ExitStatus:
    """Check policy documents: the form, and what is valid and still hardly meant.

    \b
    A small policy that is valid:
      version: 1
      workload: shop
      counter: 1
      containers:
        web:
          mode: block
          defaults: {exec: block, connect: block, bind: block, write: block, syscall: block}
          rules:
          - {kind: exec, action: allow, program: /usr/sbin/nginx, target: /bin/sh, why: rotates its logs}
          - {kind: connect, action: allow, address: 10.0.0.0/8, port: 5432, protocol: tcp, why: the database}
          - {kind: connect, action: allow, path: /run/app.sock, why: talks to the app}
          - {kind: bind, action: allow, port: 8080, why: serves}
          - {kind: write, action: allow, target: "/tmp/**", why: uploads}
          - {kind: syscall, action: allow, program: /usr/bin/node, name: memfd_create, why: its JIT}

    \b
    The first rule that matches decides; without one, the default of the kind does.
    program, target, path are patterns: ? one character but /, * any run without /, ** any run, \\ escapes.
    An action is allow, alert or block. In mode alert nothing is blocked.

    \b
    A rule for a time, which somebody answers for, stands with the container and comes before all rules:
          exceptions:
          - owner: kim
            expires: 2026-12-24T18:00:00Z
            rule: {kind: exec, action: allow, target: /usr/bin/gdb, why: ticket 4711}

    \b
    What would it have stopped?
      outrider policy check policy.yaml --replay record/ --since 6h
    Every recorded act is decided anew, as in mode block, and compared with what became of it then. Hashes of
    programs and names of hosts count as far as the record has them.

    \b
    Exit status: 0 all is well; 1 there is advice, or --replay stops what was let through; 3 a document is not
    valid, or not everything in a record could be read.
    """
    if records:
        return replaying.replayed(documents, records, since=since, as_json=as_json)
    if since:
        raise UsageError("--since goes with --replay")
    outcomes: list[Covered | Failed] = []
    found: list[tuple[str, Advice]] = []
    for path in documents:
        try:
            document = load_document(path)
            outcomes.append(Covered(path, _size(document)))
            found += [(path, advice) for advice in advise(document, int(moment().timestamp()))]
        except InvalidInput as error:
            outcomes.append(Failed(path, error.message, error.hint))
    failed = [outcome for outcome in outcomes if isinstance(outcome, Failed)]
    if as_json:
        print_json(_plain(outcomes, found))
    else:
        _show(outcomes, found)
    if failed:
        return ExitStatus.INCOMPLETE
    return ExitStatus.POLICY if found else ExitStatus.OK


def _size(document: PolicyDocument) -> str:
    """What a document holds; raises InvalidInput where it cannot be compiled."""
    sizes = (
        f"{name}: {len(policy.rules)} rules, {policy.mode}, {len(compile_policy(document, name))} bytes"
        for name, policy in document.containers.items()
    )
    return "; ".join(sizes)


def _show(outcomes: list[Covered | Failed], found: list[tuple[str, Advice]]) -> None:
    """Tell a person."""
    failed = sum(isinstance(outcome, Failed) for outcome in outcomes)
    OUT.print(
        f"{len(outcomes)} checked: {len(outcomes) - failed} valid, {failed} not, {len(found)} to look at"
    )
    for outcome in outcomes:
        if isinstance(outcome, Covered):
            OUT.print(f"valid: {outcome.subject} ({outcome.detail})", markup=False)
        else:
            OUT.print(f"not valid: {outcome.error}", markup=False)
            if outcome.hint:
                ERR.print(f"  hint: {outcome.hint}", markup=False)
    for path, advice in found:
        place = f"{path}: {advice.container}" + (f", rule {advice.rule}" if advice.rule else "")
        OUT.print(f"look at {place}: {advice.words}", markup=False)


def _plain(outcomes: list[Covered | Failed], found: list[tuple[str, Advice]]) -> dict[str, object]:
    """The same as data."""
    valid = [outcome for outcome in outcomes if isinstance(outcome, Covered)]
    return {
        "valid": [{"document": outcome.subject, "detail": outcome.detail} for outcome in valid],
        "failed": [
            {"document": outcome.subject, "error": outcome.error, "hint": outcome.hint}
            for outcome in outcomes
            if isinstance(outcome, Failed)
        ],
        "advice": [
            {"document": path, "container": advice.container, "rule": advice.rule, "words": advice.words}
            for path, advice in found
        ],
    }
