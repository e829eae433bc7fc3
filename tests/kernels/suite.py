"""What runs in each kernel of an architecture: a tree of static programs, compiled policies and a shell."""

import hashlib
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

from tests.kernels.archive import KEPT, ROOT
from tests.native.bypass.prepare import prepare

sys.path.insert(0, str(ROOT / "tests" / "native"))  # imported by name, as pytest does

from racing import course, rules
from supervised import policy
from test_fidelity import KNOWN, PROGRAMS

HERE = Path(__file__).parent
GUEST = HERE / "guest"
NATIVE_PROGRAMS = ROOT / "tests" / "native" / "programs"
STATIC = (
    "-static",
    "-O1",
    "-D_GNU_SOURCE",
    "-std=gnu11",
    "-Wall",
    "-Wextra",
    "-Werror",
    "-Wno-unused-result",
)
OWN = ("agent", "as", "load", "smoke")
PLACE = "/w/place"
RACE_PORTS = (0x6100, 0x6000)
"""The first is allowed. As guest/suite.sh has them."""
FIDELITY_KNOWN = KNOWN

__all__ = ["FIDELITY_KNOWN", "PROGRAMS", "tree"]


def tree(machine: str, busybox: bytes, *, bypass: bool) -> Path:
    """Make the guest's root directory anew; what was compiled before is not compiled again."""
    root = KEPT / "tree" / machine
    shutil.rmtree(root, ignore_errors=True)
    for name in ("bin", "policies", "course", "dev", "proc", "sys", "run", "w", "tmp", "mnt"):
        (root / name).mkdir(parents=True)
    _put(root / "bin" / "busybox", busybox)
    _put(root / "bin" / "outrider-run", _supervisor(machine).read_bytes())
    for name in OWN:
        _put(root / "bin" / name, _compiled(machine, GUEST / f"{name}.c").read_bytes())
    for name in (*PROGRAMS, "races"):
        _put(root / "bin" / name, _compiled(machine, NATIVE_PROGRAMS / f"{name}.c").read_bytes())
    for name in ("init", "suite.sh"):
        _put(root / name, (GUEST / name).read_bytes())
    _course(root / "course", _compiled(machine, NATIVE_PROGRAMS / "judge_me.c").read_bytes())
    _race_course(root / "races", machine)
    for name, blob in _policies().items():
        (root / "policies" / name).write_bytes(blob)
    if bypass:  # many programs: compiled only where they run
        prepare(root / "bypass", machine)
    return root


def _course(course: Path, program: bytes) -> None:
    """What smoke, load and races work on: 'a' is allowed, 'b' is not."""
    for letter in "ab":
        (course / letter).mkdir()
        (course / letter / "file").write_text("as it was")
        (course / letter / "gone").write_text("as it was")
        _put(course / f"program-{letter}", program)
        _put(course / f"script-{letter}", f"#!{PLACE}/interpreter\n".encode())
    (course / "b" / "kept").write_text("as it was")
    _put(course / "interpreter", program)
    (course / "a" / "way").symlink_to(f"{PLACE}/a")
    (course / "a" / "other").symlink_to(f"{PLACE}/b")


def _race_course(made: Path, machine: str) -> None:
    """racing.course() at its place in the guest: scripts and links name that."""
    made.mkdir()
    course(made, lambda name: _compiled(machine, NATIVE_PROGRAMS / f"{name}.c"))
    for path in made.rglob("*"):
        if path.is_symlink():
            target = str(path.readlink()).replace(str(made), PLACE)
            path.unlink()
            path.symlink_to(target)
        elif path.is_file() and path.read_bytes().startswith(b"#!"):
            path.write_bytes(path.read_bytes().replace(bytes(made), PLACE.encode()))


def _race_rules(protocol: str) -> bytes:
    return rules(Path(PLACE), Path("/bin/races"), RACE_PORTS[0], protocol)


def _policies() -> dict[str, bytes]:
    names = ("program-a", "script-a", "interpreter")
    programs = [{"kind": "exec", "target": f"{PLACE}/{name}"} for name in names]
    programs += [{"kind": "exec", "target": f"/bin/{name}"} for name in ("races", "smoke", "load")]
    loopback = {"address": "127.0.0.1/32", "port": str(0x6100)}
    rules = [*programs, {"kind": "connect", **loopback}, {"kind": "write", "target": f"{PLACE}/a/**"}]

    def of(mode: str, *, report: bool) -> bytes:
        return policy(mode, *rules, report=report, exec="block", connect="block", write="block")

    return {
        "alert": policy("alert"),
        "block": policy("block"),
        "smoke-alert": of("alert", report=True),
        "smoke-block": of("block", report=True),
        **{f"races-{name}": _race_rules(name) for name in ("tcp", "udp", "none")},
    }


def _supervisor(machine: str) -> Path:
    build = [sys.executable, str(ROOT / "native" / "build.py"), "--arch", machine, "--only", "outrider-run"]
    _checked(build)
    return ROOT / "outrider" / "_native" / machine / "outrider-run"


def _compiled(machine: str, source: Path) -> Path:
    """A static program; kept by what it is made of."""
    inputs = [*sorted(source.parent.glob("*.h")), *sorted((ROOT / "native").glob("*.h")), source]
    digest = hashlib.sha256(repr((machine, STATIC, version("ziglang"))).encode())
    for path in inputs:
        digest.update(path.read_bytes())
    made = KEPT / "programs" / f"{source.stem}-{digest.hexdigest()[:16]}"
    if not made.exists():
        made.parent.mkdir(parents=True, exist_ok=True)
        target = ("-target", f"{machine}-linux-musl", *STATIC, f"-I{ROOT / 'native'}")
        fresh = made.with_suffix(".new")
        _checked([sys.executable, "-m", "ziglang", "cc", *target, "-o", str(fresh), str(source)])
        fresh.replace(made)
    return made


def _checked(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}\n{done.stderr}")


def _put(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    path.chmod(0o755)
