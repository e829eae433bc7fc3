/* crowd.c COUNT DIRECTORY: so many processes at once, each of one of eight kinds, and each with calls that the policy allows
 * (below DIRECTORY/open) and one that it does not (DIRECTORY/shut). Prints "wrong: ..." for each wrong answer, then how many
 * there were of what. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char mine[64];

static void expect(const char *what, long result, int error) {
  int found = result < 0 ? errno : 0;
  if (found == error) return;
  printf("wrong: %s: %s\n", what, strerror(found));
  fflush(stdout);
  _exit(1);
}

static void both(const char *what) {
  int fd = open(mine, O_CREAT | O_WRONLY, 0600);
  expect(what, fd, 0);
  struct stat info;
  fstat(fd, &info);
  if (info.st_uid != geteuid()) expect("somebody else's file", -1, 0);
  close(fd);
  expect(what, unlink(mine), 0);
  expect(what, open("shut", O_CREAT | O_WRONLY, 0600), EPERM);
}

static void *without_end(void *path) {
  for (;;) close(open(path, O_CREAT | O_WRONLY, 0600));
}

static void in_a_vfork(void) {
  int status;
  pid_t child = vfork();
  if (child == 0) {
    close(open(mine, O_CREAT | O_WRONLY, 0600));
    execl("/bin/true", "true", (char *)NULL);
    _exit(1);
  }
  waitpid(child, &status, 0);
  expect("vfork", status ? -1 : 0, 0);
  child = vfork();
  if (child == 0) {
    execl("/bin/false", "false", (char *)NULL);
    _exit(errno == EPERM ? 0 : 1);
  }
  waitpid(child, &status, 0);
  expect("what must not run", status ? -1 : 0, 0);
}

static void killed_in_a_call(void) {
  int status;
  pid_t child = fork();
  if (child == 0) without_end(mine);
  usleep(1000 + (unsigned)getpid() % 3000);
  kill(child, SIGKILL);
  waitpid(child, &status, 0);
  expect("kill", WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL ? 0 : -1, 0);
}

static void threads_of_a_dying_process(void) {
  int status;
  pid_t child = fork();
  if (child == 0) {
    pthread_t thread;
    for (int i = 0; i < 3; i++) pthread_create(&thread, NULL, without_end, mine);
    usleep(2000);
    _exit(7);
  }
  waitpid(child, &status, 0);
  expect("an end with calls in hand", WIFEXITED(status) && WEXITSTATUS(status) == 7 ? 0 : -1, 0);
}

static void *leader_is_gone(void *parent) {
  (void)parent;
  usleep(1000);
  both("without a leader");
  _exit(0);
}

static void be(int kind, int number) {
  gid_t groups[2] = {100, 200};
  pthread_t thread;
  snprintf(mine, sizeof mine, "open/%d", number);
  switch (kind) {
    case 0: both("plain"); break;
    case 1:
      expect("setgid", setresgid(2000, 2000, 2000), 0);
      expect("setuid", setresuid(1000 + (uid_t)number % 50, 1000 + (uid_t)number % 50, 1000 + (uid_t)number % 50), 0);
      both("another user");
      break;
    case 2:
      prctl(PR_SET_DUMPABLE, 0);
      both("not dumpable");
      break;
    case 3: in_a_vfork(); break;
    case 4: threads_of_a_dying_process(); break;
    case 5: killed_in_a_call(); break;
    case 6:
      expect("setgroups", setgroups(2, groups), 0);
      expect("setegid", setegid(300), 0);
      both("other groups");
      break;
    case 7:
      pthread_create(&thread, NULL, leader_is_gone, NULL);
      pthread_exit(NULL);
  }
  unlink(mine);
  _exit(0);
}

int main(int argc, char **argv) {
  int count, gate[2], status, right = 0, wrong = 0;
  char byte;
  if (argc != 3 || chdir(argv[2]) || pipe(gate)) return 2;
  count = atoi(argv[1]);
  for (int i = 0; i < count; i++) {
    pid_t child = fork();
    if (child < 0) return 3;
    if (child == 0) {
      close(gate[1]);
      read(gate[0], &byte, 1); /* until all are there */
      be(i % 8, i);
    }
  }
  close(gate[1]);
  while (wait(&status) > 0) {
    if (status) {
      wrong++;
      printf("wrong: status %x\n", status);
    } else {
      right++;
    }
  }
  printf("%d right %d wrong\n", right, wrong);
  return wrong != 0;
}
