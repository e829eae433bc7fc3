"""`outrider model stage`: how far a version has come, and the next step."""

from typing import Any

import click

from outrider import limits
from outrider.cli.console import OUT, print_json
from outrider.cli.event_files import EventReader
from outrider.cli.files import read_text
from outrider.cli.models.loading import load_models, only, save_models
from outrider.cli.moment import moment_ns
from outrider.errors import ExitStatus, UsageError
from outrider.model.behaviour import BehaviourModel
from outrider.model.stage import Stage, Transition
from outrider.policy import terms as terms_document
from outrider.policy.facts import Alerts, facts_of
from outrider.policy.stages import Answer, Terms, Wish, step
from outrider.report.harmless import harmless
from outrider.runtime.jsonl import format_time


@click.command("stage", short_help="How far it has come, and the next step.")
@click.argument("path", metavar="MODEL")
@click.option("--container", default="", metavar="NAME", help="Of this container, where there are several.")
@click.option(
    "--terms", "terms_path", default="", metavar="FILE", help="What a step takes; YAML or JSON: version: 1, …"
)
@click.option(
    "--events", multiple=True, metavar="EVENTS", help="Events to count alerts in, as for `outrider learn`."
)
@click.option(
    "--set", "wanted", type=click.Choice([stage.value for stage in Stage]), help="Go there, from anywhere."
)
@click.option("--who", default="", metavar="NAME", help="Who asks for it (with --set).")
@click.option("--why", default="", metavar="TEXT", help="Why (with --set).")
@click.option("--dry-run", is_flag=True, help="Say what would happen; leave MODEL as it is.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def command(
    *,
    path: str,
    container: str,
    terms_path: str,
    events: tuple[str, ...],
    wanted: str | None,
    who: str,
    why: str,
    dry_run: bool,
    as_json: bool,
) -> ExitStatus:
    """Say where the version stands that MODEL is of, what the next step waits for, and make it when it is
    due.

    learning → proposed → alerting → blocking: by the terms (least time, lives, a quiet period), or because a
    person asks (--set with --who and --why). By default only a person leads to blocking. Every step is kept
    in MODEL with its reason; `outrider policy from-model` makes the policy's mode of it.

    \b
    Examples:
      outrider model stage model.json
      outrider model stage model.json --terms terms.yaml --events record/
      outrider model stage model.json --set blocking --who kim --why "no alert for a week"

    \b
    Exit status: 0 done; 2 wrong usage; 3 lines of ours are malformed.
    """
    if bool(wanted) != bool(who.strip() and why.strip()):
        raise UsageError("--set goes with --who and --why", hint="they are what others will read.")
    models = list(load_models(path))
    model = only(models, container, path)
    reader = EventReader()
    alerts = Alerts(model.container, model.standing.since_ns)
    for event in reader.read(events) if events else ():
        alerts.take(event)
    now_ns = max(moment_ns(), model.standing.since_ns + 1)
    wish = Wish(stage=Stage(wanted), who=who.strip(), why=why.strip()) if wanted else None
    answer = step(model.standing, facts_of(model, now_ns, alerts), _terms(terms_path), wish)
    made = model.stepped(answer.transition or _begun(model, now_ns))
    if not dry_run and made != model:
        save_models(path, [made if one is model else one for one in models])
    if as_json:
        print_json(_plain(made, answer))
    else:
        _show(made, answer)
    return reader.finish()


def _terms(path: str) -> Terms:
    """Terms as a file says, or the usual ones."""
    if not path:
        return Terms()
    text = read_text(path, limits.POLICY_DOCUMENT, "the terms")
    return terms_document.parse(text, f"the terms {path}")


def _begun(model: BehaviourModel, now_ns: int) -> Transition | None:
    """The first time that somebody asks, it is noted: from then on its stage decides."""
    if model.steps:
        return None
    stage = model.standing.stage
    return Transition(before=stage, after=stage, at_ns=now_ns, reason="watched from here on")


def _show(model: BehaviourModel, answer: Answer) -> None:
    """Tell a person."""
    standing = model.standing
    since = f" since {format_time(standing.since_ns)[:16]}Z" if standing.since_ns else ""
    OUT.print(f"{harmless(model.title)}: {standing.stage}{since}", markup=False)
    if taken := answer.transition:
        OUT.print(f"  {taken.before} → {taken.after}: {harmless(taken.reason)}", markup=False)
    for word in answer.waits_for:
        OUT.print(f"  waits for: {word}", markup=False)
    for one in sorted(model.steps, key=lambda one: one.order):
        by = f" (by {harmless(one.by)})" if one.by else ""
        words = f"{one.before} → {one.after}" if one.before is not one.after else one.after.value
        OUT.print(f"  {format_time(one.at_ns)[:19]}Z {words}: {harmless(one.reason)}{by}", markup=False)


def _plain(model: BehaviourModel, answer: Answer) -> dict[str, Any]:
    """As data."""
    return {
        "workload": model.workload,
        "container": model.container,
        "image": model.image,
        "stage": model.standing.stage.value,
        "since": format_time(model.standing.since_ns),
        "step": _step(answer.transition) if answer.transition else None,
        "waits_for": list(answer.waits_for),
        "steps": [_step(one) for one in sorted(model.steps, key=lambda one: one.order)],
    }


def _step(one: Transition) -> dict[str, str]:
    """A transition as data."""
    return {
        "at": format_time(one.at_ns),
        "before": one.before.value,
        "after": one.after.value,
        "reason": one.reason,
        "by": one.by,
    }
