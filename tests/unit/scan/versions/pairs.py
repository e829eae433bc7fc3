"""Pairs of versions to compare, near each other and nasty, the same ones every time."""

import random
from collections.abc import Callable, Sequence

Pair = tuple[str, str]

HUGE = "18446744073709551617"
NUMBERS = (
    "0",
    "1",
    "2",
    "9",
    "10",
    "11",
    "00",
    "01",
    "010",
    "20240131",
    "4294967296",
    "18446744073709551617",
)
SMALL = ("0", "1", "2", "3", "9", "10", "11", "99")
DEBIAN = (*NUMBERS, *".-+~", "~~", "~rc", "a", "b", "Z", "+deb12u", "~bpo11+", "dfsg", "..", "really")
RPM = (*NUMBERS, *"..__~^abZ", "~rc", "^git", "el", "fc", "module+el8", "..", "~^")
APK_SUFFIXES = [
    *(f"_{word}" for word in ("alpha", "beta", "pre", "rc", "cvs", "svn", "git", "hg", "p")),
    "_rc2",
    "_p0",
]
IDENTIFIERS = ("0", "1", "2", "10", "alpha", "beta", "rc", "rc1", "rc10", "a-b", "-", "x", "Beta", "20240131")
GEM = (*NUMBERS, "a", "b", "rc", "pre", "beta2", "rc10", "0a", "Z")
MAVEN_OLD = ("alpha", "beta", "milestone", "rc", "cr", "snapshot", "SNAPSHOT", "a", "b", "m")
MAVEN_WORDS = (*MAVEN_OLD, "ga", "final", "Final", "release", "sp", "jre", "foo", "x")
MAVEN = (*NUMBERS, *MAVEN_WORDS, *"..--_", "..", "--", "android")


def pairs(scheme: str, count: int) -> list[Pair]:
    """So many pairs of one scheme; the second of most is a near relative of the first."""
    chance = random.Random(f"{scheme}")  # noqa: S311 - the same ones every time
    make = MAKERS[scheme]
    result = []
    for _ in range(count):
        left = make(chance)
        right = make(chance) if chance.random() < 0.3 else related(chance, left, make)
        result.append((left, right) if chance.random() < 0.5 else (right, left))
    return result


def related(chance: random.Random, version: str, make: Callable[[random.Random], str]) -> str:
    """The version with its end, its beginning or a piece in the middle taken from another one."""
    other = make(chance)
    at, from_ = chance.randrange(len(version) + 1), chance.randrange(len(other) + 1)
    return chance.choice(
        (
            version[:at] + other[from_:],
            version[:at],
            version + other[from_:],
            version[:at] + "0" + version[at:],
        )
    )


def joined(chance: random.Random, pieces: Sequence[str], most: int) -> str:
    return "".join(chance.choice(pieces) for _ in range(chance.randint(1, most)))


def dotted(chance: random.Random, pieces: Sequence[str], least: int, most: int) -> str:
    return ".".join(chance.choice(pieces) for _ in range(chance.randint(least, most)))


def maybe(chance: random.Random, make: Callable[[], str], odds: float = 0.5) -> str:
    return make() if chance.random() < odds else ""


def dpkg(chance: random.Random) -> str:
    epoch = maybe(chance, lambda: chance.choice(("0:", "1:", "2:", "10:")), 0.2)
    return (
        epoch
        + chance.choice(SMALL)
        + joined(chance, DEBIAN, 5)
        + maybe(chance, lambda: "-" + joined(chance, DEBIAN, 2))
    )


def rpm(chance: random.Random) -> str:
    epoch = maybe(chance, lambda: chance.choice(("0:", "1:", "2:", "10:", ":")), 0.2)
    return epoch + joined(chance, RPM, 6) + maybe(chance, lambda: "-" + joined(chance, RPM, 3))


def apk(chance: random.Random) -> str:
    return (
        dotted(chance, NUMBERS, 1, 4)
        + maybe(chance, lambda: chance.choice("abcz"), 0.3)
        + maybe(chance, lambda: joined(chance, APK_SUFFIXES, 3))
        + maybe(chance, lambda: "~" + chance.choice(("0", "a", "ab12", "ab", "ff")), 0.15)
        + maybe(chance, lambda: "-r" + chance.choice(SMALL))
    )


def semantic(chance: random.Random) -> str:
    return (
        dotted(chance, SMALL, 3, 3)
        + maybe(chance, lambda: "-" + dotted(chance, IDENTIFIERS, 1, 4))
        + maybe(chance, lambda: "+" + dotted(chance, IDENTIFIERS, 1, 2), 0.2)
    )


def npm(chance: random.Random) -> str:
    loose = semantic(chance).replace("-", "", 1) if chance.random() < 0.3 else semantic(chance)
    return chance.choice(("", "", "", "v", "=", "=v")) + loose


def pep440(chance: random.Random) -> str:
    phases = ("a", "b", "rc", ".alpha", "-beta", "_c", "pre")
    local = (*SMALL, "a", "ubuntu", "b1", "cu118")
    return (
        maybe(chance, lambda: chance.choice(("0!", "1!")), 0.1)
        + dotted(chance, SMALL, 1, 4)
        + maybe(chance, lambda: chance.choice(phases) + chance.choice(SMALL), 0.4)
        + maybe(chance, lambda: chance.choice((".post", "-", ".rev", "-r")) + chance.choice(SMALL), 0.3)
        + maybe(chance, lambda: ".dev" + maybe(chance, lambda: chance.choice(SMALL)), 0.3)
        + maybe(chance, lambda: "+" + dotted(chance, local, 1, 3), 0.3)
    )


def gem(chance: random.Random) -> str:
    return (
        chance.choice(SMALL)
        + maybe(chance, lambda: "." + dotted(chance, GEM, 1, 5), 0.9)
        + maybe(chance, lambda: "-" + dotted(chance, GEM, 1, 2), 0.2)
    )


def maven(chance: random.Random) -> str:
    """Nearly all begin with a digit, as versions do."""
    return maybe(chance, lambda: chance.choice(SMALL), 0.95) + joined(chance, MAVEN, 6)


def composer(chance: random.Random) -> str:
    words = ("stable", "beta", "b", "RC", "alpha", "a", "patch", "pl", "p", "")
    dates = ("2024-01-31", "20240131", "2024.01.31.5", "1.x")
    word = chance.choice("-._ ").strip() + chance.choice(words)
    return (
        maybe(chance, lambda: "v", 0.1)
        + (chance.choice(dates) if chance.random() < 0.1 else dotted(chance, (*SMALL, "01", "00"), 1, 4))
        + maybe(chance, lambda: word + maybe(chance, lambda: dotted(chance, SMALL, 1, 2)))
        + maybe(chance, lambda: "-dev", 0.2)
        + maybe(chance, lambda: "+build5", 0.1)
    )


def go(chance: random.Random) -> str:
    return "v" + semantic(chance).replace("+", "+incompatible.", 1)


MAKERS: dict[str, Callable[[random.Random], str]] = {
    "apk": apk,
    "composer": composer,
    "dpkg": dpkg,
    "gem": gem,
    "go": go,
    "maven": maven,
    "npm": npm,
    "nuget": semantic,
    "pep440": pep440,
    "rpm": rpm,
    "semver": semantic,
}
