"""Layers to one inventory: what is there, which layer brought it, and which OS package owns it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from outrider import limits
from outrider.model.artifact import Executable
from outrider.model.finding import Secret
from outrider.model.outcome import Covered, Failed, Outcome, Skipped
from outrider.model.package import OS_TYPES, Evidence, Package, Release
from outrider.scan.image.names import shown
from outrider.scan.walk import again as reading_again
from outrider.scan.walk.again import Again
from outrider.scan.walk.contents import FileFacts, LayerContents
from outrider.scan.walk.interest import Interest
from outrider.scan.walk.view import Kept, View

_RELEASES = ("etc/os-release", "usr/lib/os-release")


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """The parts of `model.artifact.Contents` that come from files; sorted."""

    release: Release | None
    packages: tuple[Package, ...]
    executables: tuple[Executable, ...]
    secrets: tuple[Secret, ...]
    files: int
    bytes: int
    outcomes: tuple[Outcome, ...]
    again: tuple[Again, ...]
    """Files to be read a second time under other names; empty after that."""


def merge(
    layers: Sequence[LayerContents],
    interest: Interest,
    *,
    again: Mapping[int, LayerContents] | None = None,
    layered: bool = True,
    names: Sequence[str] = (),
) -> Merged:
    """Put layers on each other, the lowest first, and gather what they hold.

    `interest` is that with which they were read. `again`: what the second pass read, by layer. Without
    `layered` the sources are not layers of an image (zips of one function): indexes stay -1. `names` are what
    outcomes call the sources; without them `layer 0` and so on.
    """
    view = View()
    for index, contents in enumerate(layers):
        view.apply(index, contents)
    items, more = reading_again.find(view, interest, layers)
    there, missing = reading_again.answered(items, again or {})
    files = [*sorted(view.files.items()), *((item.path, Kept(item.layer, facts)) for item, facts in there)]
    owners = _owners(view, files)
    release = _release(files)
    licences = _licences(files)
    called = dict(enumerate(names or [f"layer {index}" for index in range(len(layers))]))
    outcomes = [*_of_layers(dict(enumerate(layers)), called), *_of_layers(again or {}, called, second=True)]
    if more:
        outcomes.append(Failed("links", f"lead to more than {limits.READ_AGAIN} files to be read again"))
    for path, kept in files:
        outcomes += kept.facts.failures
        outcomes += _left_out(path, kept.facts)

    def index_of(index: int) -> int:
        return index if layered else -1

    return Merged(
        release=release,
        packages=_unique(
            _finished(
                package, release, licences, layer=index_of(layer), owner=_owner_of(package, path, owners)
            )
            for path, package, layer in _packages(files)
            if not (package.evidence is Evidence.SIGNATURE and path in owners)
        ),
        executables=tuple(
            replace(
                kept.facts.executable,
                path=shown(f"/{path}"),
                interpreter=shown(kept.facts.executable.interpreter),
                layer=index_of(kept.layer),
                owner=owners.get(path, ""),
            )
            for path, kept in files
            if kept.facts.executable
        ),
        secrets=_secrets(view, files, layered=layered),
        files=sum(contents.entries for contents in layers),
        bytes=sum(contents.bytes for contents in layers),
        outcomes=tuple(outcomes),
        again=tuple(missing),
    )


Files = list[tuple[str, Kept]]


def _left_out(path: str, facts: FileFacts) -> Iterator[Skipped]:
    """What was not looked at although nothing is wrong with it."""
    for reading in facts.readings:
        for sentence in reading.found.inexact:
            yield Skipped(shown(f"/{path}"), sentence)
    if facts.unsearched:
        yield Skipped(
            shown(f"/{path}"), f"a text of more than {limits.SECRET_FILE} bytes is not searched for secrets"
        )


def _packages(files: Files) -> Iterator[tuple[str, Package, int]]:
    """Each package with the real path of the file that told, and the layer that brought it.

    A file that lists many packages, as dpkg's, is written anew by each layer: a package belongs to the
    lowest layer from which on, without a gap, the file names it at that version.
    """
    for path, kept in files:
        older = [(layer, _identities(facts)) for layer, facts in kept.earlier]
        for reading in kept.facts.readings:
            for package in reading.found.packages:
                brought = kept.layer
                for layer, identities in older:
                    if _identity(package) not in identities:
                        break
                    brought = layer
                yield path, package, brought


def _identity(package: Package) -> tuple[object, ...]:
    """What makes it the same package in two versions of a file."""
    return package.type, package.namespace, package.name, package.version, package.qualifiers, package.path


def _identities(facts: FileFacts) -> set[tuple[object, ...]]:
    """All packages of a file."""
    return {_identity(package) for reading in facts.readings for package in reading.found.packages}


def _finished(
    package: Package, release: Release | None, licences: Mapping[str, str], *, layer: int, owner: str
) -> Package:
    """The package as reports have it: a distribution's with its name as namespace, as purls have it."""
    namespace, licence = package.namespace, package.licence
    if package.type in OS_TYPES:
        namespace = namespace or (release.id if release else "")
        licence = licence or licences.get(package.name, "")
    return replace(
        package,
        namespace=namespace,
        licence=licence,
        path=shown(package.path),
        layer=layer,
        owner=package.owner or owner,
    )


