/* interpreter: does what its arguments say, as shells and Python do: [-OPTIONS] [--eval=CODE] [--] [-c CODE | -cCODE | SCRIPT
 * ARGUMENTS], or what comes in at its input. Code is evil's, whatever it says; so are a script that says "code" and a file that
 * its variable STARTUP names. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int evil(void) {
  int fd = open("/mnt/w/allowed/ran", O_CREAT | O_WRONLY, 0644);
  return fd < 0 || write(fd, "ran\n", 4) != 4;
}

static int is_code(const char *path) {
  char text[5] = "";
  int fd = path ? open(path, O_RDONLY) : -1;
  return fd >= 0 && read(fd, text, 4) == 4 && !strcmp(text, "code");
}

int main(int argc, char **argv) {
  char piece[16];
  int i = 1;
  if (is_code(getenv("STARTUP"))) return evil();
  for (; i < argc && argv[i][0] == '-' && argv[i][1]; i++) {
    if (strcmp(argv[i], "--") == 0) {
      i++;
      break;
    }
    if (strncmp(argv[i], "--eval=", 7) == 0 || (strncmp(argv[i], "-c", 2) == 0 && argv[i][2])) return evil();
    if (strchr(argv[i], 'c') && i + 1 < argc) return evil();
  }
  if (i < argc && strcmp(argv[i], "/dev/stdin") != 0) return is_code(argv[i]) ? evil() : 0;
  return read(0, piece, sizeof piece) > 0 ? evil() : 0;
}
