"""Build hook of the wheel: compiles what is native for both architectures before files are collected.

The wheel is py3-none-any: for it the binaries are data, not tied to the machine that installs.
"""

import runpy
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class NativeBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Runs native/build.py and names its results as files of the package."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile (skipped when nothing changed); a compiler that refuses fails the build."""
        root = Path(self.root)
        native = runpy.run_path(str(root / "native" / "build.py"))
        for arch in native["ARCHITECTURES"]:
            for made in native["build"](root / "outrider" / "_native", arch):
                build_data["artifacts"].append(f"/{made.relative_to(root)}")
