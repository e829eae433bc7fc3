"""Programs made of the refresh of the policy, and places it asks."""

import platform
import runpy
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from asking import Line

ROOT = Path(__file__).parents[3]
HERE = "../tests/native/refresh/programs"
SIGNING = ("extension/refresh_sign.c", "sha256.c")
PARSING = ("extension/refresh_http.c", "extension/refresh_source.c", *SIGNING)
SHARED = ("base64.c", "ed25519.zig", "policy_find.c", "text.c", "verdict.c")
HTTP = ("extension/http_parse.c", "extension/http_body.c", "extension/skim.c")


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Builds programs/NAME.c with sources of native/, by the build that makes the extension."""
    native = runpy.run_path(str(ROOT / "native" / "build.py"))
    out = tmp_path_factory.mktemp("refresh")

    def make(name: str, *sources: str, sanitize: bool = False) -> Path:
        flags = (*native["STATIC"], f"-I{ROOT / 'native' / 'extension'}")
        target = native["Target"](name, (f"{HERE}/{name}.c", *sources), "linux-musl", flags, 1 << 20)
        if sanitize:
            path: Path = native["build_sanitized"](out, target)
            return path
        [path] = native["build"](out, platform.machine(), targets=[target])
        return path

    return make


@pytest.fixture(scope="session")
def ticking(made: Callable[..., Path]) -> Path:
    return made("ticking", "extension/refresh.c", "extension/https.zig", *PARSING, *HTTP, *SHARED)


@pytest.fixture(scope="session")
def signer(made: Callable[..., Path]) -> Iterator[Line]:
    program = made("signer", *SIGNING, "text.c")
    with subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Line(process)
        process.kill()


@pytest.fixture(scope="session")
def answers(made: Callable[..., Path]) -> Path:
    return made("answers", *PARSING, *HTTP, *SHARED, sanitize=True)
