"""Java archives: what an archive is called, and archives made to cost."""

import io
import zipfile
from contextlib import suppress
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outrider import limits
from outrider.errors import InvalidInput
from outrider.scan.inventory.language import java_archive
from outrider.scan.inventory.language.zip_members import Budget
from tests.data.scan.extractors.make_java_archive import archive, manifest, pom
from tests.unit.scan.inventory.language.samples import labels, read


def nested(levels: int) -> bytes:
    """A jar in a jar in a jar …, the innermost of which has a name."""
    data = archive(dict([pom("org.acme", "core", "1.0")]))
    for _ in range(levels - 1):
        data = archive({"inner.jar": data})
    return data


@pytest.mark.parametrize(
    ("path", "attributes", "expected"),
    [
        ("lib/jackson-databind-2.9.1.jar", {}, ["jackson-databind@2.9.1"]),
        ("lib/netty-all-4.1.0.Final.jar", {}, ["netty-all@4.1.0.Final"]),
        ("lib/commons-fileupload-1.3.jar", {"Implementation_Vendor_Id": "org.acme"},
        ["org.acme:commons-fileupload@1.3"]), ("lib/tomcat-embed-core-9.0.1.jar", {},
        ["org.apache.tomcat.embed:tomcat-embed-core@9.0.1"]), ("lib/tool.jar", {"Implementation_Version":
        "2.0"}, ["tool@2.0"]), ("lib/tool.jar", {"Bundle_Version": "2.0", "Implementation_Version":
        "${version}"}, ["tool@2.0"]), ("lib/hpi-1.0.hpi", {"Plugin_Version": "3.0"}, ["hpi@1.0"]),
        ("lib/tool.jar", {}, []),
    ],
)  # fmt: skip
def test_without_maven(path: str, attributes: dict[str, str], expected: list[str]) -> None:
    assert labels(read("java_archive", archive(dict([manifest(**attributes)])), path)) == expected


def test_a_program_with_libraries_in_it_is_named_by_its_file() -> None:
    data = archive(dict([pom("g", "a", "1"), pom("g", "b", "2")]))
    assert labels(read("java_archive", data, "tool-7.0.jar")) == ["g:a@1", "g:b@2", "tool@7.0"]
    assert labels(read("java_archive", data, "tool.jar")) == ["g:a@1", "g:b@2"]


def test_a_long_line_of_a_manifest_goes_on() -> None:
    text = "Manifest-Version: 1.0\r\nImplementation-Ver\r\n sion: 1.2\r\n .3\r\n\r\n"
    assert labels(read("java_archive", archive({"META-INF/MANIFEST.MF": text}), "tool.jar")) == ["tool@1.2.3"]


def test_ten_levels_are_read_and_eleven_told_of() -> None:
    deepest = read("java_archive", nested(limits.JAVA_DEPTH), "app.jar")
    assert labels(deepest) == ["org.acme:core@1.0"]
    assert deepest.packages[0].path == "/app.jar" + "!/inner.jar" * (limits.JAVA_DEPTH - 1)
    deeper = read("java_archive", nested(limits.JAVA_DEPTH + 1), "app.jar")
    assert labels(deeper) == []
    assert "deeper than 10" in deeper.problems[0]


def deflated(members: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in members.items():
            made.writestr(name, data)
    return target.getvalue()


def test_a_bomb_stops_at_the_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(java_archive, "Budget", partial(Budget, inflated=1_000_000))
    bomb = deflated({f"lib/{number}.jar": bytes(400_000) for number in range(5)})
    found = read("java_archive", bomb, "app.jar")
    assert [problem for problem in found.problems if "is longer than 200000 bytes" in problem]
    assert labels(found) == []


def test_entries_are_counted_before_they_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(java_archive, "Budget", partial(Budget, entries=10))
    with pytest.raises(InvalidInput, match="entries"):
        read("java_archive", archive({str(number): b"" for number in range(11)}), "app.jar")


def test_a_huge_manifest_is_told_of() -> None:
    data = deflated({"META-INF/MANIFEST.MF": b"A: b\n" * 300_000})
    found = read("java_archive", data, "tool-1.0.jar")
    assert labels(found) == ["tool@1.0"]
    assert found.problems == (f"META-INF/MANIFEST.MF: a member is longer than {limits.JAVA_METADATA} bytes.",)


def test_names_are_never_paths() -> None:
    inner = archive(dict([pom("g", "a", "1")]))
    found = read("java_archive", archive({"../../etc/x.jar": inner, "/abs.jar": inner}), "app.jar")
    assert [package.path for package in found.packages] == ["/app.jar!/../../etc/x.jar", "/app.jar!//abs.jar"]


def test_many_broken_members_are_told_of_in_few_words() -> None:
    found = read("java_archive", archive({f"{number}.jar": b"x" for number in range(100)}), "app.jar")
    assert len(found.problems) <= 25


@settings(max_examples=60)
@given(st.data())
def test_damaged_archives_give_an_answer_or_our_error(data: st.DataObject) -> None:
    whole = bytearray(nested(data.draw(st.integers(1, 3))))
    for _ in range(data.draw(st.integers(0, 12))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    end = data.draw(st.integers(0, len(whole)))
    with suppress(InvalidInput):
        read("java_archive", bytes(whole[:end] if data.draw(st.booleans()) else whole), "app.jar")
