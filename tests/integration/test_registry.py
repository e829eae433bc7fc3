"""Reading image configs: from Debian's real registry, and from registries that do not mean well."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import registries as r
import requests
from registries import Answer, Asked, small_server, static

from outrider import limits
from outrider.cli.registry import Registry, Session
from outrider.cli.registry_auth import Login
from outrider.errors import EnvironmentFault, InvalidInput, OutriderError
from outrider.model.image import Platform
from outrider.scan.image import digest
from outrider.scan.image.manifest import DOCKER_LIST, DOCKER_MANIFEST, OCI_MANIFEST

AMD64, ARM64 = Platform("linux", "amd64"), Platform("linux", "arm64")
CONFIG = r.config(Entrypoint=["/entry"], Cmd=["serve"], WorkingDir="/app", User="1000")

real = pytest.mark.skipif(r.PROGRAM is None, reason="docker-registry is not installed")


def client(*hosts: str, **fields: Any) -> Registry:
    return Registry(plain_http=frozenset(hosts), **{"sleep": lambda seconds: None, **fields})


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Debian's registry with a few images in it."""
    with r.debian_registry(tmp_path_factory.mktemp("registry")) as host:
        r.push_image(host, "shop:oci", CONFIG)
        r.push_image(host, "shop:docker", CONFIG, DOCKER_MANIFEST)
        yield host


def push_index(host: str, repository: str, tag: str, media_type: str) -> dict[str, str]:
    """An index as buildkit makes it: two platforms, an attestation each. Gives digests by architecture."""
    kind = OCI_MANIFEST if media_type != DOCKER_LIST else DOCKER_MANIFEST
    entries, digests = [], {}
    for architecture in ("amd64", "arm64", "unknown"):
        data = r.config(architecture, Entrypoint=[f"/{architecture}"])
        r.push_blob(host, repository, data)
        manifest = r.manifest(data, kind)
        digests[architecture] = r.push_manifest(host, repository, manifest)
        system = "unknown" if architecture == "unknown" else "linux"
        entries.append((manifest, system, architecture))
    digests["index"] = r.push_manifest(
        host, repository, r.index(*reversed(entries), media_type=media_type), tag
    )
    return digests


@real
@pytest.mark.parametrize("tag", ["oci", "docker"])
def test_a_config_is_read_and_the_image_can_be_pinned(host: str, tag: str) -> None:
    found = client(host).resolve(f"{host}/shop:{tag}", AMD64)
    assert (found.config.entrypoint, found.config.cmd) == (("/entry",), ("serve",))
    assert (found.config.working_dir, found.config.user) == ("/app", "1000")
    assert found.pinned.startswith(f"{host}/shop@sha256:")
    assert client(host).resolve(found.pinned, AMD64).config == found.config
    assert client(host).pin(f"{host}/shop:{tag}") == found.pinned
    assert client(host).pin(found.pinned) == found.pinned


@real
@pytest.mark.parametrize("media_type", [r.OCI_INDEX, DOCKER_LIST])
def test_the_platform_is_selected_from_an_index_with_attestations(host: str, media_type: str) -> None:
    digests = push_index(host, "multi", "1", media_type)
    for platform in (AMD64, ARM64):
        found = client(host).resolve(f"{host}/multi:1", platform)
        assert found.config.entrypoint == (f"/{platform.architecture}",)
        assert found.pinned == f"{host}/multi@{digests['index']}", "the index: it serves both platforms"
    only_arm = f"{host}/multi@{digests['arm64']}"
    with pytest.raises(InvalidInput, match="the image is for linux/arm64, the task runs on linux/amd64"):
        client(host).resolve(only_arm, AMD64)


@real
def test_what_is_not_there_is_said(host: str) -> None:
    with pytest.raises(EnvironmentFault, match=r"does not have the manifest of shop:gone"):
        client(host).resolve(f"{host}/shop:gone", AMD64)
    with pytest.raises(EnvironmentFault, match=r"does not have the manifest of gone:latest"):
        client(host).resolve(f"{host}/gone", AMD64)


