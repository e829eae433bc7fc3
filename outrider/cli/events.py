"""`outrider events`: what supervisors told, line by line."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import click
from rich.text import Text

from outrider.cli.console import OUT
from outrider.cli.event_files import EventReader, event_paths, shown
from outrider.cli.files import STANDARD
from outrider.cli.following import follow
from outrider.cli.incident_view import STYLES
from outrider.errors import ExitStatus, InvalidInput, UsageError
from outrider.model.event import Event, FrameType, Verdict
from outrider.runtime import jsonl, words


@click.command("events")
@click.argument("files", nargs=-1, required=True, metavar="FILE|DIR...")
@click.option(
    "-f", "--follow", "following", is_flag=True, help="Go on as events are written; end with Ctrl-C."
)
@click.option("--container", multiple=True, metavar="NAME", help="Events of this container only.")
@click.option(
    "--verdict",
    multiple=True,
    type=click.Choice([verdict.value for verdict in Verdict]),
    help="Acts with this verdict only.",
)
@click.option("--json", "as_json", is_flag=True, help="JSON lines, as they were written.")
def command(
    *,
    files: tuple[str, ...],
    following: bool,
    container: tuple[str, ...],
    verdict: tuple[str, ...],
    as_json: bool,
) -> ExitStatus:
    """Show events, in order of time.

    A FILE is a segment of a flight record (*.flight), or holds one JSON event a line, as the log has them.
    A DIR is the record of one container or of all, or holds *.jsonl. - is standard input.

    \b
    Examples:
      outrider events /var/lib/outrider/record
      outrider events record/ --verdict alert --verdict block
      outrider events record/web --follow
      outrider events record/ --container web --json | jq .target

    \b
    Exit status: 0 done; 2 wrong usage; 3 some lines are no events.
    """
    reader = EventReader()
    for event in _follow(reader, files) if following else reader.read_in_order(files):
        if (not container or event.container in container) and (not verdict or event.verdict in verdict):
            _show(event, as_json)
    return reader.finish()


def _follow(reader: EventReader, files: Iterable[str]) -> Iterator[Event]:
    """Events as they are written, until the user has seen enough."""
    if STANDARD in files:
        raise UsageError("standard input cannot be followed", hint="without --follow it is read to its end.")
    for path in event_paths(files):
        if not Path(path).exists():
            raise UsageError(
                f"there is no file {path} to follow", hint="name the directory it will appear in."
            )
    try:
        for path, found in follow(lambda: event_paths(files)):
            if isinstance(found, InvalidInput):
                reader.note(path, found)
                continue
            event = reader.parse(found, shown(path)) if isinstance(found, bytes) else found
            if event is not None:
                yield event
    except KeyboardInterrupt:
        return


def _show(event: Event, as_json: bool) -> None:
    """Print one event."""
    if as_json:
        print(jsonl.to_line(event), flush=True)
        return
    line = Text(f"{words.moment(event.time_ns)} {words.shown(event.container) or '-'} ")
    if event.type is FrameType.EVENT and event.verdict is not None:
        line.append(f"{event.verdict.upper():5} ", STYLES[event.verdict])
    else:
        line.append(f"{event.type:5} ", "dim")
    line.append(words.describe(event))
    OUT.print(line)
