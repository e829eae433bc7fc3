/* trick: path that begins in the allowed directory and leaves it
 * act: write
 * attack: T1565.001
 * expect: stopped
 */
#include "bypass.h"
#include "file.h"

int main(void) { scribble(open("allowed/../allowed/../protected/../protected/file", O_WRONLY)); }
