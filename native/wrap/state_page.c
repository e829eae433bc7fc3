#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "text.h"
#include "wrap.h"

#define ANSWER_MILLISECONDS 100 /* on loopback: a backlog that is full for so long is no proxy to rely on */

struct or_state *state_map(char **environment) {
  const char *directory = environment_value(environment, "OUTRIDER_DIR");
  TEXT(path, POLICY_PATH_BYTES);
  text_add(&path, directory ? directory : OR_STATE_DIR);
  text_add(&path, "/" OR_STATE_FILE);
  int fd = path.cut ? -1 : open(path.buffer, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  struct stat info;
  bool sound = fd >= 0 && fstat(fd, &info) == 0 && S_ISREG(info.st_mode) && info.st_uid == geteuid() &&
               info.st_size == (off_t)sizeof(struct or_state);
  struct or_state *state = sound ? mmap(NULL, sizeof *state, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) : MAP_FAILED;
  if (fd >= 0) close(fd);
  if (state == MAP_FAILED) return NULL;
  return state->magic == OR_STATE_MAGIC && state->version == OR_STATE_VERSION ? state : NULL;
}

bool proxy_answers(uint32_t port) {
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
  if (port == 0 || port > 65535) return false;
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return false;
  int error = connect(fd, (struct sockaddr *)&address, sizeof address) == 0 ? 0 : errno;
  struct pollfd wait = {fd, POLLOUT, 0};
  if (error == EINPROGRESS && poll(&wait, 1, ANSWER_MILLISECONDS) == 1) {
    socklen_t size = sizeof error;
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size)) error = errno;
  }
  close(fd);
  return error == 0;
}
