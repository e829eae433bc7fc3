/* agent SOCKET FILE: takes what a supervisor tells (native/wire.h) into a file, acknowledges it, until it is killed.
 * Python reads the file. One connection at a time, as the sidecar's; a new one begins where the last one's frame ended. */
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <fcntl.h>
#include <unistd.h>

#include "wire.h"

static uint8_t buffer[1 << 17];

/* The frames that are complete go to the file. How many bytes they were, or -1. */
static long take(const uint8_t *bytes, size_t size, int connection, int file) {
  size_t at = 0;
  struct or_frame head;
  while (size - at >= sizeof head) {
    memcpy(&head, bytes + at, sizeof head);
    if (head.length > OR_FRAME_MAX || head.length + 4 < sizeof head) return -1;
    if (size - at < head.length + 4) break;
    if (write(file, bytes + at, head.length + 4) < 0) return -1;
    if (head.seq) send(connection, &head.seq, sizeof head.seq, MSG_NOSIGNAL);
    at += head.length + 4;
  }
  return (long)at;
}

static int serve(int connection, int file) {
  size_t filled = 0;
  for (;;) {
    long got = recv(connection, buffer + filled, sizeof buffer - filled, 0);
    if (got <= 0) return 0;
    filled += (size_t)got;
    long used = take(buffer, filled, connection, file);
    if (used < 0) return 1;
    filled -= (size_t)used;
    memmove(buffer, buffer + used, filled);
  }
}

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  struct sockaddr_un name = {.sun_family = AF_UNIX};
  strncpy(name.sun_path, argv[1], sizeof name.sun_path - 1);
  unlink(argv[1]);
  int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int file = open(argv[2], O_CREAT | O_TRUNC | O_WRONLY | O_APPEND, 0644);
  if (file < 0 || bind(listener, (struct sockaddr *)&name, sizeof name) || chmod(argv[1], 0666) || listen(listener, 4)) return 3;
  for (;;) {
    int connection = accept(listener, NULL, NULL);
    if (connection < 0 || serve(connection, file)) return 4;
    close(connection);
  }
}
