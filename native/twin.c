/* twin.c: processes that do nothing but hold the listener and wait for the supervisor's death. With the last holder of a
 * listener gone, every trapped call would answer ENOSYS.
 *
 * What protects us from signals is a filter that knows our numbers, and it cannot be changed once it is in place. So every
 * process that shall ever be the supervisor is made at launch, with its threads, which are parked (worker.c). Each waits
 * for the end of all that come before it: whichever of the living comes first is in charge, and nothing needs to be
 * agreed on. They are the supervisor's siblings, not its children (CLONE_PARENT): none gets a new parent, to whose wait()
 * it would be visible, and the number of a dead one stays taken as long as the launching process does not ask for it.
 *
 * When all of them are used up, another is made after each death: not guarded, and an event has said so. */
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/socket.h>

#include "guard.h"

#define MAKING_SLICES 40 /* of 50 ms: then the launch goes on with the twins there are */

/* A life's line is a pipe that only it can write to: it hangs up when the last of its threads has given up its descriptors,
 * and can do nothing any more. A pidfd would tell 15 ms later: so long it takes to be done with an inotify descriptor. The
 * kernel is done with the highest number first (task_work, last in, first out), hence LINE. */
static int lines[LIVES][2];
static int channels[LIVES]; /* the supervisor's ends, to hand the listener out */
static uint32_t made;       /* twins, whether or not with all their threads */

/* The row of guard->ours where a life has its numbers. Of those that are not guarded two are of interest at a time. */
static unsigned row_of(unsigned life) { return life < LIVES ? life : LIVES + (life & 1); }
int32_t *numbers_of(unsigned life) { return self.guard->ours[row_of(life)]; }

bool is_ours(int64_t pid) {
  if (pid < 0) pid = -pid; /* a process group */
  unsigned first = self.life < LIVES ? self.life : LIVES; /* the dead have nothing to fear */
  const int32_t *one = self.guard->ours[first], *end = one + (LIVES + 2 - first) * (WORKERS + 1);
  while (one < end && (*one == 0 || *one != pid)) one++;
  return one < end;
}

static bool nobody_left(void) {
  struct pollfd listener = {self.listener, 0, 0};
  struct timespec at_once = {0, 0};
  return sys(__NR_ppoll, &listener, 1, &at_once, NULL) == 1 && listener.revents & POLLHUP;
}

static void wait_for_end(int line) {
  char byte;
  while (sys(__NR_read, line, &byte, 1) == -EINTR) continue;
  close_fd(line);
}

static void take_line(int write_end) {
  close_fd(self.line);
  self.line = (int)sys(__NR_fcntl, write_end, F_DUPFD_CLOEXEC, LINE);
  if (self.line >= 0) close_fd(write_end);
  else self.line = write_end; /* so few descriptors are allowed us: then as it is */
}

static _Noreturn void succeed(unsigned life) {
  if (atomic_load(&self.guard->finished) || nobody_left()) sys(__NR_exit_group, 0);
  supervisor_take_over(life);
}

/* What it inherited of the supervisor's. */
static void keep_own(unsigned life) {
  close_fd(self.root);
  close_fd(self.wake);
  for (unsigned i = 1; i < life; i++) close_fd(channels[i]);
  for (unsigned i = 0; i < LIVES; i++) {
    if (i != life) close_fd(lines[i][1]);
    if (i >= life) close_fd(lines[i][0]);
  }
  take_line(lines[life][1]);
}

static _Noreturn void wait_in_line(unsigned life, int theirs, int launch) {
  self.life = life;
  sys(__NR_setsid);
  close_fd(launch);
  keep_own(life);
  numbers_of(life)[0] = (int32_t)sys(__NR_getpid);
  bool complete = workers_start(numbers_of(life));
  atomic_fetch_add(&self.guard->ready, 1);
  futex_wake(&self.guard->ready, 1);
  if (!complete) sys(__NR_exit_group, 1);
  self.listener = descriptor_receive(theirs);
  close_fd(theirs);
  if (self.listener < 0) sys(__NR_exit_group, 1); /* the launch was given up */
  for (unsigned i = 0; i < life; i++) wait_for_end(lines[i][0]);
  succeed(life);
}

/* One that is not complete is none: its threads are not known, or cannot be made. */
bool twin_is_complete(unsigned life) {
  for (unsigned i = 0; i <= WORKERS; i++)
    if (!numbers_of(life)[i]) return false;
  return true;
}

/* Where there is no room for all (a pids cgroup, RLIMIT_NPROC) what there is belongs to the application. */
static void keep_one_if_there_is_no_room(void) {
  bool all = true;
  for (unsigned life = 1; life < LIVES; life++) all &= twin_is_complete(life);
  for (unsigned life = 1; life < LIVES && !all; life++) {
    if (life == 1 && twin_is_complete(life)) continue;
    if (numbers_of(life)[0]) sys(__NR_kill, numbers_of(life)[0], SIGKILL);
    numbers_of(life)[WORKERS] = 0;
  }
}

