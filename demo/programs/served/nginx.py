"""nginx serves files, passes on to an origin, reloads and puts its log aside."""

from demo.programs.program import File, Program
from demo.programs.visitor import Visitor

_SITE = """
server {
  listen 80 default_server;
  root /var/www/html;
  location / { try_files $uri $uri/ =404; }
  location /api/ { proxy_pass http://10.0.0.5:8081; proxy_buffers 4 4k; }
  location /upload { client_body_in_file_only clean; proxy_pass http://10.0.0.5:8081/uploaded; proxy_method GET; }
}
"""


def _load(visitor: Visitor) -> None:
    for number in range(20):
        visitor.get("/", b"Ordinary")
        visitor.get(f"/api/{number}", f"/api/{number}".encode())
    status, _ = visitor.fetch("/no-such-page")
    visitor.check("404", status == 404)
    visitor.post("/upload", b"x" * 50_000, b"uploaded")
    visitor.run(
        "ab",
        "-q",
        "-n",
        "500",
        "-c",
        "20",
        "http://127.0.0.1/",
        wanted="Failed requests:        0",
        times=500,
    )


def _rare(visitor: Visitor) -> None:
    """As logrotate does it: renamed by somebody else who has the volume, then USR1; and a reload."""
    log = visitor.life.root / "var/log/nginx/access.log"
    log.rename(log.with_name("access.log.1"))
    visitor.life.signal("USR1")
    visitor.life.wait("a new log", log.exists)
    visitor.life.signal("HUP")


PROGRAM = Program(
    name="nginx",
    package="nginx",
    command=("nginx", "-g", "daemon off;"),
    port=80,
    load=_load,
    rare=_rare,
    files=(
        File("/etc/nginx/sites-enabled/default", _SITE),
        File("/var/www/html/index.html", "<h1>Ordinary page</h1>\n"),
    ),
    victim="nginx: worker",
    stop="QUIT",
)
