"""Which kernels: a literal table. Debian replaces versions: they are found by patterns."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kernel:
    """One kernel of Debian's."""

    name: str
    """What it is asked for by (`--only`), and its row in the table."""
    machine: str
    """As uname -m says it."""
    archive: str
    """Below deb.debian.org."""
    suite: str
    package: str
    """A pattern (re.fullmatch) of the package that holds boot/vmlinuz-*; the highest version is taken."""


@dataclass(frozen=True, slots=True)
class Machine:
    """How one architecture is emulated."""

    debian: str
    """Debian's name of the architecture."""
    qemu: str
    arguments: tuple[str, ...]
    console: str
    words: tuple[str, ...] = ()
    """More of the kernel's command line."""


MACHINES = {
    "x86_64": Machine("amd64", "qemu-system-x86_64", ("-machine", "pc"), "ttyS0", ("no_timer_check",)),
    "aarch64": Machine("arm64", "qemu-system-aarch64", ("-machine", "virt"), "ttyAMA0"),
}
"""no_timer_check: on a busy machine an emulated timer is late, and the kernel takes it for a broken one."""

SECURITY = "debian-security"

KERNELS = (
    Kernel("5.10", "x86_64", SECURITY, "bullseye-security", r"linux-image-5\.10\.0-\d+-cloud-amd64"),
    Kernel("6.1", "x86_64", SECURITY, "bookworm-security", r"linux-image-6\.1\.0-\d+-cloud-amd64"),
    Kernel("6.12", "x86_64", SECURITY, "trixie-security", r"linux-image-6\.12\.[\d+.a-z]+-cloud-amd64"),
    Kernel("newest", "x86_64", "debian", "trixie-backports", r"linux-binary-\d[\d+.a-z]+-cloud-amd64"),
    Kernel("6.1-aarch64", "aarch64", SECURITY, "bookworm-security", r"linux-image-6\.1\.0-\d+-cloud-arm64"),
    Kernel(
        "newest-aarch64", "aarch64", "debian", "trixie-backports", r"linux-binary-\d[\d+.a-z]+-cloud-arm64"
    ),
)
"""What Fargate has run (5.10, 6.1), what comes after it, and the newest there is."""

BUSYBOX = ("debian", "bookworm", r"busybox-static")
"""Archive, suite and package of the guests' shell, for both architectures."""
HERE = "here"
"""The row of this machine's own kernel."""
VMLINUZ = r"\./boot/vmlinuz-.*|\./usr/lib/modules/[^/]+/vmlinuz"
"""Where a kernel lies in its package; the second since Debian 14's packaging."""
