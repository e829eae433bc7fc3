"""What `outrider record show` prints and writes, letter by letter; a hostile name does nothing to it."""

import unicodedata
from html.parser import HTMLParser

import pytest

from outrider.report.html_document import policy
from outrider.report.incident_page import render
from outrider.runtime.record import build
from tests.golden import record_cases


class Page(HTMLParser):
    """What a browser would act on."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.others: list[tuple[str, str]] = []
        self.policy = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        said = {name: value or "" for name, value in attrs}
        if said.get("http-equiv") == "Content-Security-Policy":
            self.policy = said["content"]
        for name, value in said.items():
            if name == "href":
                self.links.append(value)
            elif name.startswith("on") or name in ("src", "srcset", "action", "style", "data", "background"):
                self.others.append((name, value))


def read(text: str) -> Page:
    page = Page()
    page.feed(text)
    return page


@pytest.mark.parametrize("name", record_cases.FILES)
def test_it_is_as_it_was(name: str) -> None:
    assert record_cases.FILES[name]() == (record_cases.FOLDER / name).read_text()


def test_the_page_fetches_nothing_and_runs_nothing_of_others() -> None:
    page = read(record_cases.page())
    assert page.policy == policy()
    assert "default-src 'none'" in page.policy
    assert not {"img", "link", "iframe", "object", "embed", "form", "base", "audio", "video"} & set(page.tags)
    assert page.tags.count("script") == page.tags.count("style") == 1
    assert page.others == []
    assert all(
        link.startswith(("https://attack.mitre.org/techniques/T", "#incident-")) for link in page.links
    )


NASTY = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "/tmp/\x1b[2J\x07\n\r\u202eabc\u2028",
    "javascript:alert(1)",
    "</style></script><b>",
    "&#x3c;script&#x3e;",
    "/tmp/" + "x" * 10_000,
]


@pytest.mark.parametrize("word", NASTY, ids=range(len(NASTY)))
def test_hostile_names_do_nothing(word: str) -> None:
    found = build(record_cases.events(word))
    text = render(found.incidents, found)
    kinds = {unicodedata.category(letter) for letter in text if letter != "\n"}
    assert not kinds & {"Cc", "Cf", "Cs", "Zl", "Zp", "Co"}
    page, usual = read(text), read(record_cases.page())
    assert set(page.tags) <= set(usual.tags)
    assert page.tags.count("script") == page.tags.count("style") == 1
    assert page.others == []
    assert set(page.links) <= set(usual.links)  # what a file is called may decide what is detected


def test_a_record_without_incidents_is_a_page_too() -> None:
    found = build(record_cases.events()[:6])
    assert found.incidents == ()
    assert "No incident" in render(found.incidents, found)
