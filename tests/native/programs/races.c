/* races CALL ATTEMPTS [PORT PORT]: makes one call again and again while somebody else changes what it means, in every
 * manner there is for this call, so many attempts in each. With a minus before ATTEMPTS a manner ends with its first win.
 * races list: the calls. Prints a line a manner: attempts, swaps, how often the allowed came through ("kept") and how often
 * the other did ("wins"), milliseconds. Works in the current directory, which the test prepares. */
#include "races.h"

#include "races_files.h"
#include "races_peers.h"
#include "races_runs.h"

#define AT (PATHS | NUMBERS)

static const struct call calls[] = {
    {"execve", "program", PATHS, try_execve, NULL, NULL, false},
    {"execveat", "program", AT, try_execveat, NULL, NULL, false},
    {"execveat-empty", NULL, DUP, try_execveat_empty, swap_programs, NULL, false},
    {"execve-script", "script", MEMORY, try_execve, NULL, NULL, false}, /* what is read by a link, the interpreter opens once more itself */
    {"execve-interpreter", "via", LINK, try_execve, NULL, NULL, false},
    {"execve-exchanged", "shebang", EXCHANGE, try_execve, NULL, NULL, false},
    {"execve-rewritten", "rewritten", REWRITE, try_execve, NULL, NULL, false},
    {"execve-arguments", NULL, MEMORY | POINTER, try_arguments, swap_argument, NULL, false},
    {"execveat-arguments", NULL, MEMORY | POINTER, try_arguments_at, swap_argument, NULL, false},
    {"execve-script-arguments", NULL, MEMORY | POINTER, try_arguments_of_script, swap_argument, NULL, false},
    {"connect", NULL, MEMORY, try_connect, streams, NULL, false},
    {"connect-number", NULL, DUP, try_connect_number, swap_sockets, NULL, false},
    {"connect-path", "stream", PATHS & ~MOUNT, try_connect_path, NULL, stream_paths, true},
    {"bind", NULL, MEMORY, try_bind, swap_port, NULL, false},
    {"bind-path", "bound", PATHS & ~MOUNT, try_bind_path, NULL, NULL, true},
    {"sendto", NULL, MEMORY, try_sendto, datagrams, NULL, false},
    {"sendto-path", "datagram", PATHS & ~MOUNT, try_sendto_path, NULL, datagram_paths, true},
    {"sendmsg", NULL, MEMORY | POINTER, try_sendmsg, datagrams, NULL, false},
    {"sendmsg-route", NULL, MEMORY, try_sendmsg_route, routes, NULL, false},
    {"sendmmsg", NULL, MEMORY | POINTER, try_sendmmsg, datagrams, NULL, false},
    {"openat", "file", AT, try_openat, NULL, NULL, false},
    {"openat-make", "made", AT, try_openat_make, NULL, NULL, false},
    {"openat2", "file", AT, try_openat2, NULL, NULL, false},
    {"openat2-restricted", "file", AT & ~(PROCFD | CHROOT), try_openat2_beneath, NULL, NULL, false},
    {"openat2-how", NULL, MEMORY, try_openat2_how, swap_how, NULL, false},
    {"mkdirat", "made", AT, try_mkdirat, NULL, NULL, false},
    {"mknodat", "made", AT, try_mknodat, NULL, NULL, false},
    {"symlinkat", "made", AT, try_symlinkat, NULL, NULL, false},
    {"linkat-to", "made", AT & ~MOUNT, try_linkat_to, NULL, NULL, false},
    {"linkat-from", "file", AT & ~MOUNT, try_linkat_from, NULL, NULL, false},
    {"unlinkat", "gone", AT, try_unlinkat, NULL, NULL, false},
    {"unlinkat-directory", "empty", AT, try_unlinkat_directory, NULL, NULL, false},
    {"renameat2-to", "target", AT & ~MOUNT, try_renameat2_to, NULL, NULL, false},
    {"renameat2-from", "source", AT & ~MOUNT, try_renameat_from, NULL, NULL, false},
    {"fchmod", NULL, DUP, try_fchmod, swap_files, NULL, false},
    {"fchmodat", "file", AT, try_fchmodat, NULL, NULL, false},
    {"fchmodat2", "file", AT, try_fchmodat2, NULL, NULL, false},
    {"truncate", "long", PATHS, try_truncate, NULL, NULL, false},
#ifdef SYS_renameat
    {"renameat-to", "target", AT & ~MOUNT, try_renameat_to, NULL, NULL, false},
#endif
#ifdef SYS_open
    {"open", "file", PATHS, try_open, NULL, NULL, false},
    {"creat", "made", PATHS, try_creat, NULL, NULL, false},
    {"unlink", "gone", PATHS, try_unlink, NULL, NULL, false},
    {"rmdir", "empty", PATHS, try_rmdir, NULL, NULL, false},
    {"mkdir", "made", PATHS, try_mkdir, NULL, NULL, false},
    {"mknod", "made", PATHS, try_mknod, NULL, NULL, false},
    {"symlink", "made", PATHS, try_symlink, NULL, NULL, false},
    {"link-to", "made", PATHS & ~(CHROOT | MOUNT), try_link_to, NULL, NULL, false},
    {"link-from", "file", PATHS & ~(CHROOT | MOUNT), try_link_from, NULL, NULL, false},
    {"rename-to", "target", PATHS & ~(CHROOT | MOUNT), try_rename_to, NULL, NULL, false},
    {"rename-from", "source", PATHS & ~(CHROOT | MOUNT), try_rename_from, NULL, NULL, false},
    {"chmod", "file", PATHS, try_chmod, NULL, NULL, false},
#endif
};

