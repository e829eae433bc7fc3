/* trick: a new name with a newline, bytes that are no UTF-8, and an escape sequence
 * act: write
 * attack: T1036
 * expect: stopped
 */
#include "bypass.h"
#include "file.h"

int main(void) { scribble(open("protected/new\n\xff\xfe\x1b[2J", O_WRONLY | O_CREAT, 0644)); }
