/* races KIND ATTEMPTS: makes one call again and again while another thread changes, in memory both share, what the call
 * names: one byte apart, 'a' is allowed and 'b' is not. Prints attempts, swaps, how often the allowed came through
 * ("kept") and how often the other did ("wins"). Works in the current directory, which race_in() of the test prepares. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile char *swapped; /* the byte */
static volatile char one, other;
static _Atomic long swaps, stop;
static long kept, wins;

static void *swapper(void *nothing) {
  while (!stop) {
    *swapped = swaps % 2 ? one : other;
    swaps++;
    for (volatile int i = 0; i < (int)(swaps % 61); i++) continue; /* not in step with anything */
  }
  return nothing;
}

static void count(int outcome) { /* 1 allowed, 2 denied, 0 refused */
  kept += outcome == 1;
  wins += outcome == 2;
}

static char path[4096];

static void swap_path(const char *format) {
  char here[2048];
  if (!getcwd(here, sizeof here)) exit(3);
  snprintf(path, sizeof path, format, here);
  swapped = strrchr(path, '#');
  if (!swapped) exit(3);
  one = 'a';
  other = 'b';
  *swapped = one;
}

static void try_exec(void) { /* vfork: the child is in our memory, and the swapper goes on */
  static char *arguments[] = {"x", NULL}, *nothing[] = {NULL};
  pid_t child = vfork();
  if (child == 0) {
    execve(path, arguments, nothing);
    _exit(1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  count(WIFEXITED(status) && WEXITSTATUS(status) == 70 ? 1 : WIFEXITED(status) && WEXITSTATUS(status) == 71 ? 2 : 0);
}

static struct sockaddr_in peer;
static int receivers[2], sender;

static int receiver(int type, uint16_t *port) {
  int fd = socket(AF_INET, type, 0);
  struct sockaddr_in own = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(*port)};
  int yes = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (bind(fd, (void *)&own, sizeof own)) exit(4);
  if (type == SOCK_STREAM && listen(fd, 100)) exit(4);
  return fd;
}

static void prepare_network(int type) {
  uint16_t allowed = 0x6100, denied = 0x6200; /* 'a' and 'b' in the first byte of the port, as it lies in memory */
  receivers[0] = receiver(type, &allowed);
  receivers[1] = receiver(type, &denied);
  peer = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(allowed)};
  swapped = (volatile char *)&peer.sin_port;
  one = 'a';
  other = 'b';
  sender = socket(AF_INET, SOCK_DGRAM, 0);
}

static void try_connect(void) {
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  if (connect(fd, (void *)&peer, sizeof peer) == 0) {
    struct sockaddr_in reached;
    socklen_t size = sizeof reached;
    getpeername(fd, (void *)&reached, &size);
    count(reached.sin_port == htons(0x6100) ? 1 : 2);
    close(accept(receivers[reached.sin_port != htons(0x6100)], NULL, NULL));
  }
  struct linger at_once = {1, 0};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close(fd);
}

static void who_received(void) {
  char byte;
  for (int i = 0; i < 2; i++)
    while (recv(receivers[i], &byte, 1, MSG_DONTWAIT) == 1) count(i + 1);
}

static void try_sendto(void) {
  sendto(sender, "x", 1, 0, (void *)&peer, sizeof peer);
  who_received();
}

static void try_sendmsg(void) {
  static struct iovec v = {"x", 1};
  static struct msghdr message;
  message = (struct msghdr){.msg_name = &peer, .msg_namelen = sizeof peer, .msg_iov = &v, .msg_iovlen = 1};
  sendmsg(sender, &message, 0);
  who_received();
}

static ino_t inode(const char *name) {
  struct stat info;
  return stat(name, &info) ? 0 : info.st_ino;
}

static void try_open(void) {
  int fd = open(path, O_WRONLY | O_APPEND);
  if (fd < 0) return;
  struct stat info;
  fstat(fd, &info);
  count(info.st_ino == inode("b/file") ? 2 : 1);
  close(fd);
}

static struct open_how how; /* of a file that may be read and not written: the byte makes the difference */

static void try_openat2(void) {
  int fd = (int)syscall(SYS_openat2, AT_FDCWD, "b/file", &how, sizeof how);
  if (fd < 0) return;
  count((fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDONLY ? 1 : 2);
  close(fd);
}

static void try_rename(void) {
  close(open("a/source", O_CREAT | O_WRONLY, 0644));
  rename("a/source", path);
  count(inode("b/target") ? 2 : inode("a/target") ? 1 : 0);
  unlink("a/target");
}

static void try_unlink(void) {
  close(open("a/gone", O_CREAT | O_WRONLY, 0644));
  unlink(path);
  count(!inode("b/gone") ? 2 : !inode("a/gone") ? 1 : 0);
}

static void try_chmod(void) {
  struct stat a, b;
  chmod(path, 04644);
  if (stat("a/file", &a) || stat("b/file", &b)) exit(3);
  count(b.st_mode & S_ISUID ? 2 : a.st_mode & S_ISUID ? 1 : 0);
  chmod("a/file", 0644);
  chmod("b/file", 0644);
}

/* Here the file system changes, not the memory: a link that leads now to one directory, now to the other. */
static void *link_swapper(void *nothing) {
  while (!stop) {
    syscall(SYS_renameat2, AT_FDCWD, "a/way", AT_FDCWD, "a/other", 2 /* RENAME_EXCHANGE */);
    swaps++;
  }
  return nothing;
}

static const struct kind {
  const char *name, *format;
  void (*attempt)(void);
} kinds[] = {{"exec", "%s/program-#", try_exec},    {"script", "%s/script-#", try_exec},   {"connect", NULL, try_connect},
             {"sendto", NULL, try_sendto},          {"sendmsg", NULL, try_sendmsg},        {"open", "%s/#/file", try_open},
             {"openat2", NULL, try_openat2},        {"rename", "%s/#/target", try_rename}, {"unlink", "%s/#/gone", try_unlink},
             {"chmod", "%s/#/file", try_chmod},     {"link", NULL, try_open}};

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  const struct kind *kind = kinds;
  while (strcmp(kind->name, argv[1]) != 0)
    if (++kind == kinds + sizeof kinds / sizeof *kinds) return 2;
  long attempts = atol(argv[2]);
  void *(*other_thread)(void *) = swapper;
  if (kind->format) swap_path(kind->format);
  if (kind->attempt == try_connect) prepare_network(SOCK_STREAM);
  if (kind->attempt == try_sendto || kind->attempt == try_sendmsg) prepare_network(SOCK_DGRAM);
  if (kind->attempt == try_openat2) {
    swapped = (volatile char *)&how.flags;
    one = O_RDONLY;
    other = O_WRONLY;
  }
  if (strcmp(kind->name, "link") == 0) {
    if (!getcwd(path, sizeof path)) return 3;
    strcat(path, "/a/way/file");
    other_thread = link_swapper;
  }
  pthread_t thread;
  if (pthread_create(&thread, NULL, other_thread, NULL)) return 3;
  for (long i = 0; i < attempts; i++) kind->attempt();
  stop = 1;
  pthread_join(thread, NULL);
  printf("%ld attempts %ld swaps %ld kept %ld wins\n", attempts, (long)swaps, kept, wins);
  return 0;
}
