"""What is exported and read again is what was scanned: packages, release, sources, owners."""

import pytest
from golden import report_cases
from hypothesis import example, given, settings
from hypothesis import strategies as st

from outrider.model.artifact import Contents, Kind, Layer
from outrider.model.finding import Findings
from outrider.model.package import Evidence, Package, Release
from outrider.model.purl import from_purl, to_purl
from outrider.report.registry import FORMATS
from outrider.report.report import Report
from outrider.scan.sbom.read import read

TYPES = [
    "deb",
    "apk",
    "rpm",
    "pypi",
    "npm",
    "maven",
    "golang",
    "cargo",
    "gem",
    "nuget",
    "composer",
    "generic",
]
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    [
        "1:2.3-4",
        "Name_With.Caps",
        "@scope",
        "a/b",
        "x y",
        "%2F",
        "a?b#c@d",
        "/",
        "::",
        "+build~rc1",
        "ß",
        "..",
        "MIT",
    ]
)
NAMED = TEXT.filter(bool)
PACKAGES = st.builds(
    Package,
    type=st.sampled_from(TYPES),
    name=NAMED,
    version=NAMED,
    namespace=TEXT,
    qualifiers=st.dictionaries(TEXT | st.sampled_from(["arch", "epoch", "upstream"]), TEXT, max_size=3).map(
        lambda found: tuple(sorted(found.items()))
    ),
    source_name=TEXT,
    source_version=TEXT,
    licence=TEXT,
    dependencies=st.lists(TEXT, max_size=3, unique=True).map(lambda names: tuple(sorted(names))),
    evidence=st.sampled_from(Evidence),
    development=st.booleans(),
    owner=TEXT,
    path=TEXT.map(lambda text: f"/{text}") | st.just(""),
    layer=st.integers(-1, 9),
)
RELEASES = st.none() | st.builds(
    Release, id=TEXT, version=TEXT, name=TEXT, like=st.lists(TEXT, max_size=2).map(tuple), codename=TEXT
)
LAYERS = st.lists(
    st.builds(Layer, diff_id=TEXT, digest=TEXT, size=st.integers(0), instruction=TEXT, base=st.booleans()),
    max_size=3,
).map(tuple)
CONTENTS = st.builds(
    Contents,
    kind=st.just(Kind.IMAGE),
    name=TEXT,
    release=RELEASES,
    platform=TEXT,
    runtime=TEXT,
    layers=LAYERS,
    packages=st.lists(PACKAGES, max_size=5).map(tuple),
)


def again(report: Report, form: str) -> Contents:
    """The report's SBOM, read."""
    return read(FORMATS[form].render(report).encode(), "sbom")


def same(one: Contents, other: Contents) -> None:
    """Everything that matching looks at."""
    assert sorted(other.packages, key=repr) == sorted(set(one.packages), key=repr)
    assert other.release == one.release
    assert other.layers == one.layers
    assert (other.platform, other.runtime) == (one.platform, one.runtime)


@pytest.mark.parametrize("form", ["cyclonedx", "spdx"])
@settings(max_examples=60, deadline=None)
@given(contents=CONTENTS)
def test_a_scan_of_the_sbom_finds_what_the_scan_found(form: str, contents: Contents) -> None:
    if contents.release is None and any(dict(one.qualifiers).get("distro") for one in contents.packages):
        return
    same(contents, again(Report(contents=contents, findings=Findings()), form))


@pytest.mark.parametrize("form", ["cyclonedx", "spdx"])
@pytest.mark.parametrize("name", report_cases.REPORTS)
def test_the_made_up_artifacts_come_back(form: str, name: str) -> None:
    report = report_cases.REPORTS[name]
    found = again(report, form)
    assert sorted(found.packages, key=repr) == sorted(report.contents.packages, key=repr)
    assert found.release == report.contents.release
    assert found.runtime == report.contents.runtime
    assert [one.base for one in found.layers] == [one.base for one in report.contents.layers]
    assert found.kind is Kind.SBOM


@pytest.mark.parametrize("form", ["cyclonedx", "spdx"])
def test_the_sbom_of_an_sbom_lists_the_same(form: str) -> None:
    first = again(report_cases.IMAGE, form)
    assert again(Report(contents=first, findings=Findings()), form).packages == first.packages


@settings(max_examples=100, deadline=None)
@given(package=PACKAGES)
@example(package=Package(type="deb", name="a", version="\x85"))
@example(package=Package(type="deb", name=" ", version="1"))
@example(package=Package(type="npm", name="/", version="1", qualifiers=(("a", "@"),)))
@example(package=Package(type="npm", name="n" * 9000, version="1"))
def test_every_package_has_a_url_that_reads(package: Package) -> None:
    assert from_purl(to_purl(package)).version
    assert from_purl(to_purl(package, upstream=True)).name


@pytest.mark.parametrize(
    ("purl", "package"),
    [
        (
            "pkg:rpm/fedora/curl@7.50.3-1.fc25?arch=i386&epoch=1&upstream=curl-7.50.3-1.fc25.src.rpm",
            Package(
                type="rpm",
                namespace="fedora",
                name="curl",
                version="1:7.50.3-1.fc25",
                qualifiers=(("arch", "i386"),),
                source_version="7.50.3-1.fc25",
            ),
        ),
        (
            "pkg:deb/debian/libssl3@3.0.11-1~deb12u2?arch=amd64&upstream=openssl&distro=debian-12",
            Package(
                type="deb",
                namespace="debian",
                name="libssl3",
                version="3.0.11-1~deb12u2",
                qualifiers=(("arch", "amd64"), ("distro", "debian-12")),
                source_name="openssl",
            ),
        ),
        (
            "pkg:npm/%40babel/core@7.0.0",
            Package(type="npm", namespace="@babel", name="core", version="7.0.0"),
        ),
        ("pkg:pypi/Zope_Interface@5", Package(type="pypi", name="zope-interface", version="5")),
    ],
)
def test_package_urls_of_the_field(purl: str, package: Package) -> None:
    assert from_purl(purl) == package
