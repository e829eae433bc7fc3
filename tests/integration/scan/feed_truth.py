"""What the feeds themselves say of one version of a package: each record read by itself, without our code.

Whether a version is in a range is asked of `packaging`, npm's `semver` and RubyGems.
"""

import json
import re
import subprocess
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Any

import yaml
from packaging.version import Version
from whole_feeds import FEEDS

from tests.unit.scan.versions.oracles import semver_library

Package = tuple[str, str]
"""Name and version."""

Said = tuple[Package, frozenset[str], frozenset[str]]
"""A package, the names of a flaw that it has, and the versions that have the fix."""

SEMVER = """
const semver = require(process.argv[1]);
const later = (one, other) => one === "0" ? false : other === "0" || semver.gt(one, other);
const least = (range, version) => (range || "<0.0.0").split("||").map((one) => semver.minVersion(one, true))
  .filter((found) => found && semver.gt(found, version) && semver.satisfies(found, range)).map(String);
const npm = ({version, vulnerable, patched}) =>
  [semver.satisfies(version, vulnerable, true) && !semver.satisfies(version, patched || "<0.0.0", true),
    least(patched, version)];
const inside = (version, events) => {
  const sorted = events.map((event) => Object.entries(event)[0])
    .sort(([, one], [, other]) => later(one, other) ? 1 : later(other, one) ? -1 : 0);
  let found = false;
  for (const [kind, bound] of sorted) {
    if (kind === "introduced" && !later(bound, version)) found = true;
    if (kind === "fixed" && !later(bound, version)) found = false;
    if (kind === "last_affected" && later(version, bound)) found = false;
  }
  return found;
};
const osv = ({version, ranges}) => {
  const covered = (one) => ranges.some((events) => inside(one, events));
  const fixes = ranges.flat().map((event) => event.fixed).filter(Boolean);
  return [covered(version), fixes.filter((fix) => semver.gt(fix, version) && !covered(fix))];
};
const asked = JSON.parse(require("fs").readFileSync(0, "utf8"));
console.log(JSON.stringify(asked.map((one) => one.ranges ? osv(one) : npm(one))));
"""

GEM = """
require "json"
asked = JSON.parse(STDIN.read).map do |one|
  version = Gem::Version.new(one["version"])
  wanted = ->(texts) { texts.map { |text| Gem::Requirement.new(text.split(",").map(&:strip)) } }
  patched = wanted.call(one["patched"])
  safe = (patched + wanted.call(one["unaffected"])).any? { |found| found.satisfied_by?(version) }
  bounds = patched.map { |found| found.requirements.map(&:last).max }
  [!safe, bounds.select { |bound| bound > version }.map(&:to_s)]
end
puts JSON.generate(asked)
"""


def documents(feed: str) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of each document of a feed."""
    with zipfile.ZipFile(FEEDS / f"{feed}.zip") as archive:
        for name in archive.namelist():
            yield name, archive.read(name)


@cache
def osv(feed: str) -> list[Any]:
    """Records that stand."""
    records = [json.loads(data) for _, data in documents(feed)]
    return [record for record in records if not record.get("withdrawn")]


def entries(feed: str, packages: Iterable[Package]) -> Iterator[tuple[Package, frozenset[str], Any]]:
    """Each entry of a record for one of the packages, with the record's names."""
    versions: dict[str, set[str]] = {}
    for name, version in packages:
        versions.setdefault(name, set()).add(version)
    for record in osv(feed):
        names = frozenset({record["id"], *record.get("aliases", ())})
        for entry in record["affected"]:
            name = entry["package"]["name"]
            name = normal(name) if feed == "PyPI" else name
            for version in versions.get(name, ()):
                yield (name, version), names, entry


def normal(name: str) -> str:
    """A Python package's name (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def python(packages: Iterable[Package]) -> Iterator[Said]:
    """By the list of versions or the ranges of the PyPA's records."""
    for package, names, entry in entries("PyPI", packages):
        version = Version(package[1])
        ranges = [bounds["events"] for bounds in entry.get("ranges", ()) if bounds["type"] == "ECOSYSTEM"]
        listed = any(Version(one) == version for one in entry.get("versions", ()) if _is_version(one))
        fixed = {event["fixed"] for events in ranges for event in events if "fixed" in event}
        if listed or any(_inside(version, events) for events in ranges):
            yield package, names, frozenset(one for one in fixed if Version(one) > version)


def _is_version(text: str) -> bool:
    """Some lists have what PEP 440 does not know."""
    return bool(re.fullmatch(r"v?[0-9]+([.\-_]?(a|b|c|rc|alpha|beta|pre|post|dev|[0-9])+)*", text))


