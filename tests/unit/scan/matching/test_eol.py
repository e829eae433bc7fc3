import re
from datetime import date

import pytest

from outrider.model.package import Release
from outrider.scan.matching import eol, lifetimes

TODAY = "2026-01-15"


@pytest.mark.parametrize(
    ("release", "ended"),
    [
        (Release(id="debian", version="10"), "2024-06-30"),
        (Release(id="debian", version="12"), ""),
        (Release(id="debian", version=""), ""),
        (Release(id="alpine", version="3.18.6"), "2025-05-09"),
        (Release(id="alpine", version="3.23.0"), ""),
        (Release(id="ubuntu", version="20.04"), "2025-05-31"),
        (Release(id="ubuntu", version="22.04"), ""),
        (Release(id="amzn", version="2018.03"), "2023-12-31"),
        (Release(id="amzn", version="2"), ""),
        (Release(id="centos", version="7"), "2024-06-30"),
        (Release(id="centos", version="8", name="CentOS Linux 8"), "2021-12-31"),
        (Release(id="centos", version="8", name="CentOS Stream 8"), "2024-05-31"),
        (Release(id="rhel", version="9.4"), ""),
        (Release(id="fedora", version="40"), "2025-05-13"),
        (Release(id="sles", version="15.5"), "2024-12-31"),
        (Release(id="opensuse-leap", version="15.5"), "2024-12-31"),
        (Release(id="plan9", version="4"), ""),
    ],
)
def test_distributions(release: Release, ended: str) -> None:
    found = eol.distribution(release, TODAY)
    assert (found.date if found else "") == ended


def test_the_last_day_still_counts() -> None:
    buster = Release(id="debian", version="10", name="Debian 10")
    assert eol.distribution(buster, "2024-06-30") is None
    ended = eol.distribution(buster, "2024-07-01")
    assert ended
    assert ended.words == "Debian 10 has had no security support since 2024-06-30"
    assert ended.source.startswith("https://")


def test_lambda_runtimes() -> None:
    ended = eol.function_runtime("python3.6", TODAY)
    assert ended
    assert (ended.date, ended.blocked) == ("2022-07-18", "2022-08-29")
    assert "can no longer be updated since 2022-08-29" in ended.words
    assert eol.function_runtime("python3.13", TODAY) is None
    assert eol.function_runtime("cobol85", TODAY) is None


@pytest.mark.parametrize(
    ("name", "version", "ended"),
    [
        ("python", "3.8.10", "2024-10-07"),
        ("python", "3.12.1", ""),
        ("nodejs", "16.20.2", "2023-09-11"),
        ("ruby", "3.0.6", "2024-04-23"),
        ("dotnet", "6.0.1", "2024-11-12"),
        ("java", "17.0.2", ""),
        ("perl", "5.8", ""),
    ],
)
def test_languages(name: str, version: str, ended: str) -> None:
    found = eol.language(name, version, TODAY)
    assert (found.date if found else "") == ended


def test_the_table_holds_dates_and_sources() -> None:
    tables = {**lifetimes.DISTRIBUTIONS, **lifetimes.LANGUAGES}
    assert set(tables) | {"lambda"} == set(lifetimes.SOURCES)
    dates = [one for table in tables.values() for one in table.values()]
    dates += [one for pair in lifetimes.LAMBDA.values() for one in pair if one]
    assert all(date.fromisoformat(one) for one in [*dates, lifetimes.KNOWN])
    assert all(re.fullmatch(r"[0-9.]+", release) for table in tables.values() for release in table)
    assert all(first <= second for first, second in lifetimes.LAMBDA.values() if second)
