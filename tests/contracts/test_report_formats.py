"""What every report format promises, asked of each by the same test: whatever the artifact's names are."""

import json
import time
import unicodedata
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from defusedxml.ElementTree import fromstring
from golden import report_cases
from golden.report_hostile import NASTY, hostile

from outrider.model.finding import Findings, Ignored
from outrider.model.outcome import Covered, Failed, Skipped
from outrider.report.format import Format
from outrider.report.registry import FORMATS

ROOM = Path(__file__).parents[2] / "outrider" / "report"


class Page(HTMLParser):
    """Collects what a browser would act on."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.handlers: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            if name.startswith("on") or name in {"src", "srcset", "style"}:
                self.handlers.append(name)
            if name == "href":
                self.links.append(value or "")


def acting(text: str) -> set[str]:
    """Characters of a text that could act on a terminal or an editor; line ends are wanted."""
    kinds = {"Cc", "Cf", "Cs", "Zl", "Zp", "Co"}
    return {character for character in text if unicodedata.category(character) in kinds} - {"\n"}


EVERY = pytest.mark.parametrize("form", FORMATS.values(), ids=FORMATS)


def test_every_format_of_the_command_line_is_there() -> None:
    assert list(FORMATS) == ["text", "json", "sarif", "junit", "cyclonedx", "spdx", "html"]
    assert all(name == form.name for name, form in FORMATS.items())
    assert len({form.ending for form in FORMATS.values()}) == len(FORMATS)


def test_no_module_was_forgotten() -> None:
    with_format = [path for path in ROOM.glob("*.py") if "\nFORMAT = " in path.read_text()]
    assert len(with_format) == len(FORMATS)


@EVERY
@pytest.mark.parametrize("name", report_cases.REPORTS)
def test_the_same_report_gives_the_same_bytes(form: Format, name: str) -> None:
    report = report_cases.REPORTS[name]
    text = form.render(report)
    assert text == form.render(replace(report))
    assert text.endswith("\n")
    assert not acting(text)


@EVERY
@pytest.mark.parametrize("word", NASTY, ids=range(len(NASTY)))
def test_hostile_names_do_nothing(form: Format, word: str) -> None:
    text = form.render(hostile(report_cases.IMAGE, word))
    assert not acting(text)
    text.encode()
    if form.media_type.split(";")[0].endswith("json"):
        assert text.isascii()
        json.loads(text)
    if form.name == "junit":
        fromstring(text)
    if form.name == "html":
        page, usual = Page(), Page()
        page.feed(text)
        usual.feed(form.render(report_cases.IMAGE))
        assert set(page.tags) <= set(usual.tags) | {"br"}
        assert page.tags.count("script") == page.tags.count("style") == 1
        assert page.handlers == []
        assert all(link.startswith(("https://", "http://")) for link in page.links)


@EVERY
def test_no_credential_is_told(form: Format) -> None:
    text = form.render(report_cases.IMAGE)
    assert report_cases.TOKEN not in text
    assert "k" * 10 not in text
    assert "TOKEN=abc" not in text or form.name not in {"text", "html", "sarif", "junit"}


@EVERY
def test_four_times_the_packages_take_about_four_times_as_long(form: Format) -> None:
    """Not quadratic, for packages that name each other; CPU time, the better of two."""

    def seconds(count: int) -> float:
        package = report_cases.LODASH
        many = tuple(
            replace(package, name=f"p{number % 97}", path=f"/{number}", dependencies=(f"p{number % 89}",))
            for number in range(count)
        )
        found = tuple(replace(report_cases.KEV, package=one) for one in many)
        report = report_cases.EMPTY
        report = replace(
            report,
            contents=replace(report.contents, packages=many),
            findings=replace(report.findings, vulnerabilities=found),
            ignored=tuple(Ignored(subject=f"CVE-{number}", reason="no") for number in range(count)),
        )
        begun = time.process_time()
        form.render(report)
        return time.process_time() - begun

    seconds(10)
    small, large = (min(seconds(count), seconds(count)) for count in (200, 800))
    assert large < 10 * small + 0.05


def test_a_number_that_is_none_breaks_no_format() -> None:
    odd = replace(report_cases.KEV, epss=float("nan"), risk=float("inf"))
    report = replace(report_cases.FUNCTION, findings=Findings(vulnerabilities=(odd,)))
    for form in FORMATS.values():
        assert form.render(report)
    assert json.loads(FORMATS["json"].render(report))["vulnerabilities"][0]["epss"] is None


@pytest.mark.parametrize("form", FORMATS.values(), ids=lambda form: form.name)
def test_it_says_partial_where_something_could_not_be_looked_at_and_only_there(form: Format) -> None:
    whole = replace(report_cases.IMAGE, outcomes=(Covered("layer 1"), Skipped("layer 2", "not ours")))
    broken = replace(whole, outcomes=(*whole.outcomes, Failed("layer 3", "is damaged")))
    mark = '"partial": true' if form.name == "json" else "PARTIAL: 1 covered, 1 skipped, 1 failed"
    assert mark in form.render(broken)
    assert mark not in form.render(whole)
    assert "PARTIAL" not in form.render(whole)
