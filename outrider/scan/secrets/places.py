"""Which files are looked at, and whose code a file is."""

import re
from functools import lru_cache

from outrider import limits

_ENDINGS = re.compile(
    r"a|avi|avif|bin|bmp|br|bz2|class|cur|db|dat|deb|dll|dylib|eot|exe|flac|gif|gmo|gz|heic|ico|icns|jar|"
    r"jpe?g|ko|la|lz4|lzma|mo|mov|mp[34]|mpg|node|o|odt|ogg|otf|pack|pdf|png|ppm|psd|py[cdo]|qm|rpm|so|svgz|tar|"
    r"tgz|tiff?|tt[cf]|wasm|wav|web[mp]|whl|woff2?|xlsx?|xz|z|zip|zst|md5sums"
)
"""Images, sound, fonts, archives, programs, compiled code and catalogues: no text in any of them."""

_NEVER = re.compile(
    r"^(?:proc|sys|dev)/|"
    r"^usr/(?:local/)?share/(?:doc|man|info|locale|i18n|zoneinfo|icons|fonts|perl|terminfo|unicode|mime|bug|lintian|"
    r"common-licenses|vim|groff|X11|ca-certificates)/|"
    r"^usr/(?:lib|share)/(?:locale|gconv|x86_64-linux-gnu/(?:gconv|perl[^/]*))/|"
    r"^usr/(?:lib|share)/[^/]*/?(?:perl|unicore)|"
    r"^(?:etc|usr/lib)/ssl/certs/|^var/lib/(?:dpkg|apt|rpm|apk)/|^lib/apk/db/|^var/cache/(?:apt|debconf|apk)/"
)
_NEVER_BELOW = ("LC_MESSAGES/", "__pycache__/")
"""Documentation, locale data, certificates everybody has, package databases: no place for a credential of
one's own, and half the text of an image."""

_ALWAYS = re.compile(
    r"(?i)(?:\.env(?:[._-][^/]{1,64})?|[^/]{1,200}\.(?:pem|key|env|ppk|pfx\.txt|kdbx\.txt|ovpn)|id_(?:rsa|dsa|ecdsa|ed25519)|"
    r"\.(?:netrc|npmrc|pypirc|pgpass|git-credentials|dockercfg)|credentials)$"
)
"""Names of files that are what we look for, wherever they lie."""

_FOREIGN = re.compile(
    r"(?:^|/)(?:site-packages|dist-packages|node_modules|bower_components|vendor|gems|\.cargo|\.rustup|\.m2|\.nuget|"
    r"\.gradle|go/pkg/mod|jsdelivr|Pods)/|"
    r"^(?:usr/)?(?:lib|lib32|lib64|libexec|share|include|bin|sbin)/|"
    r"^usr/local/(?:lib|lib64|include|share|libexec|go)/|^opt/(?:conda|venv|java|jdk|node|yarn)[^/]*/|^usr/games/|"
    r"(?:^|/)lib/python[0-9.]{1,6}/"
)
"""Trees of installed packages and of the operating system: other people's code."""

_BOMS = (b"\xff\xfe", b"\xfe\xff")
_HEAD = 1024
"""Bytes of the beginning that are looked at for a NUL, which no text has."""


def left_out(path: str, size: int, head: bytes) -> str:
    """Why a file is not searched for secrets, in words; empty: it is.

    `path` is relative as `Entry.path` has it, `size` its bytes, `head` its first ones (some 512 suffice).
    """
    if size == 0:
        return "empty"
    if size > limits.SECRET_FILE:
        return f"larger than {limits.SECRET_FILE} bytes"
    if b"\0" in head[:_HEAD] and not head.startswith(_BOMS):
        return "not text"
    path = path.lstrip("/")
    base = path.rpartition("/")[2]
    if _ALWAYS.match(base):
        return ""
    _, dot, ending = base.rpartition(".")
    if dot and _ENDINGS.fullmatch(ending.lower()):
        return "not text"
    return "documentation or data of the operating system" if _is_of_the_system(path) else ""


def _is_of_the_system(path: str) -> bool:
    """Whether it lies where no credential of one's own is. Asked for each file: no long search."""
    return _NEVER.match(path) is not None or any(
        path.startswith(below) or f"/{below}" in path for below in _NEVER_BELOW
    )


def is_foreign(path: str) -> bool:
    """Whether a file belongs to an installed package or to the operating system."""
    return _foreign_folder(path.rpartition("/")[0])


@lru_cache(maxsize=1024)
def _foreign_folder(folder: str) -> bool:
    """The same by its folder, on which alone it rests; files of a folder come one after the other."""
    return _FOREIGN.search(f"{folder}/") is not None


def is_utf16(head: bytes) -> bool:
    """Whether a text begins with a byte order mark of UTF-16."""
    return head.startswith(_BOMS)
