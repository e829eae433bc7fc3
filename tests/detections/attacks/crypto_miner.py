"""A miner that asks a pool for work, and programs that only speak of one."""

from detections.case import Case

_CALLED_XMRIG = """
import os, shutil, subprocess, sys
miner = sys.argv[1] + "/xmrig"
shutil.copy("/bin/true", miner)
raise SystemExit(subprocess.run([miner, "-o", "192.0.2.1:80", "-u", "somebody"]).returncode)
"""

_HIDDEN = """
import shutil, subprocess, sys
miner = sys.argv[1] + "/kworker"
shutil.copy("/bin/true", miner)
line = [miner, "--url=stratum+tcp://192.0.2.1:443", "-a", "rx/0", "--donate-level", "1"]
raise SystemExit(subprocess.run(line).returncode)
"""

_BY_PORT = """
import socket
with socket.socket() as pool:
    pool.setblocking(False)
    pool.connect_ex(("192.0.2.1", 14444))
"""

_INTERNAL = """
import socket
for host, port in (("10.255.255.1", 3333), ("192.0.2.1", 443), ("127.0.0.1", 3333)):
    with socket.socket() as peer:
        peer.setblocking(False)
        peer.connect_ex((host, port))
"""

ATTACKS = (
    Case(name="a program called xmrig", run=_CALLED_XMRIG, fires=("crypto-miner",)),
    Case(name="a miner under another name", run=_HIDDEN, fires=("crypto-miner",)),
    Case(name="a pool's port outside", run=_BY_PORT, fires=("crypto-miner",)),
)

LOOK_ALIKES = (
    Case(
        name="somebody looks for pools in a log",
        run=("/bin/grep", "-c", "stratum+tcp://", "/etc/passwd"),
        silent=("crypto-miner",),
        status=1,
    ),
    Case(name="the same port inside, another outside", run=_INTERNAL, silent=("crypto-miner",)),
)
