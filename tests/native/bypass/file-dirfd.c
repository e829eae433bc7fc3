/* trick: openat relative to a descriptor of the directory
 * act: write
 * attack: T1565.001
 * expect: stopped
 */
#include "bypass.h"
#include "file.h"

int main(void) {
  int directory = open("protected", O_RDONLY | O_DIRECTORY);
  must(directory, "open");
  scribble(openat(directory, "file", O_WRONLY));
}
