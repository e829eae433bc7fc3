"""SBOMs of other tools: what a scan needs is found where each of them puts it."""

from pathlib import Path

import pytest

from outrider.model.artifact import Contents
from outrider.model.outcome import Skipped
from outrider.model.package import Package, Release
from outrider.scan.sbom.distribution import of_packages
from outrider.scan.sbom.read import read

DATA = Path(__file__).parents[3] / "data" / "scan" / "sbom"

DEBIAN_12 = (("arch", "amd64"), ("distro", "debian-12"))


def found(name: str) -> Contents:
    return read((DATA / name).read_bytes(), name)


def reasons(contents: Contents) -> list[str]:
    return [one.reason for one in contents.outcomes if isinstance(one, Skipped)]


def test_syft_cyclonedx() -> None:
    contents = found("syft.cdx.json")
    assert contents.packages == (
        Package(
            type="apk",
            namespace="alpine",
            name="ssl_client",
            version="1.36.1-r5",
            qualifiers=(("arch", "x86_64"),),
            source_name="busybox",
            path="/lib/apk/db/installed",
        ),
        Package(
            type="deb",
            namespace="debian",
            name="libssl3",
            version="3.0.11-1~deb12u2",
            qualifiers=DEBIAN_12,
            source_name="openssl",
            licence="Apache-2.0",
            path="/var/lib/dpkg/status",
        ),
        Package(
            type="pypi", name="requests", version="2.19.0", path="/app/requests-2.19.0.dist-info/METADATA"
        ),
    )
    name = "Debian GNU/Linux 12 (bookworm)"
    assert contents.release == Release("debian", "12", name, (), "bookworm")
    assert reasons(contents) == ["no package URL"]


def test_trivy_cyclonedx() -> None:
    contents = found("trivy.cdx.json")
    by_name = {package.label: package for package in contents.packages}
    assert (by_name["libc6"].source_name, by_name["libc6"].source_version) == ("glibc", "")
    assert by_name["zlib1g"].source_version == ""
    assert dict(by_name["zlib1g"].qualifiers).get("epoch") is None
    assert by_name["zlib1g"].version == "1:1.2.13.dfsg-1"
    assert by_name["@babel/core"].dependencies == ("lodash",)
    assert by_name["@babel/core"].licence == "MIT"
    assert by_name["lodash"].path == "/app/node_modules/lodash/package.json"
    assert contents.release == Release("debian", "12")
    assert reasons(contents) == ["no package URL"]


def test_cyclonedx_in_xml() -> None:
    contents = found("maven.cdx.xml")
    inner, outer = contents.packages
    assert outer.label == "org.example:outer"
    assert outer.licence == "Apache-2.0 AND Own Words"
    assert outer.dependencies == ("org.example:inner",)
    assert inner.development
    assert inner.path == "/app/outer.jar"
    assert inner.licence == "MIT OR BSD-3-Clause"


def test_syft_spdx() -> None:
    contents = found("syft.spdx.json")
    deb, pip, setuptools = contents.packages
    assert (deb.source_name, deb.path) == ("setuptools", "/var/lib/dpkg/status")
    assert setuptools.owner == "python3-setuptools"
    assert setuptools.licence == "words of their own"
    assert pip.dependencies == ("setuptools",)
    assert contents.release == Release("debian", "12")
    assert reasons(contents) == []


def test_spdx_tag_value() -> None:
    contents = found("tools.spdx")
    busybox, ssl = contents.packages
    assert (busybox.version, busybox.path, busybox.licence) == (
        "1.36.1-r5",
        "/lib/apk/db/installed",
        "GPL-2.0-only",
    )
    assert (ssl.source_name, ssl.licence, ssl.dependencies) == ("busybox", "as they\nlike", ("busybox",))
    assert contents.release == Release("alpine", "3.18.4")


def test_github() -> None:
    contents = found("github.json")
    assert [package.label for package in contents.packages] == ["lodash"]
    assert reasons(contents) == ["a package URL without a version"]


@pytest.mark.parametrize(
    ("distro", "namespace", "release"),
    [
        ("debian-12", "debian", Release("debian", "12")),
        ("debian-12.5", "debian", Release("debian", "12")),
        ("bookworm", "debian", Release("debian", "12")),
        ("jammy", "ubuntu", Release("ubuntu", "22.04")),
        ("opensuse-leap-15.5", "opensuse", Release("opensuse-leap", "15.5")),
        ("amzn-2023", "amzn", Release("amzn", "2023")),
        ("arch", "arch", Release("arch", "")),
    ],
)
def test_release_by_qualifier(distro: str, namespace: str, release: Release) -> None:
    one = Package(type="deb", namespace=namespace, name="a", version="1", qualifiers=(("distro", distro),))
    assert of_packages([one, one]) == release


def test_the_release_of_most_packages_counts_and_none_is_made_up() -> None:
    twelve = Package(type="deb", name="a", version="1", qualifiers=(("distro", "debian-12"),))
    eleven = Package(type="deb", name="b", version="1", qualifiers=(("distro", "debian-11"),))
    assert of_packages([eleven, twelve, twelve]) == Release("debian", "12")
    assert of_packages([Package(type="npm", name="a", version="1", qualifiers=(("distro", "x-1"),))]) is None
