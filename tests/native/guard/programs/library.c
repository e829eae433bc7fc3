/* A library that says it was loaded. */
#include <stdio.h>
__attribute__((constructor)) static void loaded(void) { puts("loaded"), fflush(stdout); }
