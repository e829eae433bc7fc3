"""No credential that was found is quoted: not where it was found, and not where it stands again."""

from dataclasses import replace

import pytest
from golden.report_cases import IMAGE, SECRETS, TOKEN

from outrider.model.artifact import Contents, History
from outrider.model.finding import Secret
from outrider.model.image import ImageConfig
from outrider.report.masked import masked
from outrider.report.registry import FORMATS
from outrider.report.report import Report

LINE = IMAGE.contents.history[4].instruction


def with_secrets(report: Report, *secrets: Secret) -> Report:
    return replace(report, findings=replace(report.findings, secrets=secrets))


def of(contents: Contents, *secrets: Secret) -> Contents:
    return masked(with_secrets(replace(IMAGE, contents=contents), *secrets)).contents


def test_a_credential_in_the_history_is_stars() -> None:
    shown = masked(IMAGE).contents
    assert SECRETS[1].redacted in shown.history[4].instruction
    assert shown.layers[3].instruction == shown.history[4].instruction


@pytest.mark.parametrize("redacted", ["****", "xhp_***9Z", "", "(hidden)"])
def test_a_line_whose_credential_is_not_found_again_is_not_shown(redacted: str) -> None:
    secrets = (replace(SECRETS[1], redacted=redacted),)
    report = replace(IMAGE, findings=replace(IMAGE.findings, secrets=secrets))
    shown = masked(report).contents
    assert shown.history[4].instruction == shown.layers[3].instruction == "(not shown: GitHub token)"
    assert TOKEN not in repr(shown)


@pytest.mark.parametrize("stars", [4, 20, 34])
def test_fewer_stars_than_characters_are_enough(stars: int) -> None:
    shown = of(IMAGE.contents, replace(SECRETS[1], redacted=f"ghp_{'*' * stars}9Z"))
    assert shown.history[4].instruction == LINE.replace(TOKEN, f"ghp_{'*' * stars}9Z")


def test_a_short_one_of_which_only_the_beginning_is_kept() -> None:
    contents = replace(IMAGE.contents, history=(History("ENV PW=hunter2hunter", True),), layers=())
    secret = replace(SECRETS[1], path="history:0", redacted="hu***********")
    assert of(contents, secret).history[0].instruction == "ENV PW=hu***********"


def test_two_in_one_line() -> None:
    contents = replace(
        IMAGE.contents, history=(History("RUN a --x=AAAA1111ZZ --y=BBBB2222YY", False),), layers=()
    )
    one = replace(SECRETS[1], path="history:0", redacted="AAAA****ZZ")
    other = replace(one, redacted="BBBB****YY")
    assert of(contents, one, other).history[0].instruction == "RUN a --x=AAAA****ZZ --y=BBBB****YY"


def test_the_command_that_a_step_of_the_history_set() -> None:
    config = ImageConfig(entrypoint=("/app", "--quiet"), cmd=("serve", f"--token={TOKEN}"))
    history = (History(f'CMD ["serve" "--token={TOKEN}"]', True),)
    contents = replace(IMAGE.contents, config=config, history=history, layers=())
    shown = of(contents, replace(SECRETS[1], path="history:0")).config
    assert shown is not None
    assert shown.cmd == ("serve", f"--token={SECRETS[1].redacted}")
    assert shown.entrypoint == ("/app", "--quiet")
    hidden = of(contents, replace(SECRETS[1], path="history:0", redacted="*****")).config
    assert hidden is not None
    assert TOKEN not in repr(hidden)


def test_the_value_of_a_variable_is_looked_for_everywhere() -> None:
    config = ImageConfig(env=(f"PASSWORD={TOKEN}",), cmd=("login", TOKEN))
    history = (History(f"ENV PASSWORD={TOKEN}", True),)
    contents = replace(IMAGE.contents, config=config, history=history, labels=(("a", TOKEN),))
    report = with_secrets(replace(IMAGE, contents=contents), replace(SECRETS[1], path="env:PASSWORD"))
    for form in FORMATS.values():
        assert TOKEN not in form.render(report)


def test_a_label() -> None:
    contents = replace(IMAGE.contents, labels=(("key", f"x {TOKEN}"),), layers=())
    assert TOKEN not in repr(of(contents, replace(SECRETS[1], path="label:key")).labels)


def test_a_long_hostile_line_costs_little() -> None:
    contents = replace(IMAGE.contents, history=(History("a" * 1_000_000, False),), layers=())
    secrets = [replace(SECRETS[1], path="history:0", redacted=f"aaaa{'*' * n}zz") for n in range(1, 100)]
    assert of(contents, *secrets).history[0].instruction == "(not shown: GitHub token)"


def test_without_such_a_secret_nothing_is_touched() -> None:
    report = with_secrets(IMAGE, SECRETS[0])
    assert masked(report) is report
