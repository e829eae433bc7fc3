/* trick: acct: the kernel writes a record of each process that ends to the file
 * act: write
 * attack: T1565.001
 * expect: stopped
 * needs: root
 */
#include "bypass.h"
#include "file.h"

int main(void) {
  if (has(syscall(SYS_acct, PROTECTED))) refused(errno);
  if (!fork()) _exit(0);
  wait(NULL);
  syscall(SYS_acct, NULL);
  succeeded();
}
