"""Private keys."""

import re

from outrider.model.finding import Severity
from outrider.scan.secrets.checks.decode import private_key
from outrider.scan.secrets.pattern import Find, Pattern

_HEADERS = rb"(?:(?:\s|\\[nrt]){1,4}[A-Za-z]{2,10}-?[A-Za-z]{2,10}: [^\r\n\\]{1,80}){0,4}"
"""RFC 1421's, such as `Proc-Type: 4,ENCRYPTED`."""

_BODY = _HEADERS + rb"[A-Za-z0-9+/=\s\\]{64,16000}+"
"""Base64 and line ends, also as they are escaped in JSON; no dash, so that it stops where the next line of
dashes begins."""

PEM_REACH = 16 << 10
"""Bytes: a 16384-bit RSA key takes 12.5 KiB in PEM."""

PATTERNS: tuple[Pattern, ...] = (
    Pattern(
        name="private-key",
        title="Private key",
        find=Find.ANYWHERE,
        keywords=(b"-----begin",),
        expression=(
            rb"(?P<secret>-----BEGIN (?:(?:RSA|EC|DSA|OPENSSH|ENCRYPTED) )?PRIVATE KEY-----"
            + _BODY
            + rb"-----END (?:[A-Z0-9]{2,9} ){0,2}PRIVATE KEY-----)"
        ),
        severity=Severity.CRITICAL,
        check=private_key,
        reach=PEM_REACH,
        reference="https://www.rfc-editor.org/rfc/rfc7468",
        example="<pem:RSA PRIVATE KEY>",
        path="srv/app/tls/server.key",
        lookalikes=(
            "<pem:PUBLIC KEY>",
            "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----",
            "if '-----BEGIN RSA PRIVATE KEY-----' in text:",
        ),
    ),
    Pattern(
        name="pgp-private-key",
        title="PGP private key",
        find=Find.ANYWHERE,
        keywords=(b"-----begin",),
        expression=(
            rb"(?P<secret>-----BEGIN PGP PRIVATE KEY BLOCK-----"
            + _BODY
            + rb"-----END PGP PRIVATE KEY BLOCK-----)"
        ),
        severity=Severity.CRITICAL,
        check=private_key,
        reach=PEM_REACH,
        reference="https://www.rfc-editor.org/rfc/rfc9580",
        example="<pem:PGP PRIVATE KEY BLOCK>",
        lookalikes=("<pem:PGP PUBLIC KEY BLOCK>", "-----BEGIN PGP PRIVATE KEY BLOCK-----"),
    ),
    Pattern(
        name="putty-private-key",
        title="PuTTY private key",
        find=Find.ANYWHERE,
        keywords=(b"putty-user-key-file-",),
        expression=(
            rb"(?P<secret>PuTTY-User-Key-File-[23]: [a-z0-9\-]{3,40}\r?\nEncryption: [a-z0-9\-]{3,20}\r?\n"
            rb"(?:(?!PuTTY)[A-Z][A-Za-z\-]{2,24}: [ -~]{0,200}\r?\n|[A-Za-z0-9+/=]{1,64}\r?\n){4,3"
            rb"00}?Private-MAC: [0-9a-f]{40,64})"
        ),
        files=re.compile(r"(?i)\.ppk$"),
        severity=Severity.CRITICAL,
        check=private_key,
        reach=PEM_REACH,
        reference="https://tartarus.org/~simon/putty-snapshots/htmldoc/AppendixC.html",
        example="PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nComment: x"
        "\nPublic-Lines: 2\n<b64:64>\n"
        "<b64:20>\nPrivate-Lines: 1\n<b64:48>\nPrivate-MAC: <hex:64>",
        path="home/me/me.ppk",
        lookalikes=("PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n",),
    ),
)
