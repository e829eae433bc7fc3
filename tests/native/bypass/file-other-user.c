/* trick: write as another user that kept its capabilities
 * act: write
 * attack: T1565.001
 * expect: stopped
 * needs: root
 */
#include "bypass.h"
#include "file.h"
#include <linux/capability.h>
#include <sys/prctl.h>

int main(void) {
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct sets[2];
  if (prctl(PR_SET_KEEPCAPS, 1) || setresuid(65534, 65534, 65534)) cannot(errno);
  if (syscall(SYS_capget, &header, sets)) broken("capget");
  sets[0].effective = sets[0].permitted;
  sets[1].effective = sets[1].permitted;
  if (syscall(SYS_capset, &header, sets)) broken("capset");
  scribble(open(PROTECTED, O_WRONLY));
}
