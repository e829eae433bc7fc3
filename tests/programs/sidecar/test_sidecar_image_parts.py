"""The parts of the image build: trees, layers, tables. No network."""

import io
import json
import re
import tarfile
import zipfile
from email.parser import HeaderParser
from importlib.metadata import distribution
from pathlib import Path

import pytest
from sidecar_process import ROOT

from outrider.errors import EnvironmentFault, InvalidInput
from sidecar import build_image
from sidecar.image import layout, wheels
from sidecar.image.contents import WHEELS, locked, wanted
from sidecar.image.tree import Node, Tree

SITE = wheels.SITE


def archive(*members: tuple[tarfile.TarInfo, bytes]) -> tarfile.TarFile:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as made:
        for info, data in members:
            info.size = len(data)
            made.addfile(info, io.BytesIO(data))
    buffer.seek(0)
    return tarfile.open(fileobj=buffer)


def member(name: str, data: bytes = b"", kind: bytes = tarfile.REGTYPE, target: str = "", mode: int = 0o644):
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.mode = kind, target, mode
    return info, data


def test_packages_that_still_say_lib_go_into_merged_usr() -> None:
    tree = Tree()
    tree.add_tar(
        archive(
            member("./lib/x86_64-linux-gnu/libc.so.6", b"c", mode=0o755),
            member("./lib64/ld-linux.so.2", kind=tarfile.SYMTYPE, target="/lib/x86_64-linux-gnu/ld.so.2"),
            member("./usr/bin/python3", kind=tarfile.SYMTYPE, target="python3.11"),
            member("./usr/bin/hard", kind=tarfile.LNKTYPE, target="./lib/x86_64-linux-gnu/libc.so.6"),
            member("./usr/bin", kind=tarfile.DIRTYPE),
            member("./usr/bin/unwanted", b"x"),
        ),
        lambda path: "unwanted" not in path,
    )
    assert tree.nodes == {
        "usr/lib/x86_64-linux-gnu/libc.so.6": Node(b"c", executable=True),
        "usr/lib64/ld-linux.so.2": Node(b"/usr/lib/x86_64-linux-gnu/ld.so.2", link=True),
        "usr/bin/python3": Node(b"python3.11", link=True),
        "usr/bin/hard": Node(b"c", executable=True),
    }


@pytest.mark.parametrize(
    "bad", [member("../etc/passwd"), member("a/../../b"), member("dev/null", kind=tarfile.CHRTYPE)]
)
def test_a_package_that_leads_outside_or_makes_devices_is_refused(bad) -> None:
    with pytest.raises(InvalidInput):
        Tree().add_tar(archive(bad), lambda _: True)


def test_a_layer_depends_on_its_content_alone() -> None:
    one, two = Tree(), Tree()
    nodes = {"usr/b": Node(b"b"), "usr/a": Node(b"a", executable=True), "usr/c/d": Node(b"a", link=True)}
    for path, node in nodes.items():
        one.add(path, node)
    for path, node in reversed(nodes.items()):
        two.add(path, node)
    assert layout.pack(one.tar(("tmp",)), "x") == layout.pack(two.tar(("tmp",)), "x")
    with tarfile.open(fileobj=io.BytesIO(one.tar(("tmp",)))) as made:
        found = {info.name: (oct(info.mode), info.uid, info.gid, info.mtime) for info in made}
    assert found == {
        "tmp": ("0o1777", 0, 0, 0),
        "usr": ("0o755", 0, 0, 0),
        "usr/a": ("0o755", 0, 0, 0),
        "usr/b": ("0o644", 0, 0, 0),
        "usr/c": ("0o755", 0, 0, 0),
        "usr/c/d": ("0o777", 0, 0, 0),
    }


@pytest.mark.parametrize(
    "path",
    [
        "usr/bin/python3.11",
        "usr/lib/python3.11/json/decoder.py",
        "usr/lib/python3.11/lib-dynload/_ssl.cpython-311-x86_64-linux-gnu.so",
        "usr/share/doc/libc6/copyright",
        "usr/lib/os-release",
        f"{SITE}/botocore/data/s3/2006-03-01/service-2.json.gz",
        f"{SITE}/botocore/data/endpoints.json",
        f"{SITE}/botocore/cacert.pem",
        f"{SITE}/pydantic-2.0.dist-info/METADATA",
        f"{SITE}/outrider/_native/aarch64/outrider-run",
        f"{SITE}/outrider/_native/aarch64/guard.so",
    ],
)
def test_what_is_needed_goes_in(path: str) -> None:
    assert wanted(path)


