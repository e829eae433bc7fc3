/* filter.c: what the kernel decides by itself. Numbers are compared in a binary tree, so a call that is not trapped
 * costs about seven comparisons (and nothing at all from 5.11 on, where the kernel remembers calls that a filter
 * always allows; whether fcntl, ioctl, prctl and setsockopt are is in an argument, so they pay for the comparisons). See seccomp(2), Documentation/userspace-api/seccomp_filter.rst. */
#include "filter.h"

#include <linux/sockios.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "traced.h"
#include "source_route.h"
#include "traps.h"

#define NAMESPACES (CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET)

#define IO_PRIORITY_OF_USER 3 /* IOPRIO_WHO_USER, linux/ioprio.h */
#define WITHOUT_GUARDRAILS (ADDR_NO_RANDOMIZE | MMAP_PAGE_ZERO | READ_IMPLIES_EXEC)

struct program {
  struct sock_filter *code;
  unsigned length;
  bool reads; /* see filter.h */
  const struct pid_range *ranges;
  unsigned range_count;
};

static void add(struct program *p, uint16_t code, uint32_t k, unsigned if_true, unsigned if_false) {
  if (p->length < FILTER_MAX) p->code[p->length] = (struct sock_filter){code, (uint8_t)if_true, (uint8_t)if_false, k};
  p->length++; /* one too many is seen by filter_build's caller, not written */
}

static void load(struct program *p, uint32_t offset) { add(p, BPF_LD | BPF_W | BPF_ABS, offset, 0, 0); }
static void end(struct program *p, uint32_t result) { add(p, BPF_RET | BPF_K, result, 0, 0); }

static uint32_t low_half(unsigned argument) { return (uint32_t)offsetof(struct seccomp_data, args) + 8 * argument; }

static void trap_or_allow(struct program *p, uint16_t test, uint32_t k) {
  add(p, BPF_JMP | test | BPF_K, k, 0, 1);
  end(p, SECCOMP_RET_USER_NOTIF);
}

static void guard(struct program *p, unsigned argument) {
  load(p, low_half(argument));
  for (const struct pid_range *range = p->ranges; range < p->ranges + p->range_count; range++) {
    uint32_t first = (uint32_t)range->first, last = (uint32_t)range->last;
    add(p, BPF_JMP | BPF_JGE | BPF_K, first, 0, 2);
    add(p, BPF_JMP | BPF_JGT | BPF_K, last, 1, 0);
    end(p, SECCOMP_RET_ERRNO | EPERM);
    /* -pid: the process group or user range that kill(2) and friends understand by it */
    add(p, BPF_JMP | BPF_JGE | BPF_K, -last, 0, 2);
    add(p, BPF_JMP | BPF_JGT | BPF_K, -first, 1, 0);
    end(p, SECCOMP_RET_ERRNO | EPERM);
  }
}

static const uint32_t trapped_ioctls[] = {FIOSETOWN, SIOCSPGRP, TIOCSTI, TIOCLINUX, USERFAULTFD_NEW};

static unsigned guard_length(const struct program *p) { return 1 + 6 * p->range_count; } /* instructions of guard() */

