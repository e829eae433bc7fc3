"""Acts with a command line, and what rules about arguments say of them."""

from typing import Any

from vectors.acts import ALERT, ALLOW, BLOCK, Case, path_act
from vectors.documents import document

LONG = "x" * 4000
SH, PYTHON, LOADER = "/bin/sh", "/usr/bin/python3.11", "/lib/ld-linux.so.2"


def run(target: str, words: list[str], said: str, rule: int, *, whole: bool = True) -> Case:
    """An exec of `target` with these words after the first."""
    return path_act("exec", "/init", target, said, rule) | {"arguments": words, "arguments_whole": whole}


def whole(**settings: Any) -> dict[str, Any]:
    """Word by word."""
    rules = (
        {"kind": "exec", "target": PYTHON, "arguments": ["-m", "gunicorn", "**"]},
        {"kind": "exec", "target": SH, "arguments": ["-c", "**"], "action": BLOCK},
        {"kind": "exec", "target": SH, "arguments": ["**", "-c*", "*"], "action": ALERT},
        {"kind": "exec", "target": SH},
        {"kind": "exec", "target": "/bin/none", "arguments": []},
        {"kind": "exec", "target": "/bin/empty", "arguments": [""]},
        {"kind": "exec", "target": "/bin/one", "arguments": ["*"]},
        {"kind": "exec", "target": "/bin/any", "arguments": ["**"]},
        {"kind": "exec", "target": "/bin/globs", "arguments": ["a?c", "/srv/*.py", "--x=**", "\\*", "\\**"]},
        {"kind": "exec", "target": "/bin/middle", "arguments": ["a", "**", "b", "**", "c"]},
        {"kind": "exec", "target": "/bin/stars", "arguments": ["**", "a", "a", "**", "b"]},
    )
    blocked = ALERT if settings.get("mode") == "alert" else BLOCK
    cases = [
        run(PYTHON, ["-m", "gunicorn"], ALLOW, 1),
        run(PYTHON, ["-m", "gunicorn", "app:app", "/x", ""], ALLOW, 1),
        run(PYTHON, ["-m", "gunicorn2"], blocked, 0),
        run(PYTHON, ["-m"], blocked, 0),
        run(PYTHON, ["-mgunicorn"], blocked, 0),
        run(PYTHON, ["-m gunicorn"], blocked, 0),
        run(PYTHON, ["", "-m", "gunicorn"], blocked, 0),
        run(PYTHON, [], blocked, 0),
        run(SH, ["-c", "id"], blocked, 2),
        run(SH, ["-c"], blocked, 2),
        run(SH, ["/entry.sh"], ALLOW, 4),
        run(SH, ["/entry.sh", "-c", "/bin/id"], ALERT, 3),
        run(SH, ["-e", "-cx", "a/b\nc"], ALERT, 3),
        run(SH, ["-e", "-c/x", "y"], ALLOW, 4),
        run(SH, ["-e", "-c"], ALLOW, 4),
        run(SH, ["-ec", "id"], ALLOW, 4),
        run(SH, [], ALLOW, 4),
        run("/bin/none", [], ALLOW, 5),
        run("/bin/none", [""], blocked, 0),
        run("/bin/empty", [""], ALLOW, 6),
        run("/bin/empty", [], blocked, 0),
        run("/bin/empty", ["", ""], blocked, 0),
        run("/bin/one", ["/a/b c"], ALLOW, 7),
        run("/bin/one", [""], ALLOW, 7),
        run("/bin/one", [], blocked, 0),
        run("/bin/one", ["a", "b"], blocked, 0),
        run("/bin/any", [], ALLOW, 8),
        run("/bin/any", ["a", "", LONG], ALLOW, 8),
        run("/bin/globs", ["abc", "/srv/a.py", "--x=/a/b", "*", "*any"], ALLOW, 9),
        run("/bin/globs", ["a/c", "/srv/a.py", "--x=/a/b", "*", "*any"], blocked, 0),
        run("/bin/globs", ["abc", "/srv/a/b.py", "--x=/a/b", "*", "*any"], blocked, 0),
        run("/bin/globs", ["abc", "/srv/a.py", "--x=/a/b", "word", "*any"], blocked, 0),
        run("/bin/globs", ["abc", "/srv/a.py", "--x=/a/b", "*", "any"], blocked, 0),
        run("/bin/middle", ["a", "b", "c"], ALLOW, 10),
        run("/bin/middle", ["a", "x", "b", "y", "c", "c"], ALLOW, 10),
        run("/bin/middle", ["a", "c", "b", "c", "c", "b", "c"], ALLOW, 10),
        run("/bin/middle", ["a", "b"], blocked, 0),
        run("/bin/middle", ["a", "c", "b"], blocked, 0),
        run("/bin/stars", ["a", "b", "a", "a", "a", "b"], ALLOW, 11),
        run("/bin/stars", ["a", "b", "a", "b"], blocked, 0),
        run(LOADER, ["/bin/sh"], blocked, 0),
    ]
    return {"document": document(*rules, **settings), "cases": cases}