@real
@pytest.mark.parametrize("part", ["manifests/tag", "manifests/child", "blobs/"])
def test_a_lying_proxy_before_the_real_registry_is_caught(host: str, part: str) -> None:
    digests = push_index(host, "lied", "tag", r.OCI_INDEX)
    part = part.replace("child", digests["amd64"])

    def proxy(request: Asked) -> Answer:
        headers = {"Accept": request.headers.get("accept", "")}
        reply = requests.get(f"http://{host}{request.path}", headers=headers, timeout=10)
        kept = {n: v for n, v in reply.headers.items() if n in {"Content-Type", "Docker-Content-Digest"}}
        lie = reply.content[:-1] + b" "
        return Answer(lie if part in request.path else reply.content, reply.status_code, kept)

    with small_server(proxy) as server:
        with pytest.raises(InvalidInput, match="other content than was asked for"):
            client(server.host).resolve(f"{server.host}/lied:tag", AMD64)
        part = "nothing"
        assert client(server.host).resolve(f"{server.host}/lied:tag", AMD64).config.entrypoint == ("/amd64",)


@pytest.mark.parametrize("wrong", ["shorter", "longer"])
def test_a_size_that_is_not_the_announced_one_is_caught(wrong: str) -> None:
    described = r.descriptor(CONFIG, r.OCI_CONFIG)
    described["size"] += 1 if wrong == "shorter" else -1
    data = json.dumps({"schemaVersion": 2, "config": described, "layers": []}).encode()
    contents = {
        "/manifests/1": Answer(data, headers={"Content-Type": OCI_MANIFEST}),
        digest.of(CONFIG): Answer(CONFIG),
    }
    with small_server(static(contents)) as server, pytest.raises(InvalidInput, match="were announced"):
        client(server.host).resolve(f"{server.host}/x:1", AMD64)


def test_an_answer_that_breaks_off_is_caught() -> None:
    broken = r.of_image(CONFIG)
    broken[f"/blobs/{digest.of(CONFIG)}"] = Answer(CONFIG[:-5], headers={"Content-Length": str(len(CONFIG))})
    with small_server(static(broken)) as server, pytest.raises(OutriderError):
        client(server.host).resolve(f"{server.host}/x:1", AMD64)


@pytest.mark.parametrize("announced", [True, False])
def test_oversize_manifests_are_not_read_to_their_end(announced: bool) -> None:
    body = b" " * (limits.IMAGE_MANIFEST + (8 << 20))
    headers = {"Content-Type": OCI_MANIFEST}
    if not announced:
        headers["Content-Length"] = str(1 << 40)
    too_large = pytest.raises(InvalidInput, match=f"larger than {limits.IMAGE_MANIFEST} bytes")
    with small_server(lambda request: Answer(body, headers=headers)) as server, too_large:
        client(server.host).resolve(f"{server.host}/x:1", AMD64)


def test_a_config_announced_as_too_large_is_not_asked_for() -> None:
    described = {**r.descriptor(CONFIG, r.OCI_CONFIG), "size": limits.IMAGE_CONFIG + 1}
    data = json.dumps({"schemaVersion": 2, "config": described, "layers": []}).encode()
    contents = {"/manifests/1": Answer(data, headers={"Content-Type": OCI_MANIFEST})}
    with small_server(static(contents)) as server:
        with pytest.raises(InvalidInput, match="is said to have"):
            client(server.host).resolve(f"{server.host}/x:1", AMD64)
        assert len(server.asked) == 1


def test_an_index_of_indexes_has_a_bottom() -> None:
    inner = r.manifest(CONFIG)
    contents = {}
    for _ in range(4):
        contents[digest.of(inner)] = Answer(inner, headers={"Content-Type": json.loads(inner)["mediaType"]})
        inner = r.index((inner, "linux", "amd64"))
    contents["/manifests/1"] = Answer(inner, headers={"Content-Type": r.OCI_INDEX})
    with small_server(static(contents)) as server, pytest.raises(InvalidInput, match="index of indexes"):
        client(server.host).resolve(f"{server.host}/x:1", AMD64)


class Bearer:
    """A registry that wants a token, and the service that gives it."""

    def __init__(self, token: bytes = b'{"token": "t0k3n"}') -> None:
        self.token = token
        self.contents = r.of_image(CONFIG)
        self.challenge = 'Bearer realm="http://{host}/token",service="reg",scope="repository:a/b:pull"'

    def __call__(self, request: Asked) -> Answer:
        if request.path.startswith("/token"):
            return Answer(self.token)
        if request.headers.get("authorization") != "Bearer t0k3n":
            challenge = self.challenge.format(host=request.headers["host"])
            return Answer(status=401, headers={"WWW-Authenticate": challenge})
        return static(self.contents)(request)


