"""git over HTTP: lighttpd, git http-backend, a hook; clones and pushes by git itself."""

from demo.programs.life import Life
from demo.programs.program import Attack, File, Program, left
from demo.programs.visitor import Visitor, client

_CONFIG = """
server.document-root = "/var/www/html"
server.port = 8099
server.username = "www-data"
server.groupname = "www-data"
server.errorlog = "/var/log/lighttpd/error.log"
server.modules = ("mod_alias", "mod_cgi", "mod_setenv")
alias.url = ("/git" => "/usr/lib/git-core/git-http-backend")
$HTTP["url"] =~ "^/git" {
  cgi.assign = ("" => "")
  setenv.add-environment = ("GIT_PROJECT_ROOT" => "/srv/git", "GIT_HTTP_EXPORT_ALL" => "1", "REMOTE_USER" => "ada")
}
"""
_HOOK = """#!/bin/sh
while read old new name; do echo "$(date) $name $new" >> /srv/git/pushes.log; done
"""
_URL = "http://127.0.0.1:8099/git/app.git"
_PUSH = f"""set -e
export GIT_AUTHOR_NAME=Ada GIT_AUTHOR_EMAIL=ada@example.com GIT_COMMITTER_NAME=Ada GIT_COMMITTER_EMAIL=ada@example.com
work=$(mktemp -d)
cd $work
git clone -q {_URL} app
cd app
for n in 1 2 3; do
  head -c 3000 /dev/urandom > file$n
  git add . && git commit -qm "change $n" && git push -q origin HEAD:refs/heads/main
done
branch=branch-$(date +%s%N)
git push -q origin HEAD:refs/heads/$branch && git push -q origin :$branch && git fetch -q && git log --oneline | wc -l
cd / && rm -rf $work && echo pushed
"""


def _load(visitor: Visitor) -> None:
    visitor.run("sh", "-c", _PUSH, wanted="pushed", times=4)
    visitor.run("git", "ls-remote", _URL, wanted="refs/heads/main")


def _rare(visitor: Visitor) -> None:
    """Many objects in one push stay a pack; what is large, lighttpd puts aside on its way."""
    many = "head -c 300000 /dev/urandom > large; for n in 1 2 3; do :; done; mkdir -p d; for n in $(seq 150); do echo $n$$ > d/$n; done"
    visitor.run(
        "sh", "-c", _PUSH.replace("for n in 1 2 3; do\n", f"{many}\nfor n in 1; do\n"), wanted="pushed"
    )
    visitor.life.signal("HUP")


def _hook(life: Life) -> None:
    """Whoever has the repository's volume has its hooks."""
    hook = life.root / "srv/git/app.git/hooks/update"
    hook.write_text("#!/bin/sh\nid > /srv/shared/hook\n")
    hook.chmod(0o755)
    client(life, ("sh", "-c", _PUSH))


PROGRAM = Program(
    name="git-http",
    package="git",
    command=("lighttpd", "-D", "-f", "/etc/lighttpd/git.conf"),
    port=8099,
    load=_load,
    rare=_rare,
    files=(File("/etc/lighttpd/git.conf", _CONFIG),),
    prepare=(
        "git init -q --bare --initial-branch=main /srv/git/app.git",
        "git -C /srv/git/app.git config http.receivepack true",
        f"cat > /srv/git/app.git/hooks/post-receive <<'E'\n{_HOOK}E\n",
        "chmod +x /srv/git/app.git/hooks/post-receive; chown -R www-data: /srv/git /var/log/lighttpd",
    ),
    victim="lighttpd",
    attacks=(Attack("a hook added", _hook, left("hook"), seconds=5),),
    stop="INT",
)
