"""`make programs`: twenty real programs learned, blocked, attacked; the table."""

import argparse
import dataclasses
import json
import os
import subprocess
import sys
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from demo.programs import root, table
from demo.programs.proof import Row, prove
from demo.programs.registry import PROGRAMS
from outrider.errors import ExitStatus, OutriderError

CACHE = Path(__file__).parents[2] / ".cache" / "programs"


def main() -> int:
    """Show all of them, or those asked for; 0 only when everything held."""
    names = [program.name for program in PROGRAMS]
    parser = argparse.ArgumentParser(prog="python -m demo.programs", description=__doc__)
    parser.add_argument(
        "--only", nargs="+", choices=names, default=names, metavar="NAME", help=", ".join(names)
    )
    parser.add_argument(
        "--learn", type=float, default=60, metavar="SECONDS", help="of load to learn from (60)"
    )
    parser.add_argument(
        "--block", type=float, default=120, metavar="SECONDS", help="of load under block (120)"
    )
    parser.add_argument("--jobs", type=int, default=1, help="programs at once (1)")
    parser.add_argument(
        "--keep", type=Path, metavar="DIR", help="keep model, policy and records of each here"
    )
    parser.add_argument("--json", action="store_true", help="the rows as JSON lines on standard output")
    parser.add_argument("--row", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if os.geteuid() != 0:
        print("programs: this takes root: containers of Fargate's kind are made", file=sys.stderr)
        return ExitStatus.ENVIRONMENT
    try:
        base = root.make(CACHE)
    except OutriderError as error:
        print(f"programs: {error}", file=sys.stderr)
        return int(error.exit_status)
    if options.row:
        return _row(options, base)
    said = threading.Lock()

    def one(name: str) -> Row:
        row = _apart(name, options)
        with said:
            print(table.line(row) if not options.json else json.dumps(dataclasses.asdict(row)), flush=True)
        return row

    if not options.json:
        print(table.head(), flush=True)
    with ThreadPoolExecutor(options.jobs) as pool:
        rows = list(pool.map(one, options.only))
    if not options.json:
        print(table.summary(rows))
    return ExitStatus.OK if all(row.held for row in rows) else ExitStatus.POLICY


def _apart(name: str, options: argparse.Namespace) -> Row:
    """One program in a process of its own, whose namespaces end with it."""
    command = [sys.executable, "-m", "demo.programs", "--row", "--only", name]
    command += ["--learn", str(options.learn), "--block", str(options.block)]
    command += ["--keep", str(options.keep)] if options.keep else []
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        return table.row(json.loads(done.stdout))
    except ValueError:
        return Row(program=name, trouble=(done.stderr or "it said nothing")[-3000:])


def _row(options: argparse.Namespace, base: Path) -> int:
    """What `_apart` starts: prints one row."""
    program = next(program for program in PROGRAMS if program.name == options.only[0])
    with tempfile.TemporaryDirectory(prefix=f"outrider-{program.name}-") as work:
        try:
            seconds = (options.learn, options.block)
            row = prove(program, base, Path(work), seconds=seconds, keep=_place(options, program.name))
        except OutriderError as error:
            row = Row(program=program.name, trouble=str(error))
        finally:
            subprocess.run(("umount", "--recursive", "--lazy", work), capture_output=True, check=False)
        plain: dict[str, Any] = dataclasses.asdict(row)
    print(json.dumps(plain))
    return ExitStatus.OK


def _place(options: argparse.Namespace, name: str) -> Path | None:
    """Where this program's papers are kept."""
    if options.keep is None:
        return None
    place: Path = options.keep / name
    place.mkdir(parents=True, exist_ok=True)
    return place


if __name__ == "__main__":
    sys.exit(main())
