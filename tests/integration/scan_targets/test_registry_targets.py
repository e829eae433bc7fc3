"""Images from Debian's registry: what is asked for, with which login, and how little the second time."""

import base64
import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import registries as r
import requests
from registries import Answer, Asked, Server, small_server

from tests.unit.cli.commands import Outrider
from tests.unit.cli.scanning.artifacts import APP, BASE, LANGUAGE_FLAW, MANIFEST, OS_FLAW, Image, image, sha

pytestmark = pytest.mark.skipif(r.PROGRAM is None, reason="docker-registry is not installed")
WEB = image()
Change = Callable[[Asked, Answer], Answer]


def push(host: str, name: str, one: Image) -> None:
    repository, _, tag = name.partition(":")
    for blob in (*one.blobs, one.config_bytes):
        r.push_blob(host, repository, blob)
    r.push_manifest(host, repository, one.manifest, tag)


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with r.debian_registry(tmp_path_factory.mktemp("registry")) as host:
        push(host, "web:1", WEB)
        push(host, "web:2", image(BASE, APP, {"etc/motd": b"new"}))
        arm = image(BASE, architecture="arm64")
        push(host, "web:arm", arm)
        entries = ((WEB.manifest, "linux", "amd64"), (arm.manifest, "linux", "arm64"))
        r.push_manifest(host, "web", r.index(*entries), "both")
        yield host


def relay(host: str, change: Change = lambda asked, answer: answer) -> Callable[[Asked], Answer]:
    """A server before the real registry, which sees what is asked and may change what is answered."""

    def answer(asked: Asked) -> Answer:
        kept = {name: asked.headers[name] for name in ("accept", "range") if name in asked.headers}
        reply = requests.get(f"http://{host}{asked.path}", headers=kept, timeout=20)
        names = {"Content-Type", "Docker-Content-Digest", "Content-Range"}
        told = {name: value for name, value in reply.headers.items() if name in names}
        return change(asked, Answer(reply.content, reply.status_code, told))

    return answer


def scan(
    outrider: Outrider, server: Server | str, name: str, database: Path, *more: object, status: int = 0
) -> dict[str, Any]:
    at = server if isinstance(server, str) else server.host
    where = ("scan", f"registry:{at}/{name}", "--registry-http", at, "--db", database, "--json", *more)
    result = outrider(*where)
    assert result.status == status, result
    found: dict[str, Any] = json.loads(result.out) if result.out else {"err": result.err}
    return found


def flaws(found: dict[str, Any]) -> set[str]:
    return {one["id"] for one in found["vulnerabilities"]}


def test_an_image_straight_from_the_registry(host: str, outrider: Outrider, database: Path) -> None:
    found = scan(outrider, host, "web:1", database)
    assert flaws(found) == {OS_FLAW, LANGUAGE_FLAW}
    assert found["artifact"]["digest"] == sha(WEB.manifest)
    pinned = scan(outrider, host, f"web@{sha(WEB.manifest)}", database)
    assert pinned["vulnerabilities"] == found["vulnerabilities"]


@pytest.mark.parametrize(("platform", "found"), [("linux/arm64", 1), ("linux/amd64", 2)])
def test_the_platform_of_an_index(
    platform: str, found: int, host: str, outrider: Outrider, database: Path
) -> None:
    report = scan(outrider, host, "web:both", database, "--platform", platform)
    assert len(flaws(report)) == found
    assert report["artifact"]["platform"] == platform
    other = scan(outrider, host, "web:both", database, "--platform", "linux/s390x", status=3)
    assert "s390x" in other["err"]
    wrong = scan(outrider, host, "web:arm", database, "--platform", "linux/amd64", status=3)
    assert "linux/arm64" in wrong["err"]


