/* trick: io_uring_setup
 * act: kernel
 * attack: T1562
 * expect: stopped
 * needs: io_uring
 */
#include "bypass.h"
#include "kernel.h"

int main(void) {
  char parameters[120] = {0};
  took_place(syscall(SYS_io_uring_setup, 1, parameters));
}
