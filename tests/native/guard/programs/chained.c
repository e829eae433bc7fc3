/* Another object in LD_PRELOAD, which wraps unlink() as such objects do. */
#include <dlfcn.h>
#include <stdio.h>

int unlink(const char *path) {
  int (*next)(const char *) = (int (*)(const char *))dlsym(RTLD_NEXT, "unlink");
  puts("wrapped"), fflush(stdout);
  return next(path);
}
