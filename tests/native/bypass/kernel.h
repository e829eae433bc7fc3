/* kernel.h: what the tricks on the kernel share. None of them leaves anything behind that outlives its cell. */
#ifndef KERNEL_H
#define KERNEL_H
#include "bypass.h"

/* The end of a trick, with the outcome of the call. */
UNUSED static _Noreturn void took_place(long result) {
  if (result < 0 && (errno == ENOSYS || errno == EOPNOTSUPP)) cannot(errno);
  if (result < 0) refused(errno);
  leave_mark();
  succeeded();
}

/* For calls that would harm the machine: asked with what the kernel takes for wrong only after it has asked for the right
 * to do it. This errno is then the proof that nobody was in the way. */
UNUSED static _Noreturn void answered_with(long result, int error) {
  if (result < 0 && errno != error) took_place(result);
  leave_mark();
  succeeded();
}
#endif
