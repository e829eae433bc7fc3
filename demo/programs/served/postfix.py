"""Postfix takes mail over SMTP and delivers it to a mailbox."""

import smtplib
import time

from demo.programs.program import Program
from demo.programs.visitor import SECONDS, Visitor


def _load(visitor: Visitor) -> None:
    box = visitor.life.root / "var/mail/ada"
    before = box.stat().st_size if box.exists() else 0
    for number in range(10):
        try:
            with smtplib.SMTP("127.0.0.1", 25, "visitor", SECONDS) as server:
                text = f"From: bob@example.com\nTo: ada@task\nSubject: {number}\n\n" + "x" * 2000
                server.sendmail("bob@example.com", ["ada@task"], text)
            visitor.check("mail taken", True)
        except (OSError, smtplib.SMTPException) as error:
            visitor.check("mail taken", False, error)
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline and not (box.exists() and box.stat().st_size - before > 20_000):
        time.sleep(0.1)
    visitor.check("mail delivered", box.exists() and box.stat().st_size - before > 20_000)
    try:
        with smtplib.SMTP("127.0.0.1", 25, "visitor", SECONDS) as server:
            server.sendmail("bob@example.com", ["nobody-here@task"], "x")
        visitor.check("unknown user refused", False)
    except smtplib.SMTPRecipientsRefused:
        visitor.check("unknown user refused", True)


PROGRAM = Program(
    name="postfix",
    package="postfix",
    command=("/usr/sbin/postfix", "start-fg"),
    port=25,
    load=_load,
    rare=lambda visitor: visitor.life.signal("HUP", "/master"),
    prepare=(
        "useradd --create-home ada",
        "cp /usr/share/postfix/main.cf.debian /etc/postfix/main.cf",
        "postconf -e mydestination=task,localhost myhostname=task inet_interfaces=127.0.0.1 "
        "maillog_file=/var/log/mail.log  inet_protocols=ipv4 alias_maps= alias_database= smtpd_relay_restrictions="
        "permit_mynetworks,reject_unauth_destination",
    ),
    victim="/master",
)
