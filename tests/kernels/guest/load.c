/* load CALLS: the same trapped calls again and again while somebody kills the supervisor:
 * "calls failed longest-ms refused". `load closed` waits for a line, then tries each call once: nobody is there. */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long calls, failed, refused;
static double longest;

static double milliseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* `twice`: what a call may answer that had just been carried out when the supervisor died in it. */
static void count(double began, long result, int twice) {
  double took = milliseconds() - began;
  if (took > longest) longest = took;
  calls++;
  if (result >= 0 || errno == twice) return;
  failed++;
  fprintf(stderr, "load: %s\n", strerror(errno));
}

static long opened(const char *path) {
  int fd = open(path, O_CREAT | O_WRONLY, 0644);
  if (fd >= 0) close(fd);
  return fd;
}

static long spawned(void) {
  char *arguments[] = {"program-a", NULL}, *nothing[] = {NULL};
  pid_t child;
  int status = 0, error = posix_spawn(&child, "program-a", NULL, NULL, arguments, nothing);
  if (!error) waitpid(child, &status, 0);
  errno = error ? error : EINTR;
  return error || !WIFEXITED(status) || WEXITSTATUS(status) != 70 ? -1 : 0;
}

static int closed(void) {
  puts("ready");
  fflush(stdout);
  getchar();
  printf("open: %s\n", opened("a/new") < 0 ? strerror(errno) : "ok");
  printf("mkdir: %s\n", mkdir("a/new-directory", 0755) ? strerror(errno) : "ok");
  printf("exec: %s\n", spawned() ? strerror(errno) : "ok");
  printf("read: %s\n", open("program-a", O_RDONLY) < 0 ? strerror(errno) : "ok");
  return 0;
}

int main(int argc, char **argv) {
  if (argc != 2) return 2;
  if (!strcmp(argv[1], "closed")) return closed();
  puts("ready");
  fflush(stdout);
  while (calls < atol(argv[1]) && access("stop", F_OK)) {
    count(milliseconds(), opened("a/file"), 0);
    count(milliseconds(), mkdir("a/d", 0755), EEXIST);
    count(milliseconds(), rmdir("a/d"), ENOENT);
    count(milliseconds(), spawned(), 0);
    if (opened("b/denied") < 0 && errno == EPERM) refused++;
    else failed++;
  }
  printf("%ld %ld %.1f %ld\n", calls, failed, longest, refused);
  return 0;
}
