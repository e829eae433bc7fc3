"""Data that comes with the command line: in the wheel beside the package, in a checkout where it is kept."""

from pathlib import Path

import outrider
from outrider.errors import EnvironmentFault

_PACKAGE = Path(outrider.__file__).parent


def asset(name: str) -> Path:
    """A file or folder of the project by its path there, `templates/policies`. Raises EnvironmentFault."""
    for place in (_PACKAGE / "_assets" / name, _PACKAGE.parent / name):
        if place.exists():
            return place
    raise EnvironmentFault(f"{name} is missing from this installation", hint="install outrider again.")


def assets(folder: str, ending: str) -> tuple[Path, ...]:
    """Files of a folder with an ending, sorted by name."""
    return tuple(sorted(path for path in asset(folder).iterdir() if path.name.endswith(ending)))
