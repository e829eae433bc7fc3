/* stubs.c: what C cannot say. The exported functions, which jump to wherever slot_<name> points; the hooks around
 * functions that must see their caller's stack as it was (vfork, fork, clone); and the loader's mmap. */
#include "hooks.h"

#if defined(__x86_64__)
#define JUMP(where) "  jmpq *" where "(%rip)\n"
#define CALL_AROUND(check)                                                                                \
  "  pushq %rdi\n  pushq %rsi\n  pushq %rdx\n  pushq %rcx\n  pushq %r8\n  pushq %r9\n  subq $8, %rsp\n"    \
  "  callq " check "\n"                                                                                   \
  "  addq $8, %rsp\n  popq %r9\n  popq %r8\n  popq %rcx\n  popq %rdx\n  popq %rsi\n  popq %rdi\n"          \
  "  testl %eax, %eax\n  jz 1f\n  movq $-1, %rax\n  retq\n1:\n"
#else
#define JUMP(where) "  adrp x16, " where "\n  ldr x16, [x16, :lo12:" where "]\n  br x16\n"
#define CALL_AROUND(check)                                                                                   \
  "  stp x29, x30, [sp, #-80]!\n  stp x0, x1, [sp, #16]\n  stp x2, x3, [sp, #32]\n  stp x4, x5, [sp, #48]\n"  \
  "  stp x6, x7, [sp, #64]\n  bl " check "\n  mov w16, w0\n"                                                  \
  "  ldp x6, x7, [sp, #64]\n  ldp x4, x5, [sp, #48]\n  ldp x2, x3, [sp, #32]\n  ldp x0, x1, [sp, #16]\n"      \
  "  ldp x29, x30, [sp], #80\n  cbz w16, 1f\n  mov x0, #-1\n  ret\n1:\n"
#endif

/* slot_<symbol>: where the exported function leads. original_<symbol>: libc's body, if it was moved. */
#define SLOT(symbol, hook)                                                                                 \
  __asm__(".pushsection .data.rel.local, \"aw\"\n.p2align 3\n.globl slot_" #symbol "\n.hidden slot_" #symbol \
          "\nslot_" #symbol ": .quad " #hook "\n.popsection\n");
#define EXPORTED(symbol, hook)                                                                             \
  SLOT(symbol, hook)                                                                                       \
  __asm__(".pushsection .text\n.p2align 4\n.globl " #symbol "\n.type " #symbol ", %function\n" #symbol ":\n" \
          JUMP("slot_" #symbol) ".size " #symbol ", . - " #symbol "\n.popsection\n");
#define NOT_EXPORTED(symbol, hook)
HOOKS(EXPORTED, EXPORTED, NOT_EXPORTED)

#define AROUND_STUB(hook, check, original)                                                                  \
  __asm__(".pushsection .text\n.p2align 4\n.globl " hook "\n.hidden " hook "\n.type " hook ", %function\n" hook ":\n" \
          CALL_AROUND(check) JUMP(original) ".popsection\n");
AROUND_STUB("hook_fork", "around_fork", "original_fork")
AROUND_STUB("hook_vfork", "around_fork", "original_vfork")
AROUND_STUB("hook_clone", "around_clone", "original_clone")

/* Where the first instructions of moved functions go: 64 places of 64 bytes, made writable once, by patch.c. */
__asm__(".pushsection .text\n.p2align 12\n.globl moved_code\n.hidden moved_code\nmoved_code: .skip 4096\n.popsection\n");

/* In place of the system call in the loader's mmap: the arguments are where the kernel wants them. */
#if defined(__x86_64__)
__asm__(".pushsection .text\n.p2align 4\n.globl loader_mmap\n.hidden loader_mmap\nloader_mmap:\n"
        "  pushq %rbp\n  movq %rsp, %rbp\n  pushq %rdi\n  pushq %rsi\n  pushq %rdx\n  pushq %r8\n  pushq %r9\n  pushq %r10\n"
        "  andq $-16, %rsp\n  movq %r10, %rcx\n  callq do_mmap\n"
        "  movq -48(%rbp), %r10\n  movq -40(%rbp), %r9\n  movq -32(%rbp), %r8\n  movq -24(%rbp), %rdx\n"
        "  movq -16(%rbp), %rsi\n  movq -8(%rbp), %rdi\n  movq %rbp, %rsp\n  popq %rbp\n  jmpq *loader_return(%rip)\n.popsection\n");
#else
__asm__(".pushsection .text\n.p2align 4\n.globl loader_mmap\n.hidden loader_mmap\nloader_mmap:\n"
        "  stp x29, x30, [sp, #-176]!\n  stp x1, x2, [sp, #16]\n  stp x3, x4, [sp, #32]\n  stp x5, x6, [sp, #48]\n"
        "  stp x7, x8, [sp, #64]\n  stp x9, x10, [sp, #80]\n  stp x11, x12, [sp, #96]\n  stp x13, x14, [sp, #112]\n"
        "  stp x15, x17, [sp, #128]\n  str x18, [sp, #144]\n  bl do_mmap\n  ldr x18, [sp, #144]\n"
        "  ldp x15, x17, [sp, #128]\n  ldp x13, x14, [sp, #112]\n  ldp x11, x12, [sp, #96]\n  ldp x9, x10, [sp, #80]\n"
        "  ldp x7, x8, [sp, #64]\n  ldp x5, x6, [sp, #48]\n  ldp x3, x4, [sp, #32]\n  ldp x1, x2, [sp, #16]\n"
        "  ldp x29, x30, [sp], #176\n  adrp x16, loader_return\n  ldr x16, [x16, :lo12:loader_return]\n  br x16\n.popsection\n");
#endif
