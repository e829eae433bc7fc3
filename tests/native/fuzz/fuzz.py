"""Compile and run the fuzzers of every parser the supervisor has, with ASan and UBSan; print a table.

`FUZZ_SECONDS=… make fuzz`: of all together. What was found is left in build/fuzz/<name>/ as
crash-…, and the command that repeats it is told."""

import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
NATIVE, VECTORS = ROOT / "native", ROOT / "tests" / "data"
PLACE = ROOT / "build" / "fuzz"
FLAGS = (
    *("-g", "-O1", "-std=gnu11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Wno-unused-result"),
    "-fno-sanitize-recover=all",
)
SANITIZE = "-fsanitize=address,undefined,fuzzer"
SECONDS = 600.0
"""Ten minutes of a processor."""
SEED_BYTES = 64 << 10
SEEDS = {"policy": "**/*.policy", "store": "**/*.policy"}
"""Vectors that Python's tests use too."""
WORDS = {
    "interpreter": ["#!/bin/sh\n", "#! /usr/bin/env python3 -x\n", "#!" + "x" * 300],
    "pattern": ["/var/**/x?\\*\n/var/lib/x1*", "*.so\n/lib/x.so"],
    "words": [
        "\0outrider-run\0--container\0app\0--key\0AAAA\0--\0true",
        "\1Umask:\t0022\nTgid:\t7\nUid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\n"
        "Groups:\t1 2 \nCapEff:\t00000000a80425fb\n",
        "\2QUJDRA==",
        "\3OUTRSWI1" + "\0" * 40,
    ],
    "path": ["\3a/b/../d", "\2l/u/./f", "\1/proc/self/exe", "\1/proc/self/exe/"],
    "memory": [
        "\2\2\0\x1f\x90\x7f\0\0\1" + "\0" * 8,
        "\2\1\0/tmp/socket",
        "\x80" + "\0" * 56 + "\x14" + "\0" * 7 + "\1\0\0\0\1",
    ],
}


def run(*command: str | Path, where: Path | None = None) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=where)
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")


def archive() -> Path:
    """The supervisor's objects: a harness includes one of its sources and takes the rest from here."""
    objects = PLACE / "objects"
    shutil.rmtree(objects, ignore_errors=True)
    objects.mkdir(parents=True)
    flags = (*FLAGS, f"{SANITIZE}-no-link", "-Dmain=launch_main", f"-I{NATIVE}", "-c")
    with ThreadPoolExecutor(os.cpu_count()) as several:
        sources = sorted(NATIVE.glob("*.c"))
        list(several.map(lambda source: run("clang", *flags, source, where=objects), sources))
    made = PLACE / "supervisor.a"
    made.unlink(missing_ok=True)
    run("ar", "rcs", made, *sorted(objects.glob("*.o")))
    return made


def seed(name: str) -> Path:
    """The corpus to begin with. It grows from run to run."""
    corpus = PLACE / name / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for number, text in enumerate(WORDS.get(name, [])):
        (corpus / f"seed-{number}").write_bytes(text.encode("latin-1"))
    for path in sorted(VECTORS.glob(SEEDS[name])) if name in SEEDS else []:
        if path.stat().st_size <= SEED_BYTES:
            before = b"\0" if name == "store" else b""
            (corpus / f"vector-{path.parent.name}-{path.name}").write_bytes(before + path.read_bytes())
    return corpus


def fuzz(harness: Path, library: Path, seconds: float) -> str:
    """One harness. Its line of the table; raises SystemExit with what was found."""
    place = PLACE / harness.stem
    corpus = seed(harness.stem)
    binary = place / harness.stem
    run("clang", *FLAGS, SANITIZE, "-o", binary, harness, library)
    options = (
        f"-max_total_time={max(1, round(seconds))}",
        f"-max_len={SEED_BYTES}",
        "-timeout=20",
        "-print_funcs=0",
    )
    command = [binary, *options, "-print_final_stats=1", f"-artifact_prefix={place}/", corpus]
    done = subprocess.run(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False, env=ENVIRONMENT
    )
    said = done.stderr.decode(errors="replace")
    if done.returncode:
        raise SystemExit(f"{harness.stem}: found something\n{said[-6000:]}\nagain: {binary} {place}/crash-…")
    runs = re.findall(r"number_of_executed_units: *(\d+)", said)[-1]
    covered = re.findall(r"cov: (\d+)", said)[-1]
    return f"{harness.stem:<18} {runs:>10} inputs, {covered:>5} edges, nothing found"


ENVIRONMENT = os.environ | {"ASAN_OPTIONS": "detect_leaks=0"}
"""Descriptors and pages are kept for the next input on purpose."""


def main() -> int:
    seconds = float(os.environ.get("FUZZ_SECONDS", SECONDS))
    if shutil.which("clang") is None:
        print(
            "fuzz: needs clang: apt-get install --no-install-recommends clang libclang-rt-14-dev",
            file=sys.stderr,
        )
        return 1
    PLACE.mkdir(parents=True, exist_ok=True)
    library = archive()
    harnesses = sorted(HERE.glob("*.c"))
    for harness in harnesses:
        print(fuzz(harness, library, seconds / len(harnesses)), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
