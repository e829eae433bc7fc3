/* trick: sethostname to what it is
 * act: kernel
 * attack: T1036
 * expect: outside
 * needs: root
 * why: it needs SYS_ADMIN, which no container of Fargate has, and gives no right to anything
 */
#include "bypass.h"
#include "kernel.h"

int main(void) {
  char name[256];
  must(gethostname(name, sizeof name), "gethostname");
  took_place(sethostname(name, strlen(name)));
}
