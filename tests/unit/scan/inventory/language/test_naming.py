"""Names: normal forms of package URLs, for everything that the fixtures hold and for what a file may
claim."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packageurl import PackageURL

from outrider import limits
from outrider.model.package import Package
from outrider.scan.inventory.extractor import File
from outrider.scan.inventory.language import naming
from outrider.scan.inventory.language.registry import LANGUAGE
from tests.contracts.test_extractors import fixture_files

FIXTURE_PACKAGES = [
    package
    for extractor in LANGUAGE
    for path, data in fixture_files(extractor.name)
    for package in extractor.read(File(path, data)).packages
]


@pytest.mark.parametrize("package", FIXTURE_PACKAGES, ids=lambda package: f"{package.type}:{package.label}")
def test_a_package_is_in_the_normal_form_of_its_url(package: Package) -> None:
    url = PackageURL(package.type, package.namespace, package.name, package.version, dict(package.qualifiers))
    again = PackageURL.from_string(url.to_string())
    assert (again.namespace or "", again.name, again.version) == (
        package.namespace,
        package.name,
        package.version,
    )


@pytest.mark.parametrize(
    ("written", "normal"), [("Foo.Bar__baz", "foo-bar-baz"), ("zope.interface", "zope-interface"), ("a-_-b",
    "a-b")]
)  # fmt: skip
def test_pypi_names_follow_pep_503(written: str, normal: str) -> None:
    assert naming.pypi(written) == normal


def test_namespaces() -> None:
    assert naming.npm("@Acme/Tool") == ("@acme", "tool")
    assert naming.npm("tool") == ("", "tool")
    assert naming.golang("github.com/jackc/pgx/v5") == ("github.com/jackc/pgx", "v5")
    assert naming.golang("stdlib") == ("", "stdlib")
    assert naming.composer("Symfony/Http-Kernel") == ("symfony", "http-kernel")


@pytest.mark.parametrize("version", ["1.2.3", "v1.0.0", "4.1.0.Final", "2.0.0-rc.1+b", "1!2.0", "20040616"])
def test_one_version(version: str) -> None:
    assert naming.is_exact(version)


@pytest.mark.parametrize(
    "version", ["", "^1.2", "~1", "*", ">=1", "latest", "file:../x", "1 || 2", "${v}", "1" * (limits.VERSION +
    1)]
)  # fmt: skip
def test_no_version(version: str) -> None:
    assert not naming.is_exact(version)


NO_NAMES = ["", "a b", "a\nb", "a\x1b[31m", "\ud800", "x" * (limits.PACKAGE_NAME + 1), None, 3]


@pytest.mark.parametrize("name", NO_NAMES)
def test_no_name(name: object) -> None:
    assert not naming.is_name(name)


@given(st.one_of(st.text(), st.none(), st.integers(), st.lists(st.text())))
def test_a_licence_is_one_short_line_of_unicode(declared: object) -> None:
    line = naming.licence(declared)
    assert len(line) <= limits.PACKAGE_LICENCE
    assert len(line.splitlines()) <= 1
    line.encode()
