"""`make kernels`: the supervisor in each kernel, the table. Exit status 0: everything as it should be."""

import argparse
import json
import platform
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from tests.kernels import archive, cpio, here, machine, results, suite, table
from tests.kernels.kernels import BUSYBOX, HERE, KERNELS, MACHINES, VMLINUZ, Kernel

SECTIONS = ("probe", "smoke", "traced", "fidelity", "races", "death", "bypass")
QUICK_SECTIONS = ("probe", "smoke", "traced", "races", "death", "bypass")
SECONDS = {"kvm": 300.0, "tcg": 1500.0}
"""After which a guest is stopped."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command line asks for."""

    kernels: tuple[Kernel, ...]
    here: bool
    tcg: bool
    sections: tuple[str, ...]
    races: int
    jobs: int

    @property
    def settings(self) -> dict[str, str]:
        """The guest's environment."""
        return {
            "SECTIONS": ",".join(self.sections),
            "FIDELITY": ",".join(suite.PROGRAMS),
            "RACE_ATTEMPTS": str(self.races),
            "LOAD_CALLS": "1000000",
        }


def main() -> int:
    """Run what was asked for, print the table."""
    wanted = _wanted()
    try:
        trees = {
            name: suite.tree(name, _busybox(name), bypass="bypass" in wanted.sections)
            for name in _machines(wanted)
        }
        images = [_image(kernel, trees[kernel.machine], wanted) for kernel in wanted.kernels]
    except archive.Unreachable as unreachable:
        print(f"kernels: {unreachable}", file=sys.stderr)
        return 1
    kvm = not wanted.tcg and _kvm_runs([image for _, image in images])
    rows = [_here(trees[platform.machine()], wanted)] if wanted.here else []
    with ThreadPoolExecutor(wanted.jobs) as pool:
        rows += pool.map(lambda pair: _one(pair[0], pair[1], wanted, kvm=kvm), images)
    print("\n".join(table.lines(rows)))
    return 1 if any(row.problems for row in rows) else 0


def _wanted() -> Wanted:
    names = [*(kernel.name for kernel in KERNELS), HERE]
    parser = argparse.ArgumentParser(prog="python -m tests.kernels", description=__doc__)
    parser.add_argument("--only", action="append", choices=names, help="this one; may be given again")
    parser.add_argument("--tcg", action="store_true", help="do not try KVM")
    parser.add_argument(
        "--quick", action="store_true", help="without the comparison line by line, and fewer races"
    )
    parser.add_argument("--sections", default="", help=f"some of {','.join(SECTIONS)}")
    parser.add_argument("--races", type=int, default=0, metavar="N", help="attempts at each race, each way")
    parser.add_argument("--jobs", type=int, default=1, help="guests at a time; each has two processors")
    asked = parser.parse_args()
    only = asked.only or names
    sections = (
        tuple(asked.sections.split(",")) if asked.sections else QUICK_SECTIONS if asked.quick else SECTIONS
    )
    if not set(sections) <= set(SECTIONS):
        parser.error(f"sections are {','.join(SECTIONS)}")
    return Wanted(
        tuple(kernel for kernel in KERNELS if kernel.name in only),
        HERE in only,
        asked.tcg,
        sections,
        asked.races or (5 if asked.quick else 20),
        asked.jobs,
    )


def _machines(wanted: Wanted) -> list[str]:
    return sorted(
        {kernel.machine for kernel in wanted.kernels} | ({platform.machine()} if wanted.here else set())
    )


def _busybox(name: str) -> bytes:
    where, release, package = BUSYBOX
    found = archive.newest(where, release, MACHINES[name].debian, package)
    return archive.member(archive.fetched(where, found), r"\./bin/busybox")


def _image(kernel: Kernel, tree: Path, wanted: Wanted) -> tuple[Kernel, machine.Image]:
    """Files for one boot; what the index named is written down beside them."""
    package = archive.newest(kernel.archive, kernel.suite, MACHINES[kernel.machine].debian, kernel.package)
    kept = archive.KEPT / "boot" / kernel.name
    kept.mkdir(parents=True, exist_ok=True)
    (kept / "vmlinuz").write_bytes(archive.member(archive.fetched(kernel.archive, package), VMLINUZ))
    (kept / "initramfs").write_bytes(cpio.archive(tree))
    said = {
        "package": package.name,
        "version": package.version,
        "sha256": package.sha256,
        "suite": kernel.suite,
    }
    (kept / "package.json").write_text(json.dumps(said, indent=1) + "\n")
    return kernel, machine.Image(kernel.machine, kept / "vmlinuz", kept / "initramfs", wanted.settings)


def _kvm_runs(images: list[machine.Image]) -> bool:
    """Whether Debian's kernels run under this machine's KVM: some clouds' nested one ends or hangs them."""
    native = [image for image in images if image.machine == platform.machine()]
    if not native or not machine.kvm_opens():
        return False
    trial = replace(native[0], settings={"SECTIONS": "none"})
    try:
        machine.boot(trial, kvm=True, seconds=machine.KVM_SECONDS, heard=lambda line: None)
    except machine.Broken as broken:
        why = str(broken).partition(";")[0]
        print(f"KVM is there but of no use ({why}): emulating", flush=True)
        return False
    return True


def _one(kernel: Kernel, image: machine.Image, wanted: Wanted, *, kvm: bool) -> table.Row:
    by_kvm = kvm and image.machine == platform.machine()
    by, began = "KVM" if by_kvm else "TCG", time.monotonic()
    try:
        seconds = SECONDS["kvm" if by_kvm else "tcg"]
        boot = machine.boot(image, kvm=by_kvm, seconds=seconds, heard=_hears(kernel.name))
    except machine.Broken as broken:
        return table.Row(kernel.name, by, time.monotonic() - began, None, [str(broken)])
    (image.kernel.parent / "results").write_text(boot.results)
    return _row(kernel.name, by, boot, wanted)


def _here(tree: Path, wanted: Wanted) -> table.Row:
    began = time.monotonic()
    try:
        boot = here.run(tree, wanted.settings, SECONDS["kvm"])
    except machine.Broken as broken:
        return table.Row(HERE, "natively", time.monotonic() - began, None, [str(broken)])
    return _row(HERE, "natively", boot, wanted)


def _row(name: str, by: str, boot: machine.Boot, wanted: Wanted) -> table.Row:
    found = results.read(boot.results)
    wrong = results.problems(found, wanted.sections)
    print(f"{name}: {boot.seconds:.0f} s, {len(wrong) or 'nothing'} wrong", flush=True)
    return table.Row(name, by, boot.seconds, found, wrong)


def _hears(name: str) -> Callable[[str], None]:
    """Tells how far a guest is, where somebody looks on."""

    def hear(line: str) -> None:
        if line.startswith("# ") and sys.stdout.isatty():
            print(f"{name}: {line[2:]}", flush=True)

    return hear


if __name__ == "__main__":
    sys.exit(main())
