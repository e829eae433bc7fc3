/* trick: unlinkat relative to a descriptor of the directory
 * act: write
 * attack: T1070.004
 * expect: stopped
 */
#include "bypass.h"
#include "file.h"

int main(void) {
  int directory = open("protected", O_PATH);
  changed_if(unlinkat(directory, "file", 0));
}
