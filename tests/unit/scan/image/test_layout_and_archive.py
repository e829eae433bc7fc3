"""OCI layouts and `docker save`: which blobs are meant, and errors for everything that is unclear or lies."""

import gzip
import hashlib
import io
import json
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider import limits
from outrider.errors import InvalidInput
from outrider.model.image import Platform
from outrider.scan.image import archive, facts, layout, tar
from outrider.scan.image.manifest import DOCKER_MANIFEST, OCI_INDEX, OCI_MANIFEST
from outrider.scan.image.notes import Notes
from tests.unit.scan.image.tars import made

AMD, ARM = Platform("linux", "amd64"), Platform("linux", "arm64")
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"


def digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


class Layout:
    """An OCI layout in memory."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {"oci-layout": b'{"imageLayoutVersion": "1.0.0"}'}
        self.top: list[dict[str, Any]] = []

    def blob(self, data: bytes | dict[str, Any], media_type: str, **more: Any) -> dict[str, Any]:
        raw = data if isinstance(data, bytes) else json.dumps(data).encode()
        self.files[layout.blob_path(digest(raw))] = raw
        return {"mediaType": media_type, "digest": digest(raw), "size": len(raw), **more}

    def image(self, architecture: str, **more: Any) -> dict[str, Any]:
        content = made({"file": architecture.encode()})
        config = self.blob(
            {
                "architecture": architecture,
                "os": "linux",
                "rootfs": {"type": "layers", "diff_ids": [digest(content)]},
            },
            "application/vnd.oci.image.config.v1+json",
        )
        manifest = {
            "schemaVersion": 2,
            "mediaType": OCI_MANIFEST,
            "config": config,
            "layers": [self.blob(gzip.compress(content, mtime=0), LAYER)],
        }
        return self.blob(manifest, OCI_MANIFEST, **more)

    def index(self, *entries: dict[str, Any], **more: Any) -> dict[str, Any]:
        document = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": list(entries)}
        return self.blob(document, OCI_INDEX, **more)

    def read(self, name: str, most: int) -> bytes:
        self.files["index.json"] = json.dumps({"schemaVersion": 2, "manifests": self.top}).encode()
        if name not in self.files or len(self.files[name]) > most:
            raise InvalidInput(f"no {name}")
        return self.files[name]


def platform(architecture: str) -> dict[str, Any]:
    return {"platform": {"os": "linux", "architecture": architecture}}


def named(name: str) -> dict[str, Any]:
    return {"annotations": {layout.NAME: name}}


def test_the_only_image_needs_no_name_and_no_platform() -> None:
    store = Layout()
    store.top = [store.image("amd64")]
    located = layout.locate(store.read, AMD)
    assert located.digest == store.top[0]["digest"]
    assert len(located.manifest.layers) == 1


def test_by_name_and_by_platform_through_nested_indexes() -> None:
    store = Layout()
    both = store.index(store.image("amd64", **platform("amd64")), store.image("arm64", **platform("arm64")))
    store.top = [both | named("both"), store.image("s390x") | named("other")]
    for wanted in (AMD, ARM):
        located = layout.locate(store.read, wanted, "both")
        config = facts.parse(store.read(layout.blob_path(located.manifest.config.digest), 10_000)).config
        assert config.architecture == wanted.architecture
    with pytest.raises(InvalidInput, match="which is meant is not clear") as caught:
        layout.locate(store.read, AMD)
    assert "both, other" in caught.value.hint
    with pytest.raises(InvalidInput, match="no image named 'third'"):
        layout.locate(store.read, AMD, "third")


def test_platforms_at_the_top() -> None:
    store = Layout()
    store.top = [store.image("amd64", **platform("amd64")), store.image("arm64", **platform("arm64"))]
    assert layout.locate(store.read, ARM).digest == store.top[1]["digest"]


def test_blobs_that_are_not_what_they_are_called() -> None:
    store = Layout()
    store.top = [store.image("amd64")]
    store.files[layout.blob_path(store.top[0]["digest"])] += b" "
    with pytest.raises(InvalidInput, match="the layout sent other content"):
        layout.locate(store.read, AMD)


def test_indexes_in_indexes_end() -> None:
    store = Layout()
    inner = store.image("amd64", **platform("amd64"))
    for _ in range(10):
        inner = store.index(inner, **platform("amd64"))
    store.top = [inner]
    with pytest.raises(InvalidInput, match="deep"):
        layout.locate(store.read, AMD)


@given(st.dictionaries(st.sampled_from(["oci-layout", "index.json"]), st.binary(max_size=60)))
def test_nonsense_is_our_error(files: dict[str, bytes]) -> None:
    def read(name: str, most: int) -> bytes:
        if name in files:
            return files[name]
        raise InvalidInput("none")

    with pytest.raises(InvalidInput):
        layout.locate(read, AMD)


def saved(**changes: Any) -> dict[str, bytes | str | None]:
    """The older form of docker save: ID/layer.tar, the second layer a link to the first."""
    config = json.dumps({"architecture": "amd64", "os": "linux", "rootfs": {}}).encode()
    name = digest(config).removeprefix("sha256:") + ".json"
    entry = {"Config": name, "RepoTags": ["app:1"], "Layers": ["one/layer.tar", "two/layer.tar"]} | changes
    return {
        "one": None,
        "one/layer.tar": made({"a": b"1"}),
        "two/layer.tar": "-> ../one/layer.tar",
        name: config,
        "manifest.json": json.dumps([entry]).encode(),
    }


def locate(members: dict[str, bytes | str | None], name: str = "") -> archive.Saved:
    return archive.locate(archive.members(tar.entries(io.BytesIO(made(members)).read, Notes())), AMD, name)


def test_docker_save_of_old() -> None:
    found = locate(saved())
    assert [layer.member for layer in found.layers] == ["one/layer.tar"] * 2
    assert (found.tags, found.digest) == (("app:1",), digest(found.config))
    assert locate(saved(), "app:1") == found


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"Config": "none.json"}, "no member"),
        ({"Config": None}, "does not name"),
        ({"Layers": ["three/layer.tar"]}, "no member /?three"),
        ({"Layers": "x"}, "does not list"),
        ({"Layers": [7]}, "does not name"),
    ],
)
def test_manifests_that_lie(changes: dict[str, Any], word: str) -> None:
    with pytest.raises(InvalidInput, match=word):
        locate(saved(**changes))


def test_a_config_that_is_not_what_its_name_says() -> None:
    members = saved()
    config = next(name for name in members if len(name) == 69)
    members[config] = b'{"architecture": "arm64"}'
    with pytest.raises(InvalidInput, match="the archive sent other content"):
        locate(members)


def test_the_wrong_name_and_more_than_one() -> None:
    members = saved()
    with pytest.raises(InvalidInput, match="0 images named 'app:2'"):
        locate(members, "app:2")
    listed = json.loads(bytes(members["manifest.json"] or b""))  # type: ignore[arg-type]
    members["manifest.json"] = json.dumps([*listed, listed[0] | {"RepoTags": ["app:2"]}]).encode()
    with pytest.raises(InvalidInput, match="2 images") as caught:
        locate(members)
    assert "app:1, app:2" in caught.value.hint
    assert locate(members, "app:2").tags == ("app:2",)


def test_links_in_a_circle() -> None:
    members = saved() | {"one/layer.tar": "-> ../two/layer.tar"}
    with pytest.raises(InvalidInput, match="circle"):
        locate(members)


def test_an_oci_layout_in_a_tar() -> None:
    store = Layout()
    store.top = [store.image("amd64")]
    store.read("index.json", 1 << 20)
    found = locate(dict(store.files))
    assert found.layers[0].member.startswith("blobs/sha256/")
    assert found.layers[0].media_type == LAYER
    assert found.digest == store.top[0]["digest"]


def test_no_image_at_all() -> None:
    with pytest.raises(InvalidInput, match="not an image"):
        locate({"a": b"b"})


def test_members_held_in_memory_are_capped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SAVED_MEMBERS", 1000)
    with pytest.raises(InvalidInput, match="too many small members"):
        locate({f"{n}.json": b"{" * 100 for n in range(20)})


def test_what_skopeo_makes(tmp_path: Path) -> None:
    """A layout of ours, copied by skopeo into docker's archive and into an OCI archive."""
    store = Layout()
    store.top = [store.image("amd64", **named("app"))]
    store.read("index.json", 1 << 20)
    root = tmp_path / "layout"
    for name, data in store.files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)
    policy = tmp_path / "policy.json"
    policy.write_text('{"default": [{"type": "insecureAcceptAnything"}]}')
    for kind in ("docker-archive", "oci-archive"):
        out = tmp_path / f"{kind}.tar"
        command = ["skopeo", f"--policy={policy}", "copy", "-q", f"oci:{root}:app", f"{kind}:{out}:app:1"]
        subprocess.run(command, check=True, capture_output=True)
        with out.open("rb") as file:
            members = archive.members(tar.entries(file.read, Notes()))
        found = archive.locate(members, AMD)
        (member,) = found.layers
        assert facts.parse(found.config).config.architecture == "amd64"
        with tarfile.open(out) as opened:
            inside = opened.extractfile(member.member)
            assert inside is not None
            blob = inside.read()
        content = gzip.decompress(blob) if blob.startswith(b"\x1f\x8b") else blob
        assert digest(content) == facts.parse(found.config).diff_ids[0]
        assert member.digest == digest(blob)


