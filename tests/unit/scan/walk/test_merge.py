"""Layers to an inventory: attribution, owners, removed secrets, links that give a file a wanted name."""

import io

import pytest

from outrider import limits
from outrider.model.outcome import Covered, Failed
from outrider.scan.image import tar
from outrider.scan.image.notes import Notes
from outrider.scan.walk import again as reading_again
from outrider.scan.walk.again import Again
from outrider.scan.walk.layer import read_again
from outrider.scan.walk.links import Links
from outrider.scan.walk.merge import Merged, merge
from tests.unit.scan.image.tars import END, header, made, member
from tests.unit.scan.walk.walks import INTEREST, READERS, layer, merged, versions

Members = dict[str, bytes | str | None]
STATUS = "var/lib/dpkg/status"
ELF = b"\x7fELF"


def twice(*layers: Members) -> Merged:
    """Merged after a second pass, which must leave nothing to be read again."""
    contents = [layer(members) for members in layers]
    first = merge(contents, INTEREST)
    second = {
        index: read_again(
            tar.entries(io.BytesIO(made(layers[index])).read, Notes()), INTEREST, READERS, wanted
        )
        for index, wanted in reading_again.by_layer(first.again).items()
    }
    found = merge(contents, INTEREST, again=second)
    assert found.again == ()
    return found


def test_a_package_belongs_to_the_layer_that_first_had_it_at_that_version() -> None:
    found = merged(
        {STATUS: b"bash 1\nssl 1\nold 1"},
        {STATUS: b"bash 1\nssl 2\ncurl 1"},
        {"unrelated": b""},
        {STATUS: b"bash 1\nssl 2\ncurl 1\nold 1"},
    )
    assert versions(found) == [("bash", "1", 0), ("curl", "1", 1), ("old", "1", 3), ("ssl", "2", 1)]


def test_a_file_removed_and_made_anew_begins_a_new_story() -> None:
    found = merged({STATUS: b"bash 1"}, {"var/lib/dpkg/.wh.status": b""}, {STATUS: b"bash 1"})
    assert versions(found) == [("bash", "1", 2)]


@pytest.mark.parametrize(
    "top",
    [
        {"app/.wh.package.json": b""},
        {".wh.app": b""},
        {"app": None, "app/.wh..wh..opq": b""},
        {".wh..wh..opq": b""},
        {"app": b"a file"},
        {"app": "-> elsewhere"},
        {"app/package.json": None},
    ],
)
def test_what_a_higher_layer_takes_away_is_gone(top: Members) -> None:
    assert versions(merged({"app": None, "app/package.json": b"left-pad 1"}, top)) == []
    assert len(versions(merged({"app": None, "app/package.json": b"left-pad 1"}, {"app": None}))) == 1


def test_a_whiteout_does_not_hide_its_own_layer() -> None:
    found = merged({"app/package.json": b"x 1"}, {".wh.app": b"", "app": None, "app/package.json": b"x 2"})
    assert versions(found) == [("x", "2", 1)]


def test_removed_secrets_are_kept_and_say_so() -> None:
    found = merged(
        {"a": b"SECRET1", "b": b"SECRET2", "c": b"SECRET3\nSECRET4"},
        {".wh.a": b"", "c": b"\nSECRET3"},
        {"b": b"SECRET2"},
    )
    assert [(s.path, s.fingerprint, s.layer, s.removed) for s in found.secrets] == [
        ("/a", "SECRET1", 0, True),
        ("/b", "SECRET2", 0, False),
        ("/c", "SECRET3", 0, False),
        ("/c", "SECRET4", 0, True),
    ]


def test_owners_are_found_through_merged_usr() -> None:
    """dpkg's lists say /bin/ls, the file is /usr/bin/ls, and the link came in another layer."""
    base: Members = {
        "bin": "-> usr/bin",
        "lib": "-> /usr/lib",
        "usr/bin/ls": ELF,
        "usr/lib/python3/package.json": b"setuptools 1",
        "var/lib/dpkg/info/coreutils.list": b"/bin/ls\n/bin/none",
    }
    top: Members = {
        "var/lib/dpkg/info/python3-setuptools.list": b"/lib/python3/package.json",
        "usr/bin/mine": ELF,
        STATUS: b"coreutils 1",
    }
    found = merged(base, top)
    assert [(e.path, e.owner, e.layer) for e in found.executables] == [
        ("/usr/bin/ls", "coreutils", 0),
        ("/usr/bin/mine", "", 1),
    ]
    assert [(p.name, p.owner) for p in found.packages] == [
        ("coreutils", ""),
        ("setuptools", "python3-setuptools"),
    ]


def test_a_file_written_through_a_directory_link_is_one_file() -> None:
    found = merged({"lib": "-> usr/lib", "usr/lib/x": ELF}, {"lib/x": ELF + b"new"})
    assert [(e.path, e.layer) for e in found.executables] == [("/usr/lib/x", 1)]
    gone = merged({"lib": "-> usr/lib", "usr/lib/x": ELF}, {"lib/.wh.x": b""})
    assert gone.executables == ()


def test_a_directory_in_the_place_of_a_link_leaves_the_target_alone() -> None:
    found = merged({"lib": "-> usr/lib", "usr/lib/x": ELF}, {"lib": None, "lib/x": ELF})
    assert [(e.path, e.layer) for e in found.executables] == [("/lib/x", 1), ("/usr/lib/x", 0)]


def test_the_release_through_its_usual_link() -> None:
    found = merged({"etc/os-release": "-> ../usr/lib/os-release", "usr/lib/os-release": b"debian 12"})
    assert found.again == ()
    assert found.release is not None
    assert found.release.id == "debian"


