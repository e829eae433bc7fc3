"""`outrider function run`: a function on this machine, by Lambda's rules."""

import json
import os
import re
import signal
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

import click

from outrider.cli.console import ERR
from outrider.cli.emulator import interpreters, protection
from outrider.cli.emulator.layers import Files
from outrider.cli.emulator.local_function import LocalFunction, Response
from outrider.cli.emulator.logs import LogLine
from outrider.cli.files import read_capped
from outrider.errors import EnvironmentFault, ExitStatus, InvalidInput, UsageError
from outrider.function import quotas
from outrider.runtime import jsonl

_OURS = "extension:outrider"
_CREDENTIALS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")


@click.command("run", short_help="Run a function on this machine, by Lambda's rules.")
@click.argument("directory", type=click.Path(path_type=Path))
@click.option("--handler", required=True, metavar="FILE.NAME", help="As Lambda is told: app.handler.")
@click.option(
    "--event",
    "events",
    multiple=True,
    metavar="FILE|-",
    help="JSON of an event; again for another one, which finds the function warm. Default: {}.",
)
@click.option(
    "--runtime",
    default="",
    metavar="NAME",
    help="python3.13, nodejs22.x, provided.al2023. Default: what is here.",
)
@click.option("--no-layer", is_flag=True, help="The function alone, without our layer.")
@click.option("--layer", "layers", multiple=True, type=click.Path(path_type=Path), metavar="ZIP|DIR")
@click.option(
    "--mode",
    type=click.Choice(["alert", "block"]),
    default="alert",
    show_default=True,
    help="The layer's policy without --policy: alert allows and reports everything.",
)
@click.option("--policy", default="", metavar="FILE", help="A policy document or blob for the layer.")
@click.option("--timeout", type=float, default=3.0, show_default=True, metavar="SECONDS")
@click.option("--memory", type=int, default=128, show_default=True, metavar="MB", help="Told, not enforced.")
@click.option("--tmp", type=int, default=quotas.TMP[0], show_default=True, metavar="MB", help="Size of /tmp.")
@click.option("--env", "variables", multiple=True, metavar="NAME=VALUE")
@click.option("--name", default="", help="The function's name. Default: the directory's.")
@click.option("--region", default="us-east-1", show_default=True)
@click.option(
    "--network",
    type=click.Choice(["host", "none"]),
    default="host",
    show_default=True,
    help="none: a loopback of its own and nothing else.",
)
@click.option("--snap-start", is_flag=True, help="Go through restore as a SnapStart function does.")
@click.option("--credentials", is_flag=True, help="Hand your AWS_… credentials on, in place of useless ones.")
@click.option(
    "--python",
    "--node",
    "interpreter",
    type=click.Path(path_type=Path),
    help="The interpreter to run it with.",
)
@click.option("--logs", default="", metavar="FILE", help="Append the log stream to a file, not stderr.")
@click.option(
    "--json", "as_json", is_flag=True, help="One JSON object an event: response, error, times, logs."
)
def command(
    directory: Path,
    *,
    handler: str,
    events: tuple[str, ...],
    runtime: str,
    no_layer: bool,
    layers: tuple[Path, ...],
    mode: str,
    policy: str,
    timeout: float,
    memory: int,
    tmp: int,
    variables: tuple[str, ...],
    name: str,
    region: str,
    network: str,
    snap_start: bool,
    credentials: bool,
    interpreter: Path | None,
    logs: str,
    as_json: bool,
) -> ExitStatus:
    """Run the function in DIRECTORY here, by Lambda's rules and under AWS's own runtime client.

    It sees what it would see in Lambda: a read-only /var/task and /opt, a /tmp, user 993, the Runtime,
    Extensions and Telemetry APIs; it is frozen between events, and what Lambda's sandbox refuses (prctl,
    seccomp, ptrace, namespaces, Landlock, …) is refused here. Not imitated: the memory limit, the speed of
    its CPU, its kernel's version. Needs root or user namespaces.

    \b
    Examples:
      outrider function run shop/ --handler app.handler --event order.json
      echo '{"a": 1}' | outrider function run shop/ --handler app.handler --event - --mode block
      outrider function run shop/ --handler app.handler --no-layer --network none --json

    The response goes to stdout, the log stream to stderr: the function's lines, its extensions', Lambda's.

    \b
    Exit status: 0 done and within policy; 1 the function failed, or did what the policy does not allow;
    2 wrong usage; 4 no interpreter, no runtime client, no permission.
    """
    payloads = [_event(path) for path in events or ("",)]
    own = dict(_pair(item) for item in variables)
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGHUP, _interrupt)
    with ExitStack() as stack:
        stream = stack.enter_context(Path(logs).open("a")) if logs else sys.stderr
        printer = _Printer(stream)
        all_layers: list[Path | Files] = list(layers)
        if not no_layer and not runtime.startswith("provided"):
            all_layers += protection.layers(policy)
            own = protection.environment(own, mode)
        elif policy:
            raise UsageError("--policy is for our layer, and there is none", hint="leave --no-layer out.")
        function = stack.enter_context(
            LocalFunction(
                directory,
                handler,
                runtime or _runtime(directory, handler),
                layers=all_layers,
                environment=own,
                timeout=timeout,
                memory=memory,
                tmp=tmp,
                name=name or re.sub(r"[^A-Za-z0-9_-]", "-", directory.resolve().name)[:64] or "function",
                region=region,
                network=network,
                interpreter=interpreter,
                credentials=_credentials() if credentials else None,
                initialization="snap-start" if snap_start else "on-demand",
                on_line=printer.line,
                say=_say,
            )
        )
        failed = False
        for payload in payloads:
            response = function.invoke(payload, None if as_json else _write)
            failed |= response.error is not None
            _show(response, as_json)
    return ExitStatus.POLICY if failed or printer.deviated else ExitStatus.OK


