"""One Debian root with all the programs, made once by mmdebstrap; each life gets an overlay of it."""

import hashlib
import shutil
import subprocess
from pathlib import Path

from demo.image import release
from outrider.errors import EnvironmentFault

PACKAGES = (
    *("usr-is-merged", "ca-certificates", "curl", "procps", "python3", "logrotate"),
    *("nginx", "apache2", "apache2-utils", "lighttpd", "caddy", "haproxy", "squid", "git"),
    *("redis-server", "redis-tools", "memcached", "postgresql", "postgresql-contrib"),
    *("mariadb-server", "mariadb-client", "rabbitmq-server", "mosquitto", "mosquitto-clients"),
    *("python3-flask", "gunicorn", "nodejs", "openjdk-17-jdk-headless", "php-fpm", "php-cli", "libfcgi-bin"),
    *("cron", "postfix", "bind9", "bind9-dnsutils", "prometheus", "python3-pika"),
)
LEAVE_OUT = ("/usr/share/doc/*", "/usr/share/locale/*", "/usr/share/info/*")
DEBIAN_SOURCES = Path("/etc/apt/sources.list.d/debian.sources")


def make(cache: Path) -> Path:
    """The root's directory: from `cache`, or made there (two minutes, and it needs Debian's archive)."""
    suite = release()
    recipe = hashlib.sha256(repr((suite, PACKAGES, LEAVE_OUT)).encode()).hexdigest()[:16]
    made = cache / f"root-{recipe}"
    if made.exists():
        return made
    if shutil.which("mmdebstrap") is None:
        raise EnvironmentFault("mmdebstrap is missing", hint="apt-get install mmdebstrap")
    cache.mkdir(parents=True, exist_ok=True)
    partial = cache / f"{made.name}.partial"
    shutil.rmtree(partial, ignore_errors=True)
    command = ["mmdebstrap", "--quiet", "--variant=essential", f"--include={','.join(PACKAGES)}"]
    command += ["--hook-dir=/usr/share/mmdebstrap/hooks/maybe-merged-usr"]
    command += ["--aptopt=APT::Install-Recommends false"]
    command += [f"--dpkgopt=path-exclude={pattern}" for pattern in LEAVE_OUT]
    command += [suite, str(partial), *([str(DEBIAN_SOURCES)] if DEBIAN_SOURCES.exists() else [])]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        shutil.rmtree(partial, ignore_errors=True)
        raise EnvironmentFault(
            "mmdebstrap could not make the programs' root:\n" + done.stderr[-2000:],
            hint="is Debian's archive reachable from here?",
        )
    partial.rename(made)
    return made


def version(root: Path, package: str) -> str:
    """Version of a package in the root."""
    query = ["chroot", str(root), "dpkg-query", "--show", "--showformat=${Version}", package]
    return subprocess.run(query, capture_output=True, text=True, check=True).stdout
