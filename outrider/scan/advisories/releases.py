"""Code names of distributions' releases: feeds speak of `bookworm`, an image's os-release says 12.

https://www.debian.org/releases/ · https://wiki.ubuntu.com/Releases
"""

DEBIAN = {
    "woody": "3.0", "sarge": "3.1", "etch": "4", "lenny": "5", "squeeze": "6", "wheezy": "7", "jessie": "8",
    "stretch": "9", "buster": "10", "bullseye": "11", "bookworm": "12", "trixie": "13", "forky": "14",
    "duke": "15", "sid": "sid",
}  # fmt: skip
"""Code name → VERSION_ID; sid has none, and is called so."""

UBUNTU = {
    "trusty": "14.04", "xenial": "16.04", "bionic": "18.04", "focal": "20.04", "jammy": "22.04",
    "mantic": "23.10", "noble": "24.04", "oracular": "24.10", "plucky": "25.04", "questing": "25.10",
    "resolute": "26.04",
}  # fmt: skip
"""Code name → VERSION_ID."""


def ecosystem_of(codename: str) -> str:
    """`bookworm` → `Debian:12`, `jammy` → `Ubuntu:22.04`; empty when no release is called so."""
    if codename in DEBIAN:
        return f"Debian:{DEBIAN[codename]}"
    return f"Ubuntu:{UBUNTU[codename]}" if codename in UBUNTU else ""
