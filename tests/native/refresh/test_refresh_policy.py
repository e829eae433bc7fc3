"""A newer policy comes from SSM or S3 between invocations, and only one that may count is put in force."""

import base64
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from asking import INVOCATIONS_AT, Worker
from cloud import serving
from moto.server import ThreadedMotoServer

from outrider.policy.document import PolicyDocument
from outrider.policy.lowering import compile_policy
from outrider.policy.signing import format_key, public_key, sign

KEY = bytes(range(32))
REGION = {"AWS_REGION": "eu-west-1"}
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_SESSION_TOKEN": "token"}


def policy(counter: int, rules: int = 1) -> bytes:
    container = {
        "mode": "block",
        "report_allowed": False,
        "defaults": {"exec": "block"},
        "rules": [
            {"kind": "exec", "action": "allow", "target": f"/bin/{'x' * 60}{number}", "why": "test"}
            for number in range(rules)
        ],
    }
    document = {"version": 1, "workload": "test", "counter": counter, "containers": {"function": container}}
    return compile_policy(PolicyDocument.model_validate(document), "function")


class Sources:
    """SSM and S3, by moto."""

    def __init__(self, url: str) -> None:
        self.url = url
        known = {"endpoint_url": url, "region_name": "eu-west-1"}
        known |= {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
        self.ssm: Any = boto3.client("ssm", **known)
        self.s3: Any = boto3.client("s3", **known)

    def put(self, source: str, blob: bytes, *, text: str = "") -> None:
        if source.startswith("ssm:"):
            value = text or base64.b64encode(blob).decode()
            self.ssm.put_parameter(
                Name=source[4:], Value=value, Type="SecureString", Overwrite=True, Tier="Advanced"
            )
            return
        bucket, _, key = source.removeprefix("s3://").partition("/")
        self.s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        self.s3.put_object(Bucket=bucket, Key=key, Body=blob)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    running = ThreadedMotoServer(port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    yield f"http://{host}:{port}"
    running.stop()


@pytest.fixture
def sources(server: str) -> Sources:
    return Sources(server)


@pytest.fixture
def start(tmp_path: Path) -> dict[str, str]:
    """A layer whose policy has counter 5."""
    root = tmp_path / "opt"
    (root / "policy").mkdir(parents=True)
    (root / "policy" / "function.policy").write_bytes(policy(5))
    return {"OUTRIDER_ROOT": str(root), **REGION, **CREDENTIALS}


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    made = tmp_path / "state"
    made.mkdir(mode=0o700)
    return made


@pytest.mark.parametrize(
    "source", ["ssm:/outrider/taken", "s3://taken-bucket/a/b c+ü.policy", "s3://dotted.bucket/x"]
)
def test_a_newer_policy_is_put_in_force(
    ticking: Path, directory: Path, start: dict[str, str], sources: Sources, source: str
) -> None:
    blob = policy(6, rules=20)
    sources.put(source, blob)
    given = {**start, "OUTRIDER_POLICY_SOURCE": source, "AWS_ENDPOINT_URL": sources.url}
    with Worker(ticking, directory, given) as worker:
        assert worker.taken() == (1, "")
        assert worker.in_force() == {"policy.1": blob}
        assert worker.children() == []


def test_a_large_policy_comes_from_s3(
    ticking: Path, directory: Path, start: dict[str, str], sources: Sources
) -> None:
    blob = policy(6, rules=4096)
    assert len(blob) > 400_000
    sources.put("s3://large/policy", blob)
    given = {**start, "OUTRIDER_POLICY_SOURCE": "s3://large/policy", "AWS_ENDPOINT_URL_S3": sources.url}
    with Worker(ticking, directory, given) as worker:
        assert worker.taken() == (1, "")
        assert worker.in_force() == {"policy.1": blob}


REFUSED = {
    "an older one": (policy(4), {}, "its counter is lower"),
    "a damaged one": (policy(6)[:30] + b"\xff" + policy(6)[31:], {}, "checksum"),
    "no policy": (b"x" * 200, {}, "not a compiled policy"),
    "unsigned": (policy(6), {"OUTRIDER_POLICY_KEY": format_key(public_key(KEY))}, "not signed"),
    "signed by another": (
        sign(policy(6), bytes(32)),
        {"OUTRIDER_POLICY_KEY": format_key(public_key(KEY))},
        "does not verify",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_may_not_count_is_refused_in_one_line(
    ticking: Path, directory: Path, start: dict[str, str], sources: Sources, name: str
) -> None:
    blob, variables, words = REFUSED[name]
    if "OUTRIDER_POLICY_KEY" in variables:
        (Path(start["OUTRIDER_ROOT"]) / "policy" / "function.policy").write_bytes(sign(policy(5), KEY))
    source = f"ssm:/refused/{name.replace(' ', '-')}"
    sources.put(source, blob)
    given = {**start, **variables, "OUTRIDER_POLICY_SOURCE": source, "AWS_ENDPOINT_URL_SSM": sources.url}
    with Worker(ticking, directory, given) as worker:
        generation, told = worker.told()
        assert generation == 0
        assert words in told
        assert told.startswith("a policy was refused and the one in force stays: ")
        assert worker.in_force() == {}


def test_a_signed_one_is_taken(
    ticking: Path, directory: Path, start: dict[str, str], sources: Sources
) -> None:
    (Path(start["OUTRIDER_ROOT"]) / "policy" / "function.policy").write_bytes(sign(policy(5), KEY))
    sources.put("ssm:/signed", sign(policy(6), KEY))
    variables = {"OUTRIDER_POLICY_KEY": format_key(public_key(KEY)), "AWS_ENDPOINT_URL": sources.url}
    with Worker(
        ticking, directory, {**start, **variables, "OUTRIDER_POLICY_SOURCE": "ssm:/signed"}
    ) as worker:
        assert worker.taken() == (1, "")


def test_a_worker_that_comes_after_another_goes_on_from_what_is_in_force(
    ticking: Path, directory: Path, start: dict[str, str], sources: Sources
) -> None:
    given = {**start, "OUTRIDER_POLICY_SOURCE": "ssm:/after", "AWS_ENDPOINT_URL": sources.url}
    sources.put("ssm:/after", policy(8))
    with Worker(ticking, directory, given) as worker:
        assert worker.taken() == (1, "")
        state = worker.state.read_bytes()
    sources.put("ssm:/after", policy(7))  # newer than that of the start, older than that in force
    with Worker(ticking, directory, given) as worker:
        with worker.state.open("r+b") as page:
            page.write(state)
        generation, told = worker.told()
        assert generation == 1
        assert "its counter is lower" in told
        assert worker.in_force() == {"policy.1": policy(8)}


@pytest.mark.parametrize("path", ["", "/credentials?x=1"])
def test_a_restored_environment_asks_for_its_credentials(
    ticking: Path, directory: Path, start: dict[str, str], sources: Sources, path: str
) -> None:
    sources.put("ssm:/restored", policy(6))
    body = b'{"AccessKeyId": "AKID", "SecretAccessKey": "secret", "Token": "token", "Expiration": "later"}'
    answer = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
    with serving(None, answer) as port:
        given = {**start, "OUTRIDER_POLICY_SOURCE": "ssm:/restored", "AWS_ENDPOINT_URL": sources.url}
        given |= {
            "AWS_ACCESS_KEY_ID": "",
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"http://127.0.0.1:{port}{path}",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN": "shown",
        }
        with Worker(ticking, directory, given) as worker:
            assert worker.taken() == (1, "")


@pytest.mark.parametrize("source", ["ssm:/same", "s3://same-bucket/policy"])
def test_the_same_policy_is_no_news(
    ticking: Path, directory: Path, start: dict[str, str], sources: Sources, source: str
) -> None:
    sources.put(source, policy(5))
    given = {**start, "OUTRIDER_POLICY_SOURCE": source, "AWS_ENDPOINT_URL": sources.url}
    with Worker(ticking, directory, given) as worker:
        worker.tick()
        assert worker.until(lambda _last: not worker.children()) == (0, "")
        assert worker.in_force() == {}


TROUBLES = [
    ({"OUTRIDER_POLICY_SOURCE": "ssm:/missing"}, "AWS answered 400 ParameterNotFound"),
    ({"OUTRIDER_POLICY_SOURCE": "s3://no-such-bucket/x"}, "AWS answered 404 NoSuchBucket"),
    ({"OUTRIDER_POLICY_SOURCE": "https://elsewhere"}, "neither ssm:NAME nor s3://BUCKET/KEY"),
    ({"OUTRIDER_POLICY_SOURCE": "ssm:/x", "OUTRIDER_POLL_SECONDS": "soon"}, "no number of seconds"),
    ({"OUTRIDER_POLICY_SOURCE": "ssm:/x", "AWS_REGION": ""}, "no AWS_REGION"),
    ({"OUTRIDER_POLICY_SOURCE": "ssm:/x", "AWS_ACCESS_KEY_ID": ""}, "no credentials"),
    ({"OUTRIDER_POLICY_SOURCE": "ssm:/x", "AWS_ENDPOINT_URL": "gopher://x"}, "no http or https address"),
    ({"OUTRIDER_POLICY_SOURCE": "ssm:/x", "AWS_ENDPOINT_URL": "http://127.0.0.1:1"}, "cannot be reached"),
]


@pytest.mark.parametrize("trouble", TROUBLES, ids=[words for _, words in TROUBLES])
def test_trouble_is_told_and_the_policy_stays(
    ticking: Path, directory: Path, start: dict[str, str], server: str, trouble: tuple[dict[str, str], str]
) -> None:
    variables, words = trouble
    with Worker(ticking, directory, {**start, "AWS_ENDPOINT_URL": server, **variables}) as worker:
        generation, told = worker.told()
        assert generation == 0
        assert words in told
        assert worker.in_force() == {}


def test_a_value_that_is_no_base64_is_told(
    ticking: Path, directory: Path, start: dict[str, str], sources: Sources
) -> None:
    sources.put("ssm:/text", b"", text="not base64!")
    given = {**start, "OUTRIDER_POLICY_SOURCE": "ssm:/text", "AWS_ENDPOINT_URL": sources.url}
    with Worker(ticking, directory, given) as worker:
        assert "not base64" in worker.told()[1]


def test_without_a_source_and_at_a_cold_start_nothing_is_asked(
    ticking: Path, directory: Path, start: dict[str, str]
) -> None:
    with Worker(ticking, directory, start) as worker:
        assert [worker.tick() for _ in range(3)] == [(0, "")] * 3
        assert worker.children() == []
    with Worker(ticking, directory, {**start, "OUTRIDER_POLICY_SOURCE": "ssm:/x"}) as worker:
        page = bytearray(worker.state.read_bytes())
        struct.pack_into("<Q", page, INVOCATIONS_AT, 0)
        with worker.state.open("r+b") as state:
            state.write(page)
        assert [worker.tick() for _ in range(3)] == [(0, "")] * 3
        assert worker.children() == []