/* One swap each. */
static void swap_byte(long turn) {
  *swapped = turn % 2 ? other : one;
  for (volatile int i = 0; i < (int)(turn % 61); i++) continue; /* not in step with anything */
}
static void exchange(int from, const char *name, int to, const char *with) { syscall(SYS_renameat2, from, name, to, with, 2 /* RENAME_EXCHANGE */); }
static void swap_link(long turn) { (void)turn, exchange(a, "way", a, "other"); }
static void swap_directory(long turn) { (void)turn, exchange(a, "mv", b, "mv"); }
static void swap_file(long turn) { (void)turn, exchange(a, "shebang", a, "shebang-other"); }
static void swap_number(long turn) { dup3(swap_fds[turn % 2], NUMBER, 0); }
static void swap_directory_of_thread(long turn) { chdir(turn % 2 ? "../b" : "../a"); }
static void swap_working_directory(long turn) { fchdir(swap_fds[turn % 2]); }

static void keep_at_zero(int fd) { /* somebody else may have got the number meanwhile */
  if (fd <= 0) return;
  dup2(fd, 0);
  close(fd);
}

static void reopen(long turn) {
  close(0);
  keep_at_zero(openat(swap_fds[turn % 2], ".", O_PATH | O_DIRECTORY));
}

static void receive_number(long turn) {
  static int pair[2] = {-1, -1};
  union { struct cmsghdr head; char room[CMSG_SPACE(sizeof(int))]; } control = {.head = {.cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS}};
  char byte = 'x';
  struct iovec v = {&byte, 1};
  struct msghdr message = {.msg_iov = &v, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
  if (pair[0] < 0) socketpair(AF_UNIX, SOCK_DGRAM, 0, pair);
  memcpy(CMSG_DATA(&control.head), &swap_fds[turn % 2], sizeof(int));
  if (sendmsg(pair[0], &message, 0) != 1) return;
  close(0);
  int fd = -1;
  if (recvmsg(pair[1], &message, MSG_DONTWAIT) == 1) memcpy(&fd, CMSG_DATA(&control.head), sizeof fd);
  keep_at_zero(fd);
}

static void swap_root(long turn) {
  fchdir(swap_fds[turn % 2]);
  chroot(".");
}

static void swap_mount(long turn) {
  char from[4096], to[4096];
  snprintf(from, sizeof from, "%s/%c", here, turn % 2 ? 'b' : 'a');
  snprintf(to, sizeof to, "%s/a/mnt", here);
  if (turn % 8 == 7) mount("proc", "/proc", "proc", 0, NULL);
  umount2(to, MNT_DETACH);
  mount(from, to, NULL, MS_BIND, NULL);
}

static const struct way {
  enum manner manner;
  const char *name, *format; /* of the path: directory, entry */
  unsigned long share;       /* flags of the process that swaps; 1: a thread */
  void (*swap)(long turn);
} ways[] = {
    {THREAD, "thread", "%s#/%s", 1, swap_byte},
    {PROCESS, "process", "%s#/%s", 0, swap_byte},
    {VM, "vm", "%s#/%s", CLONE_VM, swap_byte},
    {POINTER, "pointer", NULL, 1, swap_byte},
    {LINK, "link", "%sa/way/%s", 0, swap_link},
    {DOTDOT, "dotdot", "%sa/mv/l/l/l/l/l/l/l/l/../%s", 0, swap_directory},
    {DUP, "dup", "%.0s%s", CLONE_FILES, swap_number},
    {REOPEN, "reopen", "%.0s%s", 1, reopen},
    {SCM, "scm", "%.0s%s", CLONE_FILES, receive_number},
    {CHDIR, "chdir", "%.0s%s", 1, swap_directory_of_thread},
    {FCHDIR, "fchdir", "%.0s%s", CLONE_FS, swap_working_directory},
    {CHROOT, "chroot", "%.0s/%s", CLONE_FS, swap_root},
    {PROCFD, "procfd", "%.0s/proc/self/fd/100/%s", CLONE_FILES, swap_number},
    {MOUNT, "mount", "%sa/mnt/%s", 0, swap_mount},
    {EXCHANGE, "exchange", "%sa/%s", 0, swap_file},
    {REWRITE, "rewrite", "%sa/%s", 1, rewrite},
};

static int swap_on(void *way) {
  void (*swap)(long) = ((const struct way *)way)->swap;
  while (!shared->stop) swap(shared->swaps++);
  return 0;
}

static void *swap_in_thread(void *way) {
  swap_on(way);
  return NULL;
}

static pthread_t thread;
static pid_t process, racer;

/* Ends with the racer, whose end may come at any moment: it is killed for what it opened. */
static int swap_in_process(void *way) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  return getppid() == racer ? swap_on(way) : 0;
}

