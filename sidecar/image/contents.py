"""What is in the image and what is left out of what its packages bring: tables, each line with its reason."""

import re

from outrider.errors import InvalidInput

ARCHITECTURES = {"amd64": "x86_64", "arm64": "aarch64"}
"""Debian's and OCI's name of an architecture → that of wheels, ELF and the supervisor."""

SUITE = "bookworm"
PYTHON = "3.11"

DEBIAN_PACKAGES = (
    "base-files",  # /etc/os-release: scanners and people ask it
    "libc6",
    "libexpat1",  # S3 answers in XML
    "libgcc-s1",  # pydantic's compiled core
    "libpython3.11-minimal",
    "libpython3.11-stdlib",
    "libssl3",
    "python3.11-minimal",
    "zlib1g",
)
"""Extracted, not installed: no maintainer script runs, so each architecture can be built on the other."""

WHEELS = (
    "annotated-types",
    "boto3",
    "botocore",
    "jmespath",
    "pydantic",
    "pydantic-core",
    "python-dateutil",
    "pyyaml",
    "s3transfer",
    "six",
    "typing-extensions",
    "typing-inspection",
    "urllib3",
)
"""From PyPI, in the versions and with the hashes of requirements.lock. A test sees that none is missing."""

OWN_ROOMS = ("__init__.py", "errors.py", "limits.py", "model", "policy", "runtime", "_native")
"""What of `outrider` goes in: the rooms the sidecar may see."""

_STDLIB = rf"usr/lib/python{PYTHON}"
_SITE = rf"usr/local/lib/python{PYTHON}/dist-packages"

_LEFT_OUT = (
    r"usr/share/(?!doc/|common-licenses/).*",
    r"usr/share/doc/(?![^/]+/copyright$).*",  # licences stay
    r"(etc/(?!debian_version|os-release)|usr/(games|include|sbin|src)|var|proc|sys|boot|home|media|mnt|opt|srv)(/.*)?",
    r"usr/bin/(?!python).*",  # no shell, no tools: nothing for an intruder to start
    r"usr/lib/[^/]+/(gconv|audit|perl|engines-3|ossl-modules)(/.*)?",
    r"usr/lib/(locale|mime|valgrind|binfmt\.d)(/.*)?",
    rf"{_STDLIB}/(test|idlelib|tkinter|lib2to3|ensurepip|distutils|pydoc_data|turtledemo|sqlite3|curses|dbm|venv"
    r"|msilib|wsgiref|xmlrpc|unittest|__phello__)(/.*)?",
    rf"{_STDLIB}/(turtle|pydoc|doctest|pdb|antigravity|this|ftplib|imaplib|nntplib|poplib|smtpd|smtplib|telnetlib"
    r"|cgi|cgitb|mailbox|mailcap|webbrowser|sitecustomize|_aix_support|_osx_support)\.py",
    # Compiled modules whose libraries are not in the image; what imports them can do without.
    rf"{_STDLIB}/lib-dynload/(_sqlite3|_curses|_curses_panel|readline|_dbm|_gdbm|nis|_tkinter|_ctypes|_ctypes_test|_bz2"
    r"|_lzma|_crypt|_uuid|ossaudiodev|audioop|_test[a-z]*|xxlimited[_0-9]*|_xx[a-z]*)\..*",
    rf"{_STDLIB}/lib-dynload/_codecs_(cn|hk|iso2022|jp|kr|tw)\..*",
    rf"{_STDLIB}/(EXTERNALLY-MANAGED|_pydecimal\.py|_pyio\.py)",
    r"usr/lib/[^/]+/libmvec\.so\.1",
    rf"{_SITE}/pydantic/(v1/.*|mypy\.py)",
    # AWS's descriptions of some 400 services, but for the three we ask (STS for roles by web identity).
    rf"{_SITE}/botocore/data/(?!(s3|ssm|sts)/)[^/]+/.*",
    rf"{_SITE}/botocore/data/(s3|ssm|sts)/.*/examples-1\.json",
    rf"{_SITE}/boto3/(data|examples)/.*",
    rf"{_SITE}/[^/]+\.dist-info/(RECORD|INSTALLER|REQUESTED|WHEEL|direct_url\.json)",
    rf"{_SITE}/.*\.(pyi|pyx|pxd|c|h)",
    r".*/__pycache__(/.*)?",
)
_LEFT_OUT_PATTERN = re.compile("|".join(f"(?:{pattern})" for pattern in _LEFT_OUT))


def wanted(path: str) -> bool:
    """Whether a file of a package goes into the image; `path` is relative, without a leading slash."""
    return not _LEFT_OUT_PATTERN.fullmatch(path)


def locked(lock: str, names: tuple[str, ...] = WHEELS) -> str:
    """Return the lines of a lock file for `names`, with hashes. Raises InvalidInput: one is not there."""
    blocks = re.split(r"(?m)^(?=[A-Za-z0-9])", lock)
    by_name = {re.split(r"[=\[ ]", block, maxsplit=1)[0]: block for block in blocks if "==" in block}
    missing = [name for name in names if name not in by_name or "--hash=sha256:" not in by_name[name]]
    if missing:
        raise InvalidInput(
            f"requirements.lock has no version with hashes of {', '.join(missing)}", hint="run `make lock`."
        )
    return "".join(re.sub(r"(?m)^\s+#.*\n?", "", by_name[name]) for name in names)
