"""Rows of versions, oldest first, and versions that are the same, by each ecosystem's own documentation."""

from itertools import combinations

import pytest

from outrider.errors import InvalidInput
from outrider.scan.versions.registry import SCHEMES

BY_NAME = {scheme.name: scheme for scheme in SCHEMES}

ROWS = {
    "apk": [
        "0.9.9-r5 1_alpha 1_alpha1 1_alpha2_p1 1_beta 1_pre 1_rc 1 1-r0 1-r1 1-r10 1_cvs 1_git 1_git20240101",
        "1.0.02 1.0.1 1.0.1a 1.0.1b 1.0.2 1.0.10 1.1_rc1 1.1 1.1_p1-r0 1.1_p1-r3 1.1_p2",
        "3.0.9-r0 3.1.0_alpha1-r0 3.1.0-r0 3.1.4-r5 3.1.4-r6 3.1.4.1-r0",
        "1.36.1-r2 1.36.1-r15 1.36.1-r29 1.37.0-r0",
        "1.2 1.2-r1 1.2~ab12 1.2~ab12-r1 1.2_p 1.2a 1.2.0",
    ],
    "composer": [
        "1.0-dev 1.0-alpha1 1.0-alpha10 1.0-beta 1.0b2 1.0.0-RC1-dev 1.0RC1 1.0 1.0.1 1.0.1-patch1",
        "1.9.9 1.10 1.x-dev 2.0-dev 2.0.0-a 2.0",
        "2023-12-31 2024.01.31 20240131120000",
    ],
    "dpkg": [
        "1.0~~ 1.0~~a 1.0~ 1.0 1.0-0+deb12u1 1.0-1~bpo12+1 1.0-1 1.0-1+b1 1.0-1.1 1.0+dfsg-1 1.0.1-1 1:0.1",
        "2.36-9 2.36-9+deb12u1 2.36-9+deb12u3 2.36-9+deb12u10 2.37-1",
        "1.2.3~rc1-1 1.2.3-1 1.2.3a-1 1.2.3+git-1 1.2.3.1-1",
    ],
    "gem": [
        "1.0.a 1.0.a.2 1.0.b1 1.0.rc1 1.0.rc2 1 1.0.0.1 1.0.1 1.1.pre 1.1 1.10",
        "2.0.0-java 2.0.0.rc1 2.0.0",
    ],
    "go": [
        "v0.0.0-20190101000000-abcdefabcdef v0.0.0-20240101000000-0123456789ab v0.0.1 v1.0.0-rc.1 v1.0.0",
        "go1.21rc2 1.21.0 go1.21.5 go1.22beta1 go1.22rc1 1.22.0 go1.22.3 1.22.10 1.23.0-rc.1 1.23",
    ],
    "maven": [
        "1-alpha-1 1-alpha-2 1-beta 1-milestone-3 1-rc1 1-SNAPSHOT 1 1-sp 1-jre 1-1 1.1",
        "1.0-alpha1 1.0-b2 1.0.RC1 1.0.RC2 1.0.Final 1.0.1-SNAPSHOT 1.0.1 1.0.10 1.1",
        "31.1-android 31.1-jre 32.0.0-android 32.0.0-jre",
        "4.1.2.Alpha1 4.1.2.CR1 4.1.2.Final 4.1.2.Final-redhat-1 4.1.3.Beta-1 4.1.3",
    ],
    "npm": ["1.0.0-alpha 1.0.0-alpha.1 1.0.0-alpha.beta 1.0.0beta 1.0.0-rc.1 v1.0.0 =1.0.1 1.10.0 2.0.0-0 2"],
    "nuget": ["1.0-alpha 1.0.0-Alpha.1 1.0.0-beta.2 1.0.0-BETA.11 1.0.0-rc 1.0 1.0.0.1 1.0.1 1.10.0 13.0.1"],
    "pep440": [
        "1.dev1 1a1.dev1 1a1 1a1.post1 1b2 1rc1 1.0 1.0+abc 1.0+abc.5 1.0+5 1.post1.dev1 1.post1 1.0.1",
        "2023.12 2024.1 1!0.1",
    ],
    "rpm": [
        "1.a-1 1.0~rc1 1.0~rc1-1 1.0 1.0-1.el9 1.0-1.el9_2 1.0-2 1.0^git1 1.0a-1 1.0.1-1 1.1 0:2-1 1:0.1-1",
        "3.0.7-18.el9_2 3.0.7-24.el9 3.0.7-25.el9_3 3.0.7-27.el9",
    ],
    "semver": [
        "1.0.0-0 1.0.0-alpha 1.0.0-alpha.1 1.0.0-alpha.beta 1.0.0-beta 1.0.0-beta.2 1.0.0-beta.11 1.0.0",
        "0.9.9 0.10.0 1.0.0-rc.2 1.0.0",
    ],
}
SAME = {
    "apk": ["1-r1 01-r1"],
    "composer": [
        "1 1.0 v1.0.0.0 1.0.0+build 1.0-stable",
        "1.0b1 1.0-beta.1 1.0.0-BETA1",
        "1.0p1 1.0-pl1 1.0-patch1",
    ],
    "dpkg": ["1 0:1 1-0 00:01-00", "1.0 1.00", "1. 1.0"],
    "gem": ["1 1.0 1.0.0", "1.0-a 1.0.pre.a", "1.a 1.0.a 1.0.0.a.0"],
    "go": [
        "v1.2.3 1.2.3 v1.2.3+incompatible",
        "go1.22 1.22.0 v1.22",
        "go1.22rc1 1.22.0-rc.1",
        "go1.22.3-x go1.22.3",
    ],
    "maven": ["1 1.0 1-0 1-ga 1.0.0.FINAL 1.release", "1-a1 1-alpha-1 1.alpha1", "1cr2 1-RC-2"],
    "npm": ["1.2.3 v1.2.3 =1.2.3+b", "1.2.3-beta 1.2.3beta"],
    "nuget": ["1 1.0 1.0.0 1.0.0.0 01.0+meta", "1.0-RC.1 1.0.0-rc.01"],
    "pep440": ["1 1.0 v1.0.0 0!1", "1.0rc1 1.0.c1 1.0-rc.1", "1.0-1 1.0.post1 1.0.r1", "1+A.b 1.0+a-B"],
    "rpm": ["1.0-1 0:1.0-1 1_0-1 01.00-1", "1.0.-1 1.0-1"],
    "semver": ["1.0.0 1.0.0+a v1.0.0 1.0"],
}
REFUSED = {
    "apk": ["", "1.", "a", "1.0_foo", "1-1", "1.0-r", "1.0~", "1.0-r1-r2", "1a.1"],
    "composer": ["dev-main", "foo", "1.0-foo", "1.0.0.0.0", "1 2"],
    "dpkg": ["a:1", ":1", "1:", "1-", "-1", "1 2", "1é", "1:-1"],
    "gem": ["a", "1..2", "1.", "1_2", "1-"],
    "go": ["(devel)", "devel", "master", "v1.x"],
    "maven": [""],
    "npm": ["latest", "1.2.3.4", "1.x", "^1"],
    "nuget": ["1.2.3.4.5", "a", "1-", "1.0-a..b"],
    "pep440": ["1.0-custom", "latest", "2004d-x", "\u0661"],
    "rpm": [""],
    "semver": ["1.2.3.4", "x", "1.2.3-"],
}


@pytest.mark.parametrize(("name", "row"), [(name, row) for name, rows in ROWS.items() for row in rows])
def test_rows_are_in_order(name: str, row: str) -> None:
    versions = row.split()
    wrong = [
        (one, other) for one, other in combinations(versions, 2) if BY_NAME[name].compare(one, other) != -1
    ]
    assert wrong == []


@pytest.mark.parametrize(("name", "row"), [(name, row) for name, rows in SAME.items() for row in rows])
def test_the_same_however_written(name: str, row: str) -> None:
    assert len({BY_NAME[name].key(version) for version in row.split()}) == 1


@pytest.mark.parametrize(
    ("name", "text"), [(name, text) for name, texts in REFUSED.items() for text in texts]
)
def test_refused(name: str, text: str) -> None:
    with pytest.raises(InvalidInput):
        BY_NAME[name].key(text)


def test_go_built_with_experiments() -> None:
    assert BY_NAME["go"].compare("go1.22.3 X:boringcrypto", "1.22.3") == 0
