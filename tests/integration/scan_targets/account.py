"""An account with a function: moto's server, and before it a door of ours for what moto does not do.

moto's Code.Location answers 404 and those of layers are `s3://`; it has no code signing, and finds no layer
by its ARN. The door passes every request on to moto, puts its own address in the place of those, serves the
zips there, and answers for code signing. It is strict: whatever else is asked for is noted and answered 500.
"""

import base64
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

import boto3
import requests
from moto.server import ThreadedMotoServer
from registries import Answer, Asked, small_server

REGION = "eu-central-1"
SETTINGS = {
    "AWS_DEFAULT_REGION": REGION,
    "AWS_ACCESS_KEY_ID": "x",
    "AWS_SECRET_ACCESS_KEY": "x",
    "AWS_EC2_METADATA_DISABLED": "true",
}
_PASSED_ON = {"authorization", "x-amz-date", "x-amz-security-token", "content-type"}
_REFUSED = {"x-amzn-ErrorType": "AccessDeniedException"}


@dataclass
class Account:
    """The account, and what is wrong with it."""

    moto: str
    zips: dict[str, bytes] = field(default_factory=dict)
    """By SHA-256 in base64, as Lambda names them."""
    refused: set[str] = field(default_factory=set)
    """Ends of paths for which there is no permission."""
    unknown: list[str] = field(default_factory=list)
    host: str = ""
    damage: dict[str, Any] = field(default_factory=dict)
    """Fields of GetFunction's Configuration that are answered in place of moto's."""
    stolen: bool = False
    """The zips that are served are others."""

    def client(self, name: str) -> Any:
        return boto3.client(name, endpoint_url=self.moto)

    def keep(self, data: bytes) -> dict[str, bytes]:
        """A zip as the API takes it, which the door will serve."""
        self.zips[base64.b64encode(hashlib.sha256(data).digest()).decode()] = data
        return {"ZipFile": data}

    def answer(self, asked: Asked) -> Answer:
        path = asked.path.partition("?")[0]
        if path.startswith("/zips/"):
            if "authorization" in asked.headers:
                return Answer(status=400)  # S3 refuses a second way of signing in beside the URL's
            data = self.zips[bytes.fromhex(path.removeprefix("/zips/")).decode()]
            return Answer(data[:-1] + b"x" if self.stolen else data)
        if any(path.endswith(end) for end in self.refused):
            return Answer(b'{"Message": "you may not"}', 403, _REFUSED)
        if path.endswith("/code-signing-config"):
            return Answer(b'{"FunctionName": "pay"}')
        known = ("/functions/", "/layers")
        if not any(part in path for part in known):
            self.unknown.append(asked.path)
            return Answer(status=500)
        if path == "/2018-10-31/layers":  # GetLayerVersionByArn, which moto does not have, as GetLayerVersion
            name, version = unquote(asked.path.rpartition("Arn=")[2]).split(":")[-2:]
            path = f"{path}/{name}/versions/{version}"
        headers = {name: value for name, value in asked.headers.items() if name in _PASSED_ON}
        reply = requests.get(self.moto + path, headers=headers, timeout=20)
        kept = {name: v for name, v in reply.headers.items() if name.lower() == "x-amzn-errortype"}
        return Answer(self._mended(reply.content), reply.status_code, kept)

    def _mended(self, body: bytes) -> bytes:
        try:
            told = json.loads(body)
        except ValueError:
            return body
        if "Configuration" in told:
            told["Configuration"] |= self.damage
            self._place(told["Code"], told["Configuration"]["CodeSha256"])
        elif "Content" in told:
            self._place(told["Content"], told["Content"]["CodeSha256"])
        return json.dumps(told).encode()

    def _place(self, told: dict[str, Any], sha256: str) -> None:
        if "Location" in told:
            told["Location"] = f"http://{self.host}/zips/{sha256.encode().hex()}?X-Amz-Signature=s3cret"


@contextmanager
def account() -> Iterator[Account]:
    moto = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    moto.start()
    host, port = moto.get_host_and_port()
    found = Account(f"http://{host}:{port}")
    requests.post(f"{found.moto}/moto-api/config", json={"lambda": {"use_docker": False}}, timeout=10)
    try:
        with small_server(found.answer) as server:
            found.host = server.host
            yield found
        assert not found.unknown
    finally:
        requests.post(f"{found.moto}/moto-api/reset", timeout=10)
        moto.stop()
