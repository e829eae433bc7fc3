/* trick: fanotify_init: to see every file opened on a mount
 * act: kernel
 * attack: T1083
 * expect: stopped
 * needs: root
 */
#include "bypass.h"
#include "kernel.h"

int main(void) { took_place(syscall(SYS_fanotify_init, 4 /* FAN_CLASS_CONTENT: may hold up and refuse everybody's opens */, O_RDONLY)); }
