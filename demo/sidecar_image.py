"""The sidecar's image, from its own build; made anew only when something that goes into it has changed."""

import hashlib
import subprocess
import sys
from pathlib import Path

from outrider.errors import EnvironmentFault

ROOT = Path(__file__).parents[1]
ROOMS = ("outrider", "sidecar")


def build(cache: Path) -> Path:
    """Return the OCI layout (both architectures). Raises EnvironmentFault with the words of the build."""
    out = cache / "sidecar-image"
    stamp = cache / "sidecar-image.inputs"
    inputs = _fingerprint()
    if out.is_dir() and stamp.is_file() and stamp.read_text() == inputs:
        return out
    command = [sys.executable, "-m", "sidecar.build_image", "--out", str(out)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise EnvironmentFault(f"the sidecar's image could not be built:\n{done.stderr[-2000:]}")
    stamp.write_text(inputs)
    return out


def _fingerprint() -> str:
    """SHA-256 over our sources, the supervisors and the locked packages."""
    digest = hashlib.sha256((ROOT / "requirements.lock").read_bytes())
    for path in sorted(path for room in ROOMS for path in (ROOT / room).rglob("*")):
        if path.suffix == ".py" or path.name == "outrider-run":
            digest.update(f"\n{path.relative_to(ROOT)}\n".encode() + path.read_bytes())
    return digest.hexdigest()
