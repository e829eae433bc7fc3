"""`python -m sidecar init|agent|health`: one installs, one stays, one asks how it is."""

import argparse
import os
import sys

from outrider.errors import ExitStatus, OutriderError
from sidecar.settings import VARIABLES, from_environment

COLLECT = 20_000, 20, 100
"""When the collector looks for cycles: at its usual 700 it looks at events, which have none and go by their
counts, all the time."""

DESCRIPTION = """The sidecar of Outrider.

  init     put the supervisor and the first policy on the task volume, then exit
  agent    receive events, keep the record, bring new policies, until SIGTERM
  health   ask the agent how it is: one JSON line, exit status 0 when it is well, 1 when not

Settings come from the environment:
"""


def main(arguments: list[str] | None = None) -> int:
    """Entry point; returns the exit status."""
    table = "".join(
        f"  {v.name:<24} {v.meaning}{f' [{v.default}]' if v.default else ''}\n" for v in VARIABLES
    )
    parser = argparse.ArgumentParser(
        prog="sidecar",
        description=DESCRIPTION + table,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("program", choices=PROGRAMS, metavar="init|agent|health")
    program = parser.parse_args(arguments).program
    try:
        return PROGRAMS[program]()
    except OutriderError as error:
        print(f"outrider {program}: {error}", file=sys.stderr)
        return error.exit_status


def _init() -> int:
    """Install."""
    from outrider.runtime.jsonl import to_line  # noqa: PLC0415 - see _health
    from sidecar.install import install  # noqa: PLC0415

    install(from_environment(os.environ), lambda event: print(to_line(event), flush=True))
    return ExitStatus.OK


def _agent() -> int:
    """Stay."""
    import asyncio  # noqa: PLC0415 - see _health
    import gc  # noqa: PLC0415

    from sidecar.agent import Agent  # noqa: PLC0415

    gc.freeze()  # what was imported stays
    gc.set_threshold(*COLLECT)
    asyncio.run(Agent(from_environment(os.environ)).run())
    return ExitStatus.OK


def _health() -> int:
    """Ask. Runs every few seconds on a fraction of a CPU: it imports no more than it needs."""
    import json  # noqa: PLC0415

    from sidecar.health import report  # noqa: PLC0415

    status, healthy = report(from_environment(os.environ).health_socket)
    print(json.dumps(status))
    return ExitStatus.OK if healthy else ExitStatus.POLICY


PROGRAMS = {"init": _init, "agent": _agent, "health": _health}

if __name__ == "__main__":
    sys.exit(main())
