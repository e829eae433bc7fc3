from hypothesis import given
from hypothesis import strategies as st

from outrider.scan.secrets.secret import fingerprint, redacted


def test_shown_are_at_most_the_first_four_and_the_last_two() -> None:
    assert redacted(b"AKIA" + b"B" * 14 + b"LE") == "AKIA**************LE"
    assert redacted(b"0123456789ab") == "01**********"
    assert redacted(b"hunter2") == "*******"


@given(st.binary(min_size=1, max_size=100))
def test_most_of_it_stays_hidden(secret: bytes) -> None:
    shown = redacted(secret)
    assert shown.isprintable()
    assert len(secret.decode("utf-8", "replace")) < 20 or len(shown) - shown.count("*") <= 6 or b"*" in secret


def test_a_fingerprint_is_of_rule_and_credential() -> None:
    assert len({fingerprint("a", b"x"), fingerprint("b", b"x"), fingerprint("a", b"y")}) == 3
