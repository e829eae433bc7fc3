"""`outrider record`: read, explain and export a flight record."""

from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any

import click
from rich.console import Group, RenderableType
from rich.text import Text

from outrider import limits
from outrider.cli import record_view
from outrider.cli.console import OUT, print_json
from outrider.cli.event_files import EventReader
from outrider.cli.files import write_atomic
from outrider.cli.incident_view import incident_story
from outrider.cli.policies.loading import load_document
from outrider.cli.record_verify import verify
from outrider.errors import ExitStatus, InvalidInput, UsageError
from outrider.model.event import Event
from outrider.model.incident import Incident
from outrider.policy.lowering import policy_id
from outrider.report.incident_page import render
from outrider.runtime import incident_json, jsonl
from outrider.runtime.incident_advice import SHORT
from outrider.runtime.process_tree import grow
from outrider.runtime.record import FlightRecord, build, to_plain


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
      outrider record show record/ --html incidents.html    the same as one page
      outrider record tree record/web                       who started whom
      outrider record timeline record/ --incident 1         what happened, in order
      outrider record export record/ --incident 1 -o incident.jsonl
      outrider record verify record/web                     is it what was written?
    """


command.add_command(verify)


@command.command()
@_options
@click.option("--incident", metavar="N|ID", help="This incident only, by its place or by its id.")
@click.option(
    "--json", "as_json", is_flag=True, help="The whole record as one JSON document, or the one incident."
)
@click.option("--html", metavar="FILE", help="Write a page that needs no network; - is standard output.")
def show(
    *,
    files: tuple[str, ...],
    policy: tuple[str, ...],
    container: tuple[str, ...],
    incident: str | None,
    as_json: bool,
    html: str | None,
) -> ExitStatus:
    """Tell each incident: how bad it is, who did what, what was stopped, what to do, and the evidence."""
    record, reader = _load(files, policy, container)
    chosen = _chosen(record, incident)
    if html:
        write_atomic(html, render([one for _, one in chosen], record))
    if as_json:
        print_json(to_plain(record) if incident is None else incident_json.to_plain(chosen[0][1]))
    elif not html:
        OUT.print(record_view.overview(record))
        for number, one in chosen:
            OUT.print(_story(number, one), soft_wrap=False)
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
            OUT.print(record_view.life_trees(life, _evidence(record.of(life))))
    return reader.finish()


@command.command()
@_options
@click.option("--incident", metavar="N|ID", help="What the processes of this incident did.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def timeline(
    *,
    files: tuple[str, ...],
    policy: tuple[str, ...],
    container: tuple[str, ...],
    incident: str | None,
    as_json: bool,
) -> ExitStatus:
    """Print every event in order of time, once."""
    record, reader = _load(files, policy, container)
    events = _events(record, incident)
    if as_json:
        print_json([jsonl.to_plain(event) for event in events])
    else:
        evidence = _evidence(one for _, one in _chosen(record, incident))
        OUT.print(record_view.timeline(events, evidence, most=len(events)))
    return reader.finish()


@command.command()
@_options
@click.option("--incident", metavar="N|ID", help="What the processes of this incident did.")
@click.option("-o", "--output", required=True, metavar="FILE", help="Where to write; - is standard output.")
def export(
    *,
    files: tuple[str, ...],
    policy: tuple[str, ...],
    container: tuple[str, ...],
    incident: str | None,
    output: str,
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
        for place, rule in enumerate(policy.numbered, start=1)
    }


def _chosen(record: FlightRecord, wanted: str | None) -> tuple[tuple[int, Incident], ...]:
    """All incidents with their places, or the one that was asked for."""
    numbered = tuple(enumerate(record.incidents, start=1))
    if wanted is None:
        return numbered
    short = wanted.isdecimal() and len(wanted) < _SHORTEST_ID
    found = tuple(
        (number, one)
        for number, one in numbered
        if (str(number) == wanted if short else len(wanted) >= _SHORTEST_ID and one.id.startswith(wanted))
    )
    if len(found) != 1:
        raise UsageError(
            f"there is no incident {wanted}",
            hint=f"the record has {len(numbered)}; an id is given with its first {SHORT} digits.",
        )
    return found


def _events(record: FlightRecord, incident: str | None) -> list[Event]:
    """Events of the record, or of one incident, in order of time."""
    if incident is not None:
        return list(_chosen(record, incident)[0][1].events)
    return sorted((event for life in record.lives for event in life.timeline), key=lambda one: one.time_ns)


def _story(number: int, incident: Incident) -> RenderableType:
    """One incident with its tree and its timeline."""
    evidence = _evidence([incident])
    tree = Group(*(record_view.process_tree(process, evidence) for process in grow(incident.events)))
    return incident_story(number, incident, tree, record_view.timeline(incident.events, evidence))


def _evidence(incidents: Iterable[Incident]) -> set[tuple[str, int]]:
    """Lives and numbers of the events that incidents name."""
    return {(incident.instance, seq) for incident in incidents for seq in incident.seqs}


_SHORTEST_ID = 8
"""Digits of an id: fewer might be a place."""
