#include "refresh.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "policy_find.h"
#include "refresh_source.h"
#include "sys.h"
#include "text.h"

#define POLL_SECONDS_LEAST 10   /* for who sets less: SSM answers 40 calls a second for a whole account */
#define POLL_SECONDS_MOST 86400
#define DESCRIPTORS 1024        /* Lambda's limit for all of an environment */

extern char **environ;

enum outcome { UNFINISHED, SAME, TAKEN, REFUSED, NOT_HAD };

/* What the child tells: a page both see. The child alone writes while it lives, the worker when it is gone. */
struct told {
  uint32_t outcome;
  uint64_t counter; /* of the policy taken */
  uint8_t id[16];
  char etag[HTTP_ETAG_BYTES];
  char message[320];
};

static struct {
  bool configured, off, counter_known;
  struct source_name source;
  struct or_state *state;
  struct told *told;
  pid_t child;
  uint64_t due_ns, poll_ns;
  uint64_t counter; /* of the policy in force, once one was taken; the child finds out before */
  uint8_t id[16];
  char etag[HTTP_ETAG_BYTES];
  char last[320], message[320];
} refresh;

static uint64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static void compose(char *out, size_t size, const char *first, const char *second) {
  struct text text = {out, size, 0, false};
  out[0] = 0;
  text_add(&text, first);
  text_add(&text, second);
}

static const char *configure(void) {
  const char *source = environment_value(environ, "OUTRIDER_POLICY_SOURCE"),
             *poll = environment_value(environ, "OUTRIDER_POLL_SECONDS");
  uint64_t seconds = REFRESH_POLL_SECONDS;
  refresh.configured = refresh.off = true;
  if (!source) return NULL;
  if (!source_parse(source, &refresh.source))
    return "OUTRIDER_POLICY_SOURCE is neither ssm:NAME nor s3://BUCKET/KEY: the policy stays as it is";
  const char *end = poll;
  bool sound = !poll || (parse_number(&end, &seconds) && !*end && seconds <= POLL_SECONDS_MOST);
  if (!sound) seconds = REFRESH_POLL_SECONDS;
  refresh.poll_ns = (seconds < POLL_SECONDS_LEAST ? POLL_SECONDS_LEAST : seconds) * 1000000000;
  void *page = mmap(NULL, sizeof *refresh.told, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) return "no memory for the refresh of the policy";
  refresh.told = page;
  refresh.off = false;
  return sound ? NULL : "OUTRIDER_POLL_SECONDS is no number of seconds: 60 it is";
}

/* In the child from here on, until worker_side. */

static _Alignas(8) uint8_t room[OR_POLICY_MAX_BYTES];

static _Noreturn void tell(enum outcome outcome, const char *message, const char *detail) {
  compose(refresh.told->message, sizeof refresh.told->message, message, detail);
  refresh.told->outcome = outcome;
  _exit(0);
}

static void add_path(struct text *path, uint32_t generation) {
  const char *directory = environment_value(environ, "OUTRIDER_DIR");
  text_add(path, directory ? directory : OR_STATE_DIR);
  text_add(path, "/" OR_STATE_POLICY);
  text_number(path, generation);
}

/* What is in force: of an earlier refresh (a worker before this one may have done it), else of the start. */
static void look_at_policy_in_force(uint32_t generation) {
  static struct found_policy start;
  const struct or_policy_header *header = (const struct or_policy_header *)room;
  TEXT(path, POLICY_PATH_BYTES);
  size_t size;
  add_path(&path, generation);
  bool there = generation && !path.cut &&
               !policy_read(path.buffer, environment_value(environ, "OUTRIDER_POLICY_KEY"), room, &size);
  if (!there) policy_find(environ, room, &start);
  if (!there && start.wrong) return;
  refresh.counter = header->counter;
  memcpy(refresh.id, header->id, sizeof refresh.id);
}

