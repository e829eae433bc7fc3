/* trick: unshare into a user namespace of one's own
 * act: kernel
 * attack: T1611
 * expect: stopped
 * needs: userns
 */
#include "bypass.h"
#include "kernel.h"

int main(void) { took_place(unshare(CLONE_NEWUSER)); }
