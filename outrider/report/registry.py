"""Every format there is, by the name that `--format` takes."""

from outrider.report import cyclonedx, html_page, json_report, junit, sarif, spdx, text
from outrider.report.format import Format

FORMATS: dict[str, Format] = {
    module.FORMAT.name: module.FORMAT
    for module in (text, json_report, sarif, junit, cyclonedx, spdx, html_page)
}
