"""Shapes of arguments: flags stay, values never do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider.runtime.arguments import CLASSES, MOST_WORDS, shape


@pytest.mark.parametrize(
    ("words", "target", "said"),
    [
        ("sh -c id", "/bin/dash", "sh -c TEXT"),
        ("/usr/sbin/nginx -g daemon", "/usr/sbin/nginx", "-g TEXT"),
        ("python3 -m http.server 8080", "/usr/bin/python3.11", "python3 -m TEXT NUMBER"),
        ("mysql -psecret99 --password=hunter2 -h db", "/usr/bin/mysql", "-pTEXT --password=TEXT -h TEXT"),
        ("curl -sSL https://u:p@x/y --max-time 10", "/usr/bin/curl", "-sSL URL --max-time NUMBER"),
        ("tar -xzf /a /b ./c ../d", "/bin/tar", "-xzf PATH…"),
        ("gcc -O2 -I/usr/include -o a.o", "/usr/bin/gcc", "-ONUMBER -IPATH -o TEXT"),
        ("cat -- 0123456789abcdef0", "/bin/cat", "-- HASH"),
        ("-bash", "/bin/bash", "no arguments"),
        ("ls …", "/bin/ls", ""),
        ("", "/bin/ls", ""),
    ],
)
def test_shapes(words: str, target: str, said: str) -> None:
    assert shape(words.split(), target) == said


def test_every_class_has_a_reason() -> None:
    assert all(len(one.reason) > 10 for one in CLASSES)


SECRET = st.text(alphabet="abcdefXYZ0123456789!$%_=/.: ", min_size=5, max_size=60)


@given(st.lists(st.text(max_size=12) | st.sampled_from(["-a", "--key", "-p"]), max_size=60), SECRET)
def test_no_value_is_part_of_a_shape_and_shapes_are_bounded(words: list[str], secret: str) -> None:
    for said in (secret, f"--key={secret}", f"-k{secret}"):
        told = shape(["/bin/x", *words, said], "/bin/x")
        assert len(told.split(" ")) <= MOST_WORDS + 1
        assert len(told) <= (MOST_WORDS + 1) * 80
        kept = shape(["/bin/x", *words, said.replace(secret, "?????")], "/bin/x")
        assert secret not in told or secret in kept or secret in " ".join(words)