static void body(struct program *p, const struct trap *trap) {
  switch (trap->test) {
    case TRAP_AND_GUARD:
      guard(p, trap->argument);
      end(p, SECCOMP_RET_USER_NOTIF);
      return;
    case TRAP:
      end(p, SECCOMP_RET_USER_NOTIF);
      return;
    case TRAP_WRITABLE:
      load(p, low_half(trap->argument));
      if (p->reads) {
        add(p, BPF_JMP | BPF_JSET | BPF_K, O_PATH, 1, 0);
        end(p, SECCOMP_RET_USER_NOTIF);
      } else {
        trap_or_allow(p, BPF_JSET, O_WRONLY | O_RDWR | O_CREAT | O_TRUNC);
      }
      break;
    case TRAP_ADDRESSED:
      load(p, low_half(4));
      add(p, BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0);
      end(p, SECCOMP_RET_USER_NOTIF);
      load(p, low_half(4) + 4);
      add(p, BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0);
      end(p, SECCOMP_RET_USER_NOTIF);
      load(p, low_half(3));
      trap_or_allow(p, BPF_JSET, MSG_FASTOPEN);
      break;
    case TRAP_SOCKET:
      load(p, low_half(0));
      add(p, BPF_JMP | BPF_JEQ | BPF_K, AF_NETLINK, 4, 0); /* raw is its normal type */
      add(p, BPF_JMP | BPF_JEQ | BPF_K, AF_UNIX, 3, 0);
      add(p, BPF_JMP | BPF_JEQ | BPF_K, AF_INET, 3, 0);
      add(p, BPF_JMP | BPF_JEQ | BPF_K, AF_INET6, 2, 0);
      end(p, SECCOMP_RET_USER_NOTIF);
      end(p, SECCOMP_RET_ALLOW);
      load(p, low_half(1));
      add(p, BPF_ALU | BPF_AND | BPF_K, 15, 0, 0);
      add(p, BPF_JMP | BPF_JEQ | BPF_K, SOCK_STREAM, 2, 0);
      add(p, BPF_JMP | BPF_JEQ | BPF_K, SOCK_DGRAM, 1, 0);
      end(p, SECCOMP_RET_USER_NOTIF);
      load(p, low_half(2));
      trap_or_allow(p, BPF_JEQ, IPPROTO_SCTP);
      break;
    case TRAP_NAMESPACES:
      load(p, low_half(0));
      trap_or_allow(p, BPF_JSET, NAMESPACES);
      break;
    case TRAP_SETS_ID:
      load(p, low_half(trap->argument));
      trap_or_allow(p, BPF_JSET, S_ISUID);
      add(p, BPF_ALU | BPF_AND | BPF_K, S_ISGID | S_IXGRP, 0, 0);
      trap_or_allow(p, BPF_JEQ, S_ISGID | S_IXGRP);
      break;
    case TRAP_EVERYBODY:
      guard(p, trap->argument);
      load(p, low_half(trap->argument));
      trap_or_allow(p, BPF_JEQ, (uint32_t)-1);
      break;
    case GUARD_BOTH:
      guard(p, trap->argument + 1);
      guard(p, trap->argument);
      break;
    case GUARD:
      guard(p, trap->argument);
      break;
    case GUARD_AND_USER:
      load(p, low_half(0));
      add(p, BPF_JMP | BPF_JEQ | BPF_K, trap->number == __NR_setpriority ? PRIO_USER : IO_PRIORITY_OF_USER, 0, 1);
      end(p, SECCOMP_RET_ERRNO | EPERM);
      guard(p, trap->argument);
      break;
    case TRAP_OWNER:
      load(p, low_half(1));
      trap_or_allow(p, BPF_JEQ, F_SETOWN_EX);
      add(p, BPF_JMP | BPF_JEQ | BPF_K, F_SETOWN, 0, guard_length(p));
      guard(p, trap->argument);
      break;
    case TRAP_IOCTL:
      load(p, low_half(1));
      for (unsigned i = 0; i < sizeof trapped_ioctls / sizeof *trapped_ioctls; i++) trap_or_allow(p, BPF_JEQ, trapped_ioctls[i]);
      break;
    case TRAP_SET_MM:
      load(p, low_half(0));
      trap_or_allow(p, BPF_JEQ, PR_SET_MM);
      break;
    case TRAP_PERSONALITY:
      load(p, low_half(0));
      add(p, BPF_JMP | BPF_JEQ | BPF_K, 0xffffffff, 2, 0); /* asks what it is */
      trap_or_allow(p, BPF_JSET, WITHOUT_GUARDRAILS);
      break;
    case TRAP_LISTENER:
      load(p, low_half(0));
      add(p, BPF_JMP | BPF_JEQ | BPF_K, SECCOMP_SET_MODE_FILTER, 0, 3);
      load(p, low_half(1));
      trap_or_allow(p, BPF_JSET, SECCOMP_FILTER_FLAG_NEW_LISTENER);
      break;
    case TRAP_ROUTE:
      load(p, low_half(1));
      add(p, BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_IP, 0, 2);
      load(p, low_half(2));
      add(p, BPF_JMP | BPF_JEQ | BPF_K, IP_OPTIONS, 4, 5);
      add(p, BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_IPV6, 0, 4);
      load(p, low_half(2));
      add(p, BPF_JMP | BPF_JEQ | BPF_K, IPV6_RTHDR, 1, 0);
      trap_or_allow(p, BPF_JEQ, IPV6_2292PKTOPTIONS);
      break;
    case NOT_THERE:
      end(p, SECCOMP_RET_ERRNO | ENOSYS);
      return;
  }
  end(p, SECCOMP_RET_ALLOW);
}

/* Numbers order[from..to), ascending: halves until few are left, then one by one. */
static void tree(struct program *p, const uint8_t *order, unsigned from, unsigned to) {
  if (to - from > 3) {
    unsigned middle = (from + to) / 2;
    add(p, BPF_JMP | BPF_JGE | BPF_K, (uint32_t)traps[order[middle]].number, 0, 1);
    unsigned jump = p->length;
    add(p, BPF_JMP | BPF_JA, 0, 0, 0);
    tree(p, order, from, middle);
    if (jump < FILTER_MAX) p->code[jump].k = p->length - jump - 1;
    tree(p, order, middle, to);
    return;
  }
  for (unsigned i = from; i < to; i++) {
    unsigned test = p->length;
    add(p, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)traps[order[i]].number, 0, 0);
    body(p, &traps[order[i]]);
    if (test < FILTER_MAX) p->code[test].jf = (uint8_t)(p->length - test - 1);
  }
  end(p, SECCOMP_RET_ALLOW);
}

#define FOREIGN 2 /* the instruction that a foreign ABI comes to */

void filter_for_tracer(struct sock_filter *code, unsigned length) {
  for (unsigned i = 0; i < length; i++) {
    if (code[i].code == (BPF_RET | BPF_K) && code[i].k == SECCOMP_RET_USER_NOTIF) code[i].k = SECCOMP_RET_TRACE | (TRACED_DATA + (i == FOREIGN));
    if (code[i].code == (BPF_JMP | BPF_JSET | BPF_K) && code[i].k == NAMESPACES) code[i].k |= CLONE_UNTRACED;
  }
}

unsigned filter_build(struct sock_filter out[FILTER_MAX], const struct pid_range *ranges, unsigned range_count, bool reads) {
  struct program p = {out, 0, reads, ranges, range_count};
  uint8_t order[256];
  for (unsigned i = 0; i < trap_count; i++) {
    unsigned at = i;
    for (; at && traps[order[at - 1]].number > traps[i].number; at--) order[at] = order[at - 1];
    order[at] = (uint8_t)i;
  }
  load(&p, offsetof(struct seccomp_data, arch));
  add(&p, BPF_JMP | BPF_JEQ | BPF_K, OUR_ARCH, 1, 0);
  end(&p, SECCOMP_RET_USER_NOTIF); /* a foreign ABI: every call, decided by name */
  load(&p, offsetof(struct seccomp_data, nr));
#if defined(__x86_64__)
  add(&p, BPF_JMP | BPF_JGE | BPF_K, X32_BIT, 0, 1);
  end(&p, SECCOMP_RET_USER_NOTIF);
#endif
  tree(&p, order, 0, trap_count);
  return p.length <= FILTER_MAX ? p.length : 0;
}
