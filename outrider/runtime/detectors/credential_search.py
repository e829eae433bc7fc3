"""Somebody looks for keys and passwords, or reads them."""

import re
from collections.abc import Sequence

from outrider.model.detection import Confidence
from outrider.model.event import Event, Kind
from outrider.model.finding import Severity
from outrider.runtime.detectors.detector import Detector, Hit, stateless
from outrider.runtime.detectors.lineage import is_entry
from outrider.runtime.detectors.programs import READERS, SEARCHERS, command, fits, program_name

_FILE = re.compile(
    r"(?:^|/)(?:\.ssh/(?:id_(?:rsa|dsa|ecdsa|ed25519)(?:_sk)?|identity)|\.aws/credentials"
    r"|\.azure/\w*[tT]oken\w*\.json"
    r"|\.config/gcloud/(?:credentials\.db|application_default_credentials\.json)|\.kube/config|\.docker/config\.json"
    r"|\.git-credentials|\.netrc|\.pgpass|\.my\.cnf|\.npmrc|\.pypirc|\.vault-token)$"
    r"|^/etc/g?shadow-?$|^/etc/ssh/ssh_host_\w+_key$|^/etc/kubernetes/admin\.conf$"
    r"|/secrets/(?:kubernetes\.io/serviceaccount|eks\.amazonaws\.com/serviceaccount)/token$"
)
"""Files that hold what opens other doors."""

_READ_BY_LIBRARIES = re.compile(
    r"/\.(?:netrc|npmrc|pypirc|my\.cnf|pgpass|docker/config\.json|aws/credentials|kube/config)$|/token$"
)
"""Of these, those that SDKs read in any program: a reader of files by its name has to do it."""

_PATTERN = re.compile(
    r"id_(?:rsa|dsa|ecdsa|ed25519)|BEGIN[ .\\*]*(?:RSA|OPENSSH|EC|DSA|PGP)?[ .\\*]*PRIVATE"
    r"|aws_secret_access_key|aws_access_key_id|\bAKIA|\.aws/?(?:credentials)?$|\.git-credentials|\.kube/config"
    r"|\.docker/config\.json|\.pgpass|\.htpasswd|^\*?\.(?:pem|key|ppk|p12|pfx|kdbx|jks)$|aws.*credentials",
    re.IGNORECASE,
)
"""What somebody types who looks for them."""

_WIDE = re.compile(r"/|/(?:root|home|etc|var|opt|srv|usr|mnt|data|app)/?|/home/[^/]+/?|~|\.")
"""Where a search for every *.pem is one for keys, and no work on certificates in their own directory."""
_EXTENSION = re.compile(r"\*?\.(?:pem|key|ppk|p12|pfx|kdbx|jks)", re.IGNORECASE)

READ_BY_TRADE = frozenset(
    {
        "adduser", "aws", "chage", "chpasswd", "cron", "crond", "docker", "dockerd", "dropbear", "git",
        "git-credential-store", "git-remote-https", "grpck", "helm", "kubectl", "login", "mysql",
        "mysqldump", "npm", "passwd", "pg_dump", "pg_dumpall", "pip", "psql", "pwck", "rsync", "scp",
        "sftp", "skopeo", "ssh", "ssh-add", "ssh-agent", "ssh-keygen", "ssh-keyscan", "sshd", "su", "sudo",
        "twine", "unix_chkpwd", "useradd", "usermod",
    }
)  # fmt: skip
"""Programs whose work it is to read one or another of them."""


def _find(event: Event) -> tuple[Hit, ...]:
    """A read that the policy watches; a reader or a search by its arguments."""
    if event.kind is Kind.READ:
        name = program_name(event.program)
        by_library = _READ_BY_LIBRARIES.search(event.target) and name not in READERS
        if not _FILE.search(event.target) or name in READ_BY_TRADE or by_library:
            return ()
        what = f'{fits(name) or "a program"} read "{fits(event.target)}", which holds credentials'
        return (Hit(event=event, what=what, facts={"file": fits(event.target, 1024)}),)
    name, *arguments = command(event)
    if is_entry(event) or not (_shows(name, arguments) or _searches(name, arguments)):
        return ()
    line = " ".join((name, *arguments))
    what = f'keys or passwords were looked for: "{fits(line)}"'
    return (Hit(event=event, what=what, facts={"command": fits(line, 1024)}),)


def _shows(name: str, arguments: Sequence[str]) -> bool:
    """`cat /root/.ssh/id_rsa`."""
    return name in READERS and any(_FILE.search(word.removeprefix("if=").lstrip("@")) for word in arguments)


def _searches(name: str, arguments: Sequence[str]) -> bool:
    """`find / -name id_rsa`, `grep -r "BEGIN RSA PRIVATE" /`."""
    if name not in SEARCHERS:
        return False
    wide = any(_WIDE.fullmatch(word) for word in arguments)
    return any(
        _PATTERN.search(word) and (wide or not _EXTENSION.fullmatch(word)) and not word.endswith(".pub")
        for word in arguments
    )


_BEGIN, _STEP = stateless(_find)

DETECTOR = Detector(
    id="credential-search",
    title="Keys or passwords looked for",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    attack=("T1552.001", "T1552.004", "T1083"),
    falco=(
        "Search Private Keys or Passwords",
        "Find AWS Credentials",
        "Read sensitive file untrusted",
        "Directory traversal monitored file read",
    ),
    guardduty=("Discovery/SuspiciousCommand",),
    explanation=(
        "After getting in, intruders look for what opens the next door: SSH keys, cloud credentials, "
        "tokens, password files. find, grep and cat with such names are that search; ssh and sshd read "
        "their own."
    ),
    false_positives=(
        "Administrators, and scripts that put a key into place or check that one is there. Public keys, and"
        " work in certificate directories, are passed over."
    ),
    advice=(
        "Take every credential that the search could have found for known to somebody else, and turn it. "
        "Then see how the search was started."
    ),
    kinds=frozenset({Kind.EXEC, Kind.READ}),
    begin=_BEGIN,
    step=_STEP,
)