def test_an_unchanged_image_is_one_manifest_request_and_no_blob(
    host: str, outrider: Outrider, database: Path
) -> None:
    with small_server(relay(host)) as server:
        first = scan(outrider, server, "web:1", database)
        assert len(server.asked) == 1 + 1 + len(WEB.layers), "manifest, config, layers"
        server.asked.clear()
        assert scan(outrider, server, "web:1", database) == first
        assert [asked.path for asked in server.asked] == ["/v2/web/manifests/1"]
        server.asked.clear()
        scan(outrider, server, "web:both", database, "--platform", "linux/amd64")
        assert [asked.path for asked in server.asked] == ["/v2/web/manifests/both"]


def test_of_a_changed_image_only_the_changed_layer_comes(
    host: str, outrider: Outrider, database: Path
) -> None:
    with small_server(relay(host)) as server:
        scan(outrider, server, "web:1", database)
        server.asked.clear()
        scan(outrider, server, "web:2", database)
        new = image(BASE, APP, {"etc/motd": b"new"})
        assert sorted(asked.path for asked in server.asked) == sorted(
            [
                "/v2/web/manifests/2",
                f"/v2/web/blobs/{sha(new.config_bytes)}",
                f"/v2/web/blobs/{sha(new.blobs[2])}",
            ]
        )


def test_without_the_cache_everything_comes_again(host: str, outrider: Outrider, database: Path) -> None:
    with small_server(relay(host)) as server:
        for _ in range(2):
            server.asked.clear()
            scan(outrider, server, "web:1", database, "--no-cache")
            assert len(server.asked) == 4


def test_a_cache_that_was_tampered_with_is_asked_for_again(
    host: str, outrider: Outrider, database: Path, tmp_path: Path
) -> None:
    first = scan(outrider, host, "web:both", database, "--platform", "linux/amd64")
    for path in (tmp_path / "cache" / "scan").rglob("sha256-*"):
        path.write_bytes(b"{}")
    assert scan(outrider, host, "web:both", database, "--platform", "linux/amd64") == first


class TestLogin:
    """The real registry behind a door of ours that asks for a login."""

    @pytest.fixture(autouse=True)
    def login(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "docker"))
        monkeypatch.delenv("REGISTRY_AUTH_FILE", raising=False)

    def remember(self, tmp_path: Path, host: str, password: str) -> None:
        (tmp_path / "docker").mkdir(exist_ok=True)
        auth = base64.b64encode(f"user:{password}".encode()).decode()
        (tmp_path / "docker" / "config.json").write_text(json.dumps({"auths": {host: {"auth": auth}}}))

    def test_basic(self, host: str, outrider: Outrider, database: Path, tmp_path: Path) -> None:
        right = "Basic " + base64.b64encode(b"user:right").decode()

        def door(asked: Asked, answer: Answer) -> Answer:
            if asked.headers.get("authorization") == right:
                return answer
            return Answer(status=401, headers={"WWW-Authenticate": 'Basic realm="here"'})

        with small_server(relay(host, door)) as server:
            assert "login" in scan(outrider, server, "web:1", database, status=4)["err"]
            self.remember(tmp_path, server.host, "wrong")
            assert "refuses this login" in scan(outrider, server, "web:1", database, status=4)["err"]
            self.remember(tmp_path, server.host, "right")
            assert len(flaws(scan(outrider, server, "web:1", database, "--jobs", 2))) == 2

    def test_bearer_from_a_token_service(
        self, host: str, outrider: Outrider, database: Path, tmp_path: Path
    ) -> None:
        def service(asked: Asked) -> Answer:
            known = asked.headers.get("authorization") == "Basic " + base64.b64encode(b"user:right").decode()
            right = "scope=repository%3Aweb%3Apull" in asked.path
            return Answer(b'{"token": "t0ken"}') if known and right else Answer(status=403)

        with small_server(service) as tokens:
            challenge = f'Bearer realm="http://{tokens.host}/token",service="shop"'

            def door(asked: Asked, answer: Answer) -> Answer:
                if asked.headers.get("authorization") == "Bearer t0ken":
                    return answer
                return Answer(status=401, headers={"WWW-Authenticate": challenge})

            with small_server(relay(host, door)) as server:
                assert "gave no token" in scan(outrider, server, "web:1", database, status=4)["err"]
                self.remember(tmp_path, server.host, "right")
                tokens.asked.clear()
                server.asked.clear()
                assert len(flaws(scan(outrider, server, "web:1", database, "--jobs", 2))) == 2
                assert len(tokens.asked) == 1, "layers are fetched with what was granted for the manifest"
                assert server.authorizations()[0] == ""
                assert set(server.authorizations()[1:]) == {"Bearer t0ken"}


