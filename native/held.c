/* held.c: connects that cannot be raced, without pidfd_getfd(2).
 *
 * containerd's profile refuses pidfd_getfd to a container without SYS_PTRACE, so a socket of the caller cannot be had from
 * the caller. But it can be had from the start: here socket(2) is trapped, the supervisor makes the socket as the caller
 * and hands it in with ADDFD, and keeps a descriptor of the same open file description. Whichever number names it later, in
 * whichever process, its inode says which it is, and connect, bind and addressed messages are carried out on ours. Options,
 * epoll and inheritance are the caller's own: it is one and the same socket.
 *
 * What we hold stays open when the caller closes it. So a stream is let go as soon as it is connected or listens, the rest
 * when no process has it any more: the keeper looks, four times a second. A container without SYS_PTRACE cannot leave its
 * network namespace under that profile, so ours is the caller's. */
#include "held.h"

#include <linux/seccomp.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "lock.h"
#include "look.h"
#include "report.h"
#include "traps.h"

#define HELD 4096u  /* more sockets that are neither connected streams nor closed: the next ones are not held */
#define COST 50u    /* looking through all descriptors takes at most a fiftieth of the time */
#define LOOK_NS (HELD_LOOK_MS * 1000000ull)

static struct held {
  uint64_t inode; /* of the socket; 0: free */
  int32_t process; /* who had it last, and where */
  int number;
  int fd;
  bool stream, seen;
} held[HELD];
static unsigned used; /* entries that were ever used */
static _Atomic uint32_t lock_word, count;
static _Atomic uint64_t connected[1024]; /* inodes of streams let go of; by remainder, the last of each */
static uint64_t next_look_ns, next_search_ns;

static void lock(void) { lock_take(&lock_word); }
static void unlock(void) { lock_release(&lock_word); }

void held_take_over(void) {
  memset(held, 0, sizeof *held * used);
  used = 0;
  atomic_store(&count, 0);
  atomic_store(&lock_word, 0);
}

unsigned held_filter(struct sock_filter out[HELD_FILTER]) {
  const struct sock_filter code[HELD_FILTER] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, OUR_ARCH, 0, 3),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_socket, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
  };
  memcpy(out, code, sizeof code);
  return HELD_FILTER;
}

/* With the lock held. NULL: it is none of ours. */
static struct held *find(uint64_t inode) {
  for (unsigned i = 0; i < used; i++)
    if (held[i].inode == inode) return &held[i];
  return NULL;
}

static void let_go(struct held *one) {
  if (one->stream) atomic_store(&connected[one->inode % 1024], one->inode);
  close_fd(one->fd);
  one->inode = 0;
  atomic_fetch_sub(&count, 1);
}

static uint64_t inode_of(int fd) {
  struct stat info;
  return sys(__NR_fstat, fd, &info) ? 0 : (uint64_t)info.st_ino;
}

