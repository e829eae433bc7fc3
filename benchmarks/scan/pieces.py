"""Pieces of a scan on their own: a function's package, matching, the database, the search for secrets."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.benchmark import Benchmark, Better, Series, Variant
from benchmarks.scan import material
from benchmarks.scan.scanner import outrider, series, timed
from benchmarks.stage import ROOT
from benchmarks.trial import Trial, run

PACKAGES = 2000
_ADVISORIES = 4
"""Of each package; every tenth package is at a version that all of them affect."""

_MATCHING = """
import sys, time
from datetime import UTC, datetime
from pathlib import Path
from outrider.cli.database.opening import open_database
from outrider.model.package import Package
from outrider.scan.matching.match import match

count = int(sys.argv[2])
packages = [
    Package(type="npm", name=f"made-up-{n}", version="9.0.0" if n % 10 else "1.2.3", path=f"/app/{n}/x.json")
    for n in range(count)
]
started = time.process_time()
opened = open_database(Path(sys.argv[1]), now=datetime(2026, 1, 1, tzinfo=UTC))
open_seconds = time.process_time() - started
started = time.process_time()
asked = {"today": "2026-01-01", "age_days": 0.0, "stale_after": 7.0, "expected": True}
found, _ = match(packages, None, opened.lookup, **asked)
print(time.process_time() - started, open_seconds * 1000, len(found))
"""

_SEARCHING = """
import sys, time
from pathlib import Path
from outrider.scan.secrets.search import search

data = Path(sys.argv[1]).read_bytes()
pieces = [data[at : at + 65536] for at in range(0, len(data), 65536)]
search("srv/app/settings.yml", (b"",))
started = time.process_time()
for number, piece in enumerate(pieces):
    search(f"srv/app/{number}.py", (piece,))
print(len(data) / (time.process_time() - started) / 1e6)
"""


def _function(trial: Trial) -> Sequence[float]:
    words = outrider(f"zip:{material.function(trial.stage)}", "--format", "json", "--no-cache")
    return timed(words, trial.stage.work / "scan-cache")


def _matching(trial: Trial) -> Sequence[float]:
    words = ("-c", _MATCHING, str(_database(trial)), str(trial.count(PACKAGES)))
    seconds, opened, found = map(float, run([sys.executable, *words]).split())
    return seconds, opened, found


def _secrets(trial: Trial) -> Sequence[float]:
    return (float(run([sys.executable, "-c", _SEARCHING, str(material.texts(trial.stage))])),)


def _database(trial: Trial) -> Path:
    """A database of a feed of our own making, built once a run as a user would."""
    stage = trial.stage
    made = stage.work / "advisories"
    if not made.exists():
        feed = stage.work / "feed"
        feed.mkdir()
        for number in range(trial.count(PACKAGES)):
            for flaw in range(_ADVISORIES):
                name = f"GHSA-{number:04}-{flaw:04}-made"
                (feed / f"{name}.json").write_text(json.dumps(_advisory(name, number, flaw)))
        build = "from outrider.cli.main import main; main()"
        words = [sys.executable, "-c", build, "db", "build", str(feed), "-o", str(made)]
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        subprocess.run(words, env=environment, capture_output=True, check=True, cwd=ROOT)
    return made


def _advisory(name: str, number: int, flaw: int) -> dict[str, object]:
    """One OSV document."""
    events = [{"introduced": "0"}, {"fixed": f"2.{flaw}.0"}]
    return {
        "schema_version": "1.6.0",
        "id": name,
        "modified": "2026-01-01T00:00:00Z",
        "published": "2026-01-01T00:00:00Z",
        "summary": "made up",
        "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
        "affected": [
            {
                "package": {"ecosystem": "npm", "name": f"made-up-{number}"},
                "ranges": [{"type": "SEMVER", "events": events}],
            }
        ],
    }


PIECES = (
    Benchmark(
        name="scan-function",
        series=series("scan of a function of 250 MB"),
        once=_function,
        variants=(Variant.OURS,),
        rounds=3,
        quick_rounds=1,
    ),
    Benchmark(
        name="scan-matching",
        series=(
            Series("match", "matching 2,000 packages, time of a processor", "s"),
            Series("open", "opening the advisory database", "ms"),
            Series("found", "findings among them", "findings", Better.HIGHER),
        ),
        once=_matching,
        variants=(Variant.OURS,),
        quick_rounds=1,
    ),
    Benchmark(
        name="scan-secrets",
        series=(
            Series("speed", "searching text for secrets, by time of a processor", "MB/s", Better.HIGHER),
        ),
        once=_secrets,
        variants=(Variant.OURS,),
        quick_rounds=1,
    ),
)
