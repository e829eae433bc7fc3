"""Made-up reports and what every format makes of them.

Run it to write tests/golden/report/ anew, then read the diff:

python tests/golden/report_cases.py
"""

from dataclasses import replace
from pathlib import Path

from outrider.model.artifact import Contents, Executable, History, Kind, Layer
from outrider.model.finding import (
    Answer,
    Check,
    DatabaseFact,
    Exploited,
    Findings,
    Ignored,
    Score,
    Secret,
    Severity,
    Use,
    Violation,
    Vulnerability,
)
from outrider.model.image import ImageConfig
from outrider.model.outcome import Covered, Failed, Skipped
from outrider.model.package import Evidence, Package, Release
from outrider.report.registry import FORMATS
from outrider.report.report import Report

HERE = Path(__file__).parent / "report"

DATABASE = DatabaseFact(
    digest=f"sha256:{'d' * 64}",
    built="2024-05-01T06:00:00Z",
    age_days=1.5,
    shards=(("debian-12", "2024-04-30"), ("pypi", "2024-05-01")),
)


def deb(name: str, version: str, **more: object) -> Package:
    """A Debian package of the base image."""
    fields: dict[str, object] = {
        "type": "deb",
        "namespace": "debian",
        "name": name,
        "version": version,
        "qualifiers": (("arch", "amd64"), ("distro", "debian-12")),
        "path": "/var/lib/dpkg/status",
        "layer": 0,
    }
    return Package(**(fields | more))  # type: ignore[arg-type]


LIBSSL = deb(
    "libssl3", "3.0.11-1~deb12u2", source_name="openssl", dependencies=("libc6",), licence="Apache-2.0"
)
OPENSSL = deb("openssl", "3.0.11-1~deb12u2", dependencies=("libc6", "libssl3"), licence="Apache-2.0")
LIBC = deb("libc6", "2.36-9+deb12u4", source_name="glibc", licence="LGPL-2.1-or-later AND GPL-2.0-only")
ZLIB = deb("zlib1g", "1:1.2.13.dfsg-1", source_name="zlib", licence="zlib and more, see copyright")
SETUPTOOLS = Package(
    type="pypi",
    name="setuptools",
    version="66.1.1",
    licence="MIT",
    owner="python3-setuptools",
    path="/usr/lib/python3/dist-packages/setuptools-66.1.1.egg-info",
    layer=2,
)
REQUESTS = Package(
    type="pypi",
    name="requests",
    version="2.19.0",
    licence="Apache 2.0",
    dependencies=("idna", "urllib3"),
    path="/app/venv/lib/python3.11/site-packages/requests-2.19.0.dist-info/METADATA",
    layer=3,
)
URLLIB3 = replace(
    REQUESTS,
    name="urllib3",
    version="1.23",
    licence="MIT",
    dependencies=(),
    path=REQUESTS.path.replace("requests-2.19.0", "urllib3-1.23"),
)
LODASH = Package(
    type="npm",
    name="lodash",
    version="4.17.20",
    evidence=Evidence.DECLARED,
    development=True,
    path="/app/package-lock.json",
    layer=3,
)
BABEL = replace(
    LODASH, namespace="@babel", name="core", version="7.0.0", dependencies=("lodash",), development=False
)

