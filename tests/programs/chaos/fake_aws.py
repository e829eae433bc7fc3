"""The few calls of AWS that a scan makes, in this process, each under a sky that may fall.

Strict: a parameter or condition that nobody has thought of is an error of the test. Faults are drawn for
every attempt, and attempts are repeated as botocore's standard mode does; the last one's error is raised.
"""

import hashlib
import io
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import urllib3.exceptions
from botocore.exceptions import ClientError, ConnectionClosedError
from botocore.response import StreamingBody
from chaos import Fault, dice_of

ATTEMPTS = 5
"""Of one call: `scanner_lambda.aws.errors.CONFIG`."""


class Killed(BaseException):
    """The sandbox ends in the middle of things: out of time, out of memory, or its host is gone."""


@dataclass
class Sky:
    """What goes wrong, by seed; nothing at rate 0."""

    seed: int
    rate: float = 0.3
    killed: float = 0.002
    left: int = 300_000
    """Milliseconds of the invocation under way."""
    met: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.dice = dice_of(self.seed, "sky")

    def call(self, operation: str, do: Callable[[], Any]) -> Any:
        """One call with its attempts. Raises ClientError, ConnectionClosedError, Killed."""
        left: Exception = AssertionError
        for _ in range(ATTEMPTS):
            if self.rate and self.dice.random() < self.killed:
                self.dice.choice((do, lambda: None))()
                self.met.add("killed")
                raise Killed
            fault = self._fault()
            self.met.add(fault.value)
            if fault is Fault.SLOW:
                self.left -= self.dice.randrange(1000, 60_000)
            if fault in (Fault.NONE, Fault.SLOW):
                return do()
            if fault is Fault.CUT_AFTER:
                do()
            left = _raised(fault, operation)
        self.met.add("given up")
        raise left

    def _fault(self) -> Fault:
        if self.dice.random() >= self.rate:
            return Fault.NONE
        return self.dice.choice([fault for fault in Fault if fault is not Fault.NONE])

    def breaks(self) -> bool:
        """Whether a download breaks off here."""
        return self.dice.random() < self.rate / 3


def _raised(fault: Fault, operation: str) -> Exception:
    if fault is Fault.THROTTLED:
        return refused("ThrottlingException", operation, 400)
    if fault is Fault.FAILED:
        return refused("InternalError", operation, 500)
    return ConnectionClosedError(endpoint_url="https://aws.invalid")


