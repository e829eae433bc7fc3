"""Banners in scripts: which comments count, and which text that looks like one does not."""

import pytest

from tests.unit.scan.inventory.language.samples import labels, read


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("/*! jQuery v3.4.1 | (c) JS Foundation */", ["jquery@3.4.1"]),
        ("/*!\n * jQuery JavaScript Library v1.12.4\n */", ["jquery@1.12.4"]),
        ("x()\n/**\n * @license AngularJS v1.7.8\n */", ["angular@1.7.8"]),
        ("/*\n AngularJS v1.7.8\n*/", ["angular@1.7.8"]),
        ("//     Underscore.js 1.8.3\n", ["underscore@1.8.3"]),
        (
            "/*! Bundled license information:\n\nvue.js:\n  (*!\n   * Vue.js v2.6.10\n   *)\n*/",
            ["vue@2.6.10"],
        ),
        ("/** @license React v16.8.6\n * react-is.development.js\n */", ["react-is@16.8.6"]),
        ("/** @license React v16.8.6\n * react.production.min.js\n */", ["react@16.8.6"]),
        ("//! moment.js locale\n//! moment.js\n//! version : 2.29.1\n", ["moment@2.29.1"]),
        ("/*! DOMPurify 3.0.0-rc.1 | x */", ["dompurify@3.0.0-rc.1"]),
    ],
)  # fmt: skip
def test_a_banner(script: str, expected: list[str]) -> None:
    assert labels(read("javascript_banner", script)) == expected


@pytest.mark.parametrize(
    "script",
    [
        "var banner = 'jQuery v3.4.1';",
        "x();\n// Leaflet 1.0 had another way\n",
        "x();\n/* jQuery v3.4.1 */",
        "//! ours\njQuery v3.4.1",
        "/*! needs jQuery v3.4.1 */",
        "/*!\n * Based on Underscore.js 1.8.3\n */",
        "/*! Acme Widgets v1.0.0 */",
        "/*! jQuery */",
        "/*! jQuery v3 */",
    ],
)
def test_no_banner(script: str) -> None:
    assert labels(read("javascript_banner", script)) == []