static void begin_swapping(const struct way *way) {
  static _Alignas(16) char stack[65536];
  racer = getpid();
  if (way->share == 1) {
    if (pthread_create(&thread, NULL, swap_in_thread, (void *)way)) broken("pthread_create");
  } else if (way->share & CLONE_VM) {
    process = clone(swap_in_process, stack + sizeof stack, (int)way->share | SIGCHLD, (void *)way);
  } else if ((process = (pid_t)syscall(SYS_clone, way->share | SIGCHLD, 0, 0, 0, 0)) == 0) {
    _exit(swap_in_process((void *)way));
  }
  if (process < 0) broken("clone");
}

static void end_swapping(const struct way *way) {
  shared->stop = 1;
  if (way->share == 1) pthread_join(thread, NULL);
  else waitpid(process, NULL, __WALL);
}

static const char *path_of(const struct call *call, const struct way *way) {
  char directory[2100] = "";
  if (!call->entry) return NULL;
  if (!call->relative) snprintf(directory, sizeof directory, "%s/", here);
  snprintf(shared->path, sizeof shared->path, way->format, directory, call->entry);
  if (!(way->manner & MEMORY)) return shared->path;
  swapped = strchr(shared->path + strlen(directory), '#');
  *swapped = one;
  return shared->path;
}

static long milliseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

#define MORE 100 /* times as many attempts, at most, until something was changed and what is allowed has come through */

static bool goes_on(long attempts, long made, long kept, long wins) {
  if (attempts < 0) return made < -attempts && !wins;
  bool seen = shared->swaps > 1 && (kept || manner == MOUNT);
  return made < attempts || (!seen && made < MORE * attempts);
}

#define RARE 2000 /* a directory moved at the right moment wins without protection once in tens of thousands: openat shows it */

static void race(const struct call *call, const struct way *way, long attempts) {
  if (attempts < 0 && way->manner == DOTDOT && strcmp(call->name, "openat") != 0) attempts = -RARE;
  long made = 0, kept = 0, wins = 0, start = milliseconds();
  int dirfd = AT_FDCWD;
  manner = way->manner;
  swap_fds[0] = a;
  swap_fds[1] = b;
  if (call->prepare) call->prepare();
  if (manner == CHDIR) chdir("a");
  if (manner == DUP || manner == PROCFD) swap_number(0);
  if (manner == CHROOT) swap_root(0); /* or the first attempt would be made in the root of the machine */
  if (manner == DUP) dirfd = NUMBER;
  if (manner == REOPEN || manner == SCM) dup2(a, dirfd = 0);
  if (manner == MOUNT && unshare(CLONE_NEWNS) == 0) mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL);
  const char *path = path_of(call, way);
  begin_swapping(way);
  while (!shared->swaps) sched_yield();
  while (goes_on(attempts, made, kept, wins)) {
    int whose = call->attempt(dirfd, path);
    kept += whose == 1;
    wins += whose == 2;
    made++;
  }
  end_swapping(way);
  printf("%s %ld attempts %ld swaps %ld kept %ld wins %ld ms\n", way->name, made, (long)shared->swaps, kept, wins, milliseconds() - start);
  fflush(stdout);
  _exit(wins != 0);
}

static int in_every_manner(const struct call *call, long attempts) {
  if (call->once) call->once();
  for (const struct way *way = ways; way < ways + sizeof ways / sizeof *ways; way++) {
    int status;
    if (!(call->manners & way->manner)) continue;
    shared->stop = shared->swaps = 0;
    pid_t child = fork();
    if (child == 0) race(call, way, attempts);
    waitpid(child, &status, 0);
    if (!WIFEXITED(status) || WEXITSTATUS(status) > 1) return 4;
    if (WEXITSTATUS(status)) files_as_they_were();
  }
  return 0;
}

int main(int argc, char **argv) {
  const struct call *call = calls, *end = calls + sizeof calls / sizeof *calls;
  if (argc == 2) {
    for (; call < end; call++) printf("%s %d\n", call->name, __builtin_popcount(call->manners));
    return 0;
  }
  while (call < end && strcmp(call->name, argv[1]) != 0) call++;
  if (call == end || argc != 5 || !getcwd(here, sizeof here)) return 2;
  for (int i = 0; i < 2; i++) ports[i] = atoi(argv[3 + i]);
  shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED) broken("mmap");
  shared->family = AF_UNIX;
  a = open("a", O_PATH | O_DIRECTORY | O_CLOEXEC);
  b = open("b", O_PATH | O_DIRECTORY | O_CLOEXEC);
  return in_every_manner(call, atol(argv[2]));
}
