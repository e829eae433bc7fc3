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

bool judge(struct caller *caller, const struct act *act, const char *syscall, uint64_t argv) {
  uint32_t slot;
  const struct or_policy_header *policy = policy_acquire(&slot);
  struct decision decision = policy_decide(policy, act);
  bool allowed_too = policy->flags & OR_REPORT_ALLOWED;
  struct act told = *act;
  if (!policy_is_of_image(policy, act)) told.traits |= TRAIT_NOT_OF_IMAGE;
  policy_release(slot);
  if (!still_waiting(caller->call->id)) return false; /* what was read may have been somebody else's */
  bool stopped = decision.verdict == OR_BLOCK;
  /* Every program that starts is told, allowed or not: without them there is no process tree to explain anything by. */
  if (stopped || decision.verdict == OR_ALERT || act->kind == OR_EXEC || allowed_too) {
    struct report report = {&told, decision, syscall, stopped ? EPERM : 0, NULL, argv};
    report_act(caller, &report);
  }
  if (stopped) answer(caller->call->id, 0, -EPERM);
  return !stopped;
}

void refuse(struct caller *caller, const struct act *act, const char *syscall, const char *message) {
  if (!still_waiting(caller->call->id)) return;
  struct report report = {act, {OR_BLOCK, 0}, syscall, EPERM, message, 0};
  report_act(caller, &report);
  answer(caller->call->id, 0, -EPERM);
}
