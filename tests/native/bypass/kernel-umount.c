/* trick: umount2 of what lies over something
 * act: kernel
 * attack: T1611
 * expect: stopped
 * needs: root
 */
#include "bypass.h"
#include "kernel.h"
#include <sys/mount.h>

int main(void) { took_place(umount2("/proc", MNT_DETACH)); }
