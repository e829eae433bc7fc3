/* relay.c: in a container. Beside the application there is a relay (../relay.h): by its stream socket each process gets, as it
 * starts and when there is a new policy, the page of ../state.h, which only the relay can write, the page of counters, and the
 * policy. Without it (it was killed; a process in another network namespace) the policy is the file on the task volume. */
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "inside.h"

#define FILES 3u
#define PATIENCE_S 1 /* with a relay that was stopped: a program then starts later, and with the file */

/* "PID:NAME", as ../preload.c writes it. */
void relay_find(void) {
  const char *meant = guard_setting("OUTRIDER_RELAY");
  uint64_t pid;
  if (!meant) return;
  self.in_container = true;
  if (!parse_number(&meant, &pid) || *meant != ':' || strlen(meant) > sizeof self.events - 2) return;
  self.relay = (int32_t)pid;
  memcpy(self.events + 1, meant + 1, strlen(meant + 1));
  self.events_size = 1 + strlen(meant + 1);
}

static int call_relay(void) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  struct { int64_t seconds, rest; } patience = {PATIENCE_S, 0};
  struct { int32_t pid; uint32_t uid, gid; } peer = {0, 0, 0};
  uint32_t size = sizeof peer;
  int fd = (int)sys(__NR_socket, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return fd;
  memcpy(address.sun_path, self.events, self.events_size);
  sys(__NR_setsockopt, fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  sys(__NR_setsockopt, fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  long error = sys(__NR_connect, fd, &address, offsetof(struct sockaddr_un, sun_path) + self.events_size);
  if (!error) error = sys(__NR_getsockopt, fd, SOL_SOCKET, SO_PEERCRED, &peer, &size);
  if (!error && peer.pid == self.relay) return fd;
  sys(__NR_close, fd);
  return -ECONNREFUSED;
}

static struct or_state *map_page(int fd, int protection) {
  struct stat info;
  if (sys(__NR_fstat, fd, &info) || info.st_size != sizeof(struct or_state)) return NULL;
  long page = sys(__NR_mmap, NULL, sizeof(struct or_state), protection, MAP_SHARED, fd, 0);
  return (unsigned long)page > -4096ul ? NULL : (struct or_state *)page;
}

static void map_pages(int state_file, int counters_file) {
  struct or_state *state = map_page(state_file, PROT_READ), *counters = map_page(counters_file, PROT_READ | PROT_WRITE);
  if (!state || !counters || state->magic != OR_STATE_MAGIC || state->version != OR_STATE_VERSION) return;
  self.state = state;
  self.counters = counters;
}

int relay_fetch(void) {
  int files[FILES] = {-1, -1, -1}, fd = call_relay();
  char byte;
  struct iovec v = {&byte, 1};
  _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof files)] = {0};
  struct msghdr message = {.msg_iov = &v, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
  if (fd < 0) return fd;
  long got = sys(__NR_recvmsg, fd, &message, MSG_CMSG_CLOEXEC);
  struct cmsghdr *c = got == 1 ? CMSG_FIRSTHDR(&message) : NULL;
  sys(__NR_close, fd);
  if (!c || c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS || c->cmsg_len != CMSG_LEN(sizeof files)) return -EPROTO;
  memcpy(files, CMSG_DATA(c), sizeof files);
  if (!self.state) map_pages(files[0], files[1]);
  close_fd(files[0]);
  close_fd(files[1]);
  return files[2];
}
