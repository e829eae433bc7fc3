/* sys.h: system calls as the kernel gives them: a negative errno comes back as such.
 *
 * The supervisor's workers are bare threads without a TLS block of their own, so libc's `errno` would be shared
 * between them. Everything below main() therefore goes through sys(), and from libc only what keeps no state
 * (memcpy, strlen, ...) is used. */
#ifndef OUTRIDER_SYS_H
#define OUTRIDER_SYS_H
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>

#if defined(__x86_64__)
static inline long sys6(long n, long a, long b, long c, long d, long e, long f) {
  long result;
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  register long r9 __asm__("r9") = f;
  __asm__ volatile("syscall" : "=a"(result) : "a"(n), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9) : "rcx", "r11", "memory");
  return result;
}
static inline long sys3(long n, long a, long b, long c) {
  long result;
  __asm__ volatile("syscall" : "=a"(result) : "a"(n), "D"(a), "S"(b), "d"(c) : "rcx", "r11", "memory");
  return result;
}
static inline long sys4(long n, long a, long b, long c, long d) {
  long result;
  register long r10 __asm__("r10") = d;
  __asm__ volatile("syscall" : "=a"(result) : "a"(n), "D"(a), "S"(b), "d"(c), "r"(r10) : "rcx", "r11", "memory");
  return result;
}
#elif defined(__aarch64__)
static inline long sys6(long n, long a, long b, long c, long d, long e, long f) {
  register long x8 __asm__("x8") = n;
  register long x0 __asm__("x0") = a;
  register long x1 __asm__("x1") = b;
  register long x2 __asm__("x2") = c;
  register long x3 __asm__("x3") = d;
  register long x4 __asm__("x4") = e;
  register long x5 __asm__("x5") = f;
  __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
  return x0;
}
static inline long sys3(long n, long a, long b, long c) {
  register long x8 __asm__("x8") = n;
  register long x0 __asm__("x0") = a;
  register long x1 __asm__("x1") = b;
  register long x2 __asm__("x2") = c;
  __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2) : "memory");
  return x0;
}
static inline long sys4(long n, long a, long b, long c, long d) {
  register long x8 __asm__("x8") = n;
  register long x0 __asm__("x0") = a;
  register long x1 __asm__("x1") = b;
  register long x2 __asm__("x2") = c;
  register long x3 __asm__("x3") = d;
  __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3) : "memory");
  return x0;
}
#else
#error "outrider-run knows x86_64 and aarch64"
#endif

/* As many registers are set as are needed: what the kernel is not given it does not look at, and hundreds of times two or
 * three instructions are kilobytes. None of the calls that look at more is made with fewer. */
#define sys_six_(n, a, b, c, d, e, f, ...) sys6((n), (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))
#define sys_four_(n, a, b, c, d, ...) sys4((n), (long)(a), (long)(b), (long)(c), (long)(d))
#define sys_three_(n, a, b, c, ...) sys3((n), (long)(a), (long)(b), (long)(c))
#define sys_which_(n, a, b, c, d, e, f, which, ...) which
#define sys(...)                                                                                                     \
  sys_which_(__VA_ARGS__, sys_six_, sys_six_, sys_four_, sys_three_, sys_three_, sys_three_, sys_three_, 0)          \
  (__VA_ARGS__, 0, 0, 0, 0, 0, 0)

/* Newer than the oldest headers we may be compiled with. */
#ifndef PIDFD_THREAD
#define PIDFD_THREAD O_EXCL
#endif

static inline void close_fd(int fd) {
  if (fd >= 0) sys(__NR_close, fd);
}

#ifndef __WALL /* wait(2): children of any exit signal, our own kind among them */
#define __WALL 0x40000000
#endif

/* Waits for the end of a child, whatever its exit signal. Its status as wait(2) gives it. */
static inline int reap(int32_t pid) {
  int status = 0;
  while (pid > 0 && sys(__NR_wait4, pid, &status, __WALL, NULL) == -EINTR) continue;
  return status;
}

static inline long futex_wait(_Atomic uint32_t *word, uint32_t seen, const void *timeout) {
  return sys(__NR_futex, word, FUTEX_WAIT, seen, timeout);
}

static inline void futex_wake(_Atomic uint32_t *word, int how_many) { sys(__NR_futex, word, FUTEX_WAKE, how_many); }

#endif
