"""The CDK app's templates against their golden ones. To regenerate: python -m tests.golden.cdk_cases"""

import json
from dataclasses import fields

import pytest

from cdk_app.settings import Settings
from tests.golden import cdk_cases

pytestmark = pytest.mark.whole


@pytest.mark.parametrize("name", cdk_cases.CASES)
def test_templates_are_the_golden_ones(name: str) -> None:
    kept = {path.name: path.read_text() for path in (cdk_cases.FOLDER / name).glob("*.json")}
    now = cdk_cases.templates(name)
    assert now.keys() == kept.keys()
    for file, text in now.items():
        assert json.loads(text) == json.loads(kept[file]), file
        assert text == kept[file]


def test_every_choice_is_made_in_one_of_them() -> None:
    made = cdk_cases.ALL.keys() | {"hub", "bundling"}
    assert made == {field.name for field in fields(Settings)}
    assert all(getattr(Settings(), name) != value for name, value in cdk_cases.ALL.items())


def test_no_hash_of_an_asset_is_kept() -> None:
    for path in cdk_cases.FOLDER.rglob("*.json"):
        assert not cdk_cases._ASSET.search(path.read_text()), path
    assert "ASSET.zip" in (cdk_cases.FOLDER / "OutriderScanner.json").read_text()
