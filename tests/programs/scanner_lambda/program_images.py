"""Small images with programs in them, for what is about day zero."""

import hashlib
import io
import tarfile
from collections.abc import Mapping
from typing import Any

from outrider.policy.program_places import Place

PLACE = Place("state", "programs/")
PROGRAMS = "s3://state/programs/{digest}"

SHELL = b"#!/bin/busybox sh\necho shop\n"
HELPER = b"#!/bin/sh\nexec id\n"
FILES = {"bin/shop": (SHELL, 0o755), "bin/helper": (HELPER, 0o4755), "etc/shop.conf": (b"open=9\n", 0o644)}


def layer(files: Mapping[str, tuple[bytes, int]] = FILES) -> bytes:
    """A layer with these files and modes."""
    into = io.BytesIO()
    with tarfile.open(fileobj=into, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, (data, mode) in files.items():
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(data), mode
            archive.addfile(member, io.BytesIO(data))
    return into.getvalue()


def hashed(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def kept(s3: Any, key: str) -> bytes | None:
    """An object of the state bucket."""
    try:
        return bytes(s3.get_object(Bucket=PLACE.bucket, Key=key)["Body"].read())
    except s3.exceptions.NoSuchKey:
        return None
