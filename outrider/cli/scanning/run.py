"""One scan from its target to its report: every part of the library in the order of what each needs."""

import gc
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from outrider import __version__
from outrider.cli.scanning import compliance, vulnerabilities
from outrider.cli.scanning.options import LOOKED_FOR, Options
from outrider.cli.scanning.progress import Progress
from outrider.cli.scanning.reading import Reader
from outrider.cli.targets.opening import Around, Opened, Settings, open_targets
from outrider.cli.targets.target import Target
from outrider.errors import UsageError
from outrider.model.artifact import Contents, Kind
from outrider.model.finding import Findings
from outrider.model.outcome import Covered
from outrider.report.report import Report
from outrider.scan.compliance.checking import check
from outrider.scan.compliance.function_read import undisclosed
from outrider.scan.compliance.subjects import Function, Task
from outrider.scan.contents import contents_of
from outrider.scan.looking import interest_of, readers_of
from outrider.scan.matching import eol

if TYPE_CHECKING:
    from outrider.cli.scanning.gating import Gate

_COLLECT_AFTER = 200_000
"""New objects after which Python looks for cycles: what a scan gathers has none, and is all gone through."""


def scan(targets: Sequence[Target], options: Options, progress: Progress) -> tuple[Report, tuple[str, ...]]:
    """Scan one target, or several zips as one function; also what a person should know of the gate.

    Raises OutriderError where it cannot even be begun.
    """
    gc.set_threshold(_COLLECT_AFTER)
    gate = _gate(options)
    packs = compliance.packs(options.packs) if "compliance" in options.only else ()
    knowledge = vulnerabilities.prepare(options)
    with TemporaryDirectory(prefix="outrider-scan-") as folder:
        progress.say(f"opening {targets[0]}")
        opened = open_targets(targets, Around(options, Path(folder), _ended(options)))
        possible = _possible(opened)
        asked, options = options.only, _narrowed(options, possible, str(targets[0]))
        contents, function = _read(opened, options, progress)
    progress.say("matching advisories")
    found = vulnerabilities.find(contents, knowledge, options)
    subject = opened.subject if isinstance(opened, Settings) else function
    judging = "compliance" in options.only
    checks, judged = (
        check(contents, subject, found.vulnerabilities, packs, today=options.today, complete=found.complete)
        if judging
        else ((), ())
    )
    shown = replace(
        contents,
        packages=vulnerabilities.asked_for(contents.packages, options.only),
        secrets=contents.secrets if "secrets" in options.only else (),
    )
    report = Report(
        contents=shown,
        findings=Findings(
            vulnerabilities=found.vulnerabilities,
            secrets=shown.secrets,
            checks=checks,
            database=found.database,
        ),
        outcomes=(*contents.outcomes, *found.outcomes, *judged),
        ignored=found.ignored,
        scanner=__version__,
        scanned=tuple(word for word in LOOKED_FOR if word in options.only),
    )
    report, notes = gate.decided(report) if gate is not None else (report, ())
    return report, (*_not_possible(asked - options.only, asked, targets[0].kind), *notes)


def _not_possible(left: frozenset[str], asked: frozenset[str], kind: str) -> Iterator[str]:
    """What somebody asked for by name and a target of this kind does not have."""
    if asked != frozenset(LOOKED_FOR):
        yield from (f"there is no {word} to look for in {kind}: targets" for word in sorted(left))


def _possible(opened: Opened) -> frozenset[str]:
    """What can be looked for: packages where there are files, rules where there are settings to judge."""
    if isinstance(opened, Contents):
        return frozenset({"os", "language"})
    if isinstance(opened, Settings):
        return frozenset({"secrets", "compliance"})
    judged = opened.image is not None or opened.function is not None
    return frozenset(LOOKED_FOR if judged else ("os", "language", "secrets"))


def _narrowed(options: Options, possible: frozenset[str], target: str) -> Options:
    """The options with what can be looked for: a report claims nothing else.

    Raises UsageError where nothing is left of `--only`.
    """
    only = options.only & possible
    if not only:
        raise UsageError(
            f"{target}: there is no {' or '.join(sorted(options.only))} to look for in a target of this kind",
            hint=f"--only {','.join(word for word in LOOKED_FOR if word in possible)}, or leave --only out.",
        )
    return replace(options, only=only)


def _gate(options: Options) -> "Gate | None":
    """What decides, where the user asked for anything to be decided."""
    if not (options.fail_on or options.thresholds or options.ignores or options.baseline):
        return None
    from outrider.cli.scanning import gating  # noqa: PLC0415 - pydantic: 12 MB, 0.1 s

    return gating.prepare(options)


def _read(opened: Opened, options: Options, progress: Progress) -> tuple[Contents, Function | None]:
    """What the target holds, and, of a function in an account, its settings."""
    if isinstance(opened, Contents):
        return opened, None
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


_LOOKED = Covered("settings")


def _settings(opened: Settings) -> Contents:
    """A target without files: what was found in its settings."""
    if isinstance(opened.subject, Task):
        secrets = tuple(
            replace(secret, path=f"{container.name} {secret.path}")
            for container in opened.subject.containers
            for secret in container.secrets
        )
        return Contents(kind=Kind.TASK, name=opened.name, secrets=secrets, outcomes=(_LOOKED,))
    runtime = str(opened.subject.configuration.get("Runtime") or "")
    return Contents(
        kind=Kind.FUNCTION,
        name=opened.name,
        runtime=runtime,
        secrets=opened.subject.secrets,
        outcomes=(_LOOKED, *undisclosed(opened.subject.configuration)),
    )


def _ended(options: Options) -> Callable[[str], str]:
    """Which Lambda runtimes are out of support, by the day of the scan."""

    def ended(runtime: str) -> str:
        found = eol.function_runtime(runtime, options.today.isoformat())
        return found.date if found else ""

    return ended
