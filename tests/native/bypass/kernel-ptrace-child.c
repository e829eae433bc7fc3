/* trick: ptrace of one's own child
 * act: kernel
 * attack: T1055.008
 * expect: stopped
 */
#include "bypass.h"
#include "kernel.h"
#include <sys/ptrace.h>

int main(void) {
  pid_t child = fork();
  if (!child)
    for (;;) pause();
  took_place(ptrace(PTRACE_SEIZE, child, NULL, NULL));
}
