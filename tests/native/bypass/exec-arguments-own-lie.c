/* trick: who starts the interpreter shows the words that are allowed as its own command line
 * act: exec
 * attack: T1036
 * expect: stopped
 */
#include "bypass.h"

static char **own;

static void act(void) {
  static const char shown[] = "interpreter\0entry";
  char *const arguments[] = {"interpreter", "-c", "code", NULL};
  memset(own[0], 0, strlen(own[0]));
  memcpy(own[0], shown, sizeof shown); /* over the environment behind it, which is not used any more */
  execve("/mnt/w/interpreter", arguments, NULL);
}

int main(int argc, char **argv) {
  own = argv;
  if (argc) by_child(act);
  broken("no name");
}