@dataclass
class _Printer:
    """Prints the log stream, and notices what our layer says of deviations."""

    stream: TextIO
    deviated: bool = False

    def line(self, line: LogLine) -> None:
        """One line."""
        if line.source == _OURS and _deviation(line.text):
            self.deviated = True
        self.stream.write(line.text.rstrip("\n") + "\n")
        self.stream.flush()


def _deviation(text: str) -> bool:
    """Whether a line of our extension tells of an act that the policy does not allow."""
    try:
        event = jsonl.from_line(text)
    except InvalidInput:
        return False
    return event.type == "event" and event.verdict in ("alert", "block")


def _event(path: str) -> bytes:
    """An event's bytes. Raises UsageError, InvalidInput."""
    if not path:
        return b"{}"
    data = read_capped(path, quotas.PAYLOAD, "the event")
    try:
        json.loads(data)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"the event {path} is not JSON: {error}") from None
    return data


def _pair(item: str) -> tuple[str, str]:
    """`NAME=VALUE` in two."""
    name, equals, value = item.partition("=")
    if not name or not equals:
        raise UsageError(f"--env {item}: expected NAME=VALUE")
    return name, value


def _runtime(directory: Path, handler: str) -> str:
    """The runtime of the interpreter that is here, in the language of the handler's file."""
    file = directory / handler.rpartition(".")[0]
    if any(file.with_name(file.name + end).is_file() for end in (".js", ".mjs", ".cjs")):
        version = interpreters.newest_node()
        if version is None:
            raise EnvironmentFault(
                "the handler is JavaScript, and there is no node here", hint="install Node."
            )
        chosen = f"nodejs{version}.x"
    elif (directory / "bootstrap").is_file() and not file.with_name(file.name + ".py").is_file():
        chosen = "provided.al2023"
    else:
        chosen = "python{}.{}".format(*sys.version_info[:2])
    _say(f"runtime {chosen}; --runtime chooses another")
    return chosen


def _credentials() -> dict[str, str]:
    """The user's own."""
    found = {name: os.environ[name] for name in _CREDENTIALS if os.environ.get(name)}
    if not found:
        raise UsageError(
            "--credentials: there are none in the environment", hint=f"export {_CREDENTIALS[0]}, …."
        )
    return found


def _write(part: bytes) -> None:
    """A part of a streamed response."""
    sys.stdout.buffer.write(part)
    sys.stdout.buffer.flush()


def _show(response: Response, as_json: bool) -> None:
    """The response, on stdout."""
    if not as_json:
        _write(response.payload + b"\n")
        return
    try:
        payload: Any = response.json()
    except ValueError:
        payload = response.payload.decode(errors="replace")
    outcome = response.outcome
    document = {
        "request_id": outcome.request_id,
        "status": outcome.status,
        "error": response.error_type or None,
        "response": payload,
        "duration_ms": round(outcome.duration_ms, 3),
        "init_ms": outcome.init_ms and round(outcome.init_ms, 3),
        "logs": [{"source": line.source, "time": line.time, "text": line.text} for line in response.logs],
    }
    print(json.dumps(document, ensure_ascii=False), flush=True)


def _say(text: str) -> None:
    """A note for the person at the terminal."""
    ERR.print(text, markup=False, style="dim")


def _interrupt(number: int, frame: object) -> None:
    """End as Ctrl-C does: with everything put away."""
    raise KeyboardInterrupt