@pytest.mark.parametrize(
    "path",
    [
        "usr/bin/pdb3.11",
        "usr/sbin/ldconfig",
        "usr/share/man/man1/python.1.gz",
        "usr/lib/python3.11/test/test_os.py",
        "usr/lib/python3.11/lib-dynload/_sqlite3.cpython-311-x86_64-linux-gnu.so",
        f"{SITE}/botocore/data/ec2/2016-11-15/service-2.json.gz",
        f"{SITE}/boto3/data/s3/2006-03-01/resources-1.json",
        f"{SITE}/six/__pycache__/six.cpython-311.pyc",
    ],
)
def test_what_nobody_needs_stays_out(path: str) -> None:
    assert not wanted(path)


def test_only_what_is_locked_with_its_hashes_is_taken() -> None:
    text = locked((ROOT / "requirements.lock").read_text())
    assert text.count("==") == len(WHEELS)
    assert "#" not in text
    with pytest.raises(InvalidInput, match="no version with hashes of nothing-such"):
        locked(text, ("nothing-such",))


def test_no_dependency_of_a_wheel_is_missing() -> None:
    """By the metadata of the very versions that are installed here, from the same lock file."""
    needed = set()
    for name in WHEELS:
        for requirement in distribution(name).requires or []:
            if "extra ==" not in requirement:
                needed.add(re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0])
    assert {name.lower().replace("_", "-") for name in needed} <= set(WHEELS)


def test_a_wheel_with_parts_for_other_places_is_refused(place: Path) -> None:
    path = place / "x.whl"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("x/__init__.py", "")
        made.writestr("x-1.data/scripts/x", "")
    tree = Tree()
    wheels.unpack(path, tree)
    assert list(tree.nodes) == [f"{SITE}/x/__init__.py"]
    with zipfile.ZipFile(path, "a") as made:
        made.writestr("x-1.data/data/etc/x", "")
    with pytest.raises(InvalidInput, match="another place"):
        wheels.unpack(path, Tree())


def test_our_part_has_what_the_sidecar_imports_and_no_more(place: Path) -> None:
    tree = Tree()
    build_image.own_files(tree)
    ours = {path.removeprefix(f"{SITE}/") for path in tree.nodes}
    assert {"outrider/policy/lowering.py", "outrider/runtime/wire.py", "sidecar/aws/s3.py"} <= ours
    for program in ("outrider-run", "guard.so"):
        assert {f"outrider/_native/{arch}/{program}" for arch in ("x86_64", "aarch64")} <= ours
    assert not [
        p for p in ours if p.startswith(("outrider/cli", "outrider/scan", "outrider/inject", "sidecar/image"))
    ]
    assert not [
        p for p in ours if not p.endswith((".py", "/outrider-run", "/guard.so", "bin/outrider-sidecar"))
    ]
    with pytest.raises(EnvironmentFault, match="no supervisor for"):
        build_image.own_files(Tree(), place)


def test_a_layout_is_what_the_specification_says(place: Path) -> None:
    made = layout.Layout(place / "image")
    layer = layout.pack(b"x" * 1024, "one")
    made.add_image("amd64", [layer], {"Cmd": ["agent"]})
    digest = made.finish("1.0")

    def blob(descriptor: dict) -> bytes:
        data = (
            place / "image" / "blobs" / "sha256" / descriptor["digest"].removeprefix("sha256:")
        ).read_bytes()
        assert len(data) == descriptor["size"]
        return data

    outer = json.loads((place / "image" / "index.json").read_text())
    assert json.loads((place / "image" / "oci-layout").read_text()) == {"imageLayoutVersion": "1.0.0"}
    [named] = outer["manifests"]
    assert (named["digest"], named["annotations"]) == (digest, {"org.opencontainers.image.ref.name": "1.0"})
    [image] = json.loads(blob(named))["manifests"]
    assert image["platform"] == {"architecture": "amd64", "os": "linux"}
    manifest = json.loads(blob(image))
    config = json.loads(blob(manifest["config"]))
    assert config["rootfs"]["diff_ids"] == [layer.diff_id]
    assert config["config"] == {"Cmd": ["agent"]}
    assert blob(manifest["layers"][0]) == layer.packed


def test_dpkg_status_is_one_paragraph_a_package() -> None:
    from sidecar.image.debian import base_files  # noqa: PLC0415

    tree = Tree()
    base_files(tree, ["Package: b\nStatus: install ok installed\n", "Package: a\nVersion: 1\n"])
    paragraphs = tree.nodes["var/lib/dpkg/status"].data.decode().split("\n\n")
    assert [HeaderParser().parsestr(text)["Package"] for text in paragraphs] == ["a", "b"]
