"""Well-known programs that images bring without a package manager, and what each says about itself.

To add one:

1. Find in the program's sources where its version stands as text; that goes into `source`.
2. Choose a `mark`, a few bytes that always stand near it, for those are found quickly.
3. Bound every repetition of the `banner` (it has `BEFORE` and `AFTER` bytes around the mark), and end it with
   what always follows the version: then the end of a chunk cannot cut a version short. Look behind for what
   comes before, as it may be the end of the banner before. Linkers merge equal ends of strings, so what you
   see at the beginning of a string may elsewhere be the end of a longer one.
4. Show it: the text in the fixture (tests/data/scan/make_programs.py), and the real program, if it is at
   hand, in tests/unit/scan/inventory/program/test_signature.py.
"""

import re
from dataclasses import dataclass

from outrider import limits

BEFORE, AFTER = 96, 160
"""Bytes around the beginning of a mark in which the banner stands."""


@dataclass(frozen=True, slots=True)
class Signature:
    """How one program is recognised."""

    package: str
    """Its name as a package of type `generic`."""
    files: re.Pattern[str]
    """Matches the whole base name. A group is the beginning that the version must have."""
    mark: bytes
    """`%s` in it stands for that beginning."""
    banner: re.Pattern[bytes]
    """Its one group is the version."""
    source: str
    """Where the text comes from."""


@dataclass(frozen=True, slots=True)
class Search:
    """A signature, made ready for one file."""

    signature: Signature
    mark: bytes
    beginning: str

    def versions(self, data: bytes) -> set[str]:
        """Every version that the banner names in some bytes, as far as the first `limits.MARKS` marks
        tell."""
        found: set[str] = set()
        at = -1
        for _ in range(limits.MARKS):
            at = data.find(self.mark, at + 1)
            if at < 0:
                break
            for match in self.signature.banner.finditer(data, max(0, at - BEFORE), at + AFTER):
                version = match[1].decode()
                if version.startswith(self.beginning):
                    found.add(version)
        return found


def _signature(package: str, files: str, mark: bytes, banner: bytes, source: str) -> Signature:
    return Signature(package, re.compile(files), mark, re.compile(banner), source)


_THREE = rb"(\d{1,2}\.\d{1,2}\.\d{1,3})"

SIGNATURES: tuple[Signature, ...] = (
    _signature(
        "bash",
        r"bash",
        b"@(#)Bash version ",
        rb"@\(#\)Bash version " + _THREE + rb"\(\d",
        "version.c, sccs_version",
    ),
    _signature(
        "busybox",
        r"busybox",
        b"BusyBox v",
        rb"BusyBox v" + _THREE + rb"[ \0]",
        "libbb/messages.c, bb_banner",
    ),
    _signature(
        "curl",
        r"libcurl\.so\.4(?:\.[\d.]+)?",
        b"libcurl/",
        rb"libcurl/" + _THREE + rb"[\0 ]",
        "lib/version.c, curl_version",
    ),
    _signature(
        "haproxy",
        r"haproxy",
        b", released 20",
        rb"(?<=\0) version (\d\.\d{1,2}(?:\.\d{1,3}|-dev\d{1,3}))[^\0]{0,60}, released 20\d\d/",
        "src/version.c, stats_version_string",
    ),
    _signature(
        "httpd",
        r"httpd|apache2",
        b"Apache/2",
        rb"(?<=\0)Apache/" + _THREE + rb"\0",
        "include/ap_release.h; server/core.c",
    ),
    _signature(
        "mariadb",
        r"mariadbd|mysqld",
        b"-MariaDB",
        rb"(?<=\0)" + _THREE + rb"-MariaDB[\0-]",
        "include/mysql_version.h, MYSQL_SERVER_VERSION",
    ),
    _signature(
        "memcached",
        r"memcached",
        b"memcached 1.",
        rb"(?<=\0)memcached " + _THREE + rb"[\0\n]",
        "memcached.c, usage",
    ),
    _signature(
        "nginx",
        r"nginx",
        b"nginx version: ",
        rb"nginx version: nginx/" + _THREE + rb"[\n ]",
        "src/core/nginx.c, ngx_show_version_info",
    ),
    _signature(
        "node",
        r"node|nodejs|libnode\.so\.\d+",
        b"node.js/v",
        rb"(?<=\0)node\.js/v(\d{1,3}\.\d{1,3}\.\d{1,3})\0",
        "src/inspector_agent.cc, the name the inspector gives itself",
    ),
    _signature(
        "openssl",
        r"openssl|libcrypto\.so\.[\d.]+",
        b"OpenSSL ",
        rb"(?<=\0)OpenSSL (\d\.\d{1,2}\.\d{1,2}[a-z]{0,2}) {1,2}\d{1,2} [A-Z][a-z]{2} 20\d\d\0",
        "include/openssl/opensslv.h, OPENSSL_VERSION_TEXT",
    ),
    _signature(
        "perl",
        r"perl(?:5\.[\d.]+)?|libperl\.so(?:\.[\d.]+)?",
        b"\0v5.",
        rb"(?<=\0)v(5\.\d{1,2}\.\d{1,2})\0",
        "perl.c, PERL_VERSION_STRING of patchlevel.h",
    ),
    _signature(
        "php",
        r"php[\d.]*|php-(?:fpm|cgi)|php-fpm[\d.]+|libphp[\d.]*\.so",
        b"X-Powered-By: PHP/",
        rb"X-Powered-By: PHP/" + _THREE + rb"\0",
        "main/SAPI.h, SAPI_PHP_VERSION_HEADER",
    ),
    _signature(
        "postgresql",
        r"postgres",
        b"postgres (PostgreSQL) ",
        rb"postgres \(PostgreSQL\) (\d{1,2}(?:\.\d{1,2}){1,2})[ \n]",
        "src/include/port.h, PG_BACKEND_VERSIONSTR",
    ),
    _signature(
        "python",
        r"(?:lib)?python(3\.\d{1,2})m?(?:\.so\.1\.0)?",
        b"%s.",
        rb"(?<=[\0/])(3\.\d{1,2}\.\d{1,2}(?:(?:a|b|rc)\d{1,2})?)\+?\0",
        "Include/patchlevel.h, PY_VERSION; as the end of a prefix such as /opt/python/3.12.1 too",
    ),
    _signature(
        "redis",
        r"redis-server",
        b"000000000\0",
        rb"(?<![\d.])(\d\.\d{1,2}\.\d{1,3}?)(?:(?:[A-Za-z][\w.-]{0,62}|[0-9a-f]{12})-)?\d{10}0{9}\0",
        "src/release.c, redisBuildIdRaw: version, host (a container's is 12 hex digits), time, no git",
    ),
    _signature(
        "ruby",
        r"ruby[\d.]*|libruby[\d.-]*\.so\.[\d.]+",
        b"ruby ",
        rb"(?<=\0)ruby " + _THREE + rb"(?:p\d{1,4})? \(20\d\d-",
        "version.c, ruby_description",
    ),
)
"""In the order of their names."""


def of(path: str) -> Search | None:
    """What to look for in a program, by the base name of its path; nothing in most."""
    base = path.rpartition("/")[2]
    for signature in SIGNATURES:
        match = signature.files.fullmatch(base)
        if match:
            beginning = f"{match[1]}." if match.groups() else ""
            mark = signature.mark.replace(b"%s.", beginning.encode())
            return Search(signature, mark, beginning)
    return None
