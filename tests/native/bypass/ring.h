/* ring.h: one request through io_uring(7), without a library. */
#ifndef RING_H
#define RING_H
#include <linux/io_uring.h>

#include "bypass.h"

/* The request's result. Where the kernel has no io_uring, or it is switched off, the trick ends as one that cannot. */
UNUSED static int by_ring(struct io_uring_sqe request) {
  struct io_uring_params setup = {0};
  int ring = (int)syscall(SYS_io_uring_setup, 4, &setup);
  if (ring < 0 && errno == ENOSYS) cannot(errno);
  if (ring < 0) refused(errno);
  int protection = PROT_READ | PROT_WRITE;
  size_t size = setup.sq_off.array + setup.sq_entries * sizeof(uint32_t), answers = setup.cq_off.cqes + setup.cq_entries * sizeof(struct io_uring_cqe);
  char *sq = mmap(NULL, size, protection, MAP_SHARED | MAP_POPULATE, ring, IORING_OFF_SQ_RING);
  char *cq = mmap(NULL, answers, protection, MAP_SHARED | MAP_POPULATE, ring, IORING_OFF_CQ_RING);
  struct io_uring_sqe *requests = mmap(NULL, setup.sq_entries * sizeof request, protection, MAP_SHARED | MAP_POPULATE, ring, IORING_OFF_SQES);
  if (sq == MAP_FAILED || cq == MAP_FAILED || requests == MAP_FAILED) broken("mmap");
  requests[0] = request;
  ((uint32_t *)(void *)(sq + setup.sq_off.array))[0] = 0;
  __atomic_store_n((uint32_t *)(void *)(sq + setup.sq_off.tail), 1, __ATOMIC_RELEASE);
  must(syscall(SYS_io_uring_enter, ring, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0), "io_uring_enter");
  int result = ((struct io_uring_cqe *)(void *)(cq + setup.cq_off.cqes))[0].res;
  munmap(sq, size);
  munmap(cq, answers);
  close(ring);
  if (result == -EINVAL) cannot(EINVAL); /* an older kernel's ring does not know the request */
  return result;
}

#define ADDRESS(pointer) ((uint64_t)(uintptr_t)(pointer))
#endif
