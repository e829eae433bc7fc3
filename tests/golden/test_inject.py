"""The transformation against its golden pairs. To regenerate: python tests/golden/inject_cases.py"""

import json
from pathlib import Path

import inject_cases
import pytest

from outrider.fargate.rules import refusals
from outrider.fargate.task import parse
from outrider.inject.document import register_form
from outrider.inject.unpatch import unpatch

FOLDERS = inject_cases.folders()


def test_there_are_as_many_shapes_as_we_say() -> None:
    assert len(FOLDERS) >= 22
    assert [folder.name[:2] for folder in FOLDERS] == [f"{i:02}" for i in range(1, len(FOLDERS) + 1)]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_golden_pair(folder: Path) -> None:
    files = {name: inject_cases.text(value) for name, value in inject_cases.run(folder).items()}
    kept = {
        path.name: path.read_text()
        for path in folder.iterdir()
        if path.name in {"outcomes.json", "expected.json"}
    }
    assert files == kept


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_golden_result_can_be_taken_back(folder: Path) -> None:
    outcomes = json.loads((folder / "outcomes.json").read_text())
    written = (folder / "input.json").read_text()
    if not outcomes.get("covered") or "com.outrider" in written:
        return
    given = json.loads(written)
    expected = json.loads((folder / "expected.json").read_text())
    assert unpatch(expected).document == register_form(given).document


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_fargate_has_no_objection_that_it_had_not_before(folder: Path) -> None:
    outcomes = json.loads((folder / "outcomes.json").read_text())
    if "refused" in outcomes or "ec2" in folder.name:
        return
    given = register_form(json.loads((folder / "input.json").read_text())).document
    expected = json.loads((folder / "expected.json").read_text())
    before, after = (
        {str(refusal) for refusal in refusals(document, parse(document))} for document in (given, expected)
    )
    assert after <= before
