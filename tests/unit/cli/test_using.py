"""What counts as used: programs that ran, what starts them, and the libraries that they need at start."""

from outrider.cli.scanning.using import used
from outrider.model.artifact import Contents, Executable, Kind
from outrider.model.behaviour import Behaviour, BehaviourModel, Seen
from outrider.model.event import Kind as Act

LOADER = "/lib64/ld-linux-x86-64.so.2"


def program(path: str, owner: str, *needs: str, interpreter: str = "") -> Executable:
    return Executable(
        path=path, sha256="0" * 64, size=1, mode=0o755, interpreter=interpreter, needs=needs, owner=owner
    )


CONTENTS = Contents(
    kind=Kind.IMAGE,
    name="shop",
    executables=(
        program("/usr/bin/openssl", "openssl", "libssl.so.3", interpreter=LOADER),
        program("/usr/bin/perl", "perl-base", "libcrypt.so.1", interpreter=LOADER),
        program("/usr/bin/start", "shop", interpreter="/bin/sh"),
        program("/bin/sh", "dash"),
        program("/usr/lib/ld-linux-x86-64.so.2", "libc6"),
        program("/usr/lib/libcrypt.so.1.1.0", "libcrypt1"),
        program("/usr/lib/libssl.so.3", "libssl3", "libz.so.1"),
        program("/usr/lib/libz.so.1.2.13", "zlib1g", "libssl.so.3"),
    ),
)


def model(target: str) -> BehaviourModel:
    return BehaviourModel("shop", "web", seen={Behaviour(Act.EXEC, "", target): Seen(1, 0, 0)})


def test_a_program_that_ran_brings_its_loader_and_its_libraries_and_theirs() -> None:
    found = used(CONTENTS, [model("/usr/bin/openssl")])
    assert found.owners == {"openssl", "libssl3", "zlib1g", "libc6"}
    assert "/usr/lib/libz.so.1.2.13" in found.paths


def test_a_script_brings_its_interpreter() -> None:
    assert used(CONTENTS, [model("/usr/bin/start")]).owners == {"shop", "dash"}


def test_without_a_model_nothing_is_known() -> None:
    found = used(CONTENTS, [])
    assert not found.watched
    assert not found.owners
