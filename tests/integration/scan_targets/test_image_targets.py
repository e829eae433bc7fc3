"""Images from a layout, from archives of every kind, and from standard input: one image, one answer."""

import gzip
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import zstandard

from tests.unit.cli.commands import Outrider
from tests.unit.cli.scanning.artifacts import APP, BASE, LANGUAGE_FLAW, OS_FLAW, archive, image, layout

SKOPEO = shutil.which("skopeo")
with_skopeo = pytest.mark.skipif(SKOPEO is None, reason="skopeo is not installed")
WEB, ARM = image(), image(BASE, architecture="arm64")


def report(outrider: Outrider, *arguments: object, stdin: bytes = b"") -> dict[str, Any]:
    result = outrider("scan", *arguments, "--json", stdin=stdin)
    assert result.status == 0, result
    found: dict[str, Any] = json.loads(result.out)
    return found


def flaws(found: dict[str, Any]) -> list[tuple[str, int]]:
    return sorted((one["id"], one["package"]["layer"]) for one in found["vulnerabilities"])


EXPECTED = [(LANGUAGE_FLAW, 1), (OS_FLAW, 0)]


def check(found: dict[str, Any]) -> None:
    """What the image has, whichever way it came."""
    assert flaws(found) == EXPECTED
    assert [(one["path"], one["layer"]) for one in found["secrets"]] == [("/app/settings.ini", 1)]
    assert found["artifact"]["platform"] == "linux/amd64"
    assert [one["instruction"] for one in found["artifact"]["layers"]] == ["COPY 0 /", "COPY 1 /"]
    assert found["scanned"] == ["os", "language", "secrets", "compliance"]
    assert found["partial"] is False


@pytest.mark.parametrize("jobs", [1, 4])
@pytest.mark.parametrize("written", ["oci:{}", "{}", "oci:{}:web", "{}:web"])
def test_a_layout(written: str, jobs: int, outrider: Outrider, tmp_path: Path, database: Path) -> None:
    where = layout(tmp_path / "layout", {"web": WEB})
    check(report(outrider, written.format(where), "--db", database, "--jobs", jobs, "--no-cache"))


def test_one_of_several_in_a_layout_by_name_or_platform(
    outrider: Outrider, tmp_path: Path, database: Path
) -> None:
    where = layout(tmp_path / "layout", {"web": WEB, "arm": ARM})
    check(report(outrider, f"oci:{where}:web", "--db", database))
    assert flaws(report(outrider, f"oci:{where}:arm", "--db", database)) == [(OS_FLAW, 0)]
    assert outrider("scan", f"oci:{where}:gone", "--db", database).status == 3
    wrong = outrider("scan", f"oci:{where}:arm", "--platform", "linux/amd64", "--db", database)
    assert wrong.status == 3
    assert "linux/a" in wrong.err


@pytest.mark.parametrize("pack", ["plain", "gzip", "zstd"])
@pytest.mark.parametrize("way", ["file", "guessed", "stdin"])
def test_an_archive(pack: str, way: str, outrider: Outrider, tmp_path: Path, database: Path) -> None:
    path = archive(tmp_path / "image.tar", {"web:1": WEB})
    data = path.read_bytes()
    packed = {"plain": bytes, "gzip": gzip.compress, "zstd": zstandard.compress}[pack](data)
    path.write_bytes(packed)
    if way == "stdin":
        check(report(outrider, "archive:-", "--db", database, stdin=packed))
    else:
        check(report(outrider, path if way == "guessed" else f"archive:{path}", "--db", database))


def test_one_of_several_in_an_archive(outrider: Outrider, tmp_path: Path, database: Path) -> None:
    path = archive(tmp_path / "image.tar", {"team/web:1": WEB, "team/base:2": image(BASE)})
    check(report(outrider, f"archive:{path}:team/web:1", "--db", database))
    assert flaws(report(outrider, f"{path}:team/base:2", "--db", database)) == [(OS_FLAW, 0)]
    several = outrider("scan", f"archive:{path}", "--db", database)
    assert several.status == 3
    assert "team/web:1" in several.err + several.out


def test_an_archive_from_a_named_pipe(outrider: Outrider, tmp_path: Path, database: Path) -> None:
    """As bash's `outrider scan archive:<(docker save web)`."""
    path = archive(tmp_path / "image.tar", {"web:1": WEB})
    pipe = tmp_path / "pipe"
    subprocess.run(["/usr/bin/mkfifo", str(pipe)], check=True)
    with subprocess.Popen(["/bin/sh", "-c", 'exec cat "$1" > "$2"', "sh", str(path), str(pipe)]):
        check(report(outrider, f"archive:{pipe}", "--db", database))


@with_skopeo
@pytest.mark.parametrize("kind", ["docker-archive", "oci-archive"])
def test_what_skopeo_writes(kind: str, outrider: Outrider, tmp_path: Path, database: Path) -> None:
    where = layout(tmp_path / "layout", {"web": WEB})
    path = tmp_path / "saved.tar"
    into = f"{kind}:{path}:{'team/' if kind == 'docker-archive' else ''}web:1"
    subprocess.run(
        [str(SKOPEO), "--insecure-policy", "copy", "-q", f"oci:{where}:web", into], check=True, timeout=120
    )
    check(report(outrider, f"archive:{path}", "--db", database))


def test_the_same_image_in_every_form_and_its_own_sboms_give_the_same_set(
    outrider: Outrider, tmp_path: Path, database: Path
) -> None:
    where = layout(tmp_path / "layout", {"web": WEB})
    forms = [f"oci:{where}", f"archive:{archive(tmp_path / 'image.tar', {'web:1': WEB})}"]
    for form in ("cyclonedx", "spdx"):
        outrider.ok("scan", forms[0], "--db", database, "--format", form, "-o", tmp_path / form)
        forms.append(f"sbom:{tmp_path / form}")
    found = [report(outrider, form, "--db", database) for form in forms]
    sets = [
        {(one["id"], one["package"]["name"], one["package"]["version"]) for one in each["vulnerabilities"]}
        for each in found
    ]
    assert sets[0]
    assert sets == [sets[0]] * 4
    assert [each["scanned"] for each in found[2:]] == [["os", "language"]] * 2


def test_a_layer_that_is_in_two_images_is_read_once(
    outrider: Outrider, tmp_path: Path, database: Path
) -> None:
    """The second image has the first one's base; its blob is not even there any more."""
    first = layout(tmp_path / "one", {"base": image(BASE)})
    report(outrider, f"oci:{first}", "--db", database)
    second = layout(tmp_path / "two", {"web": WEB})
    (second / "blobs" / "sha256" / json.loads(WEB.manifest)["layers"][0]["digest"][7:]).unlink()
    check(report(outrider, f"oci:{second}", "--db", database))
    gone = outrider("scan", f"oci:{second}", "--db", database, "--no-cache")
    assert gone.status == 3
    assert "failed: layer 0 (sha256:" in gone.out
    assert LANGUAGE_FLAW in gone.out, "the other layer is looked at"


def test_layers_lie_on_each_other(outrider: Outrider, tmp_path: Path, database: Path) -> None:
    """A whiteout takes a package away; a secret that it hides is still in the image."""
    gone = {"app/.wh.settings.ini": b"", "usr/lib/python3/dist-packages/.wh..wh..opq": b""}
    where = layout(tmp_path / "layout", {"web": image(BASE, APP, gone)})
    found = report(outrider, f"oci:{where}", "--db", database)
    assert flaws(found) == [(OS_FLAW, 0)]
    assert [(one["path"], one["removed"]) for one in found["secrets"]] == [("/app/settings.ini", True)]
