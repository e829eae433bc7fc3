/* say.c: prints its arguments as a list of JSON strings, and what LD_PRELOAD is. */
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
  const char *preload = getenv("LD_PRELOAD");
  printf("[");
  for (int i = 1; i < argc; i++) printf("\"%s\", ", argv[i]);
  printf("\"%s\"]\n", preload ? preload : "");
  return 0;
}
