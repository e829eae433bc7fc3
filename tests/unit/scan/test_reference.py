"""Image references, as Docker reads them."""

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from outrider.errors import InvalidInput
from outrider.scan.image.reference import parse

D = "sha256:" + "0" * 64


@pytest.mark.parametrize(
    ("text", "registry", "repository", "tag", "digest"),
    [
        ("nginx", "docker.io", "library/nginx", "latest", ""),
        ("nginx:1.25", "docker.io", "library/nginx", "1.25", ""),
        ("bitnami/redis", "docker.io", "bitnami/redis", "latest", ""),
        ("docker.io/nginx", "docker.io", "library/nginx", "latest", ""),
        ("index.docker.io/library/nginx", "docker.io", "library/nginx", "latest", ""),
        ("registry-1.docker.io/a/b:c", "docker.io", "a/b", "c", ""),
        ("localhost/x", "localhost", "x", "latest", ""),
        ("localhost:5000/x:1", "localhost:5000", "x", "1", ""),
        ("127.0.0.1:5000/a/b/c", "127.0.0.1:5000", "a/b/c", "latest", ""),
        ("[::1]:5000/x", "[::1]:5000", "x", "latest", ""),
        ("Registry/x", "Registry", "x", "latest", ""),
        ("ghcr.io/a/b@" + D, "ghcr.io", "a/b", "", D),
        ("ghcr.io/a/b:v1@" + D, "ghcr.io", "a/b", "v1", D),
        ("a.b/c__d/e--f.g_h", "a.b", "c__d/e--f.g_h", "latest", ""),
        (
            "111122223333.dkr.ecr.eu-west-1.amazonaws.com/shop:prod",
            "111122223333.dkr.ecr.eu-west-1.amazonaws.com",
            "shop",
            "prod",
            "",
        ),
    ],
)
def test_references(text: str, registry: str, repository: str, tag: str, digest: str) -> None:
    found = parse(text)
    assert (found.registry, found.repository, found.tag, found.digest) == (registry, repository, tag, digest)
    assert found.target == (digest or tag)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Nginx",
        "a//b",
        "/a",
        "a/",
        "a:",
        "a:b:c",
        "a@sha256:00",
        "a@sha512:" + "0" * 128,
        "a@",
        "a b",
        "a\n",
        "http://a.b/c",
        "user:pass@a.b/c",
        "a.b:port/c",
        "-a.b/c",
        "a..b/c",
        "a.b/c:" + "t" * 129,
        "a.b/" + "c" * 256,
        "a" * 2000,
        "ä/b",
        "<IMAGE1_NAME>",
        "${image}",
        "a.b/../c",
    ],
)
def test_what_is_no_reference_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse(text)
    assert caught.value.hint


def test_docker_hub_is_asked_at_its_api_host() -> None:
    assert parse("nginx").api_host == "registry-1.docker.io"
    assert parse("ghcr.io/a/b").api_host == "ghcr.io"


def test_a_pinned_reference_has_no_tag_and_is_read_again() -> None:
    pinned = parse("nginx:1.25").at(D)
    assert pinned == f"docker.io/library/nginx@{D}"
    assert parse(pinned).target == D


@hypothesis_settings(max_examples=300, deadline=None)
@given(st.text("aA0.:/@-_[] \n\x00é", max_size=30))
def test_any_text_gives_a_reference_or_an_error_of_ours(text: str) -> None:
    try:
        found = parse(text)
    except InvalidInput:
        return
    again = parse(f"{found.registry}/{found.repository}{':' + found.tag if found.tag else ''}")
    assert (again.registry, again.repository) == (found.registry, found.repository)