def test_a_token_is_asked_for_once_and_used() -> None:
    with small_server(Bearer()) as server:
        reader = client(server.host, login=lambda image: Login("me", "secret"))
        assert reader.resolve(f"{server.host}/a/b:1", AMD64).config.cmd == ("serve",)
        paths = [request.path for request in server.asked]
        assert paths[1] == "/token?service=reg&scope=repository%3Aa%2Fb%3Apull"
        assert sum(path.startswith("/token") for path in paths) == 1
        assert server.authorizations() == [
            "", Login("me", "secret").header(), "Bearer t0k3n", "Bearer t0k3n",
        ]  # fmt: skip


def test_without_a_login_a_token_is_asked_for_as_nobody() -> None:
    with small_server(Bearer()) as server:
        client(server.host).resolve(f"{server.host}/a/b:1", AMD64)
        assert server.authorizations()[1] == ""


def test_an_old_style_access_token_is_taken() -> None:
    with small_server(Bearer(b'{"access_token": "t0k3n"}')) as server:
        client(server.host).resolve(f"{server.host}/a/b:1", AMD64)


@pytest.mark.parametrize(
    "token",
    [
        b"",
        b"{}",
        b"[]",
        b'{"token": 5}',
        b'{"token": "a b"}',
        b'{"token": "a\\r\\nX: y"}',
        b"x" * (limits.REGISTRY_ANSWER + 1),
    ],
)
def test_a_token_service_that_talks_nonsense_is_said_to(token: bytes) -> None:
    with small_server(Bearer(token)) as server, pytest.raises(InvalidInput, match="token"):
        client(server.host).resolve(f"{server.host}/a/b:1", AMD64)


@pytest.mark.parametrize(
    "challenge",
    [
        "",
        "Negotiate",
        "Bearer",
        'Bearer realm=""',
        'Bearer realm="ftp://x/"',
        'Bearer realm="http://["',
        'Bearer realm="file:///etc/passwd"',
    ],
)
def test_a_challenge_we_cannot_answer_is_refused(challenge: str) -> None:
    registry = Bearer()
    registry.challenge = challenge
    with small_server(registry) as server, pytest.raises(InvalidInput):
        client(server.host).resolve(f"{server.host}/a/b:1", AMD64)


def test_a_registry_that_stays_closed_is_an_environment_fault() -> None:
    for status in (401, 403):
        headers = {"WWW-Authenticate": "Basic realm=x"}
        with small_server(lambda request, s=status, h=headers: Answer(status=s, headers=h)) as server:
            with pytest.raises(EnvironmentFault, match="login"):
                client(server.host).resolve(f"{server.host}/x:1", AMD64)
            signed_in = client(server.host, login=lambda image: Login("me", "wrong"))
            with pytest.raises(EnvironmentFault, match="login"):
                signed_in.resolve(f"{server.host}/x:1", AMD64)


def test_basic_is_answered_and_the_login_is_not_shown_before_it_is_asked_for() -> None:
    wanted = Login("me", "geheim:ü").header()

    def answer(request: Asked) -> Answer:
        if request.headers.get("authorization") != wanted:
            return Answer(status=401, headers={"WWW-Authenticate": 'Basic realm="x"'})
        return static(r.of_image(CONFIG))(request)

    with small_server(answer) as server:
        client(server.host, login=lambda image: Login("me", "geheim:ü")).resolve(f"{server.host}/x:1", AMD64)
        assert server.authorizations() == ["", wanted, wanted]
    assert "geheim" not in repr(Login("me", "geheim"))


def test_a_redirect_to_another_host_gets_no_authorization() -> None:
    with (
        small_server(static({"/store": Answer(CONFIG)})) as store,
        small_server(registry := Bearer()) as server,
    ):
        registry.contents[f"/blobs/{digest.of(CONFIG)}"] = Answer(
            status=307, headers={"Location": f"http://{store.host}/store?signature=x"}
        )
        client(server.host).resolve(f"{server.host}/a/b:1", AMD64)
        assert store.authorizations() == [""]
        assert server.authorizations()[-1] == "Bearer t0k3n"


def test_a_redirect_within_the_host_keeps_it() -> None:
    with small_server(registry := Bearer()) as server:
        registry.contents[f"/blobs/{digest.of(CONFIG)}"] = Answer(status=302, headers={"Location": "/store"})
        registry.contents["/store"] = Answer(CONFIG)
        client(server.host).resolve(f"{server.host}/a/b:1", AMD64)
        assert server.authorizations()[-1] == "Bearer t0k3n"