KEV = Vulnerability(
    id="CVE-2023-90001",
    aliases=("GHSA-aaaa-bbbb-cccc",),
    package=LIBSSL,
    severity=Severity.CRITICAL,
    severity_source="debian",
    scores=(Score("3.1", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 9.8, "nvd"),),
    cwes=("CWE-787",),
    summary="A made-up write past the end of a buffer in the X.509 parser.",
    fixed=("3.0.13-1~deb12u1",),
    feed="debian-12",
    advisories=("DSA-9001-1",),
    references=("https://security.example/CVE-2023-90001", "javascript:alert(1)"),
    published="2023-11-02",
    exploited=Exploited("2023-12-01", "2023-12-22", True),
    epss=0.91234,
    epss_percentile=0.99,
    use=Use.LOADED,
    risk=99.0,
    risk_why="critical, exploited, loaded, and a fix is there",
)
FOUND = (
    KEV,
    replace(KEV, package=OPENSSL, use=Use.NOT_SEEN, risk=80.0),
    replace(
        KEV,
        id="CVE-2024-90002",
        aliases=(),
        severity=Severity.HIGH,
        scores=(Score("3.1", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H", 7.5, "nvd"),),
        fixed=("3.0.15-1~deb12u1",),
        exploited=None,
        epss=0.002,
        risk=40.0,
        summary="A made-up endless loop.",
    ),
    replace(
        KEV,
        id="GHSA-dddd-eeee-ffff",
        aliases=("PYSEC-2024-1",),
        package=REQUESTS,
        severity=Severity.MEDIUM,
        severity_source="GHSA-dddd-eeee-ffff CVSS 4.0",
        scores=(Score("4.0", "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:L/VI:N/VA:N/SC:N/SI:N/SA:N", 6.9),),
        fixed=("2.31.0", "3.0.0"),
        feed="pypi",
        exploited=None,
        epss=None,
        risk=25.0,
        use=Use.UNKNOWN,
        summary="Made up: the password goes along when a server redirects to another host.",
    ),
    replace(
        KEV,
        id="CVE-2024-90003",
        aliases=(),
        package=LIBC,
        severity=Severity.UNKNOWN,
        severity_source="",
        scores=(),
        cwes=(),
        fixed=(),
        status="no-dsa",
        exploited=None,
        epss=None,
        published="",
        references=(),
        risk=5.0,
        use=Use.UNKNOWN,
        summary="",
    ),
    replace(
        KEV,
        id="CVE-2024-90004",
        aliases=(),
        package=ZLIB,
        severity=Severity.LOW,
        fixed=(),
        status="",
        scores=(),
        exploited=None,
        epss=None,
        risk=3.0,
        use=Use.UNKNOWN,
        summary="Made up, and nobody has mended it.",
    ),
)

SECRETS = (
    Secret(
        rule="aws-access-key-id",
        title="AWS access key ID",
        path="/app/.env",
        line=3,
        redacted="AKIA**************LE",
        fingerprint="0123456789abcdef",
        severity=Severity.CRITICAL,
        confidence="high",
        layer=3,
    ),
    Secret(
        rule="github-token",
        title="GitHub token",
        path="history:4",
        redacted="ghp_**********************************9Z",
        fingerprint="fedcba9876543210",
        confidence="high",
        checked=True,
        removed=True,
    ),
)

CHECKS = (
    Check(
        rule="runs_as_non_root",
        title="The image names a user other than root",
        answer=Answer.FAIL,
        severity=Severity.HIGH,
        evidence=("USER is not set: containers start as root",),
        remedy="Add a USER line with a numeric ID to the Dockerfile.",
        controls=(("cis-docker", "4.1"), ("nist-800-190", "4.4.1")),
    ),
    Check(
        rule="has_healthcheck",
        title="The image has a HEALTHCHECK",
        answer=Answer.PASS,
        severity=Severity.LOW,
        controls=(("cis-docker", "4.6"),),
    ),
    Check(
        rule="no_setuid",
        title="No program changes its user",
        answer=Answer.NOT_APPLICABLE,
        severity=Severity.MEDIUM,
        controls=(("cis-docker", "4.8"),),
    ),
)

TOKEN = "ghp_" + "k" * 34 + "9Z"
"""What the history of the image leaks, and no report may."""

IMAGE = Report(
    contents=Contents(
        kind=Kind.IMAGE,
        name="registry.example/shop:1.4",
        digest=f"sha256:{'0123456789abcdef' * 4}",
        platform="linux/amd64",
        release=Release("debian", "12", "Debian GNU/Linux 12 (bookworm)", (), "bookworm"),
        config=ImageConfig(entrypoint=("/app/venv/bin/python",), cmd=("-m", "shop"), env=("TOKEN=abc",)),
        labels=(("org.opencontainers.image.title", "shop"),),
        healthcheck=True,
        created="2024-05-02T08:09:10.123456789+02:00",
        layers=tuple(
            Layer(
                diff_id=f"sha256:{number:064x}",
                digest=f"sha256:{number + 16:064x}",
                size=1000 * number,
                instruction=instruction,
                base=number < 2,
            )
            for number, instruction in enumerate(
                (
                    "ADD file:base in /",
                    "RUN apt-get install -y openssl",
                    "RUN apt-get install -y python3-setuptools",
                    f"RUN pip install --extra-index-url https://x:{TOKEN}@pypi.example/ -r requirements.txt",
                )
            )
        ),
        history=(
            History("ADD file:base in /", False, "2024-04-01T00:00:00Z"),
            History("RUN apt-get install -y openssl", False),
            History("ENV TOKEN=abc", True),
            History("RUN apt-get install -y python3-setuptools", False),
            History(
                f"RUN pip install --extra-index-url https://x:{TOKEN}@pypi.example/ -r requirements.txt",
                False,
            ),
        ),
        packages=(LIBC, LIBSSL, OPENSSL, ZLIB, BABEL, LODASH, REQUESTS, SETUPTOOLS, URLLIB3),
        executables=(
            Executable(path="/app/bin/tool", sha256="a" * 64, size=10, mode=0o755, format="elf", layer=3),
            Executable(path="/usr/bin/su", sha256="b" * 64, size=10, mode=0o4755, owner="util-linux"),
        ),
        secrets=SECRETS,
        files=1234,
        bytes=56789,
    ),
    findings=Findings(vulnerabilities=FOUND, secrets=SECRETS, checks=CHECKS, database=DATABASE),
    outcomes=(
        *(Covered(f"layer {number}", "310 entries") for number in range(4)),
        Skipped("/app/big.jar", "PARTIAL: larger than 512 MiB"),
        Failed("/app/broken.jar", "the zip ends in the middle of an entry", "build it again"),
    ),
    violations=(
        Violation(
            rule="severity",
            words="critical, the limit is high",
            subject="CVE-2023-90001 in libssl3 3.0.11-1~deb12u2",
        ),
        Violation(
            rule="exploited",
            words="known to be exploited since 2023-12-01",
            subject="CVE-2023-90001 in libssl3 3.0.11-1~deb12u2",
        ),
        Violation(rule="secrets", words="2 credentials, none are allowed"),
        Violation(rule="compliance", words="cis-docker 4.1 fails", subject="runs_as_non_root"),
    ),
    gated=True,
    ignored=(
        Ignored(
            subject="CVE-2024-90004",
            reason="the shop unpacks nothing",
            owner="ana@shop.example",
            expires="2024-12-31",
        ),
        Ignored(subject="CVE-2022-1 in gone 1.0", reason="false alarm"),
    ),
    scanner="0.1.0",
    scanned=("os", "language", "secrets", "compliance"),
)

FUNCTION = Report(
    contents=Contents(
        kind=Kind.FUNCTION,
        name="resize.zip",
        digest=f"sha256:{'f' * 64}",
        runtime="python3.8",
        packages=(replace(REQUESTS, path="/var/task/requests-2.19.0.dist-info/METADATA", layer=-1),),
        files=12,
        bytes=3456,
    ),
    findings=Findings(
        vulnerabilities=(
            replace(
                FOUND[3],
                package=replace(REQUESTS, path="/var/task/requests-2.19.0.dist-info/METADATA", layer=-1),
            ),
        ),
        database=replace(DATABASE, age_days=0.25),
    ),
    outcomes=(Covered("resize.zip", "12 entries"), Skipped("runtime", "EOL: python3.8 ended on 2024-10-14")),
    violations=(),
    gated=True,
    scanner="0.1.0",
    scanned=("os", "language"),
)

EMPTY = Report(
    contents=Contents(kind=Kind.DIRECTORY, name="empty"),
    findings=Findings(),
    outcomes=(Skipped("packages", "NO_PACKAGES: nothing here that a package manager wrote"),),
    scanner="0.1.0",
    scanned=("os", "language", "secrets"),
)

REPORTS = {"image": IMAGE, "function": FUNCTION, "empty": EMPTY}


def rendered(name: str) -> dict[str, str]:
    """File name → text, of every format."""
    return {f"report{one.ending}": one.render(REPORTS[name]) for one in FORMATS.values()}


def write() -> None:
    """Write all of them."""
    for name in REPORTS:
        (HERE / name).mkdir(parents=True, exist_ok=True)
        for file, text in rendered(name).items():
            (HERE / name / file).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write()
