/* trick: a line in the kernel's log by /dev/kmsg
 * act: kernel
 * attack: T1070
 * expect: stopped
 * needs: root
 */
#include "bypass.h"
#include "kernel.h"

int main(void) {
  int fd = open("/dev/kmsg", O_WRONLY);
  if (fd < 0 && errno == ENOENT) cannot(errno);
  if (fd < 0) refused(errno);
  took_place(write(fd, "<7>outrider bypass suite\n", 25));
}
