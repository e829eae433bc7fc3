"""io_uring, and what it is used instead of."""

import sys
from pathlib import Path

from detections.case import Case
from outrider.model.behaviour import Behaviour
from outrider.model.event import Kind
from outrider.model.pattern import quote
from outrider.runtime.detectors.detector import Scene

_SET_UP = """
import ctypes
ctypes.CDLL(None, use_errno=True).syscall(425, 0, None)  # io_uring_setup, of no entries: refused
"""
_EPOLL = """
import select
select.epoll().close()
"""
_PYTHON = quote(str(Path(sys.executable).resolve()))
_KNOWN = Scene(known=frozenset({Behaviour(Kind.SYSCALL, _PYTHON, "io_uring_setup")}))

ATTACKS = (Case(name="it is set up", run=_SET_UP, fires=("io-uring",)),)

LOOK_ALIKES = (
    Case(name="epoll", run=_EPOLL, silent=("io-uring",)),
    Case(name="a program that is known for it", run=_SET_UP, scene=_KNOWN, silent=("io-uring",)),
)
