"""A folder with real packages at versions with known flaws: Python, Node, Go, Rust, Ruby."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from debian_apt import run

PYTHON = (
    *("aiohttp==3.7.3", "certifi==2022.9.24", "cryptography==3.2", "Django==3.1", "Flask==0.12.2"),
    *("idna==2.8", "Jinja2==2.11.2", "lxml==4.6.1", "Pillow==8.1.0", "Pygments==2.7.0"),
    *("requests==2.19.0", "setuptools==65.5.0", "six==1.16.0", "PyJWT==1.5.0", "urllib3==1.26.4"),
    *("Werkzeug==0.15.2", "zope.interface==5.2.0"),
)
NODE = (
    *("lodash@4.17.4", "minimist@1.2.5", "marked@0.3.6", "handlebars@4.0.5", "moment@2.19.1", "ws@1.1.0"),
    *("express@4.14.0", "serve-static@1.7.1", "qs@1.0.0", "tough-cookie@2.2.0", "is-number@7.0.0"),
)
GO = ("golang.org/x/text@v0.3.5", "gopkg.in/yaml.v2@v2.2.2")
GO_PROGRAM = """package main
import ("fmt"; "golang.org/x/text/language"; "gopkg.in/yaml.v2")
func main() { out, _ := yaml.Marshal(language.Make("de")); fmt.Println(string(out)) }
"""
DEBIAN_GO = "gron"
"""Built by Debian with Go 1.19: small, and knows which Go it was built with."""
RUST = (
    *("chrono 0.4.19", "h2 0.3.10", "hyper 0.14.9", "openssl 0.10.30", "regex 1.5.4", "rustls 0.20.0"),
    *("serde 1.0.200", "smallvec 0.6.9", "time 0.1.42", "tokio 1.8.0", "failure 0.1.5", "memoffset 0.5.1"),
)
RUBY = (
    *("actionpack 5.2.0", "activerecord 5.2.0", "json 2.2.0", "loofah 2.2.2", "nokogiri 1.10.3"),
    *("puma 3.12.0", "rack 2.0.6", "rails-html-sanitizer 1.0.3", "rake 12.3.2", "sinatra 2.0.1"),
    *("addressable 2.7.0", "devise 4.6.0", "rubyzip 1.2.1", "tzinfo 1.2.5", "yard 0.9.12"),
)
_RECIPE = repr((PYTHON, NODE, GO, GO_PROGRAM, DEBIAN_GO, RUST, RUBY, "1"))


def build(cache: Path) -> Path:
    """The folder. Kept: it needs the network."""
    made = cache / f"application-{hashlib.sha256(_RECIPE.encode()).hexdigest()[:12]}"
    if not made.exists():
        partial = made.with_suffix(".partial")
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        _python(partial / "python")
        _node(partial / "nodejs")
        _go(partial / "bin", partial)
        _locks(partial)
        partial.rename(made)
    return made


def _python(folder: Path) -> None:
    options = ("--quiet", "--no-deps", "--no-compile", "--only-binary=:all:", "--python-version=3.8")
    platforms = [f"--platform=manylinux{kind}_x86_64" for kind in ("1", "2010", "2014")]
    pip = (sys.executable, "-m", "pip", "install", "--disable-pip-version-check")
    subprocess.run((*pip, *options, *platforms, "--target", str(folder), *PYTHON), check=True)


def _node(folder: Path) -> None:
    folder.mkdir()
    (folder / "package.json").write_text('{"name": "app", "version": "1.0.0", "private": true}')
    quiet = ("--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error")
    subprocess.run(("npm", "install", *quiet, *NODE), cwd=folder, check=True, stdout=subprocess.DEVNULL)


def _go(folder: Path, scratch: Path) -> None:
    folder.mkdir()
    source = scratch / "go-source"
    source.mkdir()
    requirements = "\n".join("require " + one.replace("@", " ") for one in GO)
    (source / "go.mod").write_text(f"module example.com/app\ngo 1.20\n{requirements}\n")
    (source / "main.go").write_text(GO_PROGRAM)
    settings = {"GOFLAGS": "-mod=mod -modcacherw", "GOTOOLCHAIN": "local", "CGO_ENABLED": "0"}
    build = ("go", "build", "-buildvcs=false", "-ldflags=-s -w", "-o", str(folder / "app"), ".")
    subprocess.run(build, cwd=source, env={**os.environ, **settings}, check=True)
    shutil.rmtree(source)
    package = scratch / "deb"
    package.mkdir()
    subprocess.run(("apt-get", "download", "-qq", DEBIAN_GO), cwd=package, check=True)
    run("dpkg-deb", "-x", next(package.glob("*.deb")), package / "root")
    shutil.copy(package / "root" / "usr" / "bin" / DEBIAN_GO, folder / DEBIAN_GO)
    shutil.rmtree(package)


def _locks(folder: Path) -> None:
    """Lock files as cargo and bundler write them."""
    registry = "registry+https://github.com/rust-lang/crates.io-index"
    crates = [
        f'[[package]]\nname = "{name}"\nversion = "{version}"\nsource = "{registry}"\n'
        for name, version in map(str.split, RUST)
    ]
    (folder / "Cargo.lock").write_text("version = 3\n\n" + "\n".join(crates))
    gems = "".join(f"    {name} ({version})\n" for name, version in map(str.split, RUBY))
    names = "".join(f"  {gem.split()[0]}\n" for gem in RUBY)
    (folder / "Gemfile.lock").write_text(
        f"GEM\n  remote: https://rubygems.org/\n  specs:\n{gems}\nPLATFORMS\n  ruby\n\nDEPENDENCIES\n{names}"
    )


def pins() -> dict[str, set[tuple[str, str]]]:
    """Type of package URL → names and versions that must be found."""
    return {
        "pypi": {
            (name.lower().replace(".", "-"), version)
            for name, _, version in (p.partition("==") for p in PYTHON)
        },
        "npm": {(name, version) for name, _, version in (p.rpartition("@") for p in NODE)},
        "golang": {(name, version) for name, _, version in (p.partition("@") for p in GO)},
        "cargo": {(name, version) for name, version in map(str.split, RUST)},
        "gem": {(name, version) for name, version in map(str.split, RUBY)},
    }
