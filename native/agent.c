#include "agent.h"

#include <sys/socket.h>
#include <sys/un.h>

#include "report.h"

static int agent = -1;
static uint8_t hello[1024];
static size_t hello_left, hello_size;
static uint8_t acknowledgement[8];
static size_t acknowledgement_size;

bool agent_connected(void) { return agent >= 0; }
void agent_forget(void) { agent = -1; }
int agent_descriptor(void) { return agent; }

static void disconnect(void) {
  close_fd(agent);
  agent = -1;
  ring_rewind();
}

void agent_connect(void) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen(self.options->socket) >= sizeof address.sun_path) return;
  strcpy(address.sun_path, self.options->socket);
  int fd = (int)sys(__NR_socket, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return;
  if (sys(__NR_connect, fd, &address, sizeof address) != 0) {
    close_fd(fd);
    return;
  }
  agent = fd;
  acknowledgement_size = 0;
  hello_size = hello_left = hello_frame(hello, sizeof hello);
  ring_rewind();
}

static void take_acknowledgements(void) {
  for (;;) {
    long got = sys(__NR_recvfrom, agent, acknowledgement + acknowledgement_size, sizeof acknowledgement - acknowledgement_size, MSG_DONTWAIT, NULL, NULL);
    if (got == -EAGAIN || got == -EINTR) return;
    if (got <= 0) {
      disconnect();
      return;
    }
    acknowledgement_size += (size_t)got;
    if (acknowledgement_size == sizeof acknowledgement) {
      uint64_t seq;
      memcpy(&seq, acknowledgement, sizeof seq);
      ring_acknowledge(seq);
      acknowledgement_size = 0;
    }
  }
}

static long push_out(const void *bytes, size_t size) {
  long sent = sys(__NR_sendto, agent, bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL, NULL, 0);
  if (sent < 0 && sent != -EAGAIN && sent != -EINTR) disconnect();
  return sent;
}

void agent_exchange(void) {
  static uint8_t piece[16384];
  take_acknowledgements();
  while (agent >= 0 && hello_left) {
    long sent = push_out(hello + hello_size - hello_left, hello_left);
    if (sent <= 0) return;
    hello_left -= (size_t)sent;
  }
  while (agent >= 0) {
    size_t size = ring_unsent(piece, sizeof piece);
    if (!size) return;
    long sent = push_out(piece, size);
    if (sent <= 0) return;
    ring_sent((size_t)sent);
  }
}

static uint64_t head(void) { return __atomic_load_n(&self.guard->ring.head, __ATOMIC_RELAXED); }

bool agent_has_nothing_to_send(void) { return agent < 0 || self.guard->ring.sent == head(); }
bool agent_is_up_to_date(void) { return self.guard->ring.acked == head(); }