def test_the_release_through_a_link_to_a_name_nobody_wanted() -> None:
    layers: list[Members] = [{"usr/lib/os.txt": b"alpine 3"}, {"etc/os-release": "-> /usr/lib/os.txt"}]
    assert merged(*layers).again == (Again(0, "usr/lib/os.txt", "etc/os-release"),)
    found = twice(*layers)
    assert found.release is not None
    assert found.release.id == "alpine"


def test_a_wanted_path_behind_a_directory_link() -> None:
    """/var/lib/dpkg is a link, and the layer writes through another one."""
    layers: list[Members] = [
        {"var/lib/dpkg": "-> ../../usr/dpkg", "d": "-> usr/dpkg"},
        {"d/status": b"bash 1"},
        {"usr/dpkg/status": b"bash 2"},
    ]
    assert merged(*layers[:2]).again == (Again(1, "d/status", STATUS),)
    assert versions(twice(*layers[:2])) == [("bash", "1", 1)]
    assert versions(twice(*layers)) == [("bash", "2", 2)]


def test_a_target_that_a_higher_layer_removes_is_not_read_again() -> None:
    assert merged({"x": b"bash 1", STATUS: "-> /x"}, {".wh.x": b""}).again == ()
    assert merged({"x": b"bash 1", STATUS: "-> /x"}, {"x": None}).again == ()
    assert merged({"x": b"bash 1", STATUS: "-> /x"}, {f"var/lib/dpkg/.wh.{'status'}": b""}).again == ()
    assert merged({STATUS: "-> /none"}).again == ()


def test_hard_links_are_read_again_where_their_file_is() -> None:
    found = twice({"pool/1": b"left-pad 1", "app/package.json": "=> pool/1"}, {"pool/1": b"other 2"})
    assert versions(found) == [("left-pad", "1", 0)]


def test_what_cannot_be_read_again_is_told() -> None:
    found = twice({"a": b"bash 1", "b": "=> a", STATUS: "-> /b"})
    (failed,) = [outcome for outcome in found.outcomes if isinstance(outcome, Failed)]
    assert failed.subject == f"/{STATUS}"
    assert "hardlink" in failed.error


@pytest.mark.parametrize(
    "links",
    [
        {"etc/os-release": "-> os-release"},
        {"etc/os-release": "-> /a", "a": "-> /b", "b": "-> /a"},
        {"etc": "-> etc"},
        {"etc": "-> a/b", "a": "-> etc/c"},
        {**{f"l{n}": f"-> l{n + 1}" for n in range(50)}, "etc/os-release": "-> /l0", "l50": b"x 1"},
    ],
)
def test_cycles_and_long_chains_of_links_end(links: Members) -> None:
    found = merged(links)
    assert (found.release, found.again) == (None, ())


def test_links_stay_in_the_root() -> None:
    links = Links()
    links.set("a", "../../../../x")
    links.set("b/c", "/../../d/./e//")
    assert (links.real("a"), links.real("b/c/f"), links.real("plain/x")) == ("x", "d/e/f", "plain/x")
    assert (links.place("b/c"), links.place("b/c/f")) == ("b/c", "d/e/f")
    links.set("loop", "loop")
    assert (links.real("loop"), links.place("loop/x")) == (None, "loop/x")


def test_links_that_multiply_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each directory has two links to the next: 2^30 names for one file."""
    members: Members = {}
    for level in range(30):
        members |= {f"d{level}/x": f"-> ../d{level + 1}", f"d{level}/y": f"-> ../d{level + 1}"}
    members |= {"d30/program": ELF}
    found = merged(members, {"unrelated": b"", "d30": None, "d30/other": ELF})
    assert [e.path for e in found.executables] == ["/d30/other", "/d30/program"]


def test_files_to_be_read_again_are_capped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "READ_AGAIN", 3)
    found = merged({"x": b"x 1", **{f"{n}/package.json": "-> ../x" for n in range(9)}})
    assert len(found.again) == 3
    assert any(isinstance(outcome, Failed) and outcome.subject == "links" for outcome in found.outcomes)


def test_outcomes_are_of_layers_and_of_files_that_are_there() -> None:
    found = merged({"a/package.json": b"!", "b/package.json": b"!"}, {"../x": b"", ".wh.b": b""})
    assert found.outcomes == (
        Covered("layer 0", "2 entries"),
        Covered("layer 1", "2 entries"),
        Covered("layer 1", "../x: the name climbs with `..`; taken as /x"),
        Failed("/a/package.json", "the file is damaged"),
    )


def test_sources_that_are_no_layers_have_no_index() -> None:
    found = merge([layer({"a/package.json": b"x 1", "s": b"SECRET", "p": ELF})], INTEREST, layered=False)
    assert {x.layer for x in (*found.packages, *found.secrets, *found.executables)} == {-1}


def test_the_same_layers_give_the_same_answer() -> None:
    layers: list[Members] = [
        {f"{n}/package.json": b"x 1", f"{n}/b": ELF, f"{n}/s": b"SECRET"} for n in range(20)
    ]
    assert repr(merged(*layers)) == repr(merged(*layers))
    names = [package.path for package in merged(*layers).packages]
    assert names == sorted(names)


def test_names_that_are_not_utf_8_come_out_printable() -> None:
    data = member(b"\xff/package.json", b"x 1") + header(b"bin/\x1b[0m", at_100=b"0000755\0") + END
    found = merge([layer(data)], INTEREST)
    assert found.packages[0].path == "/\\xff/package.json"
    assert found.executables[0].path == "/bin/\\x1b[0m"
