"""Entering other namespaces from Python 3.11, where `os` has no unshare and setns yet.

Namespaces belong to a thread: what is done here happens in a thread of its own that ends with it, so the rest
of the program never moves.
"""

import ctypes
import os
import threading
from collections.abc import Callable
from typing import TypeVar

NEW_NET = 0x40000000
NEW_NS = 0x00020000

_LIBC = ctypes.CDLL(None, use_errno=True)
_T = TypeVar("_T")


def in_new(flags: int, work: Callable[[], _T]) -> _T:
    """Run `work` in new namespaces. Raises OSError when they are not permitted."""
    return _apart(lambda: _check(_LIBC.unshare(flags)), work)


def inside(descriptor: int, work: Callable[[], _T]) -> _T:
    """Run `work` in the namespace of this descriptor. Programs it starts are in there too."""
    return _apart(lambda: _check(_LIBC.setns(descriptor, 0)), work)


def permitted(flags: int) -> bool:
    """Whether this process may make such namespaces, tried out in a child."""
    child = os.fork()
    if child == 0:
        os._exit(0 if _LIBC.unshare(flags) == 0 else 1)
    return os.waitpid(child, 0)[1] == 0


def _check(result: int) -> None:
    """Turn a failed call into OSError."""
    if result != 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))


def _apart(enter: Callable[[], None], work: Callable[[], _T]) -> _T:
    """Run `enter`, then `work`, in a thread of its own; what `work` returns or either raises is passed on."""
    results: list[_T] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            enter()
            results.append(work())
        except BaseException as error:  # noqa: BLE001 - passed on to the calling thread, whatever it is
            errors.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if errors:
        raise errors[0]
    return results[0]
