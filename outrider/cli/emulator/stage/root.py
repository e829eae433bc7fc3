"""The file system a function sees: a small tmpfs, and what is shown of this machine bound into it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from outrider.cli.emulator.stage import kernel

_SYSTEM = ("usr", "bin", "sbin", "lib", "lib32", "lib64", "libx32")
_DEVICES = ("null", "zero", "full", "random", "urandom")
_EMPTY = ("home", "media", "mnt", "root", "run", "srv", "sys", "var/lib", "var/log")
_SCRATCH = "tmp"
_PLACES = ("opt", "proc", _SCRATCH, "var/task", "var/runtime", "var/lang", "home/sbx_user1051")
_SETTINGS = (
    *("alternatives", "bindresvport.blacklist", "ca-certificates", "ca-certificates.conf", "gai.conf"),
    *("host.conf", "ld.so.cache", "ld.so.conf", "ld.so.conf.d", "localtime", "mime.types", "nsswitch.conf"),
    *("pki", "protocols", "resolv.conf", "services", "ssl"),
)
"""What of /etc a program may need to run, look up names and check certificates."""
_HOSTS = "127.0.0.1 localhost localhost.localdomain sandbox sandbox.localdomain\n"
_ENTRIES = 1024
"""Entries of a code directory that are bound one by one."""


def build(orders: Mapping[str, Any]) -> None:
    """Make it and go there. Raises OSError."""
    root = orders["root"]
    kernel.mount("none", "/", "", kernel.REC | kernel.PRIVATE)
    kernel.mount("tmpfs", root, "tmpfs", kernel.NOSUID, "mode=755,size=16m")
    _system(Path(root))
    _devices(Path(root) / "dev")
    _settings(Path(root) / "etc", orders)
    for source, place in orders["shown"]:
        _show(Path(source), Path(f"{root}{place}"))
    _task(Path(orders["task"]), Path(root) / "var/task", uid=orders["uid"])
    owner = f"uid={orders['uid']},gid={orders['gid']}"
    data = f"mode=700,size={orders['tmp']}m,{owner}"
    scratch = str(Path(root) / _SCRATCH)
    kernel.mount("tmpfs", scratch, "tmpfs", kernel.NOSUID | kernel.NODEV, data)
    flags = kernel.NOSUID | kernel.NODEV | kernel.NOEXEC
    kernel.mount("proc", f"{root}/proc", "proc", flags)
    kernel.mount("none", root, "", kernel.BIND | kernel.REMOUNT | kernel.RDONLY | kernel.NOSUID)
    kernel.change_root(root)


def _system(root: Path) -> None:
    """The operating system's programs and libraries, and the directories Lambda has empty."""
    for name in _SYSTEM:
        own = Path("/") / name
        if own.is_symlink():
            (root / name).symlink_to(own.readlink())
        elif own.is_dir():
            _show(own, root / name)
    for name in (*_EMPTY, *_PLACES):
        _directory(root / name)


def _devices(dev: Path) -> None:
    """A /dev without /dev/shm, as in Lambda."""
    dev.mkdir(mode=0o755)
    for name in _DEVICES:
        _show(Path("/dev") / name, dev / name, writable=True)
    for name, target in (("fd", ""), ("stdin", "/0"), ("stdout", "/1"), ("stderr", "/2")):
        (dev / name).symlink_to(f"/proc/self/fd{target}")


def _settings(etc: Path, orders: Mapping[str, Any]) -> None:
    """/etc: our own users, of this machine only what programs need."""
    etc.mkdir(mode=0o755)
    uid, gid = orders["uid"], orders["gid"]
    (etc / "passwd").write_text(
        "root:x:0:0:root:/root:/bin/bash\n"
        f"sbx_user1051:x:{uid}:{gid}::/home/sbx_user1051:/sbin/nologin\n"
        "nobody:x:99:99:Nobody:/:/sbin/nologin\n"
    )
    (etc / "group").write_text("root:x:0:\nnobody:x:99:\n")
    (etc / "hosts").write_text(_HOSTS)
    for name in _SETTINGS:
        own = Path("/etc") / name
        if own.exists():
            _show(own.resolve(), etc / name)


def _task(source: Path, target: Path, *, uid: int) -> None:
    """The code at /var/task. Lambda makes that directory readable, whatever it was packed from."""
    found = source.stat()
    if found.st_uid == uid or found.st_mode & 0o005 == 0o005:
        kernel.bind(str(source), str(target))
        return
    entries = sorted(source.iterdir())
    if len(entries) > _ENTRIES:
        raise OSError(f"{source} is closed to others and has {len(entries)} entries; chmod 755 {source}")
    kernel.mount("tmpfs", str(target), "tmpfs", kernel.NOSUID, "mode=755,size=1m")
    for path in entries:
        if path.is_symlink():
            (target / path.name).symlink_to(path.readlink())
        else:
            _show(path, target / path.name)
    kernel.read_only(str(target))


def _show(source: Path, target: Path, *, writable: bool = False) -> None:
    """Bind a file or directory of this machine into the new root, making its place first."""
    if source.is_dir():
        _directory(target)
    else:
        _directory(target.parent)
        target.touch()
    if writable:
        kernel.mount(str(source), str(target), "", kernel.BIND)
    else:
        kernel.bind(str(source), str(target))


def _directory(path: Path) -> None:
    """A directory with its parents, open to all to read."""
    path.mkdir(mode=0o755, parents=True, exist_ok=True)
