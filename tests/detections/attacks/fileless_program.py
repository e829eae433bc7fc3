"""Programs without files; and files without names that are no programs."""

from detections.case import Case

_FIRES = ("fileless-program",)

_MEMFD = """
import os, subprocess
fd = os.memfd_create("kworker")
with open("/bin/true", "rb") as good:
    os.write(fd, good.read())
subprocess.run([f"/proc/self/fd/{fd}"], pass_fds=[fd], check=True)
"""

_ACTS = """
import os, subprocess
fd = os.memfd_create("x", 0)
with open("/bin/dash", "rb") as good:
    os.write(fd, good.read())
subprocess.run([f"/proc/self/fd/{fd}", "-c", "cat /dev/null; cat /dev/null"], pass_fds=[fd], check=True)
"""

_UNLINKED = """
import os, sys
file = os.path.join(sys.argv[1], "x")
with open("/bin/true", "rb") as good, open(file, "wb") as bad:
    bad.write(good.read())
os.chmod(file, 0o755)
fd = os.open(file, os.O_RDONLY)
os.unlink(file)
os.execve(fd, ["x"], {})
"""

_MEMORY_ONLY = """
import os, subprocess, tempfile
fd = os.memfd_create("buffer")
os.write(fd, b"words")
with tempfile.TemporaryFile() as nameless:
    nameless.write(b"words")
    subprocess.run(["cat"], stdin=nameless, check=True)
subprocess.run(["cat", f"/proc/self/fd/{fd}"], pass_fds=[fd], check=True)
"""

_BY_PERL = """
use strict;
use Config;
my $number = $Config{archname} =~ /x86_64/ ? 319 : 279;
my $name = "x";
my $fd = syscall($number, $name, 0);
die if $fd < 0;
open(my $good, "<", "/bin/true") or die;
open(my $file, ">&=$fd") or die;
local $/;
syswrite($file, <$good>);
exec {"/proc/$$/fd/$fd"} "kworker";
"""

_JIT = """
import mmap, os
fd = os.memfd_create("code")
os.ftruncate(fd, 4096)
with mmap.mmap(fd, 4096) as writable, mmap.mmap(fd, 4096, prot=mmap.PROT_READ | mmap.PROT_EXEC) as code:
    writable[:1] = b"\\xc3"
    assert code[:1] == b"\\xc3"
os.execv("/bin/true", ["true"])
"""

_DELETED_LATER = """
import os, shutil, subprocess, sys
file = os.path.join(sys.argv[1], "sh")
shutil.copy("/bin/dash", file)
shell = subprocess.Popen([file, "-c", "read line; cat /dev/null"], stdin=subprocess.PIPE)
os.unlink(file)  # as an upgrade does to what runs
shell.communicate(b"go\\n")
"""

ATTACKS = (
    Case(name="a program of memfd_create", run=_MEMFD, fires=_FIRES),
    Case(name="a shell of memfd_create that acts", run=_ACTS, fires=_FIRES),
    Case(name="a program whose name was taken away", run=_UNLINKED, fires=_FIRES),
    Case(name="Perl makes one and becomes it", run=("perl", "-e", _BY_PERL), needs=("perl",), fires=_FIRES),
)

LOOK_ALIKES = (
    Case(name="memory and nameless files that hold data", run=_MEMORY_ONLY, silent=_FIRES),
    Case(name="memory that holds code, as of JITs, and then a program of a file", run=_JIT, silent=_FIRES),
    Case(name="a program whose file goes while it runs", run=_DELETED_LATER, silent=_FIRES),
)
