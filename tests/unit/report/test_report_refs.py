"""Names and edges of packages, where package URLs are not enough."""

from dataclasses import replace

from golden.report_cases import BABEL, LODASH

from outrider.report.refs import MEANT, edges, refs


def test_a_package_url_that_is_the_only_one_is_the_name() -> None:
    assert list(refs([LODASH, BABEL]).values()) == ["pkg:npm/lodash@4.17.20", "pkg:npm/%40babel/core@7.0.0"]


def test_two_places_are_told_apart_and_equal_packages_are_one() -> None:
    names = refs([LODASH, replace(LODASH, path="/b"), LODASH, replace(LODASH, licence="MIT")])
    assert [name.partition("#")[2] for name in names.values()] == [
        "/app/package-lock.json",
        "/b",
        "/app/package-lock.json#2",
    ]


def test_thousands_of_the_same_are_not_counted_from_one_each_time() -> None:
    many = [replace(LODASH, licence=str(number)) for number in range(5000)]
    assert len(set(refs(many).values())) == 5000


def test_the_neighbour_is_meant_before_strangers() -> None:
    far, near = replace(LODASH, path="/far"), LODASH
    assert edges([BABEL, far, near])[BABEL] == [near]
    assert edges([BABEL, far])[BABEL] == [far]
    assert edges([BABEL])[BABEL] == []


def test_a_name_that_means_many_does_not_make_many_edges() -> None:
    many = [replace(LODASH, path=f"/{number}", dependencies=("lodash",)) for number in range(2000)]
    assert max(len(found) for found in edges(many).values()) <= MEANT
