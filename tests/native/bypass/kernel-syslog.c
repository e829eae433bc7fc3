/* trick: syslog: the kernel's messages
 * act: kernel
 * attack: T1082
 * expect: stopped
 * needs: root
 */
#include "bypass.h"
#include "kernel.h"

int main(void) {
  static char messages[4096];
  took_place(syscall(SYS_syslog, 3 /* SYSLOG_ACTION_READ_ALL */, messages, sizeof messages));
}
