"""One scan from its target to its report: every part of the library in the order of what each needs."""

import gc
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from outrider import __version__
from outrider.cli.scanning import compliance, using, vulnerabilities
from outrider.cli.scanning.contents import contents_of, wanted
from outrider.cli.scanning.looking import interest_of, readers_of
from outrider.cli.scanning.options import LOOKED_FOR, Options
from outrider.cli.scanning.progress import Progress
from outrider.cli.scanning.reading import Reader
from outrider.cli.scanning.vulnerabilities import NOTHING
from outrider.cli.targets.opening import Around, Opened, Settings, open_targets
from outrider.cli.targets.target import Target
from outrider.model.artifact import Contents, Kind
from outrider.model.finding import Findings
from outrider.report.report import Report
from outrider.scan.compliance.subjects import Function, Task
from outrider.scan.matching import eol

if TYPE_CHECKING:
    from outrider.cli.scanning.gating import Gate

_COLLECT_AFTER = 200_000
"""New objects after which Python looks for cycles: what a scan gathers has none, and is all gone through."""

SETTINGS = frozenset({"secrets", "compliance"})
"""What can be looked for in a target without files."""


def scan(targets: Sequence[Target], options: Options, progress: Progress) -> tuple[Report, tuple[str, ...]]:
    """Scan one target, or several zips as one function; also what a person should know of the gate.

    Raises OutriderError where it cannot even be begun.
    """
    gc.set_threshold(_COLLECT_AFTER)
    gate = _gate(options)
    packs = compliance.packs(options.packs) if "compliance" in options.only else ()
    models = using.models(options.models)
    with TemporaryDirectory(prefix="outrider-scan-") as folder:
        progress.say(f"opening {targets[0]}")
        opened = open_targets(targets, Around(options, Path(folder), _ended(options)))
        contents, function = _read(opened, options, progress)
    options.cache.trim()
    looked = not isinstance(opened, Settings) and bool(options.only & {"os", "language"})
    progress.say("matching advisories")
    found, told, database = vulnerabilities.find(contents, models, options) if looked else NOTHING
    subject = opened.subject if isinstance(opened, Settings) else function
    checks, judged = compliance.check(contents, subject, found, packs, options)
    findings = Findings(vulnerabilities=found, secrets=contents.secrets, checks=checks, database=database)
    report = Report(
        contents=contents,
        findings=findings,
        outcomes=(*contents.outcomes, *told, *judged),
        scanner=__version__,
        scanned=tuple(word for word in LOOKED_FOR if word in options.only and (looked or word in SETTINGS)),
    )
    return gate.decided(report) if gate is not None else (report, ())


def _gate(options: Options) -> "Gate | None":
    """What decides, where the user asked for anything to be decided."""
    if not (options.fail_on or options.thresholds or options.ignores or options.baseline):
        return None
    from outrider.cli.scanning import gating  # noqa: PLC0415 - pydantic: 12 MB, 0.1 s

    return gating.prepare(options)


def _read(opened: Opened, options: Options, progress: Progress) -> tuple[Contents, Function | None]:
    """What the target holds, and, of a function in an account, its settings."""
    if isinstance(opened, Contents):
        kept = tuple(package for package in opened.packages if wanted(package, options.only))
        return replace(opened, packages=kept), None
    if isinstance(opened, Settings):
        return _settings(opened), None
    reader = Reader(
        interest=interest_of(options.only),
        readers=readers_of(options.only),
        cache=options.cache,
        jobs=options.jobs,
        progress=progress,
    )
    return contents_of(opened, reader.read(opened), options.only), opened.function


def _settings(opened: Settings) -> Contents:
    """A target without files: what was found in its settings."""
    if isinstance(opened.subject, Task):
        secrets = tuple(
            replace(secret, path=f"{container.name} {secret.path}")
            for container in opened.subject.containers
            for secret in container.secrets
        )
        return Contents(kind=Kind.TASK, name=opened.name, secrets=secrets)
    runtime = str(opened.subject.configuration.get("Runtime") or "")
    return Contents(kind=Kind.FUNCTION, name=opened.name, runtime=runtime, secrets=opened.subject.secrets)


def _ended(options: Options) -> Callable[[str], str]:
    """Which Lambda runtimes are out of support, by the day of the scan."""

    def ended(runtime: str) -> str:
        found = eol.function_runtime(runtime, options.today.isoformat())
        return found.date if found else ""

    return ended
