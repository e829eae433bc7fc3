"""Over TLS: only whom the authorities vouch for, under the name that was asked, and only whole answers."""

import json
import socket
import ssl
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from asking import Worker
from cloud import Authority, serving
from cryptography.hazmat.primitives.asymmetric import rsa
from test_refresh_policy import policy

NAME = "localhost"


def answer(blob: bytes, *, cut: int = 0) -> bytes:
    body = json.dumps({"Parameter": {"Name": "/x", "Value": b64encode(blob).decode(), "Version": 1}}).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    return head + (body[:-cut] if cut else body)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.make("ours", tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.make("stranger", tmp_path_factory.mktemp("stranger"))


@pytest.fixture
def worker_of(ticking: Path, tmp_path: Path) -> Callable[[int, Path], AbstractContextManager[Worker]]:
    root, directory = tmp_path / "opt", tmp_path / "state"
    (root / "policy").mkdir(parents=True)
    directory.mkdir()
    (root / "policy" / "function.policy").write_bytes(policy(5))

    def make(port: int, trusted: Path, variable: str = "AWS_CA_BUNDLE") -> Worker:
        given = {"AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "y"}
        given |= {"OUTRIDER_ROOT": str(root), "OUTRIDER_POLICY_SOURCE": "ssm:/x", variable: str(trusted)}
        return Worker(ticking, directory, {**given, "AWS_ENDPOINT_URL": f"https://{NAME}:{port}"})

    return make


WorkerOf = Callable[..., AbstractContextManager[Worker]]


@pytest.mark.parametrize("variable", ["AWS_CA_BUNDLE", "SSL_CERT_FILE"])
def test_whom_the_authority_vouches_for(
    authority: Authority, tmp_path: Path, worker_of: WorkerOf, variable: str
) -> None:
    certificate = authority.issue(NAME, tmp_path)
    with (
        serving(certificate, answer(policy(6))) as port,
        worker_of(port, authority.path, variable) as worker,
    ):
        assert worker.taken() == (1, "")


@pytest.mark.parametrize("newest", [None, ssl.TLSVersion.TLSv1_2], ids=["TLS 1.3", "TLS 1.2"])
def test_an_rsa_certificate(
    authority: Authority, tmp_path: Path, worker_of: WorkerOf, newest: ssl.TLSVersion | None
) -> None:
    certificate = authority.issue(NAME, tmp_path, key=rsa.generate_private_key(65537, 2048))
    with serving(certificate, answer(policy(6)), newest) as port, worker_of(port, authority.path) as worker:
        assert worker.taken() == (1, "")


def refusing(worker_of: WorkerOf, trusted: Path, port: int) -> str:
    with worker_of(port, trusted) as worker:
        generation, told = worker.told()
        assert (generation, worker.in_force()) == (0, {})
        return told


@pytest.fixture
def served(authority: Authority, tmp_path: Path) -> Iterator[int]:
    with serving(authority.issue(NAME, tmp_path), answer(policy(6))) as port:
        yield port


def test_an_unknown_authority(served: int, stranger: Authority, worker_of: WorkerOf) -> None:
    assert "CertificateNotVerified" in refusing(worker_of, stranger.path, served)


def test_the_systems_own_authorities_do_not_know_ours(served: int, worker_of: WorkerOf) -> None:
    told = refusing(worker_of, Path("/etc/ssl/certs/ca-certificates.crt"), served)
    assert "CertificateNotVerified" in told


def test_authorities_that_are_not_there(served: int, tmp_path: Path, worker_of: WorkerOf) -> None:
    assert "FileNotFound" in refusing(worker_of, tmp_path / "nothing.pem", served)


def test_another_name(authority: Authority, tmp_path: Path, worker_of: WorkerOf) -> None:
    with serving(authority.issue("elsewhere.example", tmp_path), answer(policy(6))) as port:
        assert "CertificateHostMismatch" in refusing(worker_of, authority.path, port)


def test_a_certificate_out_of_date(authority: Authority, tmp_path: Path, worker_of: WorkerOf) -> None:
    with serving(authority.issue(NAME, tmp_path, expired=True), answer(policy(6))) as port:
        assert "CertificateExpired" in refusing(worker_of, authority.path, port)


def test_an_answer_cut_off(authority: Authority, tmp_path: Path, worker_of: WorkerOf) -> None:
    with serving(authority.issue(NAME, tmp_path), answer(policy(6), cut=10)) as port:
        assert "cut off" in refusing(worker_of, authority.path, port)


def test_no_tls_at_all(authority: Authority, worker_of: WorkerOf) -> None:
    with serving(None, b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n") as port:
        assert "cannot be had" in refusing(worker_of, authority.path, port)


def test_an_answer_without_end_is_given_up(authority: Authority, tmp_path: Path, worker_of: WorkerOf) -> None:
    endless = b"HTTP/1.1 200 OK\r\nContent-Length: 9000000\r\n\r\n" + b"x" * 3_000_000
    with serving(authority.issue(NAME, tmp_path), endless) as port:
        assert "larger than a policy may be" in refusing(worker_of, authority.path, port)


def test_shutdown_ends_a_child_under_way(worker_of: WorkerOf, authority: Authority) -> None:
    with (
        socket.create_server((NAME, 0)) as silent,
        worker_of(silent.getsockname()[1], authority.path) as worker,
    ):
        worker.tick()
        assert worker.children()
        worker.line.ask("stop")
        assert worker.children() == []
