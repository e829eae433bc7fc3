/* interpreter: does what its arguments say, as sh does: [-OPTIONS] [--] [-c CODE | SCRIPT ARGUMENTS], or what comes in at its
 * input. Code is evil's, whatever it says; a script is not. */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static int evil(void) {
  int fd = open("/mnt/w/allowed/ran", O_CREAT | O_WRONLY, 0644);
  return fd < 0 || write(fd, "ran\n", 4) != 4;
}

int main(int argc, char **argv) {
  char piece[16];
  int i = 1;
  for (; i < argc && argv[i][0] == '-' && argv[i][1]; i++) {
    if (strcmp(argv[i], "--") == 0) return 0;
    if (strchr(argv[i], 'c') && i + 1 < argc) return evil();
  }
  return i >= argc && read(0, piece, sizeof piece) > 0 ? evil() : 0;
}
