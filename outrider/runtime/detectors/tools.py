"""Programs by which a person, or a script of one, acts over the network: no server is made of them."""

from outrider.runtime.detectors.programs import SHELLS, program_name

TRANSFER_TOOLS = frozenset(
    {
        "aws",
        "axel",
        "curl",
        "ftp",
        "http",
        "lftp",
        "lwp-request",
        "nc",
        "nc.openbsd",
        "nc.traditional",
        "ncat",
        "netcat",
        "rclone",
        "rsync",
        "s3cmd",
        "scp",
        "sftp",
        "socat",
        "telnet",
        "tftp",
        "wget",
    }
)
"""What carries bytes from here to there."""

LISTENING_TOOLS = frozenset({"nc", "nc.openbsd", "nc.traditional", "ncat", "netcat", "socat"}) | SHELLS
"""What listens when somebody types it. busybox, one of the shells by its name, has nc and httpd."""

INTERPRETERS = ("lua", "node", "perl", "php", "python", "ruby")
"""First letters of what runs programs that may be typed: `python3.11`."""


def is_transfer_tool(path: str) -> bool:
    """Whether a program is one, or a shell: bash opens connections itself."""
    name = program_name(path)
    return name in TRANSFER_TOOLS or name in SHELLS


def is_interpreter(path: str) -> bool:
    """Whether a program runs what it is told on its command line."""
    return program_name(path).startswith(INTERPRETERS)
