/* trick: remount of /proc so that no process is seen
 * act: kernel
 * attack: T1564
 * expect: stopped
 * needs: root
 */
#include "bypass.h"
#include "kernel.h"
#include <sys/mount.h>

int main(void) { took_place(mount(NULL, "/proc", NULL, MS_REMOUNT | MS_NOSUID | MS_NODEV | MS_NOEXEC, "hidepid=2")); }
