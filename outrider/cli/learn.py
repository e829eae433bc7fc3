"""`outrider learn`: events → behaviour models."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import click

from outrider.cli.console import ERR, print_json
from outrider.cli.event_files import LogReader
from outrider.cli.files import STANDARD
from outrider.cli.models.loading import load_models, save_models, union
from outrider.errors import ExitStatus, UsageError
from outrider.model.behaviour import Behaviour, BehaviourModel, Seen
from outrider.model.behaviour_words import short
from outrider.model.event import Kind
from outrider.report.harmless import harmless
from outrider.runtime.detectors.detector import Scene
from outrider.runtime.detectors.registry import DETECTORS
from outrider.runtime.flags import Flagged
from outrider.runtime.learn import Learned, learn
from outrider.runtime.watch import Watch


@click.command("learn")
@click.argument("events", nargs=-1, metavar="EVENTS...")
@click.option(
    "-o", "--output", default=STANDARD, metavar="MODEL", help="Where to write; default: standard output."
)
@click.option("--merge", multiple=True, metavar="MODEL", help="Begin with what an earlier model knows.")
@click.option("--container", multiple=True, metavar="NAME", help="Learn this container only.")
@click.option("--workload", default="", metavar="NAME", help="Task family the events are of.")
@click.option(
    "--image",
    multiple=True,
    metavar="NAME=DIGEST",
    help="Image digest of a container, or what to call the code of a `function`.",
)
@click.option(
    "--accept",
    multiple=True,
    metavar="DETECTOR",
    help="Learn what this detector names all the same; `all`: whatever any names.",
)
@click.option("--network", multiple=True, metavar="CIDR", help="A network of the task's own.")
@click.option("--json", "as_json", is_flag=True, help="The summary as JSON on standard output (needs -o).")
def command(
    *,
    events: tuple[str, ...],
    output: str,
    merge: tuple[str, ...],
    container: tuple[str, ...],
    workload: str,
    image: tuple[str, ...],
    accept: tuple[str, ...],
    network: tuple[str, ...],
    as_json: bool,
) -> ExitStatus:
    """Learn what a workload does from its events.

    EVENTS are flight records (directories, *.flight), files of JSON lines, or - for standard input. Learning
    is the union of what was seen: any number of tasks, in any order, twice, makes the same model. What varies
    from run to run (names in /tmp, UUIDs, counters, ports taken by chance) is generalised; programs never
    are. What was blocked teaches nothing; in functions, what was flagged teaches nothing either. Nor does
    what a detector names: it is listed, and learned with `--accept DETECTOR`.

    Logs of functions are read as they are: as `aws logs tail` and `filter-log-events` print them, exported
    to S3, or written by `outrider function run`. Lines of others are passed over. A function learns under
    its own name; each version of its code makes a model (--image function=NAME makes them one). Learn from
    times you trust: whatever runs in a function can print lines like ours into its log.

    \b
    Examples:
      outrider learn record/ -o model.json
      outrider learn task-1.jsonl task-2.jsonl --workload shop -o model.json
      outrider learn --merge model.json new.jsonl -o model.json
      outrider learn --merge a.json --merge b.json -o both.json
      zcat yesterday.jsonl.gz | outrider learn - -o model.json
      aws logs tail /aws/lambda/webhook --since 1d | outrider learn - -o model.json

    \b
    Next: outrider policy from-model model.json
    Exit status: 0 done; 2 wrong usage; 3 lines of ours are malformed (the others were learned).
    """
    if not events and not merge:
        raise UsageError("nothing to learn from", hint="name files of events, or models with --merge.")
    if as_json and output == STANDARD:
        raise UsageError(
            "--json and the model both want standard output", hint="write the model with -o FILE."
        )
    known = [model for path in merge for model in load_models(path)]
    reader = LogReader()
    learned = learn(
        reader.read(events) if events else (),
        workload=workload or _one({model.workload for model in known}),
        images=dict(map(_image, image)),
        assumed=_images(known),
        containers=frozenset(container),
        networks=network,
        watch=None if _ALL in accept else Watch(_scenes(known, network)),
        accept=_accepted(accept),
    )
    wanted = [model for model in known if not container or model.container in container]
    models = union([*wanted, *learned.models])
    save_models(output, models)
    _summarise(models, learned, reader.passed_over, as_json)
    return reader.problems.finish()


_ALL = "all"


def _accepted(said: Iterable[str]) -> frozenset[str]:
    """Detectors by id. Raises UsageError: there is none of that name."""
    known = {detector.id for detector in DETECTORS} | {_ALL}
    if unknown := sorted(set(said) - known):
        raise UsageError(
            f"there is no detector {unknown[0]!r}", hint=f"there are: {', '.join(sorted(known))}."
        )
    return frozenset(said)


def _scenes(known: Iterable[BehaviourModel], networks: tuple[str, ...]) -> Callable[[str], Scene]:
    """What is known of each container before its events come."""
    behaviours: dict[str, frozenset[Behaviour]] = {}
    for model in known:
        behaviours[model.container] = behaviours.get(model.container, frozenset()) | model.accepted
    return lambda container: Scene(known=behaviours.get(container, frozenset()), networks=networks)


def _one(names: set[str]) -> str:
    """The name, when there is just one."""
    return names.copy().pop() if len(names) == 1 else ""


def _images(models: Iterable[BehaviourModel]) -> dict[str, str]:
    """Images of containers that known models agree on: new events are of those, unless said otherwise."""
    images: dict[str, set[str]] = {}
    for model in models:
        images.setdefault(model.container, set()).add(model.image)
    return {container: _one(digests) for container, digests in images.items()}


def _image(said: str) -> tuple[str, str]:
    """Read NAME=DIGEST."""
    name, equals, digest = said.partition("=")
    if not (name and equals and digest):
        raise UsageError(f"--image {said!r} is not NAME=DIGEST", hint="as --image web=sha256:0123…")
    return name, digest


def _summarise(models: Sequence[BehaviourModel], learned: Learned, passed_over: int, as_json: bool) -> None:
    """Say what was learned."""
    left_out = dict(sorted(learned.left_out.items()))
    if as_json:
        counts = [
            {
                "workload": model.workload,
                "container": model.container,
                "image": model.image,
                "instances": len(model.instances),
                **_sizes(model),
            }
            for model in models
        ]
        told = {"events": learned.taken, "left_out": left_out, "passed_over": passed_over}
        flagged = [_flagged(one) for one in learned.flagged]
        print_json(told | {"flagged": flagged, "noticed": learned.noticed, "models": counts})
        return
    total = sum(left_out.values())
    reasons = ", ".join(f"{count} {reason}" for reason, count in left_out.items())
    tail = f"; {total} taught nothing ({reasons})" if total else ""
    others = f"; {passed_over} lines of others passed over" if passed_over else ""
    ERR.print(f"learned from {learned.taken} events{tail}{others}", markup=False)
    for model in models:
        sizes = ", ".join(f"{count} {name}" for name, count in _sizes(model).items())
        lives = f"{len(model.instances)} lives" if len(model.instances) != 1 else "1 life"
        ERR.print(f"  {model.title}: {sizes} (from {lives})", markup=False)
    _tell_flagged(learned, models)
    if not models:
        ERR.print("  no container was seen doing anything", markup=False)


_SHOWN = 20
"""Flagged behaviours that are listed; --json lists all."""


def _tell_flagged(learned: Learned, models: Sequence[BehaviourModel]) -> None:
    """List what detectors named, and what was struck out and seen again."""
    for one in learned.flagged[:_SHOWN]:
        showed = short(one.behaviour) if one.behaviour else "something that no model holds"
        also = "; other events showed it too, and were learned" if one.learned else ""
        ERR.print(f"  not learned, flagged by {one.detector}: {harmless(showed)}{also}", markup=False)
        ERR.print(f"    {harmless(one.what)} ({one.container}, {one.events} events)", markup=False)
    if len(learned.flagged) > _SHOWN:
        ERR.print(f"  and {len(learned.flagged) - _SHOWN} more that were flagged", markup=False)
    if learned.noticed:
        said = ", ".join(f"{name} ({count})" for name, count in sorted(learned.noticed.items()))
        ERR.print(f"  learned, though with low confidence it was named by: {said}", markup=False)
    if learned.flagged:
        names = " ".join(f"--accept {name}" for name in sorted({one.detector for one in learned.flagged}))
        ERR.print(
            f"  look at them (`outrider record`); if they are the workload's own: {names}", markup=False
        )
    for model in models:
        again = sum(seen.struck and seen.last_ns > _struck_at(seen) for seen in model.seen.values())
        if again:
            ERR.print(f"  {model.title}: {again} entries that were struck out were seen again", markup=False)


def _struck_at(seen: Seen) -> int:
    """When, ns since the epoch."""
    return seen.judged.at_ns if seen.judged else 0


def _flagged(one: Flagged) -> dict[str, Any]:
    """As data."""
    return {
        "container": one.container,
        "detector": one.detector,
        "entry": one.behaviour.id if one.behaviour else "",
        "words": short(one.behaviour) if one.behaviour else "",
        "what": one.what,
        "events": one.events,
        "learned": one.learned,
    }


def _sizes(model: BehaviourModel) -> dict[str, int]:
    """How much a model knows of each kind."""
    return {
        "programs": len(model.programs),
        "destinations": len(model.destinations),
        "listeners": len(model.listeners),
        "writes": len(model.writes),
        "syscalls": len(model.syscalls),
        **{name: size for kind, name in _IN_FUNCTIONS.items() if (size := len(model.of(kind)))},
    }


_IN_FUNCTIONS = {
    Kind.RESOLVE: "names looked up",
    Kind.READ: "reads",
    Kind.LOAD: "places of code",
    Kind.INVOKE: "kinds of event",
}
"""What only functions tell; said where there is any."""
