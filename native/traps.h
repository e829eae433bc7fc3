/* traps.h: the calls that leave the kernel, each with its test in the filter and its handler. One table makes the
 * filter and dispatches: a call cannot be in one and not in the other. */
#ifndef OUTRIDER_TRAPS_H
#define OUTRIDER_TRAPS_H
#include <linux/audit.h>

#include "caller.h"

#if defined(__x86_64__)
#define OUR_ARCH AUDIT_ARCH_X86_64
#else
#define OUR_ARCH AUDIT_ARCH_AARCH64
#endif
#ifndef __NR_fchmodat2 /* Linux 6.6; the same number everywhere, as of all that came since 5.1 */
#define __NR_fchmodat2 452
#endif
#ifndef __NR_quotactl_fd /* Linux 5.14 */
#define __NR_quotactl_fd 443
#endif
#ifndef __NR_setxattrat /* Linux 6.13 */
#define __NR_setxattrat 463
#endif
#ifndef __NR_open_tree_attr /* Linux 6.15 */
#define __NR_open_tree_attr 467
#endif
#define X32_BIT 0x40000000u /* numbers from here on are x32's, under the same arch; aarch64 has none */

#define SOURCE_ROUTE "source_route" /* as an option of a socket, or with a message */
#define USERFAULTFD_NEW 0xaa00u /* ioctl(2) on /dev/userfaultfd: USERFAULTFD_IOC_NEW, linux/userfaultfd.h since 6.1 */

enum trap_test {
  TRAP,            /* always */
  TRAP_WRITABLE,   /* open flags in argument `argument` that can change something; where reads are decided, all but O_PATH */
  TRAP_ADDRESSED,  /* sendto(2): an address is given, or MSG_FASTOPEN in the flags */
  TRAP_SOCKET,     /* socket(2): a family that is none of unix, inet, inet6, netlink; of inet and inet6 what is no stream
                      and no datagram (SOCK_PACKET is another family by an old name), or SCTP, which connects by setsockopt */
  TRAP_NAMESPACES, /* clone(2) with CLONE_NEW* flags */
  TRAP_EVERYBODY,  /* kill(2): refused when aimed at one of our pids, trapped when at -1 */
  GUARD,           /* never trapped: refused when argument `argument` is one of our pids (or its process group) */
  GUARD_BOTH,      /* the same, for this argument and the next */
  TRAP_SETS_ID,    /* the mode in argument `argument` has S_ISUID, or S_ISGID with S_IXGRP */
  TRAP_AND_GUARD,  /* refused when `argument` is one of ours, else trapped */
  GUARD_AND_USER,  /* refused when `argument` is one of ours, or when it is meant for all processes of a user, ours among them */
  TRAP_OWNER,      /* fcntl(2): F_SETOWN is refused when aimed at one of ours, F_SETOWN_EX trapped: its pid is in memory */
  TRAP_IOCTL,      /* ioctl(2): who gets a socket's signals, input put into a terminal, a userfaultfd */
  TRAP_SET_MM,     /* prctl(2): PR_SET_MM, which says what program a process shows itself as */
  TRAP_PERSONALITY,/* personality(2): to be set so that addresses are known or data can be run */
  TRAP_LISTENER,   /* seccomp(2): a filter with a listener */
  TRAP_ROUTE,      /* setsockopt(2): by way of whom packets go, which is where they go first */
  NOT_THERE,       /* ENOSYS, as from a kernel without it */
};

struct trap {
  int number;
  enum trap_test test;
  unsigned argument;
  const char *name;
  void (*handle)(struct caller *caller, const char *name);
};

extern const struct trap traps[];
extern const unsigned trap_count;

/* NULL when there is none for this number. */
const struct trap *trap_of(int number);

/* net.c */
void handle_connect(struct caller *caller, const char *name);
void handle_bind(struct caller *caller, const char *name);
void handle_listen(struct caller *caller, const char *name);
void handle_sendto(struct caller *caller, const char *name);
/* send.c */
void handle_sendmsg(struct caller *caller, const char *name);
void handle_sendmmsg(struct caller *caller, const char *name);
/* In the keeper: once more, without waiting. True: the call is answered. */
bool send_again(struct pending *slot);
/* Answers such a call with bytes sent or -errno. */
void send_settle(const struct pending *slot, long sent);
/* In a twin: its descriptor anew; false: it cannot be had. */
bool send_take_over(struct pending *slot);
/* open.c */
void handle_open(struct caller *caller, const char *name);
void handle_openat(struct caller *caller, const char *name);
void handle_creat(struct caller *caller, const char *name);
void handle_openat2(struct caller *caller, const char *name);
/* entry.c */
void handle_unlink(struct caller *caller, const char *name);
void handle_unlinkat(struct caller *caller, const char *name);
void handle_rmdir(struct caller *caller, const char *name);
void handle_mkdir(struct caller *caller, const char *name);
void handle_mkdirat(struct caller *caller, const char *name);
void handle_mknod(struct caller *caller, const char *name);
void handle_mknodat(struct caller *caller, const char *name);
void handle_symlink(struct caller *caller, const char *name);
void handle_symlinkat(struct caller *caller, const char *name);
void handle_link(struct caller *caller, const char *name);
void handle_linkat(struct caller *caller, const char *name);
void handle_rename(struct caller *caller, const char *name);
void handle_renameat(struct caller *caller, const char *name);
void handle_truncate(struct caller *caller, const char *name);
/* mode.c */
void handle_chmod(struct caller *caller, const char *name);
void handle_fchmod(struct caller *caller, const char *name);
void handle_fchmodat(struct caller *caller, const char *name);
void handle_fchmodat2(struct caller *caller, const char *name);
/* exec.c */
void handle_execve(struct caller *caller, const char *name);
void handle_execveat(struct caller *caller, const char *name);
/* held.c */
void handle_socket(struct caller *caller, const char *name);
/* kill.c */
void handle_kill(struct caller *caller, const char *name);
void handle_pidfd_send_signal(struct caller *caller, const char *name);
void handle_pidfd(struct caller *caller, const char *name);
void handle_setown_ex(struct caller *caller, const char *name);
void handle_ioctl(struct caller *caller, const char *name);
/* named.c */
void handle_named(struct caller *caller, const char *name);
void handle_new_root(struct caller *caller, const char *name);
void handle_identity(struct caller *caller, const char *name); /* not judged: we only take note */

#endif
