/* trick: doubled slashes and dots, an absolute path in disguise
 * act: write
 * attack: T1565.001
 * expect: stopped
 */
#include "bypass.h"
#include "file.h"
#include <limits.h>

int main(void) {
  char here[PATH_MAX / 2], path[PATH_MAX];
  if (!getcwd(here, sizeof here)) broken("getcwd");
  snprintf(path, sizeof path, "/..//../%s/.//allowed/.././//protected/.///./file", here);
  scribble(open(path, O_WRONLY));
}
