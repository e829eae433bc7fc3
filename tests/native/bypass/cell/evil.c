/* evil: the program the policy does not allow. Leaves its mark where the harness looks. */
#include <fcntl.h>
#include <unistd.h>

int main(void) {
  static const char *const places[] = {"/mnt/w/allowed/ran", "/allowed/ran", "allowed/ran", "../allowed/ran"};
  for (unsigned i = 0; i < sizeof places / sizeof *places; i++) {
    int fd = open(places[i], O_CREAT | O_WRONLY, 0644);
    if (fd >= 0) return write(fd, "ran\n", 4) != 4;
  }
  return 1;
}
