/* decide.c: one act, from what a hook knows of it to the answer. What was allowed and needs no more telling is
 * remembered by a hash of everything the decision looked at, the policy included, so the usual act costs a hash and a
 * look into a table. */
#include "inside.h"

#define KNOWN 2048u /* acts remembered; a power of two. 16 KiB, touched only where used */

static _Atomic uint64_t known[KNOWN];

/* A product of 128 bits, folded. Each word meets the secret key before it is a factor: met with a constant, there would
 * be a word that makes the product zero, and everything hashed before it would count no more. */
static inline uint64_t mix(uint64_t hash, uint64_t word) {
  unsigned __int128 product = (unsigned __int128)(word ^ self.key) * (hash ^ 0x589965cc75374cc3);
  return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static inline uint64_t word_at(const uint8_t *bytes) {
  uint64_t word;
  memcpy(&word, bytes, sizeof word);
  return word;
}

uint64_t hash_bytes(uint64_t seed, const void *bytes, size_t length) {
  const uint8_t *p = bytes;
  uint64_t hash = mix(seed, length), rest = 0;
  size_t left = length;
  for (; left >= 8; left -= 8, p += 8) hash = mix(hash, word_at(p));
  if (left && length >= 8) rest = word_at(p + left - 8); /* some bytes twice: the length says which */
  else for (size_t i = 0; i < left; i++) rest |= (uint64_t)p[i] << (8 * i);
  return mix(mix(hash, rest), self.seed);
}

static bool learning(const struct policy *policy) {
  return policy->reports_allowed && self.state && atomic_load_explicit(&self.state->learning, memory_order_relaxed);
}

/* Only for a policy that has rules which expire: a clock costs as much as a decision. */
static void set_time(struct act *act, const struct policy *policy) {
  int64_t now[2] = {0, 0};
  if (!(policy->asks & OR_ASKS_TIME)) return;
  sys(__NR_clock_gettime, 0 /* CLOCK_REALTIME */, now);
  act->now = (uint32_t)now[0];
}

static uint64_t key_of(const struct act *act, const struct policy *policy) {
  bool inet = act->family == OR_INET || act->family == OR_INET6, other = act->program != self.program;
  uint64_t parts = (uint64_t)inet | (uint64_t)(*act->target != 0) << 1 | (uint64_t)(act->sha256 != NULL) << 2 | (uint64_t)other << 3;
  uint64_t key = mix(self.seed, (uint64_t)policy->epoch << 32 | (uint64_t)learning(policy) << 24 | (uint32_t)act->kind);
  key = mix(key, parts << 32 | (uint64_t)act->family << 24 | (uint64_t)act->proto << 16 | act->port);
  if (inet) key = mix(mix(key, word_at(act->addr)), word_at(act->addr + 8));
  if (*act->target) key = hash_bytes(key, act->target, strlen(act->target));
  if (act->sha256) key = hash_bytes(key, act->sha256, strlen(act->sha256));
  if (act->now) key = mix(key, act->now); /* what expires is decided anew each second */
  if (other) key = hash_bytes(key, act->program, strlen(act->program));
  return key ? key : 1;
}

static bool is_known(uint64_t key) { return atomic_load_explicit(&known[key % KNOWN], memory_order_relaxed) == key; }

static void remember(uint64_t key) { atomic_store_explicit(&known[key % KNOWN], key, memory_order_relaxed); }

/* An address may have been the answer for several names; one that is allowed is enough. */
static struct decision decide_named(const struct policy *policy, struct act *act, char name[NAME_BYTES]) {
  struct decision best = policy_decide(policy->blob, act);
  if (act->name || (act->family != OR_INET && act->family != OR_INET6)) return best;
  char candidate[NAME_BYTES];
  for (unsigned n = 0; name_of(act->family, act->addr, n, candidate); n++) {
    act->name = candidate;
    struct decision decision = policy_decide(policy->blob, act);
    if (n == 0 || decision.verdict < best.verdict) {
      best = decision;
      memcpy(name, candidate, NAME_BYTES);
    }
    act->name = name;
  }
  return best;
}

static bool alert_only(void) { return self.state && atomic_load_explicit(&self.state->alert_only, memory_order_relaxed); }

static struct decision decide_act(const struct policy *policy, struct act *act, char name[NAME_BYTES]) {
  struct decision decision = act->kind == OR_CONNECT ? decide_named(policy, act, name) : policy_decide(policy->blob, act);
  if (decision.verdict == OR_BLOCK && alert_only()) decision.verdict = OR_ALERT;
  return decision;
}

/* What is to be said of an act that was decided, and remembered. The errno to answer. */
static int settle(const struct policy *policy, const struct act *act, struct decision decision, uint64_t key,
                  const struct telling *telling) {
  int error = decision.verdict == OR_BLOCK ? EACCES : 0;
  /* A read that no rule speaks of is no part of a model. */
  bool told = decision.verdict != OR_ALLOW || (learning(policy) && (act->kind != OR_READ || decision.rule));
  if (told) report_act(act, decision, telling, error);
  if (decision.verdict == OR_ALLOW) remember(key);
  return error;
}

int guard_tell(struct act *act, const struct telling *telling) {
  char name[NAME_BYTES];
  const struct policy *policy = policy_now();
  if (!policy) return 0;
  if (!act->program) act->program = self.program;
  set_time(act, policy);
  uint64_t key = key_of(act, policy);
  if (is_known(key) && !act->arguments) return 0; /* of words that are decided on none are remembered */
  struct decision decision = decide_act(policy, act, name);
  return settle(policy, act, decision, key, telling);
}

bool guard_allowed(const struct policy *policy, struct act *act, const char *call) {
  char name[NAME_BYTES];
  if (!act->program) act->program = self.program;
  set_time(act, policy);
  uint64_t key = key_of(act, policy);
  if (is_known(key)) return true;
  struct decision decision = decide_act(policy, act, name);
  struct telling telling = {.call = call};
  if (decision.verdict != OR_ALLOW) {
    act->name = NULL;
    return false;
  }
  settle(policy, act, decision, key, &telling);
  return true;
}

int guard_act(struct act *act, const char *call, const char *message) {
  struct telling telling = {.call = call, .message = message};
  return guard_tell(act, &telling);
}

int guard_call(const char *name) {
  struct act act = {.kind = OR_SYSCALL, .target = name};
  return guard_act(&act, name, NULL);
}

int guard_own(enum or_kind kind, const char *target, const char *call, const char *message) {
  const struct policy *policy = policy_now();
  if (!policy) return 0;
  struct act act = {.kind = kind, .program = self.program, .target = target};
  struct decision decision = {policy->blocks && !alert_only() ? OR_BLOCK : OR_ALERT, 0, 0};
  struct telling telling = {.call = call, .message = message};
  int error = decision.verdict == OR_BLOCK ? EACCES : 0;
  report_act(&act, decision, &telling, error);
  return error;
}
