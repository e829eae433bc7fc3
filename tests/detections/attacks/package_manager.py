"""Software that is installed, and package managers that only look. Copies of /bin/true stand in for most."""

from detections.case import Case
from detections.stand_ins import PYTHON, copies_of_true, scripts, seen

_FIRES = ("package-manager",)

ATTACKS = (
    Case(
        name="apt-get install (a copy of true)",
        run=("sh", "-c", "{place}/apt-get update; {place}/apt-get -y install nmap; true"),
        prepare=copies_of_true("apt-get"),
        fires=_FIRES,
    ),
    Case(
        name="apk add (a copy of true)",
        run=("sh", "-c", "{place}/apk add --no-cache gcc; true"),
        prepare=copies_of_true("apk"),
        fires=_FIRES,
    ),
    Case(
        name="python -m pip install, really, of nothing there is",
        run=("sh", "-c", f"{PYTHON} -m pip --no-input install --no-index ./nothing; true"),
        fires=_FIRES,
    ),
    Case(
        name="npm ci, which is a script",
        run=("sh", "-c", "{place}/npm ci; true"),
        prepare=scripts(npm="#!/bin/sh\nexit 0\n"),
        fires=_FIRES,
    ),
)

LOOK_ALIKES = (
    Case(
        name="npm start, npm run",
        run=("sh", "-c", "{place}/npm start; {place}/npm run install-hooks; true"),
        prepare=scripts(npm="#!/bin/sh\nexit 0\n"),
        silent=_FIRES,
    ),
    Case(
        name="what is installed is listed",
        run=("sh", "-c", "dpkg -l dash; dpkg -s dash; apt-get --version; {place}/pip list; true"),
        prepare=copies_of_true("pip"),
        needs=("dpkg",),
        silent=_FIRES,
    ),
    Case(
        name="a container that always installs (a copy of true)",
        run=("sh", "-c", "{place}/pip install -r requirements.txt; true"),
        prepare=copies_of_true("pip"),
        scene=seen("/usr/local/bin/pip"),
        silent=_FIRES,
    ),
    Case(
        name="install(1), and programs that have the word",
        run=("sh", "-c", "install -d {place}/x; echo apt-get install; python3 -c 'print()' install"),
        silent=_FIRES,
    ),
)
