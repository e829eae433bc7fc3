/* twin.c: a process that does nothing but hold the listener and wait for the supervisor's death. With the last holder
 * of a listener gone, every trapped call would answer ENOSYS. */
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "guard.h"

static int channel = -1; /* our end; its hang-up is how the twin learns of our death */
static int32_t twin_pid = -1;

static bool nobody_left(void) {
  struct pollfd listener = {self.listener, 0, 0};
  struct timespec at_once = {0, 0};
  return sys(__NR_ppoll, &listener, 1, &at_once, NULL) == 1 && listener.revents & POLLHUP;
}

/* Two supervisors at work would be worse than none: the hang-up alone is not believed. */
static bool orphaned(int32_t parent) {
  struct timespec pause = {0, 100000};
  for (int i = 0; i < 1000; i++) {
    if ((int32_t)sys(__NR_getppid) != parent) return true;
    sys(__NR_nanosleep, &pause, NULL);
  }
  return false;
}

static _Noreturn void wait_for_death(int theirs, int32_t parent) {
  char byte;
  sys(__NR_setsid);
  close_all_but(theirs);
  if (self.listener < 0) self.listener = descriptor_receive(theirs);
  while (self.listener >= 0) {
    long got = sys(__NR_recvfrom, theirs, &byte, 1, 0, NULL, NULL);
    if (got == -EINTR) continue;
    if (!atomic_load(&self.guard->finished) && !nobody_left() && orphaned(parent)) supervisor_take_over();
    break;
  }
  sys(__NR_exit_group, 0);
  __builtin_unreachable();
}

void twin_start(void) {
  int ends[2];
  close_fd(channel);
  channel = -1;
  if (sys(__NR_socketpair, AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) return;
  twin_pid = (int32_t)sys(__NR_clone, 0, 0, 0, 0, 0);
  if (twin_pid == 0) wait_for_death(ends[1], self.pid);
  close_fd(ends[1]);
  channel = ends[0];
}

/* The inherited numbers mean nothing in a twin that has taken over. */
void twin_forget(void) { channel = twin_pid = -1; }

void twin_give_listener(void) { descriptor_send(channel, self.listener); }

void twin_gone(void) {
  int status;
  sys(__NR_wait4, twin_pid, &status, __WALL | WNOHANG, NULL);
  twin_pid = -1;
}

int twin_watch(void) { return twin_pid > 0 ? (int)sys(__NR_pidfd_open, twin_pid, 0) : -1; }
