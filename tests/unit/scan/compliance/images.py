"""For every rule about images: what passes, what fails, what it does not apply to."""

from dataclasses import replace

from outrider.model.artifact import Contents, Executable, History, Kind
from outrider.model.finding import Exploited, Secret, Severity, Vulnerability
from outrider.model.image import ImageConfig
from outrider.model.package import Package, Release
from outrider.scan.compliance.subjects import Image

OPENSSL = Package(type="deb", name="openssl", version="3.0.1", path="/var/lib/dpkg/status")
FLAW = Vulnerability(id="CVE-2099-1", package=OPENSSL, severity=Severity.HIGH, fixed=("3.0.2",))
SECRET = Secret(
    rule="aws-access-key-id", title="AWS access key ID", path="/app/.env", line=3, redacted="AKIA**XX"
)
LABELS = (
    ("org.opencontainers.image.base.digest", "sha256:" + "a" * 64),
    ("org.opencontainers.image.revision", "deadbeef"),
    ("org.opencontainers.image.source", "https://example.com/shop"),
)
CONTENTS = Contents(
    kind=Kind.IMAGE,
    name="shop",
    release=Release("debian", "12", "Debian GNU/Linux 12 (bookworm)"),
    config=ImageConfig(user="1000"),
    labels=LABELS,
    healthcheck=True,
    created="2099-01-01T00:00:00Z",
    history=(
        History("ADD rootfs.tar /", empty=False),
        History("RUN apt-get update && apt-get install -y python3", empty=False),
        History("COPY app /app", empty=False),
    ),
    packages=(OPENSSL,),
    executables=(Executable(path="/usr/bin/python3.11", sha256="0" * 64, size=1, mode=0o755),),
)
GOOD = Image(contents=CONTENTS, vulnerabilities=(), age_days=3.0)
"""Every rule about images passes."""

SBOM = Image(contents=Contents(kind=Kind.SBOM, name="shop.cdx.json"), secrets_searched=False)
"""Nothing is known of it."""


def _config(user: str) -> Image:
    return replace(GOOD, contents=replace(CONTENTS, config=ImageConfig(user=user)))


def _labels(*labels: tuple[str, str]) -> Image:
    return replace(GOOD, contents=replace(CONTENTS, labels=labels))


def _step(instruction: str) -> Image:
    return replace(
        GOOD, contents=replace(CONTENTS, history=(*CONTENTS.history, History(instruction, empty=False)))
    )


def _program(path: str, mode: int = 0o755, capabilities: str = "") -> Image:
    program = Executable(path=path, sha256="1" * 64, size=1, mode=mode, capabilities=capabilities)
    return replace(GOOD, contents=replace(CONTENTS, executables=(*CONTENTS.executables, program)))


BAD: dict[str, tuple[Image, ...]] = {
    "copies_instead_of_adds": (
        _step("ADD https://example.com/x /x"),
        _step("/bin/sh -c #(nop) ADD file:1 in /"),
    ),
    "has_healthcheck": (replace(GOOD, contents=replace(CONTENTS, healthcheck=False)),),
    "has_no_fixable_vulnerability": (
        replace(GOOD, vulnerabilities=(FLAW,)),
        replace(GOOD, vulnerabilities=(replace(FLAW, severity=Severity.UNKNOWN),)),
    ),
    "has_nothing_known_to_be_exploited": (
        replace(
            GOOD, vulnerabilities=(replace(FLAW, severity=Severity.LOW, exploited=Exploited("2099-01-01")),)
        ),
    ),
    "holds_no_compiler": (_program("/usr/bin/gcc"),),
    "holds_no_network_tools": (_program("/bin/nc"),),
    "holds_no_privilege_tools": (_program("/usr/bin/sudo"),),
    "holds_no_remote_login": (_program("/usr/sbin/sshd"),),
    "holds_no_secrets": (replace(GOOD, contents=replace(CONTENTS, secrets=(SECRET,))),),
    "holds_no_setuid_programs": (
        _program("/bin/mount", 0o4755),
        _program("/usr/bin/wall", 0o2755),
        _program("/bin/ping", capabilities="0100000200200000"),
    ),
    "is_a_supported_release": (replace(GOOD, end_of_life="2098-01-01"),),
    "is_rebuilt_in_time": (replace(GOOD, age_days=91.5), replace(GOOD, age_days=-2.0)),
    "names_its_base_image": (_labels(), _labels(("org.opencontainers.image.base.name", "debian:12"))),
    "pipes_no_download_into_a_shell": (
        _step("RUN curl -fsSL https://example.com/i.sh | sh"),
        _step("RUN wget -qO- https://example.com/i.sh | sudo -E bash -s -- -y"),
    ),
    "runs_as_non_root": (_config(""), _config("0"), _config("root:root"), _config("00:5"), _config(":5")),
    "says_what_it_holds": (replace(GOOD, contents=replace(CONTENTS, packages=())),),
    "says_where_it_comes_from": (_labels(), _labels(LABELS[2])),
    "updates_and_installs_in_one_step": (_step("RUN apt-get update"), _step("RUN apt-get -q -y update")),
    "verifies_what_it_downloads": (
        _step("RUN apt-get install --allow-unauthenticated x"),
        _step("RUN curl -k https://example.com -o x"),
        _step("RUN pip install --trusted-host example.com x"),
        replace(
            GOOD, contents=replace(CONTENTS, config=ImageConfig(env=("NODE_TLS_REJECT_UNAUTHORIZED=0",)))
        ),
    ),
}
"""Rule → images of which it must say FAIL."""

ALSO_GOOD: dict[str, tuple[Image, ...]] = {
    "runs_as_non_root": (_config("app"), _config("1000:1000"), _config("rooty")),
    "updates_and_installs_in_one_step": (
        _step("RUN apk update && apk add curl"),
        _step("RUN yum -y update"),
        _step("RUN apt-get update; apt-get -y upgrade"),
    ),
    "verifies_what_it_downloads": (
        _step("RUN curl -fsSLo k.asc https://example.com/k"),
        _step("RUN curl a | grep -k"),
    ),
    "pipes_no_download_into_a_shell": (
        _step("RUN curl -o x https://example.com; sh x"),
        _step("RUN curl a | shasum"),
    ),
    "holds_no_secrets": (
        replace(GOOD, contents=replace(CONTENTS, secrets=(replace(SECRET, confidence="low"),))),
    ),
    "has_no_fixable_vulnerability": (
        replace(GOOD, vulnerabilities=(replace(FLAW, fixed=()), replace(FLAW, severity=Severity.MEDIUM))),
    ),
    "holds_no_compiler": (_program("/opt/gccgo-notes"),),
}

ALWAYS_APPLY = {
    "holds_no_compiler",
    "holds_no_network_tools",
    "holds_no_privilege_tools",
    "holds_no_remote_login",
    "holds_no_setuid_programs",
}
"""Rules that look at nothing but programs: without any they pass."""
