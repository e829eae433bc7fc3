"""Makes the directory the suite runs from, here or in a virtual machine: programs, a policy, a manifest.

    python -m tests.native.bypass.prepare DIR [--arch x86_64|aarch64]

Then `DIR/run.sh DIR` prints a line for each trick (busybox is enough), and table.py reads those. What was
compiled once is kept in .cache/bypass, named by what it is made of.
"""

import argparse
import hashlib
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path
from typing import Any

from outrider.policy.document import PolicyDocument
from outrider.policy.lowering import compile_policy

from .heads import HERE, Trick, all_tricks

ROOT = HERE.parents[2]
KEPT = ROOT / ".cache" / "bypass"
CELL = HERE / "cell"
HARNESS = {
    "cell": tuple(f"{name}.c" for name in ("cell", "place", "listeners", "agent", "witness")),
    "evil": ("evil.c",),
    "good": ("good.c",),
    "interpreter": ("interpreter.c",),
}
FLAGS = (
    *("-s", "-O1", "-D_GNU_SOURCE", "-std=gnu11", "-Wall", "-Wextra", "-Werror"),
    "-Wno-unused-result",
)
STATIC, DYNAMIC = ("linux-musl", "-static"), ("linux-gnu.2.28",)
"""System and flags: a static program runs everywhere; what a preloaded object shall meet uses glibc."""
ALWAYS_STATIC = {"cell.c", "evil.c"}
FAR = "-Wl,--image-base=0x30000000"
"""Where evil lies in memory: a trick that loads it by itself is not in its way."""


def policy() -> bytes:
    """The one policy of all tricks: what is not named here is blocked."""
    allowed = {"port": "7002"}
    rules: list[dict[str, Any]] = [
        {"kind": "exec", "target": "/mnt/bin/*", "why": "the trick itself"},
        {"kind": "exec", "target": "/mnt/w/good", "why": "the program it may run"},
        *_with_arguments(),
        {"kind": "connect", "address": "127.0.0.0/8", **allowed, "why": "ALLOWED_PORT"},
        {"kind": "connect", "address": "::1/128", **allowed, "why": "ALLOWED_PORT"},
        {"kind": "bind", **allowed, "why": "ALLOWED_PORT"},
        {"kind": "write", "target": "/mnt/w/allowed/**", "why": "where it may write"},
    ]
    container = {"mode": "block", "rules": [{"action": "allow", **rule} for rule in rules]}
    document = {"version": 1, "workload": "bypass", "counter": 1, "containers": {"app": container}}
    return compile_policy(PolicyDocument.model_validate(document), "app")


def _with_arguments() -> list[dict[str, Any]]:
    """What may be run with some command lines only."""
    words: list[tuple[str, dict[str, Any]]] = [
        ("interpreter", {"arguments": ["entry", "**"], "why": "its script"}),
        ("shell", {"arguments": ["**", "-*c*", "**"], "action": "block", "why": "code"}),
        ("shell", {"why": "scripts"}),
        ("allowed/entry.script", {"why": "a script that somebody else may change"}),
    ]
    rules = [{"kind": "exec", "target": f"/mnt/w/{name}", **said} for name, said in words]
    loader = {
        "kind": "exec",
        "target": "/**/ld-*.so*",
        "arguments": ["--verify", "*"],
        "why": "it only looks",
    }
    return [*rules, loader]


def manifest(tricks: Iterable[Trick]) -> str:
    """Tab separated: name, act, needs (or -), ATT&CK, expected, what is done."""
    rows = [(t.name, t.act, t.needs or "-", t.attack, t.expect, t.trick) for t in tricks]
    return "".join("\t".join(row) + "\n" for row in rows)


def prepare(directory: Path, machine: str = platform.machine(), *, preload: bool = False) -> list[Trick]:
    """Make or renew the directory; the tricks in it. `preload`: they use glibc, and the guard is there."""
    tricks = [trick for trick in all_tricks() if trick.runs_on(machine)]
    (directory / "bin").mkdir(parents=True, exist_ok=True)
    work = [(f"bin/{trick.name}", (HERE / f"{trick.name}.c",)) for trick in tricks]
    work += [(name, tuple(CELL / source for source in sources)) for name, sources in HARNESS.items()]
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as several:
        for (name, _), program in zip(
            work, several.map(lambda w: compiled(w[1], machine, preload=preload), work), strict=True
        ):
            shutil.copy(program, directory / name)
    shutil.copy(_native(machine, "outrider-run"), directory / "outrider-run")
    if preload:
        shutil.copy(_native(machine, "guard.so"), directory / "guard.so")
    shutil.copy(HERE / "run.sh", directory / "run.sh")
    (directory / "app.policy").write_bytes(policy())
    (directory / "manifest").write_text(manifest(tricks))
    return tricks


def compiled(sources: tuple[Path, ...], machine: str, *, preload: bool = False) -> Path:
    """A program of these sources, compiled when there is none of the same."""
    system, *flags = DYNAMIC if preload and sources[0].name not in ALWAYS_STATIC else STATIC
    headers = [*HERE.glob("*.h"), *CELL.glob("*.h"), ROOT / "native" / "wire.h"]
    digest = hashlib.sha256(repr((machine, system, flags, FLAGS, FAR, version("ziglang"))).encode())
    for path in (*sorted(headers), *sources):
        digest.update(path.read_bytes())
    made = KEPT / f"{sources[0].stem}-{machine}-{digest.hexdigest()[:16]}"
    if not made.exists():
        KEPT.mkdir(parents=True, exist_ok=True)
        fresh = made.with_suffix(f".{os.getpid()}")
        zig = [sys.executable, "-m", "ziglang", "cc", "-target", f"{machine}-{system}", *flags, *FLAGS]
        where = [FAR] if sources[0].name == "evil.c" else []
        _done([*zig, *where, f"-I{ROOT / 'native'}", "-o", str(fresh), *map(str, sources)])
        fresh.replace(made)
    return made


def _native(machine: str, name: str) -> Path:
    build = ROOT / "native" / "build.py"
    _done([sys.executable, str(build), "--arch", machine, "--only", name])
    return ROOT / "outrider" / "_native" / machine / name


def _done(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}\n{done.stderr}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("directory", type=Path)
    parser.add_argument("--arch", default=platform.machine(), choices=("x86_64", "aarch64"))
    chosen = parser.parse_args()
    tricks = prepare(chosen.directory, chosen.arch)
    print(f"{len(tricks)} tricks in {chosen.directory}")


if __name__ == "__main__":
    main()
