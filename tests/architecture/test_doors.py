"""The library decides; it does not open files or look at the clock. Import contracts cannot see these."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LIBRARY = ("model", "policy", "runtime", "scan", "inject", "fargate", "function", "report", "account")
FORBIDDEN_CALLS = {"open", "input", "print", "exec", "eval", "__import__"}
FORBIDDEN_METHODS = {
    "now",
    "utcnow",
    "today",
    "read_text",
    "read_bytes",
    "write_text",
    "write_bytes",
    "urlopen",
}


def opened_doors(source: str) -> list[str]:
    """Calls in Python source that reach out of the process, as `line: name`."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module == "pathlib":
            found += [f"{node.lineno}: {alias.name}" for alias in node.names if alias.name == "Path"]
        if isinstance(node, ast.Call):
            name = node.func
            if isinstance(name, ast.Name) and name.id in FORBIDDEN_CALLS:
                found.append(f"{node.lineno}: {name.id}")
            if isinstance(name, ast.Attribute) and name.attr in FORBIDDEN_METHODS:
                found.append(f"{node.lineno}: {name.attr}")
    return found


def library_files() -> list[Path]:
    return [path for room in LIBRARY for path in sorted((ROOT / "outrider" / room).rglob("*.py"))]


def test_there_is_a_library_to_look_at() -> None:
    assert len(library_files()) > 10


@pytest.mark.parametrize("path", library_files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_library_file_opens_no_door(path: Path) -> None:
    assert opened_doors(path.read_text()) == []


@pytest.mark.parametrize(
    "planted",
    [
        "open('/etc/passwd')",
        "datetime.now()",
        "from pathlib import Path",
        "somewhere.read_bytes()",
        "print(1)",
    ],
)
def test_a_planted_door_is_found(planted: str) -> None:
    assert opened_doors(planted)
