/* trick: write by a thread whose process's first thread has ended
 * act: write
 * attack: T1565.001
 * expect: stopped
 */
#include "bypass.h"
#include "file.h"
#include <pthread.h>

static void *later(void *unused) {
  usleep(20000); /* by now the first thread is a zombie: /proc/PID of the process says little */
  (void)unused;
  scribble(open(PROTECTED, O_WRONLY));
}

int main(void) {
  pthread_t thread;
  if (pthread_create(&thread, NULL, later, NULL)) broken("thread");
  syscall(SYS_exit, 0);
}
