/* runtime_api.c: see runtime_api.h. */
#include "runtime_api.h"

#include <netinet/in.h>
#include <sys/socket.h>

struct endpoint {
  uint8_t address[4];
  uint16_t port; /* 0: not known */
};

static struct endpoint real, used; /* Lambda's, and what this program was told to use: the proxy, or Lambda's */

/* "127.0.0.1:9001", as Lambda writes it. */
static struct endpoint parse(const char *text) {
  struct endpoint out = {{0}, 0}, none = out;
  uint64_t number;
  if (!text) return none;
  for (int i = 0; i < 5; i++) {
    if (!parse_number(&text, &number) || number > (i < 4 ? 255 : 65535)) return none;
    if (i < 4) out.address[i] = (uint8_t)number;
    else out.port = (uint16_t)number;
    if (i < 4 && *text++ != (i < 3 ? '.' : ':')) return none;
  }
  return *text ? none : out;
}

/* Every address of the loopback, and 0.0.0.0, leads to a server on 127.0.0.1 or may do so. */
static bool is_loopback(const uint8_t *address) { return address[0] == 127 || memcmp(address, "\0\0\0\0", 4) == 0; }

static bool same(const struct endpoint *a, const struct act *act) {
  if (!a->port || a->port != act->port || act->family != OR_INET) return false;
  return memcmp(a->address, act->addr, 4) == 0 || (is_loopback(a->address) && is_loopback(act->addr));
}

void runtime_api_start(void) {
  used = parse(guard_setting("AWS_LAMBDA_RUNTIME_API"));
  real = parse(guard_setting("OUTRIDER_RUNTIME_API"));
  if (!real.port) real = used;
}

static bool proxied(void) { return used.port && real.port && (used.port != real.port || memcmp(used.address, real.address, 4) != 0); }

bool runtime_api_is_proxy(const struct act *act) { return self.is_runtime && proxied() && same(&used, act); }

bool runtime_api_meant(const struct act *act) {
  struct endpoint proxy = {{127, 0, 0, 1}, self.state ? (uint16_t)atomic_load(&self.state->proxy_port) : 0};
  return same(&used, act) || same(&real, act) || same(&proxy, act);
}

int runtime_api_decide(const struct act *act) {
  if (self.is_runtime && same(&used, act)) return 0;
  return guard_own(OR_SYSCALL, "runtime_api", "runtime_api",
                   self.is_runtime ? "past the proxy" : "from a process that is not the runtime");
}

static bool listens(const void *address, uint32_t size) {
  int fd = (int)sys(__NR_socket, AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return true; /* not to be told; the caller's own connect will */
  long result = sys(__NR_connect, fd, address, size);
  close_fd(fd);
  return result != -ECONNREFUSED;
}

long runtime_api_connect(int fd, const void *address, uint32_t size) {
  if (listens(address, size)) return sys(__NR_connect, fd, address, size);
  struct sockaddr_in straight = {.sin_family = AF_INET, .sin_port = htons(real.port)};
  memcpy(&straight.sin_addr, real.address, 4);
  guard_trouble("the proxy of the Runtime API does not answer: connected to the real one");
  return sys(__NR_connect, fd, &straight, sizeof straight);
}
