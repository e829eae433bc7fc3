"""An exec that fails, and the next at once: each ends as without us, whichever worker has it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from supervised import Supervised, policy

CHILDREN = 200


@pytest.mark.parametrize("mode", ["alert", "block"])
def test_what_fails_is_called_again(
    mode: str, supervised: Supervised, program: Callable[[str], Path], place: Path
) -> None:
    supervised.set_policy(policy(mode))
    (place / "nothing").write_text("neither a program nor a script\n")
    (place / "nothing").chmod(0o755)
    script = place / "script"
    script.write_text("#!/bin/true\n")
    script.chmod(0o755)
    done = supervised.run(program("failed_execs"), str(CHILDREN), script, cwd=place)
    assert (done.stdout, done.returncode) == (f"{CHILDREN}\n", 0)
