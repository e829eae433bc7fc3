"""From the entries of one file to what an extractor returns: repeats merged, nothing endless, leftovers
told."""

from collections.abc import Iterable
from dataclasses import replace

from outrider import limits
from outrider.model.package import Package
from outrider.scan.inventory.extractor import Found
from outrider.scan.inventory.language import naming

_SHOWN = 5
"""Names that a sentence about leftovers gives."""


def found(told: Iterable[Package | str]) -> Found:
    """What one file tells: its packages in the file's order, each once.

    Text among them is the name of an entry for which the file gives no exact version: they are told of in one
    sentence. So is what is over `limits.LISTED_PACKAGES`, and what has a name or version that cannot be one.
    A package that is there both for production and for development is there for production.
    """
    merged: dict[tuple[str, ...], Package] = {}
    unversioned: set[str] = set()
    odd = over = 0
    for package in told:
        if isinstance(package, str):
            unversioned.add(package)
            continue
        if not _is_sound(package):
            odd += 1
            continue
        key = (package.type, package.namespace, package.name, package.version, package.path)
        if key in merged:
            merged[key] = _merge(merged[key], package)
        elif len(merged) < limits.LISTED_PACKAGES:
            merged[key] = package
        else:
            over += 1
    return Found(
        packages=tuple(merged.values()),
        inexact=_inexact(sorted(unversioned)),
        problems=_problems(odd, over),
    )


def names(found_names: Iterable[object]) -> tuple[str, ...]:
    """Names of dependencies: those that can be names, sorted, each once."""
    return tuple(sorted({name for name in found_names if isinstance(name, str) and naming.is_name(name)}))


def _is_sound(package: Package) -> bool:
    """Whether name, namespace and version can be what they claim."""
    return (
        naming.is_name(package.name)
        and naming.is_version(package.version)
        and (not package.namespace or naming.is_name(package.namespace))
    )


def _merge(one: Package, other: Package) -> Package:
    """The same package told of twice by one file."""
    return replace(
        one,
        development=one.development and other.development,
        dependencies=names((*one.dependencies, *other.dependencies)),
        licence=one.licence or other.licence,
    )


def _inexact(unversioned: list[str]) -> tuple[str, ...]:
    """One sentence about all names without a version."""
    if not unversioned:
        return ()
    shown = ", ".join(printable(name) for name in unversioned[:_SHOWN])
    more = f" and {len(unversioned) - _SHOWN} more" if len(unversioned) > _SHOWN else ""
    return (f"No exact version is given for {shown}{more}.",)


def _problems(odd: int, over: int) -> tuple[str, ...]:
    """A sentence for each kind of leftover."""
    told = []
    if odd:
        told.append(f"{odd} entries have a name or version that cannot be one.")
    if over:
        told.append(f"It lists more than {limits.LISTED_PACKAGES} packages; {over} are left out.")
    return tuple(told)


def printable(name: str) -> str:
    """Somebody else's text, safe to show."""
    return name[:200].encode("ascii", "backslashreplace").decode()
