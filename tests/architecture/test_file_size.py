"""Files stay small enough to be read in one sitting."""

import shutil
from pathlib import Path

ROOT = Path(__file__).parents[2]
MAX_LINES = 400
SOURCES = {".py", ".c", ".h", ".zig", ".sh", ".js"}
ROOMS = (
    *("outrider", "sidecar", "scanner_lambda", "cdk_app", "layer", "native"),
    *("demo", "benchmarks", "tests", "templates"),
)


def too_long(root: Path) -> list[str]:
    """Source files of the tree with more than MAX_LINES lines, as `path: lines`."""
    found = []
    for room in ROOMS:
        for path in sorted((root / room).rglob("*")):
            if path.is_file() and path.suffix in SOURCES:
                lines = len(path.read_bytes().splitlines())
                if lines > MAX_LINES:
                    found.append(f"{path.relative_to(root)}: {lines}")
    return found


def test_no_source_file_is_longer_than_400_lines() -> None:
    assert too_long(ROOT) == []


def test_a_planted_401_line_file_is_found(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "outrider", tmp_path / "outrider", ignore=shutil.ignore_patterns("_native"))
    (tmp_path / "outrider" / "model" / "planted.py").write_text("x = 1\n" * 401)
    assert too_long(tmp_path) == ["outrider/model/planted.py: 401"]