class TestBadRegistry:
    def changed(self, part: str, change: Callable[[bytes], bytes], **headers: str) -> Change:
        def changing(asked: Asked, answer: Answer) -> Answer:
            if part in asked.path:
                return Answer(change(answer.body), answer.status, {**answer.headers, **headers})
            return answer

        return changing

    @pytest.mark.parametrize(
        ("change", "error"),
        [
            (lambda body: body[:-1] + bytes([body[-1] ^ 1]), ""),
            (lambda body: body[: len(body) // 2], "bytes came where"),
            (lambda body: body + b"more", "more than the announced"),
            (lambda body: b"", "0 bytes came where"),
        ],
        ids=["changed", "short", "long", "empty"],
    )
    def test_a_layer_that_is_not_what_it_should_be_fails_and_the_rest_is_scanned(
        self, change: Callable[[bytes], bytes], error: str, host: str, outrider: Outrider, database: Path
    ) -> None:
        with small_server(relay(host, self.changed(sha(WEB.blobs[1]), change))) as server:
            found = scan(outrider, server, "web:1", database, status=3)
        (failed,) = [one for one in found["outcomes"] if one["outcome"] == "failed"]
        assert failed["subject"].startswith(f"layer 1 ({sha(WEB.blobs[1])[:19]}")
        assert error in failed["error"]
        assert flaws(found) == {OS_FLAW}
        assert found["partial"] is True

    @pytest.mark.parametrize("part", ["manifests/", "config"])
    def test_a_manifest_or_config_that_is_not_what_it_should_be_ends_it(
        self, part: str, host: str, outrider: Outrider, database: Path
    ) -> None:
        where = sha(WEB.config_bytes) if part == "config" else part
        with small_server(relay(host, self.changed(where, lambda body: body[:-1] + b" "))) as server:
            err = scan(outrider, server, "web:1", database, status=3)["err"]
        assert "other content than was asked for" in err or "were announced" in err

    def test_a_manifest_and_a_config_that_disagree(
        self, host: str, outrider: Outrider, database: Path
    ) -> None:
        told = json.loads(WEB.manifest)
        del told["layers"][1]
        r.push_blob(host, "liar", WEB.config_bytes)
        r.push_blob(host, "liar", WEB.blobs[0])
        r.push_manifest(host, "liar", json.dumps({**told, "mediaType": MANIFEST}).encode(), "1")
        err = scan(outrider, host, "liar:1", database, status=3)["err"]
        assert "its manifest lists 1 layers, its config 2" in err

    def test_one_that_stalls_is_given_up_and_the_rest_is_scanned(
        self, host: str, outrider: Outrider, database: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("outrider.cli.registry._TIMEOUT", (1.0, 0.3))
        monkeypatch.setattr("outrider.cli.registry._PAUSES", (0.01,))
        released = threading.Event()

        def door(asked: Asked, answer: Answer) -> Answer:
            if sha(WEB.blobs[1]) in asked.path:
                released.wait(20)
            return answer

        started = time.monotonic()
        try:
            with small_server(relay(host, door)) as server:
                found = scan(outrider, server, "web:1", database, status=3)
                released.set()
        finally:
            released.set()
        assert time.monotonic() - started < 15
        (failed,) = [one for one in found["outcomes"] if one["outcome"] == "failed"]
        assert "no answer in time" in failed["error"]
        assert flaws(found) == {OS_FLAW}
