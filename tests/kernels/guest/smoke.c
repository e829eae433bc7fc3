/* smoke: one act of each kind, allowed and not, in the current directory: what came of each, a line. 'a' is allowed by
 * the policy in smoke.py, 'b' is not; in alert mode all of it goes through. */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef SYS_memfd_create
#error "a kernel of this century"
#endif

static void said(const char *what, long result) { printf("%s: %s\n", what, result < 0 ? strerror(errno) : "ok"); }

static long made(const char *path) {
  int fd = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0644);
  long written = fd < 0 ? -1 : write(fd, "x\n", 2);
  if (fd >= 0) close(fd);
  return written;
}

/* The status a child ends with, or -1 and its errno. */
static long ran(const char *path) {
  char *arguments[] = {(char *)path, NULL}, *nothing[] = {NULL};
  volatile int error = 0;
  pid_t child = vfork();
  if (child == 0) {
    execve(path, arguments, nothing);
    error = errno;
    _exit(126);
  }
  int status = -1;
  waitpid(child, &status, 0);
  errno = error ? error : EPERM;
  return error || !WIFEXITED(status) ? -1 : WEXITSTATUS(status);
}

static long ran_from_memory(const char *path) {
  char bytes[65536];
  long got;
  int from = open(path, O_RDONLY), memory = (int)syscall(SYS_memfd_create, "x", 0);
  while ((got = read(from, bytes, sizeof bytes)) > 0)
    if (write(memory, bytes, (size_t)got) != got) return -1;
  close(from);
  char name[64];
  snprintf(name, sizeof name, "/proc/self/fd/%d", memory);
  long result = memory < 0 ? -1 : ran(name);
  int error = errno;
  if (memory >= 0) close(memory);
  errno = error;
  return result;
}

static struct sockaddr_in loopback(uint16_t port) {
  return (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(port)};
}

static long reached(int type, uint16_t port) {
  struct sockaddr_in own = loopback(port);
  int yes = 1, here = socket(AF_INET, type | SOCK_CLOEXEC, 0), there = socket(AF_INET, type | SOCK_CLOEXEC, 0);
  setsockopt(here, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (bind(here, (void *)&own, sizeof own) || (type == SOCK_STREAM && listen(here, 4))) return -1;
  long result = type == SOCK_STREAM ? connect(there, (void *)&own, sizeof own)
                                    : sendto(there, "x", 1, 0, (void *)&own, sizeof own);
  int error = errno;
  if (result == 0 && type == SOCK_STREAM) result = close(accept(here, NULL, NULL));
  close(here);
  close(there);
  errno = error;
  return result;
}

static void *in_a_thread(void *nothing) {
  said("a thread makes a/thread", made("a/thread"));
  said("a thread makes b/thread", made("b/thread"));
  said("a thread runs program-a", ran("program-a"));
  return nothing;
}

int main(void) {
  pthread_t thread;
  said("makes a/file", made("a/file"));
  said("makes b/file", made("b/file"));
  said("renames a/file to a/other", rename("a/file", "a/other"));
  said("renames a/other to b/other", rename("a/other", "b/other"));
  said("makes the directory a/d", mkdir("a/d", 0755));
  said("makes the directory b/d", mkdir("b/d", 0755));
  said("shortens b/kept", truncate("b/kept", 0));
  said("runs program-a", ran("program-a"));
  said("runs program-b", ran("program-b"));
  said("runs script-a", ran("script-a"));
  said("runs script-b", ran("script-b"));
  said("runs program-a from memory", ran_from_memory("program-a"));
  said("connects to the allowed port", reached(SOCK_STREAM, 0x6100));
  said("connects to the other port", reached(SOCK_STREAM, 0x6200));
  said("sends to the allowed port", reached(SOCK_DGRAM, 0x6100));
  said("sends to the other port", reached(SOCK_DGRAM, 0x6200));
  if (pthread_create(&thread, NULL, in_a_thread, NULL) || pthread_join(thread, NULL)) return 3;
  return 7;
}
