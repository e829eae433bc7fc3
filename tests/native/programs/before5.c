/* before5 PROGRAM ...: the program, as on a kernel of before 5.0. */
#include "../bypass/cell/old_kernel.h"
#include <unistd.h>

int main(int argc, char **argv) {
  if (argc < 2) return 2;
  if (become_old_kernel()) return 3;
  execvp(argv[1], argv + 1);
  return 4;
}
