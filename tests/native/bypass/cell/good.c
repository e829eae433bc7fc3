/* good: the program the policy allows. With an argument it waits so many milliseconds; it leaves a mark only when somebody
 * has changed what it is from outside. */
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

volatile int changed = 0x600d600d;

int main(int argc, char **argv) {
  int left = argc > 1 ? atoi(argv[1]) : 0;
  for (; left > 0 && changed == 0x600d600d; left -= 5) {
    struct timespec slice = {0, 5000000};
    nanosleep(&slice, NULL);
  }
  if (changed == 0x600d600d) return 0;
  int fd = open("/mnt/w/allowed/ran", O_CREAT | O_WRONLY, 0644);
  return fd < 0 || write(fd, "ran\n", 4) != 4;
}
