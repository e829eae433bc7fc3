/* A native extension that acts when it is loaded. As an auditor of the loader it comes before everything else. */
#include <stdio.h>
#include <stdlib.h>

unsigned la_version(unsigned version) { return version; }

__attribute__((constructor)) static void act(void) {
  const char *path = getenv("NATIVE_FILE");
  FILE *file = path ? fopen(path, "w") : NULL;
  if (file) fputs("ours", file);
  if (file) fclose(file);
  if (getenv("NATIVE_OUT") && system("id >$NATIVE_OUT")) return;
}
