"""Programs that detectors know by name, and by which names one goes."""

from outrider.model.event import Event

SHELLS = frozenset(
    {"ash", "bash", "busybox", "csh", "dash", "fish", "ksh", "ksh93", "mksh", "rbash", "sh", "tcsh", "zsh"}
)
"""What reads commands of people. busybox is one of many names it has: what it is is in its arguments."""

MULTICALL = frozenset({"busybox", "toybox", "coreutils", "busybox-extras", "sbase-box"})
"""One file, many programs: which one it is, its first argument says."""

INTERPRETERS = frozenset({"lua", "node", "nodejs", "perl", "php", "python", "ruby", "tclsh"})
"""What runs a program given as text, without the version that its name ends with."""

NETWORK_PIPES = frozenset(
    {"nc", "ncat", "netcat", "nc.openbsd", "nc.traditional", "openssl", "socat", "telnet", "websocat"}
)
"""What joins its input and output to a connection, and so a shell beside it to its peer."""

DOWNLOADERS = frozenset({"aria2c", "curl", "fetch", "wget", "wget2", "axel"})
"""What fetches a file from a server and can write it to its output."""

WEB_SERVERS = frozenset(
    {
        "apache2", "caddy", "envoy", "haproxy", "httpd", "lighttpd", "litespeed", "nginx", "openresty",
        "php-cgi", "php-fpm", "traefik", "unitd", "uwsgi", "varnishd",
    }
)  # fmt: skip
"""What answers visitors of a web site and, of itself, starts nothing but its own workers."""

DATABASES = frozenset(
    {
        "clickhouse", "etcd", "influxd", "mariadbd", "memcached", "mongod", "mysqld", "postgres",
        "rabbitmq-server", "redis-server", "valkey-server",
    }
)  # fmt: skip
"""What answers queries and, of itself, starts nothing."""

LOGIN_SERVERS = frozenset({"dropbear", "in.telnetd", "login", "sshd", "telnetd", "ttyd", "amazon-ssm-agent"})
"""What starts shells for people: that is what they are for. Terminals are told of elsewhere."""

CLOUD_TOOLS = frozenset(
    {
        "aliyun", "aws", "aws-iam-authenticator", "az", "azcopy", "cdk", "doctl", "eksctl", "gcloud",
        "gsutil", "helm", "ibmcloud", "kops", "kubectl", "linode-cli", "oci", "pulumi", "s3cmd", "s5cmd",
        "sam", "terraform", "tofu",
    }
)  # fmt: skip
"""What acts on an account or a cluster with whatever credentials it finds."""

PACKAGE_MANAGERS = {
    "apk": frozenset({"add", "del", "fix", "upgrade"}),
    "apt": frozenset({"dist-upgrade", "full-upgrade", "install", "purge", "reinstall", "remove", "upgrade"}),
    "apt-get": frozenset({"build-dep", "dist-upgrade", "install", "purge", "reinstall", "remove", "upgrade"}),
    "aptitude": frozenset({"full-upgrade", "install", "purge", "remove", "safe-upgrade"}),
    "brew": frozenset({"install", "reinstall", "uninstall", "upgrade"}),
    "bun": frozenset({"add", "install", "i"}),
    "cargo": frozenset({"install"}),
    "composer": frozenset({"install", "require", "update"}),
    "conda": frozenset({"create", "install", "remove", "update"}),
    "cpan": frozenset({"-i", "install"}),
    "cpanm": frozenset(),
    "dnf": frozenset({"downgrade", "erase", "install", "reinstall", "remove", "update", "upgrade"}),
    "dpkg": frozenset({"--install", "--purge", "--remove", "--unpack", "-P", "-i", "-r"}),
    "easy_install": frozenset(),
    "gem": frozenset({"install", "uninstall", "update"}),
    "go": frozenset({"get", "install"}),
    "mamba": frozenset({"create", "install", "remove", "update"}),
    "microdnf": frozenset({"install", "remove", "update", "upgrade"}),
    "npm": frozenset({"add", "ci", "i", "install", "uninstall", "update"}),
    "pacman": frozenset({"-R", "-S", "-Su", "-Sy", "-Syu", "-U"}),
    "pip": frozenset({"download", "install", "uninstall"}),
    "pnpm": frozenset({"add", "i", "install", "remove", "update"}),
    "rpm": frozenset({"--erase", "--install", "--upgrade", "-U", "-Uvh", "-e", "-i", "-ivh"}),
    "tdnf": frozenset({"erase", "install", "reinstall", "remove", "update", "upgrade"}),
    "uv": frozenset({"add", "pip", "sync"}),
    "yarn": frozenset({"add", "install", "remove", "upgrade"}),
    "yum": frozenset({"downgrade", "erase", "install", "localinstall", "reinstall", "remove", "update"}),
    "zypper": frozenset({"dup", "in", "install", "remove", "rm", "up", "update"}),
}  # fmt: skip
"""Package manager → words that change what is installed; none: whatever it is asked. What only looks is no
sign, and `npm start` is how half of all Node services begin."""

