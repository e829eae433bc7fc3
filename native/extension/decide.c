#include "decide.h"

#include <fcntl.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "events.h"
#include "extension.h"
#include "policy_find.h"

static _Alignas(
    8) uint8_t rooms[2][OR_POLICY_MAX_BYTES]; /* one in force, one to read into; touched as far as they are long */
static unsigned in_force;
static const struct or_policy_header *policy;
static uint32_t generation;

const struct or_policy_header *decide_policy(void) { return policy; }

void decide_start(void) {
  struct found_policy found;
  char message[256];
  policy_find(settings.environment, rooms[in_force], &found);
  if (!found.wrong) {
    policy = (const struct or_policy_header *)rooms[in_force];
    return;
  }
  snprintf(message, sizeof message, "extension: events are not decided on: policy %.100s: %s", found.where,
           found.wrong);
  events_trouble(message);
}

static const char *read_policy(int fd, uint8_t *room, size_t *size) {
  ssize_t got;
  *size = 0;
  while ((got = read(fd, room + *size, OR_POLICY_MAX_BYTES - *size)) > 0) *size += (size_t)got;
  if (got < 0) return "it cannot be read";
  return policy_accept(room, *size, settings.policy_key);
}

bool decide_refresh(void) {
  char name[32], message[128];
  size_t size;
  uint32_t now = state->policy_generation;
  if (now == generation) return false;
  generation = now;
  snprintf(name, sizeof name, OR_STATE_POLICY "%u", now);
  int fd = directory_open(name, O_RDONLY | O_NONBLOCK);
  const char *wrong = fd < 0 ? "it is not there" : read_policy(fd, rooms[!in_force], &size);
  if (fd >= 0) close(fd);
  const struct or_policy_header *next = (const struct or_policy_header *)rooms[!in_force];
  if (!wrong && policy && next->counter < policy->counter)
    wrong = "its counter is lower than that of the policy in force";
  if (wrong) {
    snprintf(message, sizeof message, "extension: a newer policy is not taken: %s", wrong);
    events_trouble(message);
    return false;
  }
  in_force = !in_force;
  policy = next;
  return true;
}

struct decision decide(enum or_kind kind, const char *program, const char *target) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  struct act act = {.kind = kind, .program = program, .target = target, .now = (uint32_t)now.tv_sec};
  return policy ? policy_decide(policy, &act) : (struct decision){OR_ALLOW, 0, 0};
}

struct decision decide_beyond_limit(void) {
  return (struct decision){policy && policy->mode == OR_MODE_ALERT ? OR_ALERT : OR_BLOCK, 0, 0};
}
