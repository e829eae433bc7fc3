"""An account in this process with two images and a function, and days on which they are scanned."""

import base64
import hashlib
import json
import subprocess
import sys
import zipfile
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from fake_aws import S3, Client, Dynamo, Ecr, Events, Functions, Killed, Pool, Sky, Sqs

from demo import oci
from demo.oci import Entry
from demo.scan.image import TEMPLATES, credential
from outrider.scan.packed import unpack
from scanner_lambda import program, scan, settings

ACCOUNT, REGION = "123456789012", "eu-west-1"
ARN = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:"
PRICING, STAGING, TOOLS = "shop/pricing", "shop/pricing-staging", "shop/tools"
DOCUMENTS = ("reports/", "layers/", "inventories/")
"""What depends on the artifacts alone."""
_METADATA = "Metadata-Version: 2.1\nName: shop-pricing\nVersion: {}\n"
_INDEX = "application/vnd.oci.image.index.v1+json"


def _sha(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


@dataclass(frozen=True)
class Goods:
    """What is shipped: made once, the same for every seed."""

    blobs: dict[str, bytes]
    manifests: dict[str, bytes]
    older: str
    """Digest of the image with the mistakes."""
    newer: str
    index: str
    """Digest of an index of both, one for each platform."""
    database: dict[str, bytes]
    key: str


def goods(work: Path) -> Goods:
    blobs: dict[str, bytes] = {}
    manifests: dict[str, bytes] = {}
    digests = []
    for version, architecture in (("1.4.1", "amd64"), ("1.4.2", "arm64")):
        base = Entry("etc/os-release", b'ID=debian\nVERSION_ID="12"\n')
        status = b"Package: openssl\nStatus: install ok installed\nArchitecture: all\nVersion: 3.0.1-1\n\n"
        library = f"srv/lib/shop_pricing-{version}.dist-info/METADATA"
        dotenv = [Entry("srv/.env", f"STRIPE_SECRET_KEY={credential()}\n".encode())] * (version == "1.4.1")
        layers = [
            oci.layer([base, Entry("var/lib/dpkg/status", status)]),
            oci.layer([Entry(library, _METADATA.format(version).encode()), *dotenv]),
        ]
        folder = oci.write(work / version, {"Cmd": ["/run"]}, layers)
        found = {
            _sha(data): data for path in (folder / "blobs/sha256").iterdir() if (data := path.read_bytes())
        }
        digest = json.loads((folder / "index.json").read_text())["manifests"][0]["digest"]
        manifests[digest] = found[digest]
        blobs |= found
        digests.append((digest, architecture))
    entries = [
        {
            "mediaType": json.loads(manifests[digest])["mediaType"],
            "digest": digest,
            "size": len(manifests[digest]),
            "platform": {"os": "linux", "architecture": architecture},
        }
        for digest, architecture in digests
    ]
    index = json.dumps({"schemaVersion": 2, "mediaType": _INDEX, "manifests": entries}).encode()
    manifests[_sha(index)] = index
    for words in (
        ("policy", "keygen", "-o", "db.key"),
        ("db", "build", str(TEMPLATES / "advisory.json"), "--key", "db.key", "-o", "db"),
    ):
        command = (sys.executable, "-c", "from outrider.cli.main import main; main()", *words)
        subprocess.run(command, cwd=work, check=True, capture_output=True)
    database = {f"db/{path.name}": path.read_bytes() for path in (work / "db").iterdir()}
    key = (work / "db.key.pub").read_text().strip()
    (older, _), (newer, _) = digests
    return Goods(blobs, manifests, older, newer, _sha(index), database, key)


def pushed(repository: str, digest: str, tag: str) -> str:
    detail = {
        "action-type": "PUSH",
        "result": "SUCCESS",
        "repository-name": repository,
        "image-digest": digest,
        "image-tag": tag,
    }
    event = {"source": "aws.ecr", "detail-type": "ECR Image Action", "account": ACCOUNT, "region": REGION}
    return json.dumps(event | {"detail": detail})


def changed(name: str) -> str:
    job = {"kind": "function", "account": ACCOUNT, "region": REGION, "function": f"{ARN}{name}"}
    return json.dumps({"outrider_job": 1, "reason": "update"} | job)


@dataclass
class Message:
    body: str
    id: str
    receives: int = 0


@dataclass
class World:
    """One account under one sky."""

    goods: Goods
    sky: Sky
    folder: Path
    receives: int = 60
    """After which a message is put aside."""
    queue: list[Message] = field(default_factory=list)
    dead: list[Message] = field(default_factory=list)
    said: dict[str, list[str]] = field(default_factory=dict)
    """Message → what the log says of it."""
    invocations: int = 0

    def __post_init__(self) -> None:
        self.s3, self.dynamo, self.sqs = S3(self.sky, dict(self.goods.database)), Dynamo(), Sqs()
        self.bus, self.ecr, self.lambdas = Events(self.sky), Ecr(dict(self.goods.manifests)), Functions()
        self.pool = Pool(self.sky, dict(self.goods.blobs))
        services: dict[str, Any] = {
            "s3": self.s3, "dynamodb": self.dynamo, "sqs": self.sqs, "events": self.bus, "ecr": self.ecr,
            "lambda": self.lambdas,
        }  # fmt: skip
        self.clients = {name: Client(service, self.sky) for name, service in services.items()}
        self._function("prices")

    def _function(self, name: str) -> None:
        made = BytesIO()
        with zipfile.ZipFile(made, "w") as archive:
            archive.writestr(zipfile.ZipInfo("app.py"), "def handler(event, context):\n    return 1\n")
            path = "shop_pricing-1.4.1.dist-info/METADATA"
            archive.writestr(zipfile.ZipInfo(path), _METADATA.format("1.4.1"))
        data = made.getvalue()
        self.pool.blobs[f"{name}.zip"] = data
        sha256 = base64.b64encode(hashlib.sha256(data).digest()).decode()
        configuration = {"Runtime": "python3.12", "CodeSize": len(data), "CodeSha256": sha256, "Timeout": 3}
        self.lambdas.functions[f"{ARN}{name}"] = {
            "Configuration": configuration,
            "Code": {"Location": f"https://blobs.invalid/{name}.zip"},
        }

    def install(self, patch: pytest.MonkeyPatch) -> None:
        """In place of everything that a scan would ask for."""
        patch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Outrider")
        patch.setattr(
            "scanner_lambda.aws.sessions.Sessions.client", lambda _, name, *__: self.clients[str(name)]
        )
        patch.setattr("scanner_lambda.aws.download._POOL", self.pool)
        patch.setattr("scanner_lambda.aws.bus.sleep", lambda _: None)
        # a collection takes longer than a scan here: the heap is that of all tests
        patch.setattr("scanner_lambda.reading.gc", SimpleNamespace(collect=lambda: 0))
        patch.setattr(scan, "_logger", SimpleNamespace(info=self._say, error=self._say, exception=self._say))
        patch.setattr(
            scan, "_metrics", SimpleNamespace(add_metric=lambda **_: None, flush_metrics=lambda: None)
        )
        patch.setattr(scan, "_program", self._program)
        self._kept: program.Program | None = None

    def _say(self, words: str, *, message_id: str = "", **more: Any) -> None:
        self.said.setdefault(message_id, []).append(f"{words} {more.get('error') or more.get('reason', '')}")

    def _program(self, _: str) -> program.Program:
        if self._kept is None:
            chosen = settings.read(
                {
                    "OUTRIDER_JOBS_QUEUE_URL": "https://sqs.invalid/jobs",
                    "OUTRIDER_STATE_BUCKET": "state",
                    "OUTRIDER_SCANS_TABLE": "scans",
                    "OUTRIDER_IDEMPOTENCY_TABLE": "once",
                    "OUTRIDER_BUS_NAME": "outrider",
                    "OUTRIDER_DATABASE_PUBLIC_KEY": self.goods.key,
                    "OUTRIDER_PART_TRIES": "20",
                }
            )
            self._kept = program.build(f"{ARN}scan", chosen, self.folder)
            self._kept.now = lambda: datetime(2026, 11, 28, tzinfo=UTC)
        return self._kept

    def tag(self, repository: str, tag: str, digest: str) -> None:
        """Push an image, and have ECR tell of it."""
        self.ecr.tags[repository, tag] = digest
        self.send(pushed(repository, digest, tag))

    def send(self, body: str) -> None:
        number = len(self.queue) + len(self.dead) + self.invocations * 100
        self.queue.append(Message(body, f"{number}-{hashlib.sha256(body.encode()).hexdigest()[:8]}"))

    def invoke(self) -> None:
        """One batch, in any order, some of it twice; what failed comes again after its visibility timeout."""
        self.invocations += 1
        dice = self.sky.dice
        if self.sky.rate:
            dice.shuffle(self.queue)
        count = dice.randint(1, 4)
        batch, self.queue = self.queue[:count], self.queue[count:]
        if batch:
            self._deliver(batch)

    def _deliver(self, batch: list[Message]) -> None:
        self.sky.left = self.sky.dice.choice((300_000, 120_000)) if self.sky.rate else 300_000
        context: Any = SimpleNamespace(
            invoked_function_arn=f"{ARN}scan",
            aws_request_id=str(self.invocations),
            get_remaining_time_in_millis=lambda: self.sky.left,
        )
        try:
            answer = scan.handler({"Records": [_record(one) for one in batch]}, context)
            failed = {one["itemIdentifier"] for one in answer["batchItemFailures"]}
        except Killed:
            failed, self._kept = {one.id for one in batch}, None
            for one in batch:
                self._say("killed", message_id=one.id)
        for one in batch:
            if one.id in failed:
                one.receives += 1
                (self.dead if one.receives >= self.receives else self.queue).append(one)
        self.dynamo.later()
        for body in self.sqs.bodies:
            self.send(body)
        self.sqs.bodies.clear()

    def told(self) -> dict[str, str]:
        """Place → what it was last told of."""
        return {
            key[1]: item["report"]["S"]
            for key, item in self.dynamo.items.items()
            if key[0] == "scans" and key[2] == "told" and item["report"]["S"]
        }

    def documents(self) -> dict[str, bytes]:
        """What was kept, whichever place had it scanned first: reports name that one."""
        found = {
            key: unpack(data, 1 << 24, key)
            for key, data in self.s3.objects.items()
            if key.startswith(DOCUMENTS)
        }
        for place in (STAGING, TOOLS):
            found = {key: data.replace(place.encode(), PRICING.encode()) for key, data in found.items()}
        return found

    def findings(self) -> dict[str, set[str]]:
        """Place → what is known of it to somebody who heard the bus, each envelope once."""
        seen: set[str] = set()
        found: dict[str, set[str]] = {}
        for one in self.bus.heard:
            if one["topic"] == "finding" and one["id"] not in seen:
                seen.add(one["id"])
                place = found.setdefault(f"{one['subject']['name']}", set())
                change = place.add if one["detail"]["change"] == "new" else place.discard
                change(one["detail"]["known_as"])
        return found

    def contents(self) -> Counter[str]:
        """Contents of each envelope id: one, however often it came. Trouble alone says when it was met."""
        heard = [one for one in self.bus.heard if one["topic"] != "trouble"]
        pairs = {(one["id"], json.dumps(one, sort_keys=True)) for one in heard}
        return Counter(name for name, _ in pairs)


def _record(one: Message) -> dict[str, Any]:
    return {
        "messageId": one.id,
        "receiptHandle": "r",
        "body": one.body,
        "attributes": {},
        "messageAttributes": {},
        "md5OfBody": "",
        "eventSource": "aws:sqs",
        "eventSourceARN": f"arn:aws:sqs:{REGION}:{ACCOUNT}:jobs",
        "awsRegion": REGION,
    }