void twins_start(int launch, unsigned most) {
  made = 0;
  for (unsigned life = 0; life < LIVES; life++) {
    channels[life] = lines[life][0] = lines[life][1] = -1;
    sys(__NR_pipe2, lines[life], O_CLOEXEC);
  }
  if (lines[LIVES - 1][0] < 0) return;
  for (unsigned life = 1; life <= most; life++) {
    int ends[2];
    if (sys(__NR_socketpair, AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) continue;
    int32_t pid = (int32_t)sys(__NR_clone, CLONE_PARENT, 0, 0, 0, 0);
    if (pid == 0) {
      close_fd(ends[0]);
      wait_in_line(life, ends[1], launch);
    }
    close_fd(ends[1]);
    if (pid < 0) {
      close_fd(ends[0]);
      continue;
    }
    numbers_of(life)[0] = pid;
    channels[life] = ends[0];
    made++;
  }
  for (unsigned life = 1; life < LIVES; life++) close_fd(lines[life][1]);
  take_line(lines[0][1]);
}

/* To make room. */
void twins_stop(void) {
  for (unsigned life = 1; life < LIVES; life++) {
    if (channels[life] >= 0) sys(__NR_kill, numbers_of(life)[0], SIGKILL);
    wait_for_end(lines[life][0]);
    close_fd(channels[life]);
    memset(numbers_of(life) + 1, 0, WORKERS * sizeof *numbers_of(life));
  }
  close_fd(lines[0][0]);
  atomic_store(&self.guard->ready, 0);
}

void twins_wait(void) {
  struct timespec slice = {0, 50000000};
  uint32_t ready;
  for (unsigned life = 0; life < LIVES; life++) close_fd(lines[life][0]);
  for (int i = 0; i < MAKING_SLICES && (ready = atomic_load(&self.guard->ready)) < made; i++)
    futex_wait(&self.guard->ready, ready, &slice);
  keep_one_if_there_is_no_room();
}

unsigned twins_give_listener(void) {
  unsigned count = 0;
  for (unsigned life = 1; life < LIVES; life++) {
    bool given = channels[life] >= 0 && twin_is_complete(life) && descriptors_send(channels[life], &self.listener, 1) == 0;
    if (given) count++;
    else twin_gone(life);
    close_fd(channels[life]); /* one that was given nothing ends */
  }
  return count;
}

bool twin_late(void) {
  unsigned life = (self.life < LIVES ? LIVES - 1 : self.life) + 1;
  int ends[2];
  if (sys(__NR_pipe2, ends, O_CLOEXEC)) return false;
  take_line(ends[1]); /* instead of that of the launch, at which nobody listens any more */
  memset(numbers_of(life), 0, sizeof self.guard->ours[0]);
  int32_t pid = (int32_t)sys(__NR_clone, CLONE_PARENT, 0, 0, 0, 0);
  if (pid == 0) {
    sys(__NR_setsid);
    self.line = -1;
    close_all_but(ends[0]);
    wait_for_end(ends[0]);
    succeed(life);
  }
  close_fd(ends[0]);
  if (pid > 0) numbers_of(life)[0] = pid;
  return pid > 0;
}

void twin_gone(unsigned life) { atomic_fetch_or(&self.guard->gone, 1u << life); }

int twin_watch(unsigned life) {
  bool late = life == LIVES; /* the one that twin_late() made */
  if (late && self.life >= LIVES) life = self.life + 1;
  int32_t pid = numbers_of(life)[0];
  return pid && (late || !(atomic_load(&self.guard->gone) >> life & 1)) ? (int)sys(__NR_pidfd_open, pid, 0) : -1;
}

/* Numbers of one piece are one range. Others' numbers are between ours when somebody started something at the same
 * moment, or when the kernel began anew at the lowest: when that makes more pieces than the filter takes, the smallest
 * gaps are guarded with them. */
unsigned guarded_ranges(struct pid_range out[GUARDED_RANGES]) {
  struct pid_range all[LIVES * (WORKERS + 1)];
  unsigned count = 0, pieces = 0;
  for (unsigned i = 0; i < LIVES * (WORKERS + 1); i++) {
    int32_t pid = self.guard->ours[i / (WORKERS + 1)][i % (WORKERS + 1)];
    unsigned at = count;
    if (pid <= 0) continue;
    for (; at && all[at - 1].first > pid; at--) all[at] = all[at - 1];
    all[at] = (struct pid_range){pid, pid};
    count++;
  }
  for (unsigned i = 0; i < count; i++) {
    if (pieces && all[pieces - 1].last + 1 >= all[i].first) all[pieces - 1].last = all[i].last;
    else all[pieces++] = all[i];
  }
  while (pieces > GUARDED_RANGES) {
    unsigned closest = 1;
    for (unsigned i = 2; i < pieces; i++)
      if (all[i].first - all[i - 1].last < all[closest].first - all[closest - 1].last) closest = i;
    all[closest - 1].last = all[closest].last;
    memmove(&all[closest], &all[closest + 1], (pieces - closest - 1) * sizeof *all);
    pieces--;
  }
  memcpy(out, all, pieces * sizeof *out);
  return pieces;
}
