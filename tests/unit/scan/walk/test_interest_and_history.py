"""Who wants a file; which step of the history made which layer."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider.model.artifact import History
from outrider.model.image import ImageConfig
from outrider.scan.image.facts import ImageFacts
from outrider.scan.inventory.extractor import Extractor, Found, Wants
from outrider.scan.walk import history
from outrider.scan.walk.interest import compiled

names = st.sampled_from(["a", "b.jar", "B.JAR", "c.x.jar", ".jar", "jar", "d."])
paths = st.lists(names, min_size=1, max_size=3).map("/".join)


def wants(path: str, elf: bool, what: Wants) -> bool:
    """As `Wants` has it, word for word."""
    base = path.rpartition("/")[2]
    named = (
        path in what.paths
        or base in what.names
        or any(base.lower().endswith(ending) for ending in what.endings)
        or (what.programs and elf)
    )
    return named and (what.pattern is None or bool(what.pattern.search(path)))


@given(
    st.lists(
        st.builds(
            Wants,
            paths=st.frozensets(paths, max_size=3),
            names=st.frozensets(names, max_size=2),
            endings=st.frozensets(st.sampled_from([".jar", ".x"])),
            programs=st.booleans(),
            pattern=st.sampled_from([None, re.compile("^a"), re.compile("jar")]),
        ),
        max_size=4,
    ),
    st.lists(paths, min_size=1),
)
def test_the_dictionaries_say_what_wants_says(each: list[Wants], asked: list[str]) -> None:
    extractors = [
        Extractor(name=f"e{n}", version=1, wants=what, limit=1, read=lambda file: Found())
        for n, what in enumerate(each)
    ]
    interest = compiled(extractors)
    for path in asked:
        assert list(interest.named(path)) == [e for e in extractors if wants(path, False, e.wants)]
        assert list(interest.program(path)) == [e for e in extractors if wants(path, True, e.wants)]


def test_the_fingerprint_changes_with_any_version() -> None:
    one = Extractor(name="a", version=1, limit=1, read=lambda file: Found())
    two = Extractor(name="a", version=2, limit=1, read=lambda file: Found())
    prints = {compiled(e).fingerprint for e in ((), (one,), (two,), (one, two))}
    assert len(prints) == 4


def facts(*steps: str, labels: dict[str, str] | None = None, layers: int = -1) -> ImageFacts:
    """Steps that begin with `-` make no layer."""
    told = tuple(History(step.lstrip("-"), step.startswith("-")) for step in steps)
    count = sum(not step.empty for step in told) if layers < 0 else layers
    return ImageFacts(
        config=ImageConfig(),
        labels=tuple((labels or {}).items()),
        history=told,
        diff_ids=tuple(f"sha256:{n:064d}" for n in range(count)),
    )


IMAGE = facts(
    "/bin/sh -c #(nop) ADD file:1 in / ",
    '-/bin/sh -c #(nop)  CMD ["bash"]',
    "RUN apt-get install",
    "-ENV A=b",
    '-CMD ["python3"]',
    "COPY app /app",
    '-ENTRYPOINT ["/app"]',
)


def test_each_layer_gets_its_instruction() -> None:
    layers, _ = history.layers(IMAGE, [history.Blob(f"sha256:{n}", n) for n in range(3)])
    assert [layer.instruction for layer in layers] == [
        "/bin/sh -c #(nop) ADD file:1 in / ",
        "RUN apt-get install",
        "COPY app /app",
    ]
    assert [layer.size for layer in layers] == [0, 1, 2]


def test_the_base_is_guessed_by_what_images_end_with() -> None:
    layers, base = history.layers(IMAGE)
    assert [layer.base for layer in layers] == [True, True, False]
    assert base.why.startswith("guessed")


def test_the_base_is_known_when_its_layers_are() -> None:
    layers, base = history.layers(IMAGE, base_diff_ids=IMAGE.diff_ids[:1])
    assert [layer.base for layer in layers] == [True, False, False]
    assert "guessed" not in base.why
    assert history.layers(IMAGE, base_diff_ids=["sha256:other"])[1].why.startswith("guessed")


def test_labels_name_it() -> None:
    found = facts("COPY x", labels={history.BASE_NAME: "debian:12"})
    assert history.layers(found)[1] == history.Base(
        0, "debian:12", "the label names a base image, the history does not show its layers."
    )
    assert history.layers(facts("COPY x"))[1] == history.Base(0)


@pytest.mark.parametrize("steps", [(), ("ADD x", "RUN y", "RUN z"), ("-CMD",)])
def test_a_history_that_does_not_fit_names_nothing(steps: tuple[str, ...]) -> None:
    layers, base = history.layers(facts(*steps, layers=2), [history.Blob("sha256:x", 1)])
    assert [(layer.instruction, layer.size, layer.base) for layer in layers] == [("", 0, False)] * 2
    assert base.layers == 0
