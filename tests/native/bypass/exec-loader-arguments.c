/* trick: the dynamic loader is started with the word that is allowed, and with a program
 * act: exec
 * attack: T1574.006
 * expect: stopped
 * needs: loader
 */
#include "bypass.h"

static const char *const loaders[] = {"/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1"};

int main(void) {
  for (unsigned i = 0; i < 2; i++) {
    if (!exists(loaders[i]) || !exists("/bin/sh")) continue;
    char *const arguments[] = {"ld.so", "--argv0", "--verify", "/bin/sh", "-c", "echo ran > /mnt/w/allowed/ran", NULL};
    pid_t child = fork();
    if (child == 0) {
      execve(loaders[i], arguments, environ);
      _exit(errno);
    }
    ended_with(child);
  }
  cannot("no dynamic loader of glibc here");
}
