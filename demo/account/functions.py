"""A door in front of moto's Lambda: code that downloads, revisions that are honoured, limits that hold.

What moto answers is passed on; this adds what it lacks. `Code.Location` of functions and
`Content.Location` of layers are addresses here, which serve the very zip that was uploaded. Every
change gives a function or an alias a new `RevisionId`, and a change under another one is refused (412).
Five layers and 4 KB of environment are the most. GetLayerVersionByArn is answered as GetLayerVersion;
there is no code signing and no provisioned concurrency. It is strict: code that comes any other way
than as a zip in the call, or an image, is answered 501, and so is every path that is not Lambda's.

What of AWS it does not do: sign-in, IAM, states (`LastUpdateStatus` is Successful at once, nothing is
ever Pending), code in S3, code signing, provisioned concurrency, SnapStart, invocations (moto's: an
echo), sizes unzipped.
"""

import base64
import hashlib
import json
import re
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from demo.account.front import Answer, Asked, forwarded, serving, told

MOST_LAYERS = 5
MOST_ENVIRONMENT = 4096
"""Bytes of a function's variables, names and values, as JSON."""

_FUNCTION = re.compile(r"/\d{4}-\d\d-\d\d/functions/(?P<name>[^/]+)(?P<rest>/.*)?")
_ALIAS = re.compile(r"/aliases/(?P<alias>[^/]+)")
_LAYER = re.compile(r"/\d{4}-\d\d-\d\d/layers(/.*)?")
_OTHER = re.compile(r"/\d{4}-\d\d-\d\d/(functions/?|tags/.+|event-source-mappings/?.*|account-settings/?)")
_CHANGES = {"", "/code", "/configuration"}
"""What may be changed of a function under a RevisionId."""


