"""The two text files in a jar that say what it is: META-INF/MANIFEST.MF and Maven's pom.properties.

https://docs.oracle.com/en/java/javase/21/docs/specs/jar/jar.html ·
https://maven.apache.org/shared/maven-archiver/
"""

import re

from outrider import limits

_UNICODE = re.compile(r"\\u([0-9a-fA-F]{4})")


def attributes(data: bytes) -> dict[str, str]:
    """The manifest's main section, by lower-case name. Lines of 72 bytes go on after a space."""
    text = data[: limits.METADATA_HEAD].decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")
    main = text.lstrip("\n").partition("\n\n")[0].replace("\n ", "")
    pairs = (line.partition(":") for line in main.split("\n"))
    return {name.strip().lower(): value.strip() for name, colon, value in pairs if colon}


def properties(data: bytes) -> dict[str, str]:
    """The lines `key=value` of a Java properties file as Maven writes it; no line goes on."""
    found: dict[str, str] = {}
    for line in data.decode("utf-8", "replace").splitlines():
        key, equals, value = line.partition("=")
        if equals and not line.lstrip().startswith(("#", "!")):
            found[key.strip()] = _UNICODE.sub(lambda match: chr(int(match[1], 16)), value.strip())
    return found