def cut() -> dict[str, Any]:
    """Command lines that are not known to their end: never allowed by them, and blocked in doubt."""
    rules = (
        {"kind": "exec", "target": PYTHON, "arguments": ["**"]},
        {"kind": "exec", "target": SH, "arguments": ["-c", "**"], "action": BLOCK},
        {"kind": "exec", "target": SH},
        {"kind": "exec", "target": "/bin/alerted", "arguments": ["-x", "y"], "action": ALERT},
        {"kind": "exec", "target": "/bin/alerted"},
        {"kind": "exec", "target": "/bin/both", "arguments": ["**", "-x"], "action": ALERT},
        {"kind": "exec", "target": "/bin/both", "arguments": ["**", "-y", "**"], "action": BLOCK},
        {"kind": "exec", "target": "/bin/both"},
        {"kind": "exec", "target": "/bin/default", "arguments": ["**"], "action": ALERT},
        {"kind": "exec", "program": "[foreign]", "target": "/bin/health", "arguments": ["-q"]},
        {
            "kind": "exec",
            "program": "[foreign]",
            "target": "/bin/bash",
            "arguments": ["-c", "*"],
            "action": BLOCK,
        },
    )
    cases = [
        run(PYTHON, ["-m", "gunicorn"], BLOCK, 0, whole=False),
        run(PYTHON, [], BLOCK, 0, whole=False),
        run(PYTHON, [], ALLOW, 1),
        run(SH, ["-c", "x"], BLOCK, 2, whole=False),
        run(SH, [], BLOCK, 2, whole=False),
        run(SH, ["/entry.sh"], ALLOW, 3, whole=False),
        path_act("exec", "/init", SH, BLOCK, 2),
        run("/bin/alerted", ["-x"], ALERT, 4, whole=False),
        run("/bin/alerted", ["-x", "y"], ALERT, 4, whole=False),
        run("/bin/alerted", ["-x", "y", "z"], ALLOW, 5, whole=False),
        run("/bin/alerted", ["-z"], ALLOW, 5, whole=False),
        run("/bin/both", ["a"], BLOCK, 7, whole=False),
        run("/bin/both", ["-x"], ALERT, 6),
        run("/bin/both", ["-y", "-x"], ALERT, 6),
        run("/bin/default", ["a"], BLOCK, 0, whole=False),
        run("/bin/default", ["a"], ALERT, 9),
    ]
    foreign = [
        run("/bin/health", ["-q"], ALLOW, 10),
        run("/bin/health", ["-q"], ALERT, 0, whole=False),
        run("/bin/health", ["-v"], ALERT, 0),
        run("/bin/bash", ["-c"], BLOCK, 11, whole=False),
        run("/bin/bash", ["-c"], ALERT, 0),
    ]
    cases += [case | {"program": "[foreign]"} for case in foreign]
    return {"document": document(*rules), "cases": cases}


def of_image(hashes: list[str]) -> dict[str, Any]:
    """A rule by hash makes a file one of the image's only with the arguments it asks for."""
    rules = (
        {"kind": "exec", "target": "/opt/tool", "sha256": "22" * 32, "arguments": ["run"]},
        {"kind": "exec", "target": "/opt/tool"},
    )
    cases = [
        run("/opt/tool", ["run"], ALLOW, 1),
        run("/opt/tool", ["other"], BLOCK, 0),
        run("/opt/tool", ["run"], BLOCK, 0, whole=False),
    ]
    cases = [case | {"sha256": "22" * 32} for case in cases]
    cases.append(run("/opt/tool", ["other"], ALLOW, 2) | {"sha256": hashes[0]})
    return {
        "document": document(*rules),
        "programs": {"verdict": BLOCK, "sha256": hashes},
        "cases": cases,
    }