def refused(code: str, operation: str, status: int = 400, **more: Any) -> ClientError:
    """An error of the service."""
    said: Any = {"Error": {"Code": code, "Message": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(said | more, operation)


class Client:
    """A client: its calls are the methods of what it stands for, under the sky."""

    def __init__(self, service: Any, sky: Sky) -> None:
        self._service, self._sky = service, sky
        self.meta = SimpleNamespace(endpoint_url="https://aws.invalid", partition="aws")

    def __getattr__(self, name: str) -> Any:
        do = getattr(self._service, name)
        return lambda **asked: self._sky.call(name, lambda: do(**asked))


@dataclass
class S3:
    """One bucket."""

    sky: Sky
    objects: dict[str, bytes] = field(default_factory=dict)

    def put_object(self, *, Bucket: str, Key: str, Body: bytes) -> dict[str, Any]:
        self.objects[Key] = Body
        return {}

    def get_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:
        if (data := self.objects.get(Key)) is None:
            raise refused("NoSuchKey", "GetObject", 404)
        sent = data[: len(data) // 2] if self.sky.breaks() else data
        body = StreamingBody(io.BytesIO(sent), len(data))  # type: ignore[arg-type]
        return {"ContentLength": len(data), "Body": body, "ETag": hashlib.sha256(data).hexdigest()}


Item = dict[str, dict[str, str]]
_FREE = (
    "attribute_not_exists(#id) OR #expiry < :now OR (#status = :inprogress AND "
    "attribute_exists(#in_progress_expiry) AND #in_progress_expiry < :now_in_millis)"
)
_DONE = "SET #response_data = :response_data, #expiry = :expiry, #status = :status"


@dataclass
class Dynamo:
    """Two tables, by the keys of their items."""

    items: dict[tuple[str, ...], Item] = field(default_factory=dict)

    def get_item(self, *, TableName: str, Key: Item, ConsistentRead: bool) -> dict[str, Any]:
        assert ConsistentRead
        return {"Item": dict(found)} if (found := self.items.get(_key(TableName, Key))) else {}

    def put_item(
        self,
        *,
        TableName: str,
        Item: Item,
        ConditionExpression: str = "",
        ExpressionAttributeNames: Any = None,
        ExpressionAttributeValues: Any = None,
        ReturnValuesOnConditionCheckFailure: str = "",
    ) -> dict[str, Any]:
        key = _key(TableName, Item)
        there = self.items.get(key)
        if not _holds(ConditionExpression, there, ExpressionAttributeValues):
            more = {"Item": there} if ReturnValuesOnConditionCheckFailure == "ALL_OLD" and there else {}
            raise refused("ConditionalCheckFailedException", "PutItem", **more)
        self.items[key] = dict(Item)
        return {}

    def update_item(
        self,
        *,
        TableName: str,
        Key: Item,
        UpdateExpression: str,
        ExpressionAttributeNames: Any,
        ExpressionAttributeValues: Any,
        ReturnValues: str = "",
    ) -> dict[str, Any]:
        item = self.items.setdefault(_key(TableName, Key), dict(Key))
        values = ExpressionAttributeValues
        if UpdateExpression == _DONE:
            names = ExpressionAttributeNames
            item |= {names[f"#{name}"]: values[f":{name}"] for name in ("response_data", "expiry", "status")}
            return {}
        assert UpdateExpression == "ADD #c :one SET expires = :e"
        item |= {"count": {"N": str(int(item.get("count", {"N": "0"})["N"]) + 1)}, "expires": values[":e"]}
        return {"Attributes": {"count": item["count"]}}

    def delete_item(self, *, TableName: str, Key: Item) -> dict[str, Any]:
        self.items.pop(_key(TableName, Key), None)
        return {}

    def later(self) -> None:
        """Time goes by until whoever was at work is dead for certain."""
        for key, item in list(self.items.items()):
            if item.get("status") == {"S": "INPROGRESS"}:
                self.items[key] = item | {"in_progress_expiration": {"N": "0"}}


def _key(table: str, item: Item) -> tuple[str, ...]:
    names = ("pk", "sk") if "pk" in item else ("id",)
    return (table, *(item[name]["S"] for name in names))


def _holds(condition: str, there: Item | None, values: Any) -> bool:
    if condition == "":
        return True
    if condition == "attribute_not_exists(pk)":
        return there is None
    if condition == "#e = :e":
        return there is not None and there["number"] == values[":e"]
    assert condition == _FREE, condition
    if there is None or there["status"]["S"] != "INPROGRESS":
        return there is None
    return int(there["in_progress_expiration"]["N"]) < int(values[":now_in_millis"]["N"])


@dataclass
class Sqs:
    """The jobs queue, for sending."""

    bodies: list[str] = field(default_factory=list)

    def send_message(self, *, QueueUrl: str, MessageBody: str) -> dict[str, Any]:
        self.bodies.append(MessageBody)
        return {}


@dataclass
class Events:
    """The bus; it may take some entries of a call and not the others."""

    sky: Sky
    heard: list[dict[str, Any]] = field(default_factory=list)

    def put_events(self, *, Entries: list[dict[str, str]]) -> dict[str, Any]:
        told = []
        for entry in Entries:
            if self.sky.breaks():
                told.append({"ErrorCode": "ThrottlingException"})
                continue
            self.heard.append(json.loads(entry["Detail"]))
            told.append({"EventId": "1"})
        return {"Entries": told}


@dataclass
class Ecr:
    """Manifests by digest, tags, and where blobs are."""

    manifests: dict[str, bytes] = field(default_factory=dict)
    tags: dict[tuple[str, str], str] = field(default_factory=dict)

    def batch_get_image(
        self, *, registryId: str, repositoryName: str, imageIds: list[dict[str, str]], acceptedMediaTypes: Any
    ) -> dict[str, Any]:
        (wanted,) = imageIds
        tagged = self.tags.get((repositoryName, wanted.get("imageTag", "")), "")
        digest = wanted.get("imageDigest") or tagged
        if "imageTag" in wanted and digest != tagged:
            return {"images": [], "failures": [{"failureCode": "ImageTagDoesNotMatchDigest"}]}
        if digest not in self.manifests:
            return {"images": [], "failures": [{"failureCode": "ImageNotFound"}]}
        data = self.manifests[digest].decode()
        kind = json.loads(data)["mediaType"]
        return {"images": [{"imageManifest": data, "imageManifestMediaType": kind}], "failures": []}

    def get_download_url_for_layer(
        self, *, registryId: str, repositoryName: str, layerDigest: str
    ) -> dict[str, str]:
        return {"downloadUrl": f"https://blobs.invalid/{layerDigest}"}


@dataclass
class Functions:
    """Functions by their ARNs."""

    functions: dict[str, dict[str, Any]] = field(default_factory=dict)

    def get_function(self, *, FunctionName: str) -> dict[str, Any]:
        if FunctionName not in self.functions:
            raise refused("ResourceNotFoundException", "GetFunction", 404)
        return self.functions[FunctionName]

    def get_policy(self, *, FunctionName: str) -> dict[str, Any]:
        raise refused("ResourceNotFoundException", "GetPolicy", 404)

    def get_function_url_config(self, *, FunctionName: str) -> dict[str, Any]:
        return {"FunctionUrl": "https://x.invalid", "AuthType": "NONE"}

    def get_function_concurrency(self, *, FunctionName: str) -> dict[str, Any]:
        return {"ReservedConcurrentExecutions": 2}

    def get_function_code_signing_config(self, *, FunctionName: str) -> dict[str, Any]:
        return {}


class _Answer:
    """A download; it may break off."""

    def __init__(self, status: int, data: bytes, sky: Sky) -> None:
        self.status, self._data, self._sky = status, io.BytesIO(data), sky

    def read1(self, most: int) -> bytes:
        if self._sky.breaks():
            raise urllib3.exceptions.ProtocolError("connection broken")
        return self._data.read(min(most, 700))

    def close(self) -> None:
        pass


@dataclass
class Pool:
    """Whoever serves blobs: a `urllib3.PoolManager`."""

    sky: Sky
    blobs: dict[str, bytes] = field(default_factory=dict)

    def request(self, method: str, url: str, *, headers: dict[str, str], **_: Any) -> _Answer:
        if self.sky.breaks():
            return _Answer(self.sky.dice.choice((500, 503)), b"", self.sky)
        data = self.blobs[url.rpartition("/")[2]]
        start = headers.get("Range", "bytes=0-").removeprefix("bytes=").removesuffix("-")
        return _Answer(206 if "Range" in headers else 200, data[int(start) :], self.sky)


@contextmanager
def calm(sky: Sky) -> Iterator[None]:
    """Nothing goes wrong inside."""
    rate, sky.rate = sky.rate, 0.0
    yield
    sky.rate = rate
