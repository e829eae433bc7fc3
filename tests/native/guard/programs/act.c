/* act NUMBER ARGUMENT...: syscall() with numbers; prints the result and errno. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv) {
  long v[7] = {0};
  for (int i = 1; i < argc && i < 8; i++) v[i - 1] = strtol(argv[i], NULL, 0);
  long result = syscall(v[0], v[1], v[2], v[3], v[4], v[5], v[6]);
  printf("%ld %d\n", result < 0 ? result : 0, result < 0 ? errno : 0);
  return 0;
}