static bool write_policy(uint32_t generation, size_t size) {
  TEXT(path, POLICY_PATH_BYTES);
  TEXT(fresh, POLICY_PATH_BYTES + 8);
  TEXT(old, POLICY_PATH_BYTES);
  add_path(&path, generation);
  text_add(&fresh, path.buffer);
  text_add(&fresh, ".new");
  int fd = path.cut ? -1 : open(fresh.buffer, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return false;
  size_t done = 0;
  while (done < size) {
    ssize_t piece = write(fd, room + done, size - done);
    if (piece <= 0) break;
    done += (size_t)piece;
  }
  if (close(fd) || done < size || rename(fresh.buffer, path.buffer)) return false;
  add_path(&old, generation - 2); /* the one between may still be on its way into a guard */
  if (generation > 2) unlink(old.buffer);
  return true;
}

/* The connections of the proxy must not stay open because of us; nor may a child outlive its time, whatever holds it
 * up. */
static void stand_apart(void) {
  signal(SIGALRM, SIG_DFL);
  signal(SIGPIPE, SIG_IGN);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  alarm(REFRESH_SECONDS);
  for (int fd = 3; fd < DESCRIPTORS; fd++) close(fd);
}

static _Noreturn void child(uint32_t generation) {
  struct fetch fetch = {.room = room};
  const struct or_policy_header *header = (const struct or_policy_header *)room;
  stand_apart();
  if (!refresh.counter_known) look_at_policy_in_force(generation - 1);
  memcpy(fetch.etag, refresh.etag, sizeof fetch.etag);
  enum fetched fetched = source_fetch(environ, &refresh.source, &fetch);
  if (fetched == FETCHED_NOTHING) tell(NOT_HAD, "the policy of OUTRIDER_POLICY_SOURCE cannot be had: ", fetch.wrong);
  if (fetched == FETCHED_SAME) tell(SAME, "", "");
  const char *wrong = policy_accept(room, fetch.size, environment_value(environ, "OUTRIDER_POLICY_KEY"));
  memcpy(refresh.told->etag, fetch.etag, sizeof fetch.etag); /* refused or not, this object need not come again */
  if (!wrong && header->counter < refresh.counter) wrong = "its counter is lower than that of the policy in force";
  if (wrong) tell(REFUSED, "a policy was refused and the one in force stays: ", wrong);
  refresh.told->counter = header->counter;
  memcpy(refresh.told->id, header->id, sizeof header->id);
  if (memcmp(header->id, refresh.id, sizeof header->id) == 0 && header->counter == refresh.counter) tell(SAME, "", "");
  if (!write_policy(generation, fetch.size))
    tell(NOT_HAD, "the new policy could not be written to the state directory", "");
  tell(TAKEN, "", "");
}

/* The worker's side again. */

static void begin(uint64_t at) {
  refresh.due_ns = at + refresh.poll_ns;
  *refresh.told = (struct told){.outcome = UNFINISHED};
  memcpy(refresh.told->etag, refresh.etag, sizeof refresh.etag);
  refresh.child = fork();
  if (refresh.child == 0) child(atomic_load(&refresh.state->policy_generation) + 1);
}

static const char *message_of(const struct told *told) {
  bool empty = !told->message[0];
  const char *text = empty && told->outcome == UNFINISHED ? "the policy of OUTRIDER_POLICY_SOURCE did not come in time"
                                                          : told->message;
  bool fine = told->outcome == SAME || told->outcome == TAKEN;
  if (fine) refresh.last[0] = 0;
  if (fine || strcmp(text, refresh.last) == 0) return NULL;
  compose(refresh.last, sizeof refresh.last, text, "");
  compose(refresh.message, sizeof refresh.message, text, "");
  return refresh.message;
}

static const char *finish(void) {
  const struct told *told = refresh.told;
  refresh.child = 0;
  if (told->outcome != UNFINISHED) memcpy(refresh.etag, told->etag, sizeof refresh.etag);
  if (told->outcome == TAKEN || (told->outcome == SAME && told->counter)) {
    refresh.counter = told->counter;
    memcpy(refresh.id, told->id, sizeof refresh.id);
    refresh.counter_known = true;
  }
  if (told->outcome == TAKEN) atomic_fetch_add(&refresh.state->policy_generation, 1);
  return message_of(told);
}

const char *refresh_tick(struct or_state *state) {
  const char *wrong = NULL;
  if (!state || (refresh.off && refresh.configured)) return NULL;
  if (!refresh.configured && (wrong = configure())) return wrong;
  refresh.state = state;
  if (refresh.off) return NULL;
  if (refresh.child > 0) {
    if (waitpid(refresh.child, NULL, WNOHANG) == 0) return NULL;
    return finish();
  }
  uint64_t at = now();
  bool started = atomic_load(&state->invocations) > 0; /* no network at cold start */
  if (started && at >= refresh.due_ns) begin(at);
  return NULL;
}

void refresh_stop(void) {
  if (refresh.child <= 0) return;
  kill(refresh.child, SIGKILL);
  waitpid(refresh.child, NULL, 0);
  refresh.child = 0;
}
