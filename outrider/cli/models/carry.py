"""`outrider model carry`: a new version starts from what its predecessors did."""

from collections.abc import Mapping
from typing import Any

import click

from outrider import limits
from outrider.cli.console import ERR, print_json
from outrider.cli.files import STANDARD, read_capped
from outrider.cli.models.loading import load_models, save_models, shown_id
from outrider.cli.moment import moment_ns
from outrider.errors import ExitStatus, InvalidInput, UsageError
from outrider.model import json_document
from outrider.model.behaviour import BehaviourModel
from outrider.model.behaviour_words import short
from outrider.runtime.carry import DROP_AFTER, Carried, carry


@click.command("carry", short_help="Begin a new version with what its predecessors did.")
@click.argument("olds", nargs=-1, required=True, metavar="OLD...")
@click.option("--image", required=True, metavar="DIGEST", help="Of the new version.")
@click.option(
    "--scan", "report", default="", metavar="REPORT", help="`outrider scan --format json` of the new image."
)
@click.option("--container", default="", metavar="NAME", help="Only of this container.")
@click.option(
    "--drop-after",
    type=click.IntRange(1, 1000),
    default=DROP_AFTER,
    show_default=True,
    help="Propose to remove what was not seen in so many versions.",
)
@click.option("-o", "--output", required=True, metavar="NEW", help="Where to write the new version's model.")
@click.option("--json", "as_json", is_flag=True, help="What came of it, as JSON (needs -o FILE).")
def command(
    *,
    olds: tuple[str, ...],
    image: str,
    report: str,
    container: str,
    drop_after: int,
    output: str,
    as_json: bool,
) -> ExitStatus:
    """Make the model that a new version of a workload starts with.

    It is the union of OLD and what the scan of the new image says: entries whose program is not in the image
    any more are marked, and programs that are other files now are told. Nothing of it counts as seen until
    the new version was learned: `outrider learn --merge NEW events.jsonl -o NEW`. What was not seen in
    several versions is proposed for removal: strike it out, or leave it.

    \b
    Example:
      outrider scan shop:2 --format json -o scan.json
      outrider model carry model-1.json --scan scan.json --image sha256:0123… -o model-2.json
    """
    if as_json and output == STANDARD:
        raise UsageError("--json and the model both want standard output", hint="write it with -o FILE.")
    executables = _executables(report) if report else None
    by_container: dict[tuple[str, str], list[BehaviourModel]] = {}
    for path in olds:
        for model in load_models(path):
            if not container or model.container == container:
                by_container.setdefault((model.workload, model.container), []).append(model)
    if not by_container:
        raise UsageError("there is no model to carry over", hint="see --container.")
    at_ns = moment_ns()
    made = [
        carry(models, image=image, executables=executables, at_ns=at_ns, drop_after=drop_after)
        for _, models in sorted(by_container.items())
    ]
    save_models(output, [one.model for one in made])
    if as_json:
        print_json([_plain(one) for one in made])
    else:
        for one in made:
            _show(one)
    return ExitStatus.OK


def _executables(path: str) -> Mapping[str, str]:
    """Path → SHA-256 of the programs that a scan found. Raises InvalidInput."""
    report = json_document.parse(
        read_capped(path, limits.BASELINE, "the scan report"), f"the scan report {path}"
    )
    found = report.get("executables") if isinstance(report, dict) else None
    if not isinstance(found, list):
        raise InvalidInput(
            f"{path} is no scan report: it lists no executables",
            hint="make it with `outrider scan IMAGE --format json -o REPORT`.",
        )
    named = [(one.get("path"), one.get("sha256")) for one in found if isinstance(one, dict)]
    return {path: digest for path, digest in named if isinstance(path, str) and isinstance(digest, str)}


def _show(one: Carried) -> None:
    """Tell a person."""
    told = f"{one.model.title}: {len(one.model.seen)} entries carried over"
    ERR.print(f"{told}, {len(one.gone)} of programs that are gone", markup=False)
    for behaviour in one.gone:
        ERR.print(f"  not in the image any more: {shown_id(behaviour)} {short(behaviour)}", markup=False)
    for behaviour in one.changed:
        ERR.print(f"  another file now: {shown_id(behaviour)} {short(behaviour)}", markup=False)
    for proposed in one.removals:
        ERR.print(f"  may go: {shown_id(proposed.behaviour)} {proposed.reason}", markup=False)


def _plain(one: Carried) -> dict[str, Any]:
    """As data."""
    model = one.model
    return {
        "workload": model.workload,
        "container": model.container,
        "image": model.image,
        "entries": len(model.seen),
        "gone": [{"entry": behaviour.id, "words": short(behaviour)} for behaviour in one.gone],
        "changed": [{"entry": behaviour.id, "words": short(behaviour)} for behaviour in one.changed],
        "removals": [{"entry": p.behaviour.id, "words": p.reason} for p in one.removals],
    }
