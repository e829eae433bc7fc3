"""Where the policy of a workload version lies, and what it says that it is for."""

import pytest

from outrider.errors import InvalidInput
from outrider.model import published

IMAGE = "sha256:" + "a" * 64


def test_a_place_and_a_name_for_each_version() -> None:
    assert published.key("shop", "web", IMAGE) == f"policies/shop/web/{'a' * 64}.policy"
    assert published.version("shop", "web", IMAGE) == f"shop/web@{IMAGE}"
    place = published.source("state")
    filled = place.replace("{family}", "shop").replace("{container}", "web").replace("{image}", "a" * 64)
    assert filled == f"s3://state/{published.key('shop', 'web', IMAGE)}"


@pytest.mark.parametrize(
    ("family", "container", "image"),
    [
        ("../shop", "web", IMAGE),
        ("shop", "we/b", IMAGE),
        ("shop", "", IMAGE),
        ("shop", "web", ""),
        ("shop", "web", "a" * 64),
        ("shop", "web", IMAGE.upper()),
        ("shop", "web", IMAGE + "\n"),
    ],
)
def test_what_names_no_version_has_none(family: str, container: str, image: str) -> None:
    for asked in (published.key, published.version):
        with pytest.raises(InvalidInput):
            asked(family, container, image)


@pytest.mark.parametrize(
    ("reference", "digest"),
    [
        (f"shop@{IMAGE}", "a" * 64),
        (f"host:5000/a/shop:1@{IMAGE}", "a" * 64),
        ("shop:1", ""),
        ("", ""),
        (IMAGE, ""),
        ("shop@sha256:short", ""),
        (f"shop@sha512:{'a' * 128}", ""),
    ],
)
def test_only_a_digest_in_a_reference_cannot_move(reference: str, digest: str) -> None:
    assert published.digest_in(reference) == digest
