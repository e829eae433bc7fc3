/* old_libc.c: with -DNEWEST=..., an object that defines versions as glibc's libc.so.6 does, up to that one. */
void first(void) {}
void last(void) {}
