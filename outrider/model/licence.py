"""Licences: what is a valid SPDX expression, and what is only somebody's words.

https://spdx.github.io/spdx-spec/v2.3/SPDX-license-expressions/
"""

from functools import lru_cache

from outrider import limits


@lru_cache(maxsize=4096)
def expression(text: str) -> str:
    """The SPDX expression in its normal form; empty when the text is none. `LicenseRef-` names count as
    none: they mean something in the document they come from only."""
    if not text or len(text) > limits.LICENCE_EXPRESSION or text.count("(") > 16 or not text.isascii():
        return ""
    from packaging.licenses import (  # noqa: PLC0415 - its table of licences is wanted in reports only
        InvalidLicenseExpression,
        canonicalize_license_expression,
    )

    try:
        normal = str(canonicalize_license_expression(text))
    except (InvalidLicenseExpression, MemoryError, RecursionError):
        return ""
    return "" if "licenseref-" in normal.lower() else normal
