/* trick: unshare into a cgroup namespace of one's own
 * act: kernel
 * attack: T1611
 * expect: stopped
 * needs: root
 */
#include "bypass.h"
#include "kernel.h"

int main(void) { took_place(unshare(CLONE_NEWCGROUP)); }
