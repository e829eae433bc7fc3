"""Whatever matching asks a database about is among an artifact's coordinates, and nothing else is."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from outrider.model.advisory import Advisory
from outrider.model.package import Package, Release
from outrider.scan.advisories.lookup import Decoration, Hit
from outrider.scan.advisories.names import package_name, shard_of
from outrider.scan.matching.coordinates import Coordinate, coordinates
from outrider.scan.matching.match import match

VERSIONS = st.sampled_from(["1.0", "2:1.0-1", "(devel)", "1.0-r1"])
PACKAGES = st.lists(
    st.builds(
        Package,
        type=st.sampled_from(["deb", "rpm", "apk", "pypi", "npm", "golang", "generic", "maven", "bitnami"]),
        name=st.sampled_from(["a", "B_c", "node"]),
        namespace=st.sampled_from(["", "@s"]),
        version=VERSIONS,
        source_name=st.sampled_from(["", "src"]),
        source_version=st.sampled_from(["", "1.1-1"]),
        owner=st.sampled_from(["", "", "base-files"]),
    ),
    max_size=6,
)
RELEASES = st.none() | st.builds(
    Release,
    id=st.sampled_from(["debian", "rocky", "alpine", "ubuntu", "plan9"]),
    version=st.sampled_from(["", "9.3", "3.20.1", "22.04"]),
    codename=st.sampled_from(["", "trixie"]),
)


class Asked:
    """Knows nothing, and which shards it is asked about."""

    def __init__(self, without: str) -> None:
        self.without = without
        self.coordinates: set[Coordinate] = set()

    def covers(self, ecosystem: str) -> bool:
        return not self.without or not ecosystem.startswith(self.without)

    def hits(self, ecosystem: str, name: str, version: str, key: bytes) -> Sequence[Hit]:
        self.coordinates.add((shard_of(ecosystem), package_name(ecosystem, name), version))
        return ()

    def advisory(self, shard: str, identity: str) -> Advisory:
        raise AssertionError("nothing was hit")

    def decoration(self, cve: str) -> Decoration:
        return Decoration()


@given(PACKAGES, RELEASES)
def test_what_is_asked_is_what_is_indexed(packages: list[Package], release: Release | None) -> None:
    found = coordinates(packages, release)
    assert list(found) == sorted(set(found))
    asked: set[Coordinate] = set()
    for without in ("", "Rocky", "Debian:13", "Ubuntu:22.04:LTS", "Red Hat:9"):
        lookup = Asked(without)
        match(packages, release, lookup, today="2026-01-01")
        asked |= lookup.coordinates
    assert asked <= set(found)
    languages = {
        one for one in found if not one[0].startswith(("debian", "rocky", "red-hat", "alpine", "ubuntu"))
    }
    assert languages <= asked
