/* trick: a FIFO made by mknodat
 * act: write
 * attack: T1565.001
 * expect: stopped
 */
#include "bypass.h"
#include "file.h"

int main(void) {
  int directory = open("protected", O_PATH);
  changed_if(mknodat(directory, "new", S_IFIFO | 0644, 0));
}
