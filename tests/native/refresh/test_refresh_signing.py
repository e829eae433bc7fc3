"""Signature Version 4: AWS's own vectors, and whatever botocore signs."""

import hashlib
from urllib.parse import quote

import pytest
from asking import Line
from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given, settings
from hypothesis import strategies as st

SEPARATOR = "\x1f"
SUITE = ("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "20150830T123600Z")
S3_EXAMPLE = ("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "20130524T000000Z")
EMPTY = hashlib.sha256(b"").hexdigest()

HOST = {"host": "example.amazonaws.com", "x-amz-date": SUITE[2]}
VECTORS = {
    "get-vanilla": (
        ("GET", "/", "", "", "us-east-1", "service", *SUITE),
        HOST,
        "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
    ),
    "post-vanilla": (
        ("POST", "/", "", "", "us-east-1", "service", *SUITE),
        HOST,
        "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
    ),
    "get-vanilla-query-order-key-case": (
        ("GET", "/", "Param1=value1&Param2=value2", "", "us-east-1", "service", *SUITE),
        HOST,
        "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
    ),
    "S3's guide, GET Object": (
        ("GET", "/test.txt", "", "", "us-east-1", "s3", *S3_EXAMPLE),
        {
            "host": "examplebucket.s3.amazonaws.com",
            "range": "bytes=0-9",
            "x-amz-content-sha256": EMPTY,
            "x-amz-date": S3_EXAMPLE[2],
        },
        "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
    ),
}


def ask(signer: Line, fields: tuple[str, ...], headers: dict[str, str]) -> str:
    flat = [part for item in sorted(headers.items()) for part in item]
    return signer.ask(SEPARATOR.join([*fields, *flat]))


@pytest.mark.parametrize("name", VECTORS)
def test_aws_own_vectors(signer: Line, name: str) -> None:
    fields, headers, signature = VECTORS[name]
    answer = ask(signer, fields, headers)
    assert answer.endswith(f"Signature={signature}")
    assert f"SignedHeaders={';'.join(sorted(headers))}, " in answer
    assert answer.startswith(f"AWS4-HMAC-SHA256 Credential={fields[6]}/{fields[8][:8]}/{fields[4]}/")


WORDS = st.text("abcXYZ019-_.~", min_size=1, max_size=40)
KEYS = st.text("abcdefXYZ0123/+", min_size=16, max_size=120)


@settings(max_examples=60, deadline=None)
@given(
    path=st.one_of(st.none(), st.lists(st.text(min_size=1, max_size=20), max_size=4)),
    body=st.text(max_size=200),
    who=st.tuples(WORDS, KEYS, st.one_of(st.none(), KEYS)),
    region=WORDS,
)
def test_the_same_as_botocore(
    signer: Line, path: list[str] | None, body: str, who: tuple[str, str, str | None], region: str
) -> None:
    """With a path for S3, without one for SSM."""
    access, secret, token = who
    s3 = path is not None
    body = "".join(c for c in body if c not in "\n\r\0\x1f" and ord(c) < 0xD800)
    parts = [
        quote(part.encode("utf-8", "replace"), safe="-._~") for part in path or () if part not in {".", ".."}
    ]
    sent = "/" + "/".join(parts) if s3 else "/"
    auth = (S3SigV4Auth if s3 else SigV4Auth)(
        Credentials(access, secret, token), "s3" if s3 else "ssm", region
    )
    request = AWSRequest("POST", f"https://host.example{sent}", data=body.encode())
    request.headers["x-amz-content-sha256"] = hashlib.sha256(body.encode()).hexdigest()
    auth.add_auth(request)
    date = request.headers["X-Amz-Date"]
    headers = {"host": "host.example", "x-amz-date": date}
    headers["x-amz-content-sha256"] = hashlib.sha256(body.encode()).hexdigest()
    if token:
        headers["x-amz-security-token"] = token
    fields = ("POST", sent, "", body, region, "s3" if s3 else "ssm", access, secret, date)
    assert ask(signer, fields, headers) == request.headers["Authorization"]


def test_what_is_too_long_is_refused_not_cut(signer: Line) -> None:
    fields = ("GET", "/", "", "", "us-east-1", "s3", *SUITE)
    assert ask(signer, fields, {**HOST, "x-long": "x" * 20000}) == "refused"
    assert ask(signer, (*fields[:7], "k" * 600, fields[8]), HOST) == "refused"
    assert ask(signer, (*fields[:8], "2015"), HOST) == "refused"
