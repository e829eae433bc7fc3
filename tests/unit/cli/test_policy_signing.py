"""Keys in files and keys in KMS: what they sign verifies, here and natively."""

import base64
import json
import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from cli.commands import Outrider
from outrider.model import json_document
from outrider.policy.signing import format_key, verify, verify_switch

DOCUMENT = "version: 1\nworkload: shop\ncounter: 3\ncontainers:\n  web: {mode: block}\n"
PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = PRIVATE.public_key().public_bytes_raw()


class Kms(BaseHTTPRequestHandler):
    """Stands in for KMS: moto has no key of ECC_NIST_EDWARDS25519. Strict in what AWS is strict in."""

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        asked = json_document.parse(self.rfile.read(length), "a request")
        action = self.headers["X-Amz-Target"].removeprefix("TrentService.")
        self._answer(*getattr(self, action)(asked))

    def GetPublicKey(self, asked: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        key = (
            generate_private_key(SECP256R1()).public_key()
            if asked["KeyId"] == "alias/other"
            else PRIVATE.public_key()
        )
        if asked["KeyId"] not in ("alias/other", "alias/outrider"):
            return 400, {"__type": "NotFoundException", "message": "no such key"}
        der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return 200, {"PublicKey": base64.b64encode(der).decode()}

    def Sign(self, asked: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        message = base64.b64decode(asked["Message"])
        right = (asked["MessageType"], asked["SigningAlgorithm"]) == ("RAW", "ED25519_SHA_512")
        if not right or not 1 <= len(message) <= 4096:
            return 400, {"__type": "ValidationException", "message": "Message: 1 to 4096 bytes, RAW"}
        return 200, {"Signature": base64.b64encode(PRIVATE.sign(message)).decode()}

    def _answer(self, status: int, said: dict[str, Any]) -> None:
        data = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Silent."""


@pytest.fixture
def outrider(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Outrider:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "policy.yaml").write_text(DOCUMENT)
    made = Outrider(capsys, monkeypatch)
    made.ok("policy", "compile", "policy.yaml", "-o", "web.policy")
    return made


@pytest.fixture
def kms(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Kms)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.server_port}",
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
    }.items():
        monkeypatch.setenv(name, value)
    yield
    server.shutdown()
    server.server_close()


def test_a_key_in_kms_signs_the_digest(outrider: Outrider, kms: None, tmp_path: Path) -> None:
    said = outrider.ok("policy", "sign", "web.policy", "--key", "kms:alias/outrider")
    assert format_key(PUBLIC) in said.err
    verify((tmp_path / "web.policy").read_bytes(), PUBLIC)
    outrider.ok("policy", "verify", "web.policy", "--key", format_key(PUBLIC))
    assert outrider("policy", "verify", "web.policy", "--key", format_key(bytes(32))).status == 1


def test_a_signature_by_file_replaces_one_by_kms(outrider: Outrider, kms: None, tmp_path: Path) -> None:
    outrider.ok("policy", "keygen", "-o", "policy.key")
    before = (tmp_path / "web.policy").read_bytes()
    outrider.ok("policy", "sign", "web.policy", "--key", "policy.key", "-o", "whole.policy")
    outrider.ok("policy", "sign", "web.policy", "--key", "kms:alias/outrider")
    outrider.ok("policy", "sign", "web.policy", "--key", "policy.key")
    assert (tmp_path / "web.policy").read_bytes() == (tmp_path / "whole.policy").read_bytes() != before


@pytest.mark.parametrize(
    ("key", "status", "words"),
    [("kms:alias/other", 2, "ECC_NIST_EDWARDS25519"), ("kms:alias/none", 4, "kms:GetPublicKey")],
)
def test_what_kms_has_not(outrider: Outrider, kms: None, key: str, status: int, words: str) -> None:
    said = outrider("policy", "sign", "web.policy", "--key", key)
    assert said.status == status and words in said.err


def test_the_switch_by_kms(outrider: Outrider, kms: None, tmp_path: Path) -> None:
    words = ["--who", "kim", "--why", "ticket 4711", "--for", "2h"]
    outrider.ok("policy", "alert-only", "on", "-o", "s.switch", *words, "--key", "kms:alias/outrider")
    assert verify_switch((tmp_path / "s.switch").read_bytes(), PUBLIC).on
    assert outrider("policy", "alert-only", "off", "-o", "s", *words).status == 2