SUSPICIOUS_TOOLS = frozenset(
    {
        "amass", "amicontained", "arp-scan", "arpspoof", "bettercap", "cdk-escape", "chisel",
        "crackmapexec", "deepce", "dnscat", "dnscat2", "dnsrecon", "dsniff", "dumpcap", "ettercap", "ffuf",
        "fping", "frpc", "fscan", "gobuster", "gost", "gs-netcat", "hashcat", "hping3", "hydra", "iodine",
        "john", "kdigger", "kube-hunter", "kubeletctl", "ligolo", "linenum", "linpeas", "masscan", "medusa",
        "mimipenguin", "msfconsole", "msfvenom", "nbtscan", "ngrok", "nikto", "nmap", "nuclei", "p0f",
        "peirates", "proxychains", "proxychains4", "pspy", "pwncat", "responder", "rustscan", "sqlmap",
        "sslscan", "sublist3r", "tcpdump", "tcpflow", "tshark", "unix-privesc-check", "wfuzz", "wpscan",
        "zgrab", "zgrab2", "zmap",
    }
)  # fmt: skip
"""What scans, listens in, guesses passwords, digs tunnels or looks for ways out. No service needs one."""

COPIERS = frozenset({"ftp", "lftp", "ncftpput", "rclone", "rsync", "scp", "sftp", "smbclient", "tftp"})
"""What carries files to other machines."""

DEBUGGERS = frozenset({"dlv", "gdb", "gdbserver", "lldb", "lldb-server", "ltrace", "py-spy", "rr", "strace"})
"""What looks into processes because a person wants it."""

ELEVATORS = frozenset({"doas", "newgrp", "pkexec", "sg", "su", "sudo", "sudoedit"})
"""What makes another user, mostly root, of who asks."""

HARMLESS_SET_USER_ID = frozenset(
    {
        "at", "chage", "chrome-sandbox", "crontab", "dbus-daemon-launch-helper", "exim4", "expiry", "fping",
        "fusermount", "fusermount3", "mtr-packet", "ping", "ping4", "ping6", "polkit-agent-helper-1",
        "postdrop", "postqueue", "sendmail", "ssh-keysign", "traceroute6.iputils", "unix_chkpwd",
    }
)  # fmt: skip
"""Set-user-ID programs that ordinary programs start, and that do one thing."""

READERS = frozenset(
    {
        "awk", "base64", "bat", "cat", "cp", "curl", "cut", "dd", "egrep", "fgrep", "gawk", "grep", "head",
        "hexdump", "less", "mawk", "more", "mv", "nl", "od", "rg", "sed", "sort", "strings", "tac", "tail",
        "tar", "tee", "tr", "vi", "vim", "xargs", "xxd", "zip",
    }
)  # fmt: skip
"""What shows or carries away the files that it is given."""

SEARCHERS = frozenset({"ag", "egrep", "fd", "fgrep", "find", "grep", "locate", "mlocate", "rg", "plocate"})
"""What looks for files, or in them."""


def program_name(path: str) -> str:
    """Last name of a path."""
    return path.removesuffix(" (deleted)").rsplit("/", 1)[-1]


def is_shell(path: str) -> bool:
    """Whether a path is that of a shell, by its name."""
    return program_name(path) in SHELLS


def plain_name(path: str) -> str:
    """Last name of a path without the version that it may end with: `python` of /usr/bin/python3.11."""
    name = program_name(path)
    return name.rstrip("0123456789.-") or name


def is_interpreter(path: str) -> bool:
    """Whether a path is that of an interpreter, by its name; shells are not among them."""
    return plain_name(path) in INTERPRETERS


def is_one_of(path: str, names: frozenset[str]) -> bool:
    """Whether a path's last name, with or without a version at its end, is among names."""
    return program_name(path) in names or plain_name(path) in names


def command(event: Event) -> tuple[str, ...]:
    """What an exec runs, as a person would type it: the tool's name without its place, and its arguments.

    A tool may be a link to something of another name (npm to npm-cli.js) or one of many in a file (busybox):
    then the name is what the caller used. Where that is a lie, the file's own name was of no use either.
    """
    file, argv = program_name(event.target), event.argv
    if not argv:
        return (file,)
    used = program_name(argv[0]).removeprefix("-")
    if file in MULTICALL:
        return tuple(argv[1:]) if used in MULTICALL and argv[1:] else (used, *argv[1:])
    if "." in file and file.rsplit(".", 1)[-1] in {"js", "py", "rb", "sh", "pl", "php", "phar"}:
        return (used, *argv[1:])
    return (file, *argv[1:])


def fits(value: str, most: int = 120) -> str:
    """A text of a hostile program, cut to what a sentence can carry, in printable characters."""
    shown = "".join(character if character.isprintable() else "?" for character in value[: most + 1])
    return shown if len(shown) <= most else shown[: most - 1] + "…"
