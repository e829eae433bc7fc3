"""The command line in a process of its own, with a cap on its memory."""

ADDRESSES = 3 << 30

PROGRAM = f"""
import atexit, re, resource, sys
from pathlib import Path

def told(file):
    # getrusage would tell of whoever started us as well.
    Path(file).write_text(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1])

resource.setrlimit(resource.RLIMIT_AS, ({ADDRESSES}, {ADDRESSES}))
atexit.register(told, sys.argv.pop(1))
from outrider.cli.main import main
main()
"""
"""The command line with a cap on its addresses; its peak, in KiB, goes into a file."""
