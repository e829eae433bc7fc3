"""`outrider policy from-model`: what was seen → what is allowed."""

import click

from outrider.cli.console import ERR
from outrider.cli.files import STANDARD, write_atomic
from outrider.cli.layers.contents import built_in_document
from outrider.cli.models.loading import load_models
from outrider.errors import ExitStatus, UsageError
from outrider.model.behaviour import BehaviourModel
from outrider.model.event import FUNCTION, Kind, Mode, Verdict
from outrider.model.outcome import Skipped
from outrider.policy.document import to_yaml
from outrider.policy.from_model import UNNAMED, from_models, mode_of


@click.command("from-model", short_help="What models saw → a policy that allows it.")
@click.argument("models", nargs=-1, required=True, metavar="MODEL...")
@click.option(
    "-o", "--output", default=STANDARD, metavar="FILE", help="Where to write; default: standard output."
)
@click.option(
    "--mode",
    type=click.Choice([mode.value for mode in Mode]),
    help="alert: report what no rule allows; block: stop it. Default: as the model's stage says, else alert.",
)
@click.option(
    "--counter",
    type=click.IntRange(0, (1 << 64) - 1),
    default=1,
    show_default=True,
    help="Version of the policy; supervisors refuse a lower one than they have.",
)
@click.option("--workload", default="", metavar="NAME", help="Task family; default: what the models say.")
@click.option("--image", default="", metavar="DIGEST", help="Only models of this image or code.")
@click.option(
    "--default",
    "defaults",
    multiple=True,
    metavar="KIND=VERDICT",
    help="What happens to a kind of act without a rule, as connect=alert; default: block.",
)
def command(
    *,
    models: tuple[str, ...],
    output: str,
    mode: str | None,
    counter: int,
    workload: str,
    image: str,
    defaults: tuple[str, ...],
) -> ExitStatus:
    """Propose a policy that allows what models saw, and nothing else; print it as YAML.

    Each MODEL holds one container or several, as `outrider learn` writes them. What was struck out, or
    flagged and not kept, is left out. A model that `outrider model stage` watches says the mode by its stage:
    alert when proposed or alerting, block when blocking; while it is learning there is no policy, unless
    --mode says which. Every rule says how often and
    when it was seen: read it before you use it. Remote addresses are kept as they were seen; where a peer has
    many, widen the rule, or let that kind through with `--default connect=alert`.

    The policy of a function begins with what the built-in one forbids, but for what was learned all the
    same. Code that is loaded and events that come are told in rules and not restricted to them: for that
    say `--default load=block --default invoke=block`.

    \b
    Examples:
      outrider policy from-model model.json
      outrider policy from-model web.json worker.json --mode block --counter 4 -o policy.yaml
      outrider policy from-model webhook.json --mode block -o webhook.yaml
      outrider policy from-model model.json --default connect=alert --default write=allow

    \b
    Exit status: 0 done; 2 wrong usage; 3 something that was seen cannot be said in a rule.
    """
    known = _chosen([model for path in models for model in load_models(path)], image, workload)
    proposal = from_models(
        known,
        mode=Mode(mode) if mode else mode_of(known),
        counter=counter,
        workload=workload,
        defaults=dict(map(_default, defaults)),
        built_in=built_in_document("block"),
    )
    if proposal.document.workload == UNNAMED:
        ERR.print("note: the models name no workload; say it with --workload NAME")
    skipped = [outcome for outcome in proposal.outcomes if isinstance(outcome, Skipped)]
    for outcome in skipped:
        ERR.print(f"no rule for {outcome.subject}: {outcome.reason}", markup=False)
    write_atomic(output, to_yaml(proposal.document))
    if output != STANDARD:
        counts = ", ".join(
            f"{name}: {len(container.rules)} rules"
            for name, container in proposal.document.containers.items()
        )
        ERR.print(f"wrote {output} ({counts})", markup=False)
    return ExitStatus.INCOMPLETE if skipped else ExitStatus.OK


def _chosen(known: list[BehaviourModel], image: str, workload: str) -> list[BehaviourModel]:
    """Models of the image; of several functions that of the name. Raises UsageError: none is left."""
    wanted = [model for model in known if model.image.startswith(image)]
    if known and not wanted:
        there = ", ".join(sorted({model.image or "not known" for model in known}))
        raise UsageError(f"no model is of the image {image!r}", hint=f"there are: {there}.")
    functions = {model.workload for model in wanted if model.container == FUNCTION}
    if workload not in functions:
        return wanted
    return [model for model in wanted if model.container != FUNCTION or model.workload == workload]


def _default(said: str) -> tuple[Kind, Verdict]:
    """Read KIND=VERDICT."""
    kind, _, verdict = said.partition("=")
    if kind not in set(Kind) or verdict not in set(Verdict):
        raise UsageError(
            f"--default {said!r} is not KIND=VERDICT",
            hint=f"KIND is one of {', '.join(Kind)}; VERDICT one of {', '.join(Verdict)}.",
        )
    return Kind(kind), Verdict(verdict)
