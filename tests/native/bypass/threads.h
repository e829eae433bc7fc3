/* threads.h: a thread that shares less with its process than pthread_create lets it. */
#ifndef THREADS_H
#define THREADS_H
#include "bypass.h"

static char thread_stack[65536] __attribute__((aligned(16)));

/* It has the caller's thread pointer: meanwhile the caller must not do anything, and does not. */
UNUSED static _Noreturn void become_thread(unsigned long sharing, void (*run)(void)) {
  unsigned long flags = sharing | CLONE_VM | CLONE_SIGHAND | CLONE_THREAD;
  char *stack = thread_stack + sizeof thread_stack;
#if defined(__x86_64__)
  long result;
  register void (*in_child)(void) __asm__("rbx") = run;
  __asm__ volatile("syscall\n test %%rax, %%rax\n jnz 1f\n xor %%ebp, %%ebp\n call *%%rbx\n 1:"
                   : "=a"(result)
                   : "a"((long)SYS_clone), "D"(flags), "S"(stack), "r"(in_child)
                   : "rcx", "r11", "memory");
#else
  register long result __asm__("x0") = (long)flags;
  register char *top __asm__("x1") = stack;
  register long number __asm__("x8") = SYS_clone;
  register void (*in_child)(void) __asm__("x9") = run;
  __asm__ volatile("svc #0\n cbnz x0, 1f\n blr x9\n 1:" : "+r"(result) : "r"(top), "r"(number), "r"(in_child) : "memory");
#endif
  if (result < 0) _exit(BROKEN);
  for (;;) pause();
}
#endif
