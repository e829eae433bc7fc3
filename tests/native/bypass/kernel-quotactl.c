/* trick: quotactl: quotas of a device switched on
 * act: kernel
 * attack: T1499
 * expect: stopped
 * needs: root quota
 */
#include "bypass.h"
#include "kernel.h"

/* Of a device that is none: the kernel says so, or that it may not be asked. */
int main(void) { answered_with(syscall(SYS_quotactl, 0x800002 << 8 /* Q_QUOTAON */, "/mnt/none", 0, NULL), ENOENT); }
