/* container.c: what is decided in a container only: the calls the supervisor decides by their name (../traps.c has the list),
 * a listen without a bind, modes that let a file run as its owner. In a function the sandbox refuses these, or nobody asks. */
#include "container.h"

#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "../source_route.h"
#include "inside.h"

#define NAMESPACES 0x7e020080l  /* CLONE_NEW* */
#define UNUSUAL 0x00540000l     /* ADDR_NO_RANDOMIZE, MMAP_PAGE_ZERO, READ_IMPLIES_EXEC */
#define LISTENER 0x8l           /* SECCOMP_FILTER_FLAG_NEW_LISTENER */
#define NR_pidfd_send_signal 424
#define NR_fchmodat2 452
#define PUTS_INPUT(c) ((c) == 0x5412 || (c) == 0x541c) /* TIOCSTI, TIOCLINUX */
#define USERFAULTFD_NEW 0xaa00l

static const struct {
  uint16_t number;
  const char *name;
} named[] = {
    {__NR_unshare, "unshare"},           {__NR_setns, "setns"},                 {__NR_chroot, "chroot"},
    {__NR_pivot_root, "pivot_root"},     {__NR_mount, "mount"},                 {__NR_umount2, "umount2"},
    {428, "open_tree"},                  {429, "move_mount"},                   {430, "fsopen"},
    {431, "fsconfig"},                   {432, "fsmount"},                      {433, "fspick"},
    {442, "mount_setattr"},              {467, "open_tree_attr"},               {__NR_init_module, "init_module"},
    {__NR_finit_module, "finit_module"}, {__NR_delete_module, "delete_module"}, {__NR_kexec_load, "kexec_load"},
    {__NR_reboot, "reboot"},             {__NR_swapon, "swapon"},               {__NR_swapoff, "swapoff"},
    {__NR_acct, "acct"},                 {__NR_quotactl, "quotactl"},           {443, "quotactl_fd"},
    {__NR_setxattr, "setxattr"},         {__NR_lsetxattr, "setxattr"},          {__NR_fsetxattr, "setxattr"},
    {463, "setxattr"},                   {__NR_adjtimex, "adjtimex"},           {__NR_clock_adjtime, "adjtimex"},
    {__NR_settimeofday, "settimeofday"}, {__NR_clock_settime, "clock_settime"}, {__NR_syslog, "syslog"},
#ifdef __NR_iopl
    {__NR_iopl, "iopl"},                 {__NR_ioperm, "ioperm"},
#endif
    {__NR_bpf, "bpf"},                   {__NR_perf_event_open, "perf_event_open"}, {__NR_userfaultfd, "userfaultfd"},
    {__NR_fanotify_init, "fanotify_init"}, {__NR_keyctl, "keyctl"},             {__NR_add_key, "add_key"},
    {__NR_request_key, "request_key"},   {438, "pidfd_getfd"},                  {NR_process_madvise, "process_madvise"},
    {NR_io_uring_setup, "io_uring_setup"}, {__NR_open_by_handle_at, "open_by_handle_at"},
    {__NR_remap_file_pages, "remap_file_pages"}, {__NR_kexec_file_load, "kexec_file_load"},
};

/* NULL: it is not decided by name, or not with these arguments. */
static const char *name_of_call(long nr, long a, long b, long c) {
  switch (nr) {
    case __NR_clone: return a & NAMESPACES ? "clone_namespaces" : NULL;
    case NR_clone3: return !bad_pointer((const void *)a) && *(const long *)a & NAMESPACES ? "clone_namespaces" : NULL;
    case __NR_prctl: return a == PR_SET_MM ? "prctl_set_mm" : NULL;
    case __NR_personality: return (uint32_t)a != 0xffffffffu && a & UNUSUAL ? "personality" : NULL;
    case __NR_seccomp: return a == 1 && b & LISTENER ? "seccomp_listener" : NULL;
    case __NR_setsockopt: return option_routes(b, c) ? "source_route" : NULL;
    case __NR_ioctl: return PUTS_INPUT((uint32_t)b) ? "terminal_input" : b == USERFAULTFD_NEW ? "userfaultfd" : NULL;
    default: break;
  }
  for (size_t i = 0; i < sizeof named / sizeof *named; i++)
    if (named[i].number == nr) return named[i].name;
  return NULL;
}

/* The kernel binds a socket that was never bound to a port of its choice. */
static long listen_judged(int fd, long backlog) {
  union {
    sa_family_t family;
    struct sockaddr_in in;
    struct sockaddr_in6 in6;
  } address;
  uint32_t size = sizeof address;
  memset(&address, 0, sizeof address);
  struct act act = {.kind = OR_BIND, .proto = OR_TCP, .target = ""};
  if (sys(__NR_getsockname, fd, &address, &size) == 0 && (address.family == AF_INET || address.family == AF_INET6) && !address.in.sin_port) {
    act.family = address.family == AF_INET ? OR_INET : OR_INET6;
    if (guard_act(&act, "listen", NULL)) return -EACCES;
  }
  return sys(__NR_listen, fd, backlog);
}

static bool sets_id(long mode) { return mode & S_ISUID || (mode & S_ISGID && mode & S_IXGRP); }

