"""`outrider learn`: events → behaviour models."""

from collections.abc import Iterable, Sequence

import click

from outrider import limits
from outrider.cli.console import ERR, print_json
from outrider.cli.event_files import LogReader
from outrider.cli.files import STANDARD, read_capped, write_atomic
from outrider.errors import ExitStatus, UsageError
from outrider.model.behaviour import BehaviourModel
from outrider.model.event import Kind
from outrider.runtime import model_file
from outrider.runtime.learn import Learned, learn


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
@click.option("--json", "as_json", is_flag=True, help="The summary as JSON on standard output (needs -o).")
def command(
    *,
    events: tuple[str, ...],
    output: str,
    merge: tuple[str, ...],
    container: tuple[str, ...],
    workload: str,
    image: tuple[str, ...],
    as_json: bool,
) -> ExitStatus:
    """Learn what a workload does from its events.

    EVENTS are flight records (directories, *.flight), files of JSON lines, or - for standard input. Learning
    is the union of what was seen: any number of tasks, in any order, twice, makes the same model. What varies
    from run to run (names in /tmp, UUIDs, counters, ports taken by chance) is generalised; programs never
    are. What was blocked teaches nothing; in functions, what was flagged teaches nothing either.

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
    )
    wanted = [model for model in known if not container or model.container in container]
    models = union([*wanted, *learned.models])
    write_atomic(output, model_file.to_json(models))
    _summarise(models, learned, reader.passed_over, as_json)
    return reader.problems.finish()


def load_models(path: str) -> tuple[BehaviourModel, ...]:
    """Read the models of one file."""
    return model_file.from_json(read_capped(path, limits.MODEL_FILE, "the model"), f"the model {path}")


def union(models: Iterable[BehaviourModel]) -> list[BehaviourModel]:
    """Merge the models that are about the same version of the same workload."""
    merged: dict[tuple[str, str, str], BehaviourModel] = {}
    for model in models:
        key = (model.workload, model.container, model.image)
        merged[key] = merged[key].merge(model) if key in merged else model
    return list(merged.values())


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
        print_json(told | {"models": counts})
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
    if not models:
        ERR.print("  no container was seen doing anything", markup=False)


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
