import pytest

from outrider import limits
from outrider.scan.secrets.places import is_foreign, left_out
from outrider.scan.secrets.search import wanted

TEXT = b"some text"


@pytest.mark.parametrize(
    "path",
    [
        "srv/app/.env",
        "root/.ssh/id_rsa",
        "srv/app/main.py",
        "etc/app.conf",
        "opt/x/key.pem",
        "usr/share/doc/x/server.key",
    ],
)
def test_searched(path: str) -> None:
    assert wanted(path, 100, TEXT)


@pytest.mark.parametrize(
    "path",
    [
        "usr/lib/x.so",
        "srv/app/logo.PNG",
        "usr/share/doc/bash/README",
        "usr/share/locale/de/LC_MESSAGES/x.txt",
        "usr/lib/python3/__pycache__/x.cpython-311.pyc",
        "etc/ssl/certs/ca-certificates.crt",
        "var/lib/dpkg/status",
        "proc/1/environ",
    ],
)
def test_left_out_by_name(path: str) -> None:
    assert not wanted(path, 100, TEXT)
    assert left_out(path, 100, TEXT)


def test_left_out_by_size_and_by_first_bytes() -> None:
    assert left_out("a.txt", 0, b"") == "empty"
    assert left_out("a.pem", limits.SECRET_FILE + 1, TEXT).startswith("larger")
    assert left_out("a.txt", 100, b"\x7fELF\0\0") == "not text"
    assert wanted("a.txt", 100, b"\xff\xfea\0")


@pytest.mark.parametrize(
    ("path", "foreign"),
    [
        ("usr/lib/python3.11/ssl.py", True),
        ("usr/local/lib/python3.12/site-packages/x/y.py", True),
        ("srv/app/node_modules/a/index.js", True),
        ("srv/app/vendor/a/b.go", True),
        ("srv/app/lib/shop.py", False),
        ("usr/src/app/index.js", False),
        ("var/task/handler.py", False),
        ("app/settings.py", False),
        ("root/.aws/credentials", False),
        ("usr/local/bin/deploy.sh", False),
    ],
)
def test_whose_code_it_is(path: str, foreign: bool) -> None:
    assert is_foreign(path) is foreign