def test_docker_manifest_type_is_known() -> None:
    store = Layout()
    image = store.image("amd64")
    manifest = json.loads(store.files[layout.blob_path(image["digest"])]) | {"mediaType": DOCKER_MANIFEST}
    store.top = [store.blob(manifest, DOCKER_MANIFEST)]
    assert len(layout.locate(store.read, AMD).manifest.layers) == 1


def test_facts_of_a_config() -> None:
    document = {
        "created": "2024-01-01T00:00:00Z",
        "architecture": "amd64",
        "os": "linux",
        "config": {"Labels": {"b": "2", "a": "1"}, "Healthcheck": {"Test": ["CMD", "true"]}, "Cmd": ["sh"]},
        "rootfs": {"type": "layers", "diff_ids": [digest(b"")]},
        "history": [{"created_by": "ADD x"}, {"created_by": "CMD", "empty_layer": True}],
    }
    found = facts.parse(json.dumps(document).encode())
    assert found.labels == (("a", "1"), ("b", "2"))
    assert (found.healthcheck, found.diff_ids) == (True, (digest(b""),))
    assert [(step.instruction, step.empty) for step in found.history] == [("ADD x", False), ("CMD", True)]
    for test in (["NONE"], [], None):
        document["config"] = {"Healthcheck": {"Test": test}}
        assert not facts.parse(json.dumps(document).encode()).healthcheck


@pytest.mark.parametrize(
    "wrong",
    [
        {"history": {}},
        {"history": [1]},
        {"history": [{"created_by": 1}]},
        {"rootfs": []},
        {"rootfs": {"diff_ids": [1]}},
        {"rootfs": {"diff_ids": ["md5:x"]}},
        {"config": {"Labels": {"a": 1}}},
        {"config": {"Healthcheck": {"Test": "x"}}},
        {"history": [{}] * 5000},
        {"created": 1},
    ],
)
def test_wrong_facts_are_our_error(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        facts.parse(json.dumps({"architecture": "amd64"} | wrong).encode())
