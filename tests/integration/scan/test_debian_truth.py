"""Debian: the scanner finds what apt would upgrade from the security suite, with the same versions."""

import re
from pathlib import Path
from typing import Any

import oci_layout
import pytest
from debian_apt import FOREIGN, Apt, DebianImage, Upgrade, newer, source_of, suites
from oci_layout import MACHINE
from scanning import CACHE, failed, scan

pytestmark = pytest.mark.whole

FIELDS = ("Package", "Source", "Version", "Architecture", "Multi-Arch", "Maintainer")


def told(report: Any) -> set[Upgrade]:
    """(package, architecture, installed, fixed version of the source); one finding for each package."""
    found = [
        (
            one["package"]["name"],
            one["package"]["ref"].rpartition("arch=")[2].partition("&")[0],
            one["package"]["version"],
            *one["fixed"],
        )
        for one in report["vulnerabilities"]
    ]
    assert len(set(found)) == len(found)
    return set(found)


def as_sources(apt: Apt, upgrades: set[Upgrade], *architectures: str) -> set[Upgrade]:
    """The same with the version of the candidate's source, of which the database speaks."""
    sources = {
        (stanza["Package"], stanza["Version"]): source_of(stanza)[1]
        for architecture in architectures
        for stanza in apt.index(architecture)
    }
    return {(name, arch, old, sources[name, new]) for name, arch, old, new in upgrades}


def test_image_is_what_dist_upgrade_says(security: Apt, debian: DebianImage, apt_database: Path) -> None:
    truth = security.dist_upgrade(debian.status)
    assert len(truth) > 10
    report = scan(f"oci:{debian.layout}", "--only", "os", "--db", apt_database)
    assert failed(report) == []
    assert told(report) == as_sources(security, truth, MACHINE)


def test_image_has_the_difficult_ones(debian: DebianImage) -> None:
    """Else the test above proves less than it says."""
    fields = [dict(re.findall(r"^(\w+): (.*)$", stanza, re.MULTILINE)) for stanza in stanzas(debian)]
    assert sum("(" in stanza.get("Source", "") for stanza in fields) >= 5
    assert sum(stanza["Architecture"] == "all" for stanza in fields) > 10


def stanzas(debian: DebianImage) -> list[str]:
    """Of its status file."""
    return debian.status.read_text().strip().split("\n\n")


@pytest.fixture
def strange(security: Apt, debian: DebianImage, tmp_path: Path) -> tuple[Path, Path, list[str]]:
    """A layer over the image with another status file: one of apt's upgrades is held, one is removed but for
    its configuration, one is there for the foreign architecture too. Layout, status file, their names."""
    upgrades = sorted(security.dist_upgrade(debian.status))
    foreign = {stanza["Package"] for stanza in security.index(FOREIGN)}
    native = [name for name, arch, _, _ in upgrades if arch == MACHINE and name in foreign]
    held, removed, both = native[0], native[1], native[2]
    changed = []
    for stanza in stanzas(debian):
        name = stanza.partition("\n")[0].removeprefix("Package: ")
        if name == held:
            changed.append(stanza.replace("\nStatus: install ok", "\nStatus: hold ok"))
        elif name == removed:
            changed.append(
                stanza.replace("\nStatus: install ok installed", "\nStatus: deinstall ok config-files")
            )
        elif name == both:
            same = re.sub(r"\nMulti-Arch: \w+|(\nArchitecture: )", r"\1", stanza) + "\nMulti-Arch: same"
            foreign_one = same.replace(f"\nArchitecture: {MACHINE}\n", f"\nArchitecture: {FOREIGN}\n")
            changed += [same, foreign_one]
        else:
            changed.append(stanza)
    status = tmp_path / "status"
    status.write_text("\n\n".join(changed) + "\n")
    layer = oci_layout.tar({"var/lib/dpkg/status": status.read_bytes()})
    return oci_layout.write(tmp_path / "layout", [debian.root, layer]), status, [held, removed, both]


def test_held_removed_and_foreign(
    security: Apt, debian: DebianImage, apt_database: Path, strange: tuple[Path, Path, list[str]]
) -> None:
    layout, status, (held, removed, both) = strange
    truth = security.upgradable(status)
    names = [name for name, _, _, _ in truth]
    assert (names.count(held), names.count(removed), names.count(both)) == (1, 0, 2)
    report = scan(f"oci:{layout}", "--only", "os", "--db", apt_database)
    assert told(report) == as_sources(security, truth, MACHINE, FOREIGN)


@pytest.fixture
def release() -> Apt:
    """apt that knows the release itself."""
    apt = Apt(CACHE / "apt-release")
    apt.configure(suites()[0], (MACHINE,))
    apt.update()
    return apt


def newest_sources(apt: Apt) -> dict[str, str]:
    """Source package → the newest version that apt's index has of it."""
    found: dict[str, str] = {}
    for name, version in {source_of(stanza) for stanza in apt.index(MACHINE)}:
        if name not in found or newer(version, found[name]):
            found[name] = version
    return found


def installed(stanza: dict[str, str]) -> str:
    """A stanza of dpkg's status file."""
    fields = {name: stanza[name] for name in FIELDS if name in stanza}
    lines = [f"{name}: {value}\n" for name, value in fields.items()]
    return "".join([lines[0], "Status: install ok installed\n", *lines[1:], "Description: none\n"])


@pytest.mark.long
def test_whole_release(release: Apt, security: Apt, apt_database: Path, tmp_path: Path) -> None:
    """As if everything were installed that the release builds of sources with security updates. The scanner
    also names what these updates no longer build (kernels of an older ABI): apt has nothing in its place."""
    fixed = newest_sources(security)
    one_each = {
        stanza["Package"]: stanza for stanza in release.index(MACHINE)
    }  # it may have several versions
    packages = [stanza for stanza in one_each.values() if source_of(stanza)[0] in fixed]
    assert len(packages) > 2000
    status = tmp_path / "root" / "var" / "lib" / "dpkg" / "status"
    status.parent.mkdir(parents=True)
    status.write_text("\n".join(map(installed, packages)))
    (tmp_path / "root" / "etc").mkdir()
    (tmp_path / "root" / "etc" / "os-release").write_bytes(Path("/etc/os-release").read_bytes())
    # apt takes packages of one version for different where their dependencies are, which we left out
    truth = {one for one in security.upgradable(status) if one[2] != one[3]}
    assert len(truth) > 500
    found = told(scan(f"dir:{tmp_path / 'root'}", "--only", "os", "--db", apt_database))
    expected = as_sources(security, truth, MACHINE)
    assert expected - found == set()
    offered: dict[str, list[str]] = {}
    for stanza in security.index(MACHINE):
        offered.setdefault(stanza["Package"], []).append(stanza["Version"])
    no_longer_built = {
        (stanza["Package"], stanza["Architecture"], stanza["Version"], fixed[source_of(stanza)[0]])
        for stanza in packages
        if newer(fixed[source_of(stanza)[0]], source_of(stanza)[1])
        and not any(newer(version, stanza["Version"]) for version in offered.get(stanza["Package"], ()))
    }
    assert found - expected == no_longer_built
