/* trick: path upwards from a working directory that was removed
 * act: write
 * attack: T1565.001
 * expect: stopped
 */
#include "bypass.h"
#include "file.h"

int main(void) {
  if (mkdir("allowed/d", 0755) || chdir("allowed/d") || rmdir("../d")) broken("directory");
  scribble(open("../../protected/file", O_WRONLY));
}