@dataclass
class Functions:
    """The door of one account and region."""

    moto: str
    """Address of moto's server."""
    url: str = ""
    zips: dict[str, bytes] = field(default_factory=dict)
    """By SHA-256 in base64, as Lambda names them."""
    unknown: list[str] = field(default_factory=list)
    """Requests that were refused because they are not done here."""
    changes: dict[str, int] = field(default_factory=dict)
    """Function, or function:alias → how often it was changed."""
    _one: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def answer(self, asked: Asked) -> Answer:
        """Answer one request."""
        if asked.path.startswith("/zips/"):
            return self._zip(asked)
        if not any(form.fullmatch(asked.path) for form in (_FUNCTION, _LAYER, _OTHER)):
            return self._unknown(asked)
        if asked.path.endswith("/layers") and asked.query.get("find") == "LayerVersion":
            name, version = unquote(asked.query["Arn"]).split(":")[-2:]
            target = f"/2018-10-31/layers/{name}/versions/{version}"
            asked = Asked(asked.method, target, asked.headers, asked.body)
        if asked.path.endswith("/code-signing-config"):
            return told({"FunctionName": _named(asked)})
        if asked.path.endswith("/provisioned-concurrency") and asked.query.get("List") == "ALL":
            return told({"ProvisionedConcurrencyConfigs": []})
        with self._one:  # a change and its check are one
            return self._refused(asked) or self._mended(asked, forwarded(asked, self.moto))

    def revision(self, function: str, alias: str = "") -> str:
        """The RevisionId as it is now."""
        key = f"{function}:{alias}" if alias else function
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{key}#{self.changes.get(key, 0)}"))

    def _zip(self, asked: Asked) -> Answer:
        """An uploaded zip, as S3 gives it to who has its address."""
        if "authorization" in asked.headers:
            return Answer(400, b"<Error><Code>InvalidArgument</Code></Error>")
        data = self.zips.get(bytes.fromhex(asked.path.removeprefix("/zips/")).decode())
        return Answer(404) if data is None else Answer(body=data)

    def _unknown(self, asked: Asked) -> Answer:
        self.unknown.append(f"{asked.method} {asked.path}")
        return _error(501, "NotDoneByThisStandIn", f"{asked.method} {asked.path}")

    def _refused(self, asked: Asked) -> Answer | None:
        """What AWS would refuse and moto would not."""
        said = _json(asked.body)
        function, rest = _named(asked), _rest(asked)
        alias = _ALIAS.fullmatch(rest)
        if asked.method == "PUT" and (rest in _CHANGES or alias):
            held = said.get("RevisionId")
            if held and held != self.revision(function, alias["alias"] if alias else ""):
                words = "The RevisionId provided does not match the latest RevisionId."
                return _error(412, "PreconditionFailedException", words)
        if len(said.get("Layers") or ()) > MOST_LAYERS:
            return _error(
                400, "InvalidParameterValueException", f"Cannot reference more than {MOST_LAYERS} layers"
            )
        variables = (said.get("Environment") or {}).get("Variables") or {}
        if len(json.dumps(variables, separators=(",", ":"), ensure_ascii=False).encode()) > MOST_ENVIRONMENT:
            words = (
                "Lambda was unable to configure your environment variables because the environment variables "
            )
            return _error(
                400, "InvalidParameterValueException", words + "you have provided exceeded the 4KB limit."
            )
        return self._keep(asked, said)

    def _keep(self, asked: Asked, said: dict[str, Any]) -> Answer | None:
        """Keep code that is uploaded, so that it can be downloaded."""
        code: dict[str, Any] = (
            said.get("Code")
            or said.get("Content")
            or (said if _rest(asked) == "/code" and asked.method == "PUT" else {})
        )
        if "ZipFile" in code:
            data = base64.b64decode(code["ZipFile"])
            self.zips[base64.b64encode(hashlib.sha256(data).digest()).decode()] = data
        elif code and "ImageUri" not in code:
            return self._unknown(asked)
        return None

    def _mended(self, asked: Asked, given: Answer) -> Answer:
        """moto's answer with what it lacks."""
        document = _json(given.body)
        if given.status >= 300 or not document:
            return given
        function, rest = _named(asked) or document.get("FunctionName", ""), _rest(asked)
        if asked.method != "GET":
            self._changed(asked, function, rest)
        for one in (document, document.get("Configuration"), *document.get("Functions", ())):
            if isinstance(one, dict) and "FunctionName" in one and "CodeSha256" in one:
                one["RevisionId"] = self.revision(one["FunctionName"])
        for one in (document, *document.get("Aliases", ())):
            if "AliasArn" in one:
                one["RevisionId"] = self.revision(function, one["Name"])
        for place in ("Code", "Content"):
            inner = document.get(place)
            if isinstance(inner, dict) and "Location" in inner:
                shown = inner.get("CodeSha256") or document["Configuration"]["CodeSha256"]
                inner["Location"] = f"{self.url}/zips/{shown.encode().hex()}?X-Amz-Signature=none"
        body = json.dumps(document).encode()
        return Answer(given.status, body, given.headers)

    def _changed(self, asked: Asked, function: str, rest: str) -> None:
        """Count a change that moto made."""
        alias = _ALIAS.fullmatch(rest)
        if alias or rest == "/aliases":
            name = alias["alias"] if alias else _json(asked.body).get("Name", "")
            key = f"{function}:{name}"
        elif rest in {*_CHANGES, "/versions", "/policy"}:
            key = function
        else:
            return
        self.changes[key] = self.changes.get(key, 0) + 1


@contextmanager
def running(moto: str) -> Iterator[Functions]:
    """Serve the door before moto's server at `moto`; the address is the endpoint for boto3."""
    functions = Functions(moto)
    with serving(functions.answer) as url:
        functions.url = url
        yield functions


def _named(asked: Asked) -> str:
    """Name of the function that a path is about: of a full or partial ARN its name."""
    found = _FUNCTION.fullmatch(asked.path)
    words = unquote(found["name"]).split(":") if found else []
    if "function" in words:
        return words[words.index("function") + 1]
    return words[0] if words else ""


def _rest(asked: Asked) -> str:
    """What follows the function in a path."""
    found = _FUNCTION.fullmatch(asked.path)
    return (found["rest"] or "") if found else ""


def _json(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _error(status: int, code: str, message: str) -> Answer:
    return told({"Type": "User", "Message": message, "message": message}, status, x_amzn_ErrorType=code)
