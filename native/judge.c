#include "judge.h"

#include "report.h"
#include "traits.h"

bool enforcing(void) {
  uint32_t slot;
  const struct or_policy_header *policy = policy_acquire(&slot);
  bool block = policy->mode == OR_MODE_BLOCK;
  policy_release(slot);
  return block;
}

/* By a policy, whose reference is given back. */
static bool judge_by(const struct or_policy_header *policy, uint32_t slot, struct caller *caller, const struct act *act,
                     const char *syscall, uint64_t argv) {
  struct decision decision = policy_decide(policy, act);
  bool allowed_too = policy->flags & OR_REPORT_ALLOWED;
  struct act told = *act;
  if (!policy_is_of_image(policy, act)) told.traits |= TRAIT_NOT_OF_IMAGE;
  policy_release(slot);
  if (!still_waiting(caller->call->id)) return false; /* what was read may have been somebody else's */
  bool stopped = decision.verdict == OR_BLOCK;
  /* What is read is told only where it should not be: nobody could make anything of all of it.
   * Every program that starts is told, allowed or not: without them there is no process tree to explain anything by. */
  if (stopped || decision.verdict == OR_ALERT || act->kind == OR_EXEC || (allowed_too && act->kind != OR_READ)) {
    struct report report = {&told, decision, syscall, stopped ? EPERM : 0, act->remark, argv};
    report_act(caller, &report);
  }
  if (stopped) answer(caller->call->id, 0, -EPERM);
  return !stopped;
}

bool judge(struct caller *caller, const struct act *act, const char *syscall, uint64_t argv) {
  uint32_t slot;
  const struct or_policy_header *policy = policy_acquire(&slot);
  return judge_by(policy, slot, caller, act, syscall, argv);
}

bool judge_program(struct caller *caller, const struct place *place, struct program_hash *hash, const char *syscall, uint64_t argv) {
  uint32_t slot;
  const struct or_policy_header *policy = policy_acquire(&slot); /* held while it hashes: what it asks for, it gets */
  struct act act = {.kind = OR_EXEC, .program = caller->program, .target = place->path, .traits = traits_of_program(place)};
  memset(hash, 0, sizeof *hash);
  if (policy_asks(policy) & OR_ASKS_HASHES) program_hash(place->target, hash);
  if (*hash->sha256) act.sha256 = hash->sha256;
  act.remark = hash->wrong;
  return judge_by(policy, slot, caller, &act, syscall, argv);
}

void refuse(struct caller *caller, const struct act *act, const char *syscall, const char *message) {
  if (!still_waiting(caller->call->id)) return;
  struct report report = {act, {OR_BLOCK, 0}, syscall, EPERM, message, 0};
  report_act(caller, &report);
  answer(caller->call->id, 0, -EPERM);
}
