"""What the tests of whole scans share: a Debian image, and databases of apt's lists and of the real feeds."""

import tarfile
from pathlib import Path

import application
import oci_layout
import pytest
from debian_apt import FOREIGN, Apt, DebianImage, base_root, suites
from oci_layout import MACHINE
from scanning import CACHE, outrider


@pytest.fixture(scope="session")
def security() -> Apt:
    """apt that knows the security suite alone, for two architectures."""
    apt = Apt(CACHE / "apt-security")
    apt.configure(suites()[1], (MACHINE, FOREIGN))
    apt.update()
    return apt


@pytest.fixture(scope="session")
def debian(tmp_path_factory: pytest.TempPathFactory) -> DebianImage:
    root = base_root(CACHE, suites()[0])
    layout = oci_layout.write(tmp_path_factory.mktemp("debian") / "layout", [root])
    status = layout.parent / "status"
    with tarfile.open(root, "r:") as archive:
        found = archive.extractfile("./var/lib/dpkg/status")
        assert found
        status.write_bytes(found.read())
    return DebianImage(root, layout, status)


@pytest.fixture(scope="session")
def apt_database(security: Apt, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`outrider db build --from-apt`."""
    directory = tmp_path_factory.mktemp("apt-db")
    outrider("db", "build", "--from-apt", "-o", directory, env=security.environment)
    return directory


@pytest.fixture(scope="session")
def database(feeds: Path, security: Apt, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of apt's lists and of the real feeds of languages."""
    directory = tmp_path_factory.mktemp("whole-db")
    wanted = ("PyPI", "nodejs-security-wg", "Go", "crates.io", "ruby-advisory-db", "kev")
    paths = [feeds / f"{name}.zip" for name in wanted]
    outrider("db", "build", "--from-apt", *paths, "-o", directory, env=security.environment)
    return directory


@pytest.fixture(scope="session")
def application_folder() -> Path:
    return application.build(CACHE)


@pytest.fixture(scope="session")
def application_image(
    application_folder: Path, debian: DebianImage, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """An OCI layout: the application as a layer over Debian."""
    files = {
        f"srv/app/{path.relative_to(application_folder)}": path.read_bytes()
        for path in application_folder.rglob("*")
        if path.is_file() and not path.is_symlink()
    }
    layer = oci_layout.tar(files, mode=0o755)
    return oci_layout.write(tmp_path_factory.mktemp("application") / "layout", [debian.root, layer])