def _licences(files: Files) -> dict[str, str]:
    """Licences that stand in another file than their package. Of several the first by text."""
    found: dict[str, str] = {}
    for _, kept in files:
        for reading in kept.facts.readings:
            for package, licence in reading.found.licences:
                found[package] = min(licence, found.get(package, licence))
    return found


def _unique(packages: Iterable[Package]) -> tuple[Package, ...]:
    """Sorted, and each once: what differs only by its layer belongs to the lowest."""
    lowest: dict[Package, int] = {}
    for package in packages:
        key = replace(package, layer=-1)
        lowest[key] = min(package.layer, lowest.get(key, package.layer))
    found = [replace(package, layer=layer) for package, layer in lowest.items()]
    return tuple(sorted(found, key=lambda p: (p.type, p.namespace, p.name, p.version, p.path, repr(p))))


def _owners(view: View, files: Files) -> dict[str, str]:
    """Real path → OS package, for files that matter. Of several owners the first by name."""
    matter = {path for path, _ in files}
    folders: dict[str, str] = {}
    owners: dict[str, str] = {}
    for _, kept in files:
        for reading in kept.facts.readings:
            for owned in reading.found.owned:
                for written in owned.paths:
                    folder, _, base = written.lstrip("/").rpartition("/")
                    real = folders.get(folder)
                    if real is None:
                        real = folders[folder] = view.links.place(f"{folder}/-" if folder else "-")[:-1]
                    path = real + base
                    if path in matter:
                        owners[path] = min(owned.package, owners.get(path, owned.package))
    return owners


def _owner_of(package: Package, path: str, owners: Mapping[str, str]) -> str:
    """The OS package to which a language package's file belongs."""
    return "" if package.type in OS_TYPES else owners.get(path, "")


def _release(files: Files) -> Release | None:
    """The distribution: /etc/os-release before /usr/lib/os-release before anything else."""
    told = {
        path: reading.found.release
        for path, kept in files
        for reading in kept.facts.readings
        if reading.found.release is not None
    }
    first = next((path for path in (*_RELEASES, *sorted(told)) if path in told), None)
    return told[first] if first is not None else None


def _secrets(view: View, files: Files, *, layered: bool) -> tuple[Secret, ...]:
    """Those that are seen, by the layer that brought them, and those that only a lower layer still has."""
    found: dict[tuple[object, ...], Secret] = {}
    for _, kept in files:
        for secret in kept.facts.secrets:
            brought = kept.layer
            for layer, facts in kept.earlier:
                if secret.fingerprint not in {other.fingerprint for other in facts.secrets}:
                    break
                brought = layer
            found[_secret_key(secret)] = replace(secret, layer=brought if layered else -1)
    if layered:
        for layer, facts in sorted(view.hidden, key=lambda version: version[0]):
            for secret in facts.secrets:
                found.setdefault(_secret_key(secret), replace(secret, layer=layer, removed=True))
    shaped = [replace(secret, path=shown(secret.path)) for secret in found.values()]
    return tuple(sorted(shaped, key=lambda s: (s.path, s.line, s.rule, s.fingerprint)))


def _secret_key(secret: Secret) -> tuple[object, ...]:
    """What makes it the same secret in two versions of a file."""
    return secret.path, secret.rule, secret.fingerprint


def _of_layers(
    layers: Mapping[int, LayerContents], names: Mapping[int, str], *, second: bool = False
) -> Iterator[Outcome]:
    """How it went with each layer, and what its archive has to say."""
    for index, contents in sorted(layers.items()):
        subject = names[index] + (", second pass" if second else "")
        if contents.failure is not None:
            yield Failed(subject, contents.failure.error, contents.failure.hint)
        elif not second:
            yield Covered(subject, f"{contents.entries} entries")
        for note in contents.notes:
            yield Covered(subject, note)
