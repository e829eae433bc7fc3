/* trick: userfaultfd
 * act: kernel
 * attack: T1068
 * expect: stopped
 * needs: root userfaultfd
 */
#include "bypass.h"
#include "kernel.h"

int main(void) { took_place(syscall(SYS_userfaultfd, O_CLOEXEC)); }