def test_the_body_of_a_redirect_is_not_read() -> None:
    with small_server(registry := Bearer()) as server:
        endless = {"Location": "/store", "Content-Length": str(1 << 40)}
        registry.contents[f"/blobs/{digest.of(CONFIG)}"] = Answer(b"x", status=302, headers=endless)
        registry.contents["/store"] = Answer(CONFIG)
        client(server.host).resolve(f"{server.host}/a/b:1", AMD64)


@pytest.mark.parametrize("location", ["/again", "ftp://x/", "http://[", "http://x:port/", "gopher:x"])
def test_redirects_that_lead_nowhere_end(location: str) -> None:
    with small_server(lambda request: Answer(status=302, headers={"Location": location})) as server:
        with pytest.raises(InvalidInput):
            client(server.host).resolve(f"{server.host}/x:1", AMD64)
        assert len(server.asked) <= limits.REGISTRY_REDIRECTS + 1


class Tls(requests.adapters.BaseAdapter):
    """Answers for https:// without a network."""

    def __init__(self, headers: dict[str, str], status: int) -> None:
        super().__init__()
        self.headers, self.status = headers, status

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        response = requests.Response()
        response.status_code = self.status
        response.headers.update(self.headers)
        response.url = str(request.url)
        response.raw = io.BytesIO()
        return response

    def close(self) -> None:
        pass


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        (302, {"Location": "http://127.0.0.1:1/x"}),
        (401, {"WWW-Authenticate": 'Bearer realm="http://127.0.0.1:1/token"'}),
    ],
)
def test_nobody_talks_us_out_of_tls(status: int, headers: dict[str, str]) -> None:
    session = Session()
    session.mount("https://", Tls(headers, status))
    with pytest.raises(InvalidInput, match="from https to http"):
        client(session=session).resolve("registry.example.com/x:1", AMD64)


def test_a_host_is_asked_without_tls_only_when_named() -> None:
    with small_server(static(r.of_image(CONFIG))) as server:
        with pytest.raises(EnvironmentFault, match="TLS") as caught:
            client().resolve(f"{server.host}/x:1", AMD64)
        assert f"--registry-http {server.host}" in caught.value.hint


def test_faults_that_pass_are_waited_for_and_not_for_ever() -> None:
    for faults, comes in ((2, True), (3, False)):
        left = [Answer(status=503)] * faults
        pauses: list[float] = []
        good = static(r.of_image(CONFIG))
        with small_server(
            lambda request, left=left, good=good: left.pop() if left else good(request)
        ) as server:
            reader = client(server.host, sleep=pauses.append)
            if comes:
                reader.resolve(f"{server.host}/x:1", AMD64)
            else:
                with pytest.raises(EnvironmentFault, match="answered 503"):
                    reader.resolve(f"{server.host}/x:1", AMD64)
        assert len(pauses) == 2


def test_nobody_at_the_address_is_said_at_once() -> None:
    pauses: list[float] = []
    with pytest.raises(EnvironmentFault, match=r"cannot reach 127\.0\.0\.1:1 .*Connection refused"):
        client("127.0.0.1:1", sleep=pauses.append).resolve("127.0.0.1:1/x:1", AMD64)
    assert pauses == []


def test_an_answer_that_drips_is_given_up() -> None:
    ticks = iter(range(0, 10_000, 45))
    too_long = pytest.raises(EnvironmentFault, match="took longer than 60 seconds")
    with small_server(static(r.of_image(CONFIG))) as server, too_long:
        client(server.host, clock=lambda: next(ticks) * 2.0).resolve(f"{server.host}/x:1", AMD64)


def test_an_answer_compressed_without_being_asked_is_refused() -> None:
    reply = Answer(b"\x1f\x8b", headers={"Content-Encoding": "gzip", "Content-Type": OCI_MANIFEST})
    with small_server(lambda request: reply) as server, pytest.raises(InvalidInput, match="compressed"):
        client(server.host).resolve(f"{server.host}/x:1", AMD64)


def test_no_login_is_taken_from_netrc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with small_server(static(r.of_image(CONFIG))) as server:
        client(server.host).resolve(f"{server.host}/x:1", AMD64)
        assert server.authorizations() == ["", ""]
