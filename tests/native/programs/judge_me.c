/* Says by its exit status under which name it runs: 70 as one that ends in 'a', 71 as any other. As the interpreter of a
 * script it looks at the script's name. */
#include <string.h>
#include <sys/auxv.h>

int main(int argc, char **argv) {
  const char *name = argc > 1 ? argv[1] : (const char *)getauxval(AT_EXECFN);
  return name && name[strlen(name) - 1] == 'a' ? 70 : 71;
}
