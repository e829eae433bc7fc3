"""Every format of the made-up reports against what somebody last looked at. To regenerate:
python tests/golden/report_cases.py"""

import pytest
import report_cases


@pytest.mark.parametrize("name", report_cases.REPORTS)
def test_golden_report(name: str) -> None:
    kept = {path.name: path.read_text(encoding="utf-8") for path in (report_cases.HERE / name).iterdir()}
    assert report_cases.rendered(name) == kept
