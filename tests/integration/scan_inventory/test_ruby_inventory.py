"""Ruby: what `gem` says is there against the gemspecs that Debian's Ruby brings."""

import re
import subprocess
from pathlib import Path

from inventory_tree import packages, versions


def gem(*arguments: str) -> str:
    return subprocess.run(("gem", *arguments), check=True, capture_output=True, text=True).stdout


def test_gem_list() -> None:
    expected = {
        (line.split()[0], version)
        for line in gem("list", "--local", "--all").splitlines()
        for version in re.findall(r"(?:default: )?(\d[^\s,)]*)", line.partition("(")[2])
    }
    assert len(expected) > 30
    folders = [Path(line) for line in gem("environment", "path").strip().split(":") if Path(line).is_dir()]
    found = {pair for folder in folders for pair in versions(packages(folder, "ruby_gemspec"))}
    assert found == expected