/* `path` NULL: of the descriptor. */
static int decide_mode(int directory, const char *path, const char *call) {
  struct spot *spot = spot_take();
  if (!spot) return ENOMEM;
  spot->directory = -1;
  bool found = path ? !bad_pointer(path) && spot_find(directory, path, FOLLOW_LAST, spot) == 0
                    : path_of(directory, spot->path, sizeof spot->path);
  struct act act = {.kind = OR_WRITE, .target = spot->path};
  int error = found && *spot->path ? guard_act(&act, call, NULL) : 0;
  if (path && found) spot_close(spot);
  spot_give(spot);
  return error;
}

/* On a duplicate, which nobody can exchange meanwhile. A directory of /proc is taken for a pidfd as well. */
static long signal_by_pidfd(int fd, long signal, const void *info, long flags) {
  char text[512];
  TEXT(link, 48);
  uint64_t pid = 0;
  int held = (int)sys(__NR_fcntl, fd, F_DUPFD_CLOEXEC, 0);
  if (held < 0) return held;
  const char *at = path_of(held, text, sizeof text) && strncmp(text, "/proc/", 6) == 0 ? text + 6 : NULL;
  text_add(&link, "/proc/thread-self/fdinfo/");
  text_number(&link, (uint64_t)held);
  int file = at ? -1 : (int)sys(__NR_openat, AT_FDCWD, link.buffer, O_RDONLY | O_CLOEXEC);
  long length = file < 0 ? 0 : sys(__NR_read, file, text, sizeof text - 1);
  close_fd(file);
  if (!at) {
    text[length > 0 ? length : 0] = 0;
    at = strstr(text, "Pid:\t");
    at = at ? at + 5 : "";
  }
  parse_number(&at, &pid);
  bool shortage = is_shortage(file);
  long result = shortage ? -EMFILE : refuse_relay((long)pid) ? -EPERM : sys(NR_pidfd_send_signal, held, signal, info, flags);
  sys(__NR_close, held);
  return result;
}

/* NOT_OURS, or what the kernel would answer. Calls that change how the relay runs, by pid. */
static long aimed(long nr, long a, long b) {
  switch (nr) {
    case __NR_sched_setaffinity:
    case __NR_sched_setscheduler:
    case __NR_sched_setparam:
    case __NR_sched_setattr:
    case __NR_migrate_pages:
    case __NR_move_pages: return refuse_relay(a) ? -EPERM : NOT_OURS;
    case __NR_setpriority: return refuse_relay(a == 0 ? b : a == 2 ? self.relay : 0) ? -EPERM : NOT_OURS;
    case __NR_ioprio_set: return refuse_relay(a == 1 ? b : a == 3 ? self.relay : 0) ? -EPERM : NOT_OURS;
    case __NR_kcmp: return refuse_relay(a) || refuse_relay(b) ? -EPERM : NOT_OURS;
    default: return NOT_OURS;
  }
}

long container_call(long nr, long a, long b, long c, long d) {
  const char *name = name_of_call(nr, a, b, c);
  if (name) return guard_call(name) ? -EPERM : NOT_OURS;
  switch (nr) {
    case NR_pidfd_send_signal: return signal_by_pidfd((int)a, b, (const void *)c, d);
    case __NR_listen: return listen_judged((int)a, b);
#ifdef __NR_chmod
    case __NR_chmod: return sets_id(b) && decide_mode(AT_FDCWD, (const char *)a, "chmod") ? -EACCES : NOT_OURS;
#endif
    case __NR_fchmod: return sets_id(b) && decide_mode((int)a, NULL, "fchmod") ? -EACCES : NOT_OURS;
    case __NR_fchmodat: return sets_id(c) && decide_mode((int)a, (const char *)b, "fchmodat") ? -EACCES : NOT_OURS;
    case NR_fchmodat2:
      return sets_id(c) && decide_mode((int)a, d & AT_EMPTY_PATH ? NULL : (const char *)b, "fchmodat2") ? -EACCES : NOT_OURS;
    default: return aimed(nr, a, b);
  }
}

bool container_namespaces_refused(long flags) { return self.in_container && flags & NAMESPACES && guard_call("clone_namespaces"); }

#define DEFINE(symbol, number)                                          \
  long hook_in_container_##symbol(long a, long b, long c, long d, long e, long f) { return answer(raw_call(number, a, b, c, d, e, f)); }
CONTAINER_HOOKS(DEFINE)

long hook_in_container_chmod(const char *path, unsigned mode) {
  return answer(raw_call(__NR_fchmodat, AT_FDCWD, (long)path, mode, 0, 0, 0));
}

/* libc does what a kernel without fchmodat2 cannot by way of /proc; here that is not supported. */
long hook_in_container_fchmodat(int directory, const char *path, unsigned mode, int flags) {
  if (!flags) return answer(raw_call(__NR_fchmodat, directory, (long)path, mode, 0, 0, 0));
  long result = raw_call(NR_fchmodat2, directory, (long)path, mode, flags, 0, 0);
  return answer(result == -ENOSYS ? -EOPNOTSUPP : result);
}

long hook_in_container_reboot(long how) { return answer(raw_call(__NR_reboot, 0xfee1dead, 672274793, how, 0, 0, 0)); }
