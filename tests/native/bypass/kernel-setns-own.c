/* trick: setns by a descriptor of /proc/self/ns
 * act: kernel
 * attack: T1611
 * expect: stopped
 * needs: root
 */
#include "bypass.h"
#include "kernel.h"

int main(void) { took_place(setns(open("/proc/self/ns/uts", O_RDONLY), 0)); }
