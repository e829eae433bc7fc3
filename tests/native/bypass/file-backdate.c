/* trick: utimensat: the file's times are set back
 * act: write
 * attack: T1070.006
 * expect: outside
 * why: content and names stay as they are, and what is new is told by the change time, which no call sets
 */
#include "bypass.h"
#include "file.h"

int main(void) {
  struct timespec times[2] = {{1000000000, 0}, {1000000000, 0}};
  changed_if(utimensat(AT_FDCWD, PROTECTED, times, 0));
}
