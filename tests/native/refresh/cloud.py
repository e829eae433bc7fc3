"""A tiny AWS over TLS with its own authority, for what moto cannot play: bad certificates, cut bodies."""

import datetime
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
DAY = datetime.timedelta(days=1)


@dataclass
class Authority:
    """Issues certificates."""

    name: str
    key: ec.EllipticCurvePrivateKey
    path: Path
    """PEM of its own certificate."""

    @classmethod
    def make(cls, name: str, where: Path) -> "Authority":
        key = ec.generate_private_key(ec.SECP256R1())
        made = cls(name, key, where / f"{name}.pem")
        certificate = made._certificate(name, key, authority=True, age=DAY)
        made.path.write_bytes(certificate.public_bytes(Encoding.PEM))
        return made

    def issue(self, host: str, where: Path, *, key: Key | None = None, expired: bool = False) -> Path:
        """Write certificate and key for `host`; their path."""
        key = key or ec.generate_private_key(ec.SECP256R1())
        certificate = self._certificate(host, key, authority=False, age=3 * DAY if expired else DAY)
        path = where / f"{host}-{self.name}-{expired}-{type(key).__name__}.pem"
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        path.write_bytes(certificate.public_bytes(Encoding.PEM) + private)
        return path

    def _certificate(
        self, name: str, key: Key, *, authority: bool, age: datetime.timedelta
    ) -> x509.Certificate:
        start = datetime.datetime.now(datetime.UTC) - age
        builder = (
            x509.CertificateBuilder()
            .subject_name(_named(name))
            .issuer_name(_named(self.name))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(start)
            .not_valid_after(start + 2 * DAY)
            .add_extension(x509.BasicConstraints(authority, None), critical=True)
        )
        if not authority:
            names: list[x509.GeneralName] = [x509.DNSName(name)]
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        return builder.sign(self.key, hashes.SHA256())


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


@contextmanager
def serving(certificate: Path | None, answer: bytes, newest: ssl.TLSVersion | None = None) -> Iterator[int]:
    """Give every caller the same answer, then close; the port. Without a certificate: without TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if certificate:
        context.load_cert_chain(certificate)
    if newest:
        context.maximum_version = newest
    with socket.create_server((str(ipaddress.ip_address("127.0.0.1")), 0)) as server:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    client, _ = server.accept()
                    with suppress(OSError), client:
                        wrapped = context.wrap_socket(client, server_side=True) if certificate else client
                        wrapped.recv(65536)
                        wrapped.sendall(answer)
                        wrapped.close()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
    thread.join()
