"""What comes in through a hole in a server, and what servers start themselves."""

from detections.case import Case
from detections.stand_ins import SERVER

_FIRES = ("interpreter-one-liner",)

_PYTHON = SERVER + 'subprocess.run(["python3", "-c", "import socket; socket.socket().close()"], check=True)\n'
_PERL = SERVER + """subprocess.run("perl -e 'print 40 + 2'", shell=True, check=True)\n"""
_SHELL = SERVER + 'subprocess.run(["sh", "-c", "echo ZXhpdCAw | base64 -d | sh"], check=True)\n'
_WORKER = (
    SERVER
    + """
os.fork() and (os.wait(), os._exit(0))
subprocess.run(["perl", "-e", "exit 0"], check=True)
"""
)

_POOL = (
    SERVER
    + """
import multiprocessing
if __name__ == "__main__":
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.map(abs, [-1]) == [1]
    with multiprocessing.get_context("forkserver").Pool(1) as pool:
        assert pool.map(abs, [-1]) == [1]
"""
)
_WORK = SERVER + 'subprocess.run(["sh", "-c", "wc -c </etc/hostname >/dev/null"], check=True)\n'
_SCRIPT = SERVER + 'subprocess.run(["python3", "-m", "this"], stdout=subprocess.DEVNULL, check=True)\n'

ATTACKS = (
    Case(name="python -c with a socket", run=_PYTHON, fires=_FIRES),
    Case(name="perl -e through a shell", run=_PERL, needs=("perl",), fires=_FIRES),
    Case(name="sh -c with an encoded command", run=_SHELL, fires=_FIRES),
    Case(name="perl -e from a server's worker", run=_WORKER, needs=("perl",), fires=_FIRES),
)

LOOK_ALIKES = (
    Case(name="a server's pools of processes", run=_POOL, silent=_FIRES),
    Case(name="a server's work in a shell", run=_WORK, silent=_FIRES),
    Case(name="a server runs a module", run=_SCRIPT, silent=_FIRES),
    Case(
        name="one-liners in a start script that serves nobody",
        run=("sh", "-c", "python3 -c 'import socket'; perl -e 'exit 0'"),
        needs=("perl",),
        silent=_FIRES,
    ),
)
