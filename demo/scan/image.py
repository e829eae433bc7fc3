"""The shop's pricing image, as a team might ship it, and mended."""

import hashlib
import json
import string
import tarfile
from pathlib import Path
from typing import Any

from demo import oci
from demo.oci import Entry
from demo.scan.archive import Roots

TEMPLATES = Path(__file__).parents[2] / "templates" / "demo" / "scan"
PACKAGE = "shop-pricing"
SHIPPED, MENDED = "1.4.1", "1.4.2"
SECRET_FILE = "srv/pricing/.env"  # noqa: S105 - a path
BACKUP = "usr/local/bin/backup"
_LIBRARY = "srv/pricing/lib"
_METADATA = (
    "Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nSummary: What things cost\nLicense: MIT\n"
)


def shipped(where: Path, roots: Roots) -> Path:
    """Four mistakes: no security updates, a credential only hidden, root, a copy of tar that runs as root."""
    dotenv = f"PRICING_CURRENCY=EUR\nSTRIPE_SECRET_KEY={credential()}\n".encode()
    tar = Entry(BACKUP, _program(roots.released, "usr/bin/tar"), mode=0o4755)
    return oci.write(
        where,
        _config("", {}),
        (
            roots.released,
            oci.layer((*_application(SHIPPED), Entry(SECRET_FILE, dotenv))),
            oci.layer((tar, Entry("srv/pricing/.wh..env", b""))),
        ),
        (
            "ADD debian.tar /",
            "COPY . /srv/pricing",
            "RUN rm .env && cp /usr/bin/tar /usr/local/bin/backup && chmod u+s /usr/local/bin/backup",
        ),
    )


def mended(where: Path, roots: Roots) -> Path:
    """The same application, built anew."""
    with roots.upgraded.open("rb") as stream:
        base = f"sha256:{hashlib.file_digest(stream, 'sha256').hexdigest()}"
    labels = {
        "org.opencontainers.image.base.digest": base,
        "org.opencontainers.image.source": "https://git.shop.example/pricing",
        "org.opencontainers.image.revision": hashlib.sha1(base.encode(), usedforsecurity=False).hexdigest(),
    }
    more = {
        "Labels": labels,
        "Healthcheck": {"Test": ["CMD", "python3", "/srv/pricing/prices.py", "--check"]},
    }
    layers = (roots.upgraded, oci.layer(_application(MENDED)))
    return oci.write(where, _config("10001:10001", more), layers, ("ADD debian.tar /", "COPY . /srv/pricing"))


def credential() -> str:
    """A made-up key in the form of a real one; assembled, so that no such text is in the repository."""
    alphabet = string.ascii_letters + string.digits
    stream = hashlib.sha512(b"the pricing service of the demo's shop").digest()
    return "_".join(("sk", "live", "".join(alphabet[byte % len(alphabet)] for byte in stream[:40])))


def record(roots: Roots) -> str:
    """What the defender beside the task wrote down of it: the service ran, and had its price list signed."""
    with tarfile.open(roots.released) as archive:
        pythons = [name for name in archive.getnames() if name.startswith("./usr/bin/python3.")]
    python = min(pythons).removeprefix(".")
    acts = (
        (python, ["python3", "/srv/pricing/prices.py"]),
        ("/usr/bin/openssl", ["openssl", "dgst", "prices"]),
    )
    start = {"type": "start", "policy_id": "00" * 16, "mode": "alert", "argv": list(acts[0][1])}
    events = [start] + [
        {"type": "event", "kind": "exec", "verdict": "allow", "pid": 1, "program": python}
        | {"target": target, "argv": argv}
        for target, argv in acts
    ]
    common = {"schema": "outrider.event/1", "container": "pricing", "instance": "5a" * 16}
    return "".join(
        json.dumps({**common, "seq": seq, "time": f"2026-03-02T09:00:{seq:02}Z", **event}) + "\n"
        for seq, event in enumerate(events)
    )


def _config(user: str, more: dict[str, Any]) -> dict[str, Any]:
    start = ["/usr/bin/python3", "/srv/pricing/prices.py"]
    return {"Cmd": start, "WorkingDir": "/srv/pricing", **({"User": user} if user else {}), **more}


def _application(version: str) -> tuple[Entry, ...]:
    """The program, and the team's own package as `pip install --target` leaves it."""
    record = f"{_LIBRARY}/{PACKAGE.replace('-', '_')}-{version}.dist-info"
    metadata = _METADATA.format(name=PACKAGE, version=version).encode()
    return (
        Entry("srv/pricing", mode=0o755),
        Entry("srv/pricing/prices.py", TEMPLATES / "prices.py"),
        Entry(f"{_LIBRARY}/shop_pricing", mode=0o755),
        Entry(f"{_LIBRARY}/shop_pricing/__init__.py", TEMPLATES / "shop_pricing.py"),
        Entry(record, mode=0o755),
        Entry(f"{record}/METADATA", metadata),
        Entry(f"{record}/INSTALLER", b"pip\n"),
    )


def _program(root: Path, path: str) -> bytes:
    with tarfile.open(root) as archive:
        found = archive.extractfile(f"./{path}")
        assert found is not None, path  # noqa: S101 - every Debian has it
        return found.read()