static bool is_stream(int fd) {
  int type = 0;
  uint32_t size = sizeof type;
  return sys(__NR_getsockopt, fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && (type == SOCK_STREAM || type == SOCK_SEQPACKET);
}

static void hold(int fd, int32_t process) {
  struct held one = {inode_of(fd), process, -1, (int)sys(__NR_fcntl, fd, F_DUPFD_CLOEXEC, 0), is_stream(fd), false};
  lock();
  struct held *slot = one.fd < 0 ? NULL : find(0);
  if (!slot && one.fd >= 0 && used < HELD) slot = &held[used++];
  if (slot) {
    *slot = one;
    atomic_fetch_add(&count, 1);
  }
  unlock();
  if (slot) return;
  close_fd(one.fd);
  report_trouble("too many open sockets: some cannot be connected in block mode");
}

/* The inode that "socket:[N]" names; 0: it is no socket. */
static uint64_t socket_named(const char *link, long length) {
  uint64_t inode = 0;
  const char *p = link + 8;
  return length > 8 && strncmp(link, "socket:[", 8) == 0 && parse_number(&p, &inode) ? inode : 0;
}

/* The socket that is number `number` in `process`, or -errno. */
static long socket_at(int32_t process, int number, uint64_t *inode) {
  char what[32], target[64];
  struct text out = {what, sizeof what, 0, false};
  what[0] = 0;
  text_add(&out, "fd/");
  text_number(&out, (uint64_t)(uint32_t)number);
  struct text_path link = proc_path(process, what);
  bool looks = look_begin(process);
  long length = sys(__NR_readlinkat, AT_FDCWD, link.bytes, target, sizeof target - 1);
  look_end(looks);
  if (length < 0) return length == -ENOENT ? -EBADF : length;
  target[length] = 0;
  *inode = socket_named(target, length);
  return *inode ? 0 : -ENOTSOCK;
}

int held_duplicate(struct caller *caller, int number) {
  uint64_t inode;
  int32_t process = caller_process(caller);
  if (number < 0) return -EBADF;
  long error = socket_at(caller->tid, number, &inode);
  if (error) return error == -EACCES || error == -EPERM ? NOT_HELD : (int)error;
  lock();
  struct held *one = find(inode);
  int fd = one ? (int)sys(__NR_fcntl, one->fd, F_DUPFD_CLOEXEC, 0) : NOT_HELD;
  if (one) {
    one->process = process;
    one->number = number;
  }
  unlock();
  return fd;
}

bool held_was_connected(struct caller *caller, int number) {
  uint64_t inode;
  return socket_at(caller->tid, number, &inode) == 0 && atomic_load(&connected[inode % 1024]) == inode;
}

void held_connected(int socket) {
  if (!atomic_load(&count) || !is_stream(socket)) return;
  lock();
  struct held *one = find(inode_of(socket));
  if (one) let_go(one);
  unlock();
}

static bool is_settled(const struct held *one) {
  struct sockaddr_storage peer;
  int listens = 0;
  uint32_t size = sizeof peer, length = sizeof listens;
  if (!one->stream) return false;
  if (sys(__NR_getpeername, one->fd, &peer, &size) == 0) return true;
  return sys(__NR_getsockopt, one->fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &length) == 0 && listens;
}

struct table { /* of descriptors */
  int directory;
  int32_t process;
};

static void mark_descriptor(void *with, int number, const char *name) {
  const struct table *table = with;
  char target[64];
  long length = sys(__NR_readlinkat, table->directory, name, target, sizeof target - 1);
  target[length > 0 ? length : 0] = 0;
  uint64_t inode = socket_named(target, length);
  struct held *one = inode ? find(inode) : NULL;
  if (!one) return;
  one->seen = true;
  one->process = table->process;
  one->number = number;
}

static void mark_process(void *nothing, int pid, const char *name) {
  (void)nothing;
  (void)name;
  if (pid == self.pid) return;
  struct text_path path = proc_path(pid, "fd");
  bool looks = look_begin(pid);
  struct table table = {(int)sys(__NR_openat, AT_FDCWD, path.bytes, O_RDONLY | O_DIRECTORY | O_CLOEXEC), pid};
  if (table.directory >= 0) each_number(table.directory, mark_descriptor, &table);
  look_end(looks);
  close_fd(table.directory);
}

/* With the lock held. Whatever is not where it was: who else has it? */
static void search(void) {
  int proc = (int)sys(__NR_openat, AT_FDCWD, "/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  bool looked = proc >= 0 && each_number(proc, mark_process, NULL) == 0;
  close_fd(proc);
  for (unsigned i = 0; looked && i < used; i++)
    if (held[i].inode && !held[i].seen) let_go(&held[i]);
}

static void look(uint64_t now, bool search_now) {
  bool lost = false;
  lock();
  for (unsigned i = 0; i < used; i++) {
    struct held *one = &held[i];
    uint64_t inode = 0;
    if (!one->inode) continue;
    if (is_settled(one)) {
      let_go(one);
      continue;
    }
    long error = one->number < 0 ? 0 : socket_at(one->process, one->number, &inode);
    /* A number that is not known yet is being handed in; a process that lives and may not be looked into may have it. */
    one->seen = one->number < 0 || error == -EACCES || error == -EPERM || (!error && inode == one->inode);
    lost |= !one->seen;
  }
  if (lost && (search_now || now >= next_search_ns)) {
    search();
    uint64_t after = now_ns(1);
    next_search_ns = after + COST * (after - now);
  }
  while (used && !held[used - 1].inode) used--;
  unlock();
}

bool held_look(uint64_t now) {
  if (!atomic_load(&count)) return false;
  if (now >= next_look_ns) {
    next_look_ns = now + LOOK_NS;
    look(now, false);
  }
  return atomic_load(&count) != 0;
}

void held_look_now(void) {
  if (atomic_load(&count)) look(now_ns(1), true);
}

/* Raw sockets and foreign families are judged by name and never held. */
static bool is_ordinary(int family, int type) {
  int kind = type & 15;
  if (type & ~(15 | SOCK_CLOEXEC | SOCK_NONBLOCK)) return false;
  if (family == AF_NETLINK || family == AF_UNIX) return true;
  return (family == AF_INET || family == AF_INET6) && (kind == SOCK_STREAM || kind == SOCK_DGRAM || kind == SOCK_SEQPACKET);
}

void handle_socket(struct caller *caller, const char *name) {
  const __u64 *args = caller->call->data.args;
  int family = (int)args[0], type = (int)args[1];
  if (self.guard->features & HAS_GETFD || !is_ordinary(family, type)) {
    handle_named(caller, name);
    return;
  }
  const struct identity *who = caller_identity(caller);
  long fd = who ? identity_take(who, true) : caller_unknown();
  if (!fd) {
    fd = sys(__NR_socket, family, type | SOCK_CLOEXEC, (int)args[2]);
    identity_drop(who, true);
  }
  if (fd < 0) {
    answer(caller->call->id, 0, (int32_t)fd);
    return;
  }
  hold((int)fd, caller_process(caller)); /* first: it may be used before we are back */
  uint64_t inode = inode_of((int)fd);
  long number = answer_descriptor(caller->call->id, (int)fd, type & SOCK_CLOEXEC);
  lock();
  struct held *one = find(inode);
  if (one && number < 0) let_go(one);
  else if (one && one->number < 0) one->number = (int)number;
  unlock();
}
