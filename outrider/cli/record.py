"""`outrider record`: read, explain and export a flight record."""

from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any

import click
from rich.text import Text

from outrider import limits
from outrider.cli import record_view
from outrider.cli.console import OUT, print_json
from outrider.cli.event_files import EventReader
from outrider.cli.files import write_atomic
from outrider.cli.policies.loading import load_document
from outrider.cli.record_verify import verify
from outrider.errors import ExitStatus, InvalidInput, UsageError
from outrider.model.event import Event
from outrider.policy.lowering import policy_id
from outrider.runtime import jsonl
from outrider.runtime.record import FlightRecord, Incident, build, to_plain


def _options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Options of all subcommands."""
    for option in (
        click.option("--container", multiple=True, metavar="NAME", help="This container only."),
        click.option(
            "--policy", multiple=True, metavar="DOC", help="Policy document, to say why by its rules."
        ),
        click.argument("files", nargs=-1, required=True, metavar="FILE|DIR..."),
    ):
        command = option(command)
    return command


@click.group("record")
def command() -> None:
    """Read, explain and export a flight record.

    A record is what the sidecar wrote of each container, in its volume under record/NAME, with what it
    sealed under record/NAME/sealed. A DIR stands for all files in it, - for JSON lines on standard input.

    \b
    Examples:
      outrider record show record/ --policy policy.yaml     each incident, explained
      outrider record tree record/web                       who started whom
      outrider record timeline record/ --incident 1         what happened, in order
      outrider record export record/ --incident 1 -o incident.jsonl
      outrider record verify record/web                     is it what was written?
    """


command.add_command(verify)


@command.command()
@_options
@click.option("--incident", type=int, metavar="N", help="This incident only.")
@click.option("--json", "as_json", is_flag=True, help="The whole record as one JSON document.")
def show(
    *,
    files: tuple[str, ...],
    policy: tuple[str, ...],
    container: tuple[str, ...],
    incident: int,
    as_json: bool,
) -> ExitStatus:
    """Tell each incident: what was stopped, why, which processes were involved and what they did."""
    record, reader = _load(files, policy, container)
    chosen = _chosen(record, incident)
    if as_json:
        print_json(to_plain(record))
    else:
        OUT.print(record_view.story(record, chosen), soft_wrap=False)
    return reader.finish()


@command.command()
@_options
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def tree(
    *, files: tuple[str, ...], policy: tuple[str, ...], container: tuple[str, ...], as_json: bool
) -> ExitStatus:
    """Draw the processes of each life of a container, with what was not allowed."""
    record, reader = _load(files, policy, container)
    if as_json:
        lives = to_plain(record)["lives"]
        print_json([{key: life[key] for key in ("container", "instance", "processes")} for life in lives])
    else:
        for life in record.lives:
            OUT.print(Text(f"{life.container or '-'} {life.instance[:12]}", "bold"))
            OUT.print(record_view.life_trees(life))
    return reader.finish()


@command.command()
@_options
@click.option("--incident", type=int, metavar="N", help="What the processes of this incident did.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def timeline(
    *,
    files: tuple[str, ...],
    policy: tuple[str, ...],
    container: tuple[str, ...],
    incident: int,
    as_json: bool,
) -> ExitStatus:
    """Print every event in order of time, once."""
    record, reader = _load(files, policy, container)
    events = _events(record, incident)
    if as_json:
        print_json([jsonl.to_plain(event) for event in events])
    else:
        OUT.print(record_view.timeline(events, most=len(events)))
    return reader.finish()


@command.command()
@_options
@click.option("--incident", type=int, metavar="N", help="What the processes of this incident did.")
@click.option("-o", "--output", required=True, metavar="FILE", help="Where to write; - is standard output.")
def export(
    *, files: tuple[str, ...], policy: tuple[str, ...], container: tuple[str, ...], incident: int, output: str
) -> ExitStatus:
    """Write the events of all files to one: in order of time, each once, as JSON lines again."""
    record, reader = _load(files, policy, container)
    events = _events(record, incident)
    write_atomic(output, "".join(f"{jsonl.to_line(event)}\n" for event in events))
    return reader.finish()


def _load(
    files: Iterable[str], policies: Iterable[str], containers: tuple[str, ...]
) -> tuple[FlightRecord, EventReader]:
    """Read events and policies; build the record."""
    reasons = _reasons(policies)
    reader = EventReader()
    wanted = (event for event in reader.read(files) if not containers or event.container in containers)
    events = list(islice(wanted, limits.RECORD_EVENTS + 1))
    if len(events) > limits.RECORD_EVENTS:
        raise InvalidInput(
            f"more than {limits.RECORD_EVENTS} events: too many for one story",
            hint="choose files, or a container with --container.",
        )
    if not events:
        reader.finish()
        raise InvalidInput(
            "there are no events in these files", hint="does --container name one that is there?"
        )
    return build(events, reasons), reader


def _reasons(policies: Iterable[str]) -> dict[tuple[str, int], str]:
    """The `why` of every rule of every container, by the id that events give the policy."""
    return {
        (policy_id(document, container).hex(), place): rule.why
        for document in map(load_document, policies)
        for container, policy in document.containers.items()
        for place, rule in enumerate(policy.rules, start=1)
    }


def _chosen(record: FlightRecord, number: int | None) -> tuple[Incident, ...]:
    """All incidents, or the one that was asked for."""
    if number is None:
        return record.incidents
    found = tuple(incident for incident in record.incidents if incident.number == number)
    if not found:
        raise UsageError(f"there is no incident {number}", hint=f"the record has {len(record.incidents)}.")
    return found


def _events(record: FlightRecord, incident: int | None) -> list[Event]:
    """Events of the record, or of one incident, in order of time."""
    parts = record.lives if incident is None else _chosen(record, incident)
    return sorted((event for part in parts for event in part.timeline), key=lambda event: event.time_ns)
