"""One boot: qemu, its console, and what the guest printed between the marks."""

import base64
import binascii
import gzip
import hashlib
import os
import re
import selectors
import shutil
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.kernels.kernels import MACHINES

BEGAN = "@@began"
TAIL_LINES = 25
"""Of the console, quoted when something went wrong."""
KVM = Path("/dev/kvm")
KVM_SECONDS = 10.0
"""Within which a guest under KVM says its first word, or KVM is none that Debian's kernels run under.
Emulated it takes four."""


class Broken(Exception):
    """The guest did not come to its end: a panic, a hang, results that are cut."""


@dataclass(frozen=True, slots=True)
class Boot:
    """What came of one."""

    results: str
    seconds: float
    console: str


@dataclass(frozen=True, slots=True)
class Image:
    """What is booted."""

    machine: str
    kernel: Path
    initramfs: Path
    settings: dict[str, str]
    """Environment of /init, by the kernel's command line."""


def boot(image: Image, *, kvm: bool, seconds: float, heard: Callable[[str], None]) -> Boot:
    """Run to the end. `heard` gets each line as it comes. Raises Broken, with the end of the console."""
    began = time.monotonic()
    console = _console(command(image, kvm=kvm), seconds, KVM_SECONDS if kvm else seconds, heard)
    try:
        return Boot(unpacked(console), time.monotonic() - began, console)
    except Broken as broken:
        tail = "\n".join(f"    | {line}" for line in console.splitlines()[-TAIL_LINES:])
        raise Broken(f"{broken}; the end of its console:\n{tail}") from broken


def command(image: Image, *, kvm: bool) -> list[str]:
    """What is run: no disk, no network, no display."""
    machine = MACHINES[image.machine]
    qemu = shutil.which(machine.qemu)
    if qemu is None:
        raise Broken(f"no {machine.qemu}: make kernels-setup")
    words = [
        f"console={machine.console}",
        "quiet",
        "panic=-1",
        *machine.words,
        *(f"{k}={v}" for k, v in image.settings.items()),
    ]
    processor = "host" if kvm else "max" if image.machine == "x86_64" else "cortex-a72"
    return [
        *(qemu, *machine.arguments, *(("-enable-kvm",) if kvm else ()), "-cpu", processor),
        *("-smp", "2", "-m", "768", "-nodefaults", "-nographic", "-no-reboot", "-serial", "stdio"),
        *("-kernel", str(image.kernel), "-initrd", str(image.initramfs), "-append", " ".join(words)),
    ]


def kvm_opens() -> bool:
    """Whether it is worth a try; whether it runs a guest is only seen by running one."""
    return os.access(KVM, os.R_OK | os.W_OK)


def _console(words: list[str], seconds: float, first: float, heard: Callable[[str], None]) -> str:
    """What it printed until it ended, or until its time was over (`first`: for its first word)."""
    began, text, told = time.monotonic(), "", 0
    with (
        subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        ) as process,
        selectors.DefaultSelector() as selector,
    ):
        assert process.stdout
        os.set_blocking(process.stdout.fileno(), False)
        selector.register(process.stdout, selectors.EVENT_READ)
        while True:
            limit = began + (seconds if BEGAN in text else min(first, seconds))
            if time.monotonic() > limit:
                text += f"\n[stopped after {time.monotonic() - began:.0f} s]"
                break
            if selector.select(timeout=0.5):
                data = process.stdout.read()
                if not data:
                    break
                text += data.decode(errors="replace").replace("\r", "")
                *complete, _ = text[told:].split("\n")
                for line in complete:
                    heard(line)
                    told += len(line) + 1
        process.kill()
    return text


def unpacked(console: str) -> str:
    """The results a console carries. Raises Broken: a panic, none at all, or not what was sent."""
    panic = re.search(r"Kernel panic.*", console)
    if panic:
        raise Broken(panic[0])
    found = re.search(r"^@@results ([0-9a-f]{64})$(.*?)^@@ended$", console, re.MULTILINE | re.DOTALL)
    if not found:
        raise Broken("it did not come to its end" if BEGAN in console else "it did not get as far as /init")
    lines = [line for line in found[2].splitlines() if re.fullmatch(r"[A-Za-z0-9+/=]+", line)]
    try:
        data = base64.b64decode("".join(lines), validate=True)
    except binascii.Error as error:
        raise Broken(f"its results are cut: {error}") from error
    if hashlib.sha256(data).hexdigest() != found[1]:
        raise Broken("its results are not what it sent")
    return gzip.decompress(data).decode(errors="replace")
