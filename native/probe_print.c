/* probe_print.c: what this host permits, for somebody to read: `outrider-run --probe`, run once on the real thing.
 *
 * Schema outrider.probe/1: names are only ever added. What a call answered is its errno, 0 where it worked: EPERM (1) from a
 * call that was given nonsense is a filter's word, for the kernel would have found the nonsense. */
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/utsname.h>

#include "caller.h"
#include "probe.h"
#include "relay.h"

#define NR_io_uring_setup 425
#define NR_landlock_create_ruleset 444
#define NR_process_madvise 440
#define NR_clone3 435
#define NR_pidfd_getfd 438
#define NOBODY (-1)

enum { IO_URING, PTRACE, GETFD, KCMP, READV, MADVISE, UNSHARE, CLONE3, VSOCK, ALG, LANDLOCK, ANSWERS };

static const char *const asked[ANSWERS] = {"io_uring_setup", "ptrace", "pidfd_getfd",   "kcmp",         "process_vm_readv", "process_madvise",
                                           "unshare",        "clone3", "socket_vsock", "socket_alg", "landlock_create_ruleset"};

static void ask_all(long answers[ANSWERS]) {
  answers[IO_URING] = sys(NR_io_uring_setup, 0, NULL);
  answers[PTRACE] = sys(__NR_ptrace, 0x7fff, NOBODY, 0, 0);
  answers[GETFD] = sys(NR_pidfd_getfd, NOBODY, 0, 0);
  answers[KCMP] = sys(__NR_kcmp, NOBODY, NOBODY, 0, 0, 0);
  answers[READV] = sys(__NR_process_vm_readv, NOBODY, NULL, 0, NULL, 0, 0);
  answers[MADVISE] = sys(NR_process_madvise, NOBODY, NULL, 0, 0, 0);
  answers[UNSHARE] = sys(__NR_unshare, 0);
  answers[CLONE3] = sys(NR_clone3, NULL, 0);
  answers[VSOCK] = sys(__NR_socket, AF_VSOCK, SOCK_STREAM, 0);
  answers[ALG] = sys(__NR_socket, AF_ALG, SOCK_SEQPACKET, 0);
  answers[LANDLOCK] = sys(NR_landlock_create_ruleset, NULL, 0, 1 /* _VERSION */);
  close_fd((int)answers[VSOCK]);
  close_fd((int)answers[ALG]);
}

/* By the rows that differ between the versions; a guess, for a platform may have a profile of its own. */
static const char *guess(const long answers[ANSWERS], bool filtered) {
  if (!filtered) return "none";
  if (answers[UNSHARE] != -EPERM || answers[CLONE3] != -ENOSYS) return "other";
  if (answers[VSOCK] != -EPERM) return "containerd 1.6";
  return answers[IO_URING] != -EPERM ? "containerd 1.7" : "containerd 2";
}

static void key(struct text *out, const char *name) {
  text_add(out, ", \"");
  text_add(out, name);
  text_add(out, "\": ");
}

static void number(struct text *out, const char *name, uint64_t value) {
  key(out, name);
  text_number(out, value);
}

static void word(struct text *out, const char *name, const char *value) {
  key(out, name);
  text_add(out, "\"");
  text_add(out, value);
  text_add(out, "\"");
}

/* A line of /proc/self/status; null where the kernel has none. */
static void status_line(struct text *out, const char *name, const char *status, const char *line, int base) {
  uint64_t value;
  uint8_t bytes[8];
  if (!status_number(status, line, base, &value)) {
    key(out, name);
    text_add(out, "null");
  } else if (base == 10) {
    number(out, name, value);
  } else {
    for (unsigned i = 0; i < 8; i++) bytes[i] = (uint8_t)(value >> (56 - 8 * i));
    key(out, name);
    text_add(out, "\"");
    text_hex(out, bytes, sizeof bytes);
    text_add(out, "\"");
  }
}

static void yama(struct text *out) {
  char text[4] = {0};
  int fd = (int)sys(__NR_openat, AT_FDCWD, "/proc/sys/kernel/yama/ptrace_scope", O_RDONLY | O_CLOEXEC);
  bool known = fd >= 0 && sys(__NR_read, fd, text, 1) == 1 && *text >= '0' && *text <= '9';
  close_fd(fd);
  key(out, "yama_scope");
  text_add(out, known ? text : "null");
}

int probe_print(void) {
  struct utsname name = {0};
  TEXT(out, 4096);
  char status[4096] = {0};
  long answers[ANSWERS];
  uint64_t mode = 0;
  static struct guard guard;
  self.guard = &guard;
  long memory = sys(__NR_mmap, NULL, sizeof(uint32_t), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory < 0 && memory > -4096) return 4;
  proc_read((int32_t)sys(__NR_getpid), "status", status, sizeof status);
  status_number(status, "Seccomp:", 10, &mode);
  ask_all(answers);
  long refused = probe_try_listener((_Atomic uint32_t *)memory);
  uint32_t found = probe_host() | atomic_load((_Atomic uint32_t *)memory);
  sys(__NR_uname, &name);
  text_add(&out, "{\"schema\": \"outrider.probe/1\"");
  word(&out, "version", OUTRIDER_VERSION);
  const char *second = found & HAS_PTRACE ? "ptrace" : relay_can_be() ? "preload" : "none";
  word(&out, "engine", refused ? second : "notify");
  word(&out, "engine_after", second);
  number(&out, "listener_errno", (uint64_t)refused);
  word(&out, "kernel", name.release);
  word(&out, "machine", name.machine);
  for (unsigned i = 0; feature_name(i); i++) {
    key(&out, feature_name(i));
    text_add(&out, found & (1u << i) ? "true" : "false");
  }
  word(&out, "profile", guess(answers, mode == 2));
  number(&out, "seccomp", mode);
  status_line(&out, "filters", status, "Seccomp_filters:", 10);
  status_line(&out, "no_new_privs", status, "NoNewPrivs:", 10);
  number(&out, "uid", (uint64_t)sys(__NR_geteuid));
  number(&out, "gid", (uint64_t)sys(__NR_getegid));
  status_line(&out, "effective", status, "CapEff:", 16);
  status_line(&out, "bounding", status, "CapBnd:", 16);
  yama(&out);
  number(&out, "landlock_abi", answers[LANDLOCK] > 0 ? (uint64_t)answers[LANDLOCK] : 0);
  key(&out, "calls");
  for (unsigned i = 0; i < ANSWERS; i++) {
    text_add(&out, i ? ", \"" : "{\"");
    text_add(&out, asked[i]);
    text_add(&out, "\": ");
    text_number(&out, answers[i] < 0 ? (uint64_t)-answers[i] : 0);
  }
  text_add(&out, "}}\n");
  sys(__NR_write, 1, out.buffer, out.length);
  return 0;
}
