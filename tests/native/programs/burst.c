/* burst.c COUNT: so many acts that are all different, as fast as they go (binds of abstract names, which leave nothing);
 * then the last of them a thousand times over. */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int main(int argc, char **argv) {
  int count = argc > 1 ? atoi(argv[1]) : 0;
  struct sockaddr_un name = {.sun_family = AF_UNIX};
  for (int i = 0; i < count + 1000; i++) {
    int length = snprintf(name.sun_path + 1, 32, "outrider-%d-%d", getpid(), i < count ? i : count);
    int s = socket(AF_UNIX, SOCK_DGRAM, 0);
    if (bind(s, (void *)&name, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)length))) return 1;
    close(s);
  }
  return 0;
}
