"""From a Go program's build information to packages: its main module, what it was linked with, and Go's own
library."""

import json
import re
from dataclasses import dataclass, field

from outrider import limits
from outrider.model.package import Evidence, Package
from outrider.scan.inventory.extractor import Found
from outrider.scan.inventory.program.go_build_info import BuildInfo

_RELEASE = re.compile(r"go(\d{1,4})\.(\d{1,4})(?:\.(\d{1,4}))?(?:(beta|rc)(\d{1,4}))?(?![\w.])")
_LINKED = re.compile(r"""-X[ =]['"]?[^\s'"=]*[./][vV]ersion=v?(\d+\.\d+\.\d+(?:[-+][\w.+-]*)?)(?=['"\s]|$)""")
_DEVELOPED = "(devel)"


@dataclass(slots=True)
class _Module:
    path: str
    version: str
    main: bool = False


@dataclass(slots=True)
class _Listed:
    """The lines of the text, sorted by what they say."""

    modules: list[_Module] = field(default_factory=list)
    settings: dict[str, str] = field(default_factory=dict)
    """Of the build, and `path`: the main package; `cmd/…` is Go's own and needs no modules."""
    odd: int = 0


def found(info: BuildInfo, path: str) -> Found:
    """What the build information of the program at an absolute path tells.

    Versions of modules are as Go writes them (`v1.8.1`), that of the standard library is a semantic version
    (`1.22.3`, `1.22.0-rc.1`), as the Go vulnerability database names both.
    """
    listed = _listed(info.modules)
    problems = []
    packages = []
    library = standard_library(info.version)
    if library:
        packages.append(_package("stdlib", library, path))
    else:
        problems.append(f"it was built by {info.version[:80]!r}, which is no release of Go")
    for module in listed.modules:
        version = _main_version(module, listed.settings) if module.main else module.version
        if not version or len(version) > limits.VERSION or not 0 < len(module.path) <= limits.PACKAGE_NAME:
            listed.odd += 1
            continue
        packages.append(_package(module.path, version, path))
    if listed.odd:
        problems.append(f"{listed.odd} lines of its Go build information make no sense")
    inexact: tuple[str, ...] = ()
    if not listed.modules and not listed.settings.get("path", "").startswith("cmd/"):
        inexact = ("it was built without Go modules, as Debian builds: what it was linked with is not known",)
    if len(packages) > limits.PACKAGES:
        problems.append(f"only the first {limits.PACKAGES} of its {len(packages)} Go modules are told")
    return Found(packages=tuple(packages[: limits.PACKAGES]), inexact=inexact, problems=tuple(problems))


def standard_library(version: str) -> str:
    """`go1.22rc1` as a semantic version, `1.22.0-rc.1`; empty for a Go that is no release (`devel …`).

    What a distributor adds after a blank, a dash or a plus sign does not count.
    """
    match = _RELEASE.match(version)
    if match is None:
        return ""
    major, minor, patch, stage, number = match.groups()
    return f"{major}.{minor}.{patch or 0}" + (f"-{stage}.{number}" if stage else "")


def _listed(text: str) -> _Listed:
    """`path`, `mod`, `dep`, `=>` and `build` lines; see runtime/debug.ParseBuildInfo."""
    listed = _Listed()
    for line in text.split("\n"):
        kind, _, rest = line.partition("\t")
        words = rest.split("\t")
        if kind in {"mod", "dep"} and len(words) >= 2:
            listed.modules.append(_Module(words[0], words[1], main=kind == "mod"))
        elif kind == "=>" and len(words) >= 2 and listed.modules:
            _replace(listed.modules[-1], words)
        elif kind == "build":
            key, value = _setting(rest)
            listed.settings[key] = value
        elif kind == "path":
            listed.settings["path"] = rest
        elif kind:
            listed.odd += 1
    return listed


def _replace(module: _Module, words: list[str]) -> None:
    """The code came from elsewhere: another module, or a folder, which has no version; then it keeps its
    name and the version it stands for."""
    if words[1] not in {"", _DEVELOPED}:
        module.path, module.version = words[0], words[1]


def _setting(text: str) -> tuple[str, str]:
    """`key=value`, where the value may be quoted as Go quotes strings."""
    key, _, value = text.partition("=")
    if value.startswith('"'):
        try:
            value = str(json.loads(value))
        except ValueError:
            value = value.strip('"')
    elif value.startswith("`"):
        value = value.strip("`")
    return key, value


def _main_version(module: _Module, settings: dict[str, str]) -> str:
    """The main module's version. A build from a checkout says `(devel)`: then what the linker was told by
    `-ldflags "-X main.version=…"`, or the revision as Go's pseudo-version, or just that."""
    if module.version not in {_DEVELOPED, ""}:
        return module.version
    linked = _LINKED.search(settings.get("-ldflags", ""))
    if linked:
        return f"v{linked[1]}"
    revision, time = settings.get("vcs.revision", ""), settings.get("vcs.time", "")
    digits = re.sub(r"\D", "", time)[:14]
    if re.fullmatch(r"[0-9a-f]{12,64}", revision) and len(digits) == 14:
        return f"v0.0.0-{digits}-{revision[:12]}"
    return _DEVELOPED


def _package(module: str, version: str, path: str) -> Package:
    """A module as a package: the last word of its path is the name."""
    namespace, _, name = module.rpartition("/")
    return Package(
        type="golang",
        namespace=namespace,
        name=name or module,
        version=version,
        evidence=Evidence.EMBEDDED,
        path=path,
    )