def _inside(version: Version, events: list[dict[str, str]]) -> bool:
    """OSV's own algorithm: https://ossf.github.io/osv-schema/#evaluation."""
    inside = False
    for kind, bound in sorted(
        (next(iter(event.items())) for event in events), key=lambda event: Version(event[1])
    ):
        if kind == "introduced" and version >= Version(bound):
            inside = True
        elif (kind == "fixed" and version >= Version(bound)) or (
            kind == "last_affected" and version > Version(bound)
        ):
            inside = False
    return inside


def semantic(feed: str) -> Callable[[Iterable[Package]], Iterator[Said]]:
    """By the ranges of a feed whose versions are semantic ones: Go, Rust."""

    def said(packages: Iterable[Package]) -> Iterator[Said]:
        found: dict[tuple[Package, frozenset[str]], list[Any]] = {}
        for package, names, entry in entries(feed, packages):  # what one entry fixes another may not
            events = [bounds["events"] for bounds in entry["ranges"] if bounds["type"] == "SEMVER"]
            found.setdefault((package, names), []).extend(events)
        questions = [
            {"version": version.removeprefix("v"), "ranges": ranges}
            for ((_, version), _), ranges in found.items()
        ]
        for (package, names), (covered, fixed) in zip(found, _node(questions), strict=True):
            if covered:
                yield package, names, frozenset(fixed)

    return said


def node(packages: Iterable[Package]) -> Iterator[Said]:
    """By `vulnerable_versions` and `patched_versions` of the Node.js security working group."""
    found, questions = [], []
    for path, data in documents("nodejs-security-wg"):
        record = json.loads(data)
        number = path.rpartition("/")[2].removesuffix(".json")
        if "/npm/" not in path or "module_name" not in record:
            continue
        for package in packages:
            if package[0] == record["module_name"].lower():
                names = {f"NSWG-ECO-{number}", *(record.get("cves") or ())}
                found.append((package, frozenset(names)))
                bounds = record["vulnerable_versions"], record["patched_versions"]
                questions.append({"version": package[1], "vulnerable": bounds[0], "patched": bounds[1]})
    for (package, names_of), (covered, fixed) in zip(found, _node(questions), strict=True):
        if covered:
            yield package, names_of, frozenset(fixed)


def ruby(packages: Iterable[Package]) -> Iterator[Said]:
    """By `patched_versions` and `unaffected_versions` of ruby-advisory-db."""
    found, questions = [], []
    for path, data in documents("ruby-advisory-db"):
        mine = [package for package in packages if path.startswith(f"gems/{package[0]}/")]
        record = yaml.load(data, yaml.BaseLoader) if mine else {}  # noqa: S506 - texts only
        for package in mine:
            found.append((package, _ruby_names(path, record)))
            bounds = {name: record.get(f"{name}_versions") or [] for name in ("patched", "unaffected")}
            questions.append({"version": package[1], **bounds})
    for (package, names), (covered, fixed) in zip(found, _ask(("ruby", "-e", GEM), questions), strict=True):
        if covered:
            yield package, names, frozenset(fixed)


def _ruby_names(path: str, record: Mapping[str, Any]) -> frozenset[str]:
    numbered = {f"{kind.upper()}-{record[kind]}" for kind in ("cve", "ghsa", "osvdb") if record.get(kind)}
    related = () if record.get("cve") else (record.get("related") or {}).get("cve", ())
    return frozenset(
        {path.rpartition("/")[2].removesuffix(".yml"), *numbered, *(f"CVE-{n}" for n in related)}
    )


def _node(questions: list[Any]) -> list[Any]:
    return _ask(("node", "-e", SEMVER, semver_library()), questions)


def _ask(command: tuple[str, ...], questions: list[Any]) -> list[Any]:
    done = subprocess.run(command, input=json.dumps(questions), capture_output=True, text=True, check=True)
    answers: list[Any] = json.loads(done.stdout)
    return answers


def merged(said: Iterable[Said]) -> set[Said]:
    """Flaws of one package that share a name are one flaw."""
    flaws: dict[Package, list[tuple[frozenset[str], frozenset[str]]]] = {}
    for package, names, fixed in said:
        apart = []
        for other_names, other_fixed in flaws.get(package, ()):
            if names & other_names:
                names, fixed = names | other_names, fixed | other_fixed  # noqa: PLW2901
            else:
                apart.append((other_names, other_fixed))
        flaws[package] = [*apart, (names, fixed)]
    return {(package, names, fixed) for package, each in flaws.items() for names, fixed in each}
