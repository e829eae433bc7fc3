/* trick: an allowed program at work is changed through /proc/PID/mem
 * act: inject
 * attack: T1055.009
 * expect: stopped
 */
#include "bypass.h"

int main(void) {
  char path[64], line[256];
  unsigned long from = 0, to = 0;
  pid_t victim = (pid_t)must(fork(), "fork");
  if (victim == 0) {
    char *const arguments[] = {"good", "500", NULL};
    execve("/mnt/w/good", arguments, environ);
    _exit(BROKEN);
  }
  nap(60);
  snprintf(path, sizeof path, "/proc/%d/maps", victim);
  FILE *maps = fopen(path, "r");
  snprintf(path, sizeof path, "/proc/%d/mem", victim);
  int fd = open(path, O_RDWR);
  if (fd < 0 || !maps) {
    int error = errno;
    kill(victim, SIGKILL);
    refused(error);
  }
  static char data[1 << 16];
  uint32_t was = 0x600d600d;
  while (fgets(line, sizeof line, maps)) {
    if (sscanf(line, "%lx-%lx rw", &from, &to) != 2 || !strstr(line, " rw-p ")) continue;
    long size = pread(fd, data, to - from < sizeof data ? to - from : sizeof data, (off_t)from);
    for (long at = 0; at + 4 <= size; at += 4) {
      uint32_t one = 1;
      if (memcmp(data + at, &was, 4) == 0) pwrite(fd, &one, 4, (off_t)from + at);
    }
  }
  ended_with(victim);
}
