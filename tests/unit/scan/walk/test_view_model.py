"""Merging against a model that really applies the layers, entry by entry, to a tree in memory."""

import io
import tarfile
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from outrider.scan.image import tar
from outrider.scan.image.notes import Notes
from outrider.scan.walk.contents import LayerContents
from outrider.scan.walk.layer import read_layer
from outrider.scan.walk.view import View
from tests.unit.scan.walk.walks import INTEREST, READERS

EXAMPLES = 50
name = st.sampled_from("abc")
path = st.lists(name, min_size=1, max_size=4).map("/".join)
target = st.lists(st.sampled_from(["a", "b", "c", "..", "."]), min_size=1, max_size=3).map("/".join)
kind = st.sampled_from(
    ["program", "program", "file", "directory", "link", "absolute link", "hard", "gone", "opaque"]
)


@dataclass
class Node:
    """`program`, `file`, `directory` or `link`."""

    kind: str
    layer: int
    target: str = ""


@dataclass
class Model:
    """A root file system, by real paths, as a runtime leaves it."""

    nodes: dict[str, Node] = field(default_factory=dict)
    layer: int = -1
    crossed: set[str] = field(default_factory=set)
    """Links that this layer has written through, and so may not replace: builders do not."""

    def real(self, path: str, steps: int = 0) -> str | None:
        """Follow every link; None for a cycle or what is not there."""
        done = ""
        parts = path.split("/")
        while parts:
            part = parts.pop(0)
            if part in {"", "."}:
                continue
            if part == "..":
                done = done.rpartition("/")[0]
                continue
            if done and (done not in self.nodes or self.nodes[done].kind != "directory"):
                return None
            here = f"{done}/{part}" if done else part
            node = self.nodes.get(here)
            if node is not None and node.kind == "link":
                steps += 1
                if steps > 40:
                    return None
                parts = node.target.split("/") + parts
                done = "" if node.target.startswith("/") else done
                continue
            done = here
        return done

    def place(self, path: str) -> str | None:
        """Where an entry lands; None: its directory is not there."""
        folder, _, base = path.rpartition("/")
        real = self.real(folder) if folder else ""
        if real is None or (real and (real not in self.nodes or self.nodes[real].kind != "directory")):
            return None
        return f"{real}/{base}" if real else base

    def below(self, path: str) -> list[str]:
        return [other for other in self.nodes if other.startswith(f"{path}/" if path else "")]

    def apply(self, path: str, kind: str, target: str) -> bool:
        """Apply one entry; False: a runtime would fail, or two would not agree."""
        place = self.place(path)
        if place is None:
            return False
        if kind == "gone":
            return self.clear([place, *self.below(place)])
        if kind == "opaque":
            real = self.real(path)
            folder = real is not None and real in self.nodes and self.nodes[real].kind == "directory"
            return folder and self.clear(self.below(real or ""))
        if kind == "hard":
            source = self.nodes.get(target)
            if source is None or source.kind not in {"program", "file"} or source.layer != self.layer:
                return False
            if target.startswith(f"{place}/"):
                return False
            kind, target = source.kind, ""
        return self.put(place, kind, target)

    def clear(self, paths: list[str]) -> bool:
        """Remove what lower layers had; what is of this layer too is not done by builders."""
        if any(path in self.nodes and self.nodes[path].layer == self.layer for path in paths):
            return False
        if self.crossed.intersection(paths):
            return False
        for path in paths:
            self.nodes.pop(path, None)
        return True

    def put(self, place: str, kind: str, target: str) -> bool:
        """Put something at a real path, in the place of whatever is there."""
        old = self.nodes.get(place)
        if old is not None and old.layer == self.layer:
            return kind == "directory" == old.kind
        if old is None or not kind == "directory" == old.kind:
            if not self.clear([place, *self.below(place)]):
                return False
            self.nodes[place] = Node(kind, self.layer, target)
        return True


Entries = list[tuple[str, str, str]]


def archive(entries: Entries) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as made:
        for path, kind, target in entries:
            folder, _, base = path.rpartition("/")
            written = {"gone": f"{folder}/.wh.{base}", "opaque": f"{path}/.wh..wh..opq"}.get(kind, path)
            info = tarfile.TarInfo(written)
            info.mode = 0o755 if kind == "program" else 0o644
            info.linkname = target
            info.type = {"directory": tarfile.DIRTYPE, "link": tarfile.SYMTYPE, "hard": tarfile.LNKTYPE}.get(
                kind, tarfile.REGTYPE
            )
            made.addfile(info)
    return out.getvalue()


def entered(model: Model, folder: str, entries: Entries, through: bool) -> bool:
    """Make a directory above an entry, or go through a link of a lower layer; False: neither can be."""
    place = model.place(folder) or ""
    node = model.nodes.get(place)
    if node is not None and node.kind == "link" and (through or node.layer == model.layer):
        model.crossed.add(place)
        return node.layer < model.layer
    if model.apply(folder, "directory", ""):
        entries.append((folder, "directory", ""))
        return True
    return False


@st.composite
def one_layer(draw: st.DrawFn, model: Model) -> Entries:
    """A layer as a builder could have made it, applied to the model as it grows."""
    model.layer += 1
    model.crossed.clear()
    entries: Entries = []
    for where, what, to, through in draw(st.lists(st.tuples(path, kind, target, st.booleans()), max_size=7)):
        parts = where.split("/")
        above = ["/".join(parts[:count]) for count in range(1, len(parts) + (what == "opaque"))]
        if not all(entered(model, folder, entries, through) for folder in above):
            continue
        shape = "link" if what == "absolute link" else what
        written = f"/{to}" if what == "absolute link" else to
        if what == "hard":
            written = next((p for p, k, _ in reversed(entries) if k in {"program", "file"}), "none")
            if model.place(written) != written:
                continue
        if model.apply(where, shape, written):
            entries.append((where, shape, written))
    return entries


@settings(max_examples=EXAMPLES)
@given(st.data())
def test_merged_layers_are_what_a_runtime_would_make_of_them(data: st.DataObject) -> None:
    model, view = Model(), View()
    told = []
    for index in range(data.draw(st.integers(1, 5))):
        entries = data.draw(one_layer(model))
        told.append(entries)
        contents: LayerContents = read_layer(
            tar.entries(io.BytesIO(archive(entries)).read, Notes()), INTEREST, READERS
        )
        view.apply(index, contents)
        programs = {p: node.layer for p, node in model.nodes.items() if node.kind == "program"}
        assert {path: kept.layer for path, kept in view.files.items()} == programs, told
        links = {p for p, node in model.nodes.items() if node.kind == "link"}
        assert set(view.links.paths()) == links, told


def test_a_link_that_goes_hides_nothing_behind_it() -> None:
    """`b/a` was another name of `a` while `b` led to the root; then a layer makes a folder of `b`."""
    view = View()
    below, above = [("a", "link", "a"), ("b", "link", "..")], [("b", "directory", ""), ("b/a", "program", "")]
    for index, entries in enumerate((below, above)):
        made = archive(entries)
        view.apply(index, read_layer(tar.entries(io.BytesIO(made).read, Notes()), INTEREST, READERS))
    assert (list(view.files), view.links.paths()) == (["b/a"], ["a"])
