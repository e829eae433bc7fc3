/* trick: unshare into namespaces for IPC and host names of one's own
 * act: kernel
 * attack: T1611
 * expect: stopped
 * needs: root
 */
#include "bypass.h"
#include "kernel.h"

int main(void) { took_place(unshare(CLONE_NEWIPC | CLONE_NEWUTS)); }
