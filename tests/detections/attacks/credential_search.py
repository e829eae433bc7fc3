"""Searches for keys, and searches."""

from detections.case import Case

_FIRES = ("credential-search",)


def _line(line: str) -> tuple[str, ...]:
    return ("sh", "-c", f"cd {{place}}; {line}; true")


ATTACKS = (
    Case(name="find id_rsa", run=_line("find . -name 'id_rsa*'"), fires=_FIRES),
    Case(name="find every *.pem, widely", run=_line("find . -maxdepth 1 -name '*.pem'"), fires=_FIRES),
    Case(name="grep for private keys", run=_line("grep -rl 'BEGIN RSA PRIVATE KEY' ."), fires=_FIRES),
    Case(
        name="grep for AWS keys",
        run=_line("grep -rE 'AKIA[A-Z0-9]{16}|aws_secret_access_key' ."),
        fires=_FIRES,
    ),
    Case(name="cat of a key", run=_line("cat $PWD/.ssh/id_ed25519"), fires=_FIRES),
    Case(name="cat of AWS credentials", run=_line("cat .aws/credentials"), fires=_FIRES),
    Case(name="tar of a shadow file", run=_line("head -c 0 /etc/shadow"), fires=_FIRES),
)

LOOK_ALIKES = (
    Case(
        name="find and grep for other things",
        run=_line("find . -name '*.py'; grep -r password .; grep -c key /etc/hostname; cat keys.txt"),
        silent=_FIRES,
    ),
    Case(
        name="certificates in their own directory",
        run=_line("mkdir certs; find certs -name '*.pem'; cat certs/ca.pem"),
        silent=_FIRES,
    ),
    Case(
        name="public keys and configurations",
        run=_line("cat .ssh/id_rsa.pub .aws/config; grep -q id_rsa.pub .ssh/authorized_keys"),
        silent=_FIRES,
    ),
)
