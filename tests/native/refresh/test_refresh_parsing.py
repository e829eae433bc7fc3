"""Answers and addresses are somebody else's: understood or refused, never read past their end."""

import struct
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

HEAD = b"HTTP/1.1 200 OK\r\n"
ANSWERS = [
    (HEAD + b'Content-Length: 5\r\nETag: "abc"\r\n\r\nhello', '200 5 "abc" hello'),
    (HEAD + b"content-length:3\r\n\r\nhello", "200 3  hel"),
    (
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\nT: 1\r\n\r\n",
        "200 5  hello",
    ),
    (b'HTTP/1.1 304 Not Modified\r\nETag: "e"\r\n\r\n', '304 0 "e" '),
    (b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", "403 0  "),
    (HEAD + b"ETag: " + b"e" * 300 + b"\r\nContent-Length: 1\r\n\r\nx", "200 1  x"),
    (HEAD + b"Content-Length: 6\r\n\r\nhello", "wrong the answer was cut off"),
    (HEAD + b"Content-Length: 6\r\n", "wrong the answer was cut off"),
    (HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", "wrong the answer was cut off"),
    (HEAD + b"\r\nhello", "wrong the answer does not say how long it is"),
    (HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", "wrong the answer's body is not HTTP"),
    (b"", "wrong the answer was cut off"),
]
ADDRESSES = [
    (b"https://ssm.eu-west-1.amazonaws.com", "tls ssm.eu-west-1.amazonaws.com 443 "),
    (b"http://127.0.0.1:5000/", "plain 127.0.0.1 5000 "),
    (b"http://localhost:8080/base/path/", "plain localhost 8080 /base/path"),
    (b"ftp://host", "neither"),
    (b"https://", "neither"),
    (b"https://user@host/", "neither"),
    (b"https://host:/", "neither"),
    (b"https://host:123456/", "neither"),
    (b"https://host?x", "neither"),
    (b"https://" + b"h" * 300, "neither"),
    (b"http://host/a\r\nX: y", "neither"),
    (b"ssm:/outrider/checkout", "ssm  /outrider/checkout"),
    (b"ssm:name", "ssm  name"),
    (b"ssm:arn:aws:ssm:eu-west-1:1:parameter/x", "ssm  arn:aws:ssm:eu-west-1:1:parameter/x"),
    (b"s3://bucket/a/b c.policy", "s3 bucket a/b c.policy"),
    (b"ssm:", "neither"),
    (b'ssm:a"b', "neither"),
    (b"s3://bucket", "neither"),
    (b"s3://bucket/", "neither"),
    (b"s3://Bucket/x", "neither"),
    (b"s3://b/x", "neither"),
    (b"s3://" + b"b" * 64 + b"/x", "neither"),
    (b"ssm:" + b"n" * 1100, "neither"),
]


def ask(program: Path, *questions: tuple[bytes, bytes]) -> list[str]:
    """Answers, one a question; what the sanitizers find is a failure."""
    given_bytes = b"".join(letter + struct.pack("<I", len(data)) + data for letter, data in questions)
    done = subprocess.run([program], input=given_bytes, capture_output=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode("latin-1").split("\n")[: len(questions)]


@pytest.mark.parametrize(("answer", "expected"), ANSWERS, ids=[expected for _, expected in ANSWERS])
def test_an_answer(answers: Path, answer: bytes, expected: str) -> None:
    assert ask(answers, (b"a", answer)) == [expected]


@pytest.mark.parametrize(("address", "expected"), ADDRESSES, ids=lambda value: str(value)[:40])
def test_an_address(answers: Path, address: bytes, expected: str) -> None:
    assert ask(answers, (b"u", address)) == [expected]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([answer for answer, _ in ANSWERS]),
            st.integers(0, 400),
            st.binary(max_size=8),
            st.integers(0, 60),
        ),
        min_size=20,
        max_size=60,
    )
)
def test_whatever_comes_is_read_within_its_bounds(
    answers: Path, changes: list[tuple[bytes, int, bytes, int]]
) -> None:
    questions = [
        (letter, answer[:at] + planted + answer[at + dropped :])
        for answer, at, planted, dropped in changes
        for letter in (b"a", b"u")
    ]
    ask(answers, *questions)
