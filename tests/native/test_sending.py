"""Sends that find no room wait in a table, not in a worker: what arrives is what was sent."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from supervised import Supervised, ended, policy, until

Compile = Callable[[str], Path]
KINDS = ("message", "many", "rights", "datagram", "timeout", "signal")


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_as_without_us(kind: str, supervised: Supervised, program: Compile) -> None:
    bare = subprocess.run([program("senders"), kind, "3"], capture_output=True, text=True, check=False)
    assert (bare.returncode, bare.stdout) == (0, "done\n")
    supervised.set_policy(policy("block"))
    done = supervised.run(program("senders"), kind, "20")
    assert (done.stdout, done.returncode) == ("done\n", 0)


def test_what_went_does_not_go_again_after_a_death(supervised: Supervised, program: Compile) -> None:
    supervised.set_policy(policy("block"))
    with ended(supervised.start(program("senders"), "later", "20")) as process:
        for _ in range(2):
            time.sleep(0.3)
            until(lambda: len(supervised.pids()) >= 2, "a supervisor and a twin")
            os.kill(supervised.pids()[0], signal.SIGKILL)
        out, _ = process.communicate(timeout=30)
        assert (out, process.returncode) == ("done\n", 0)
