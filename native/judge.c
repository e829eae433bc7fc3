#include "judge.h"

#include "alert_only.h"
#include "report.h"

bool enforcing(void) {
  if (alert_only()) return false;
  uint32_t slot;
  const struct or_policy_header *policy = policy_acquire(&slot);
  bool block = policy->mode == OR_MODE_BLOCK;
  policy_release(slot);
  return block;
}

bool judge(struct caller *caller, const struct act *act, const char *syscall, uint64_t argv) {
  uint32_t slot;
  const struct or_policy_header *policy = policy_acquire(&slot);
  struct act timed = *act;
  timed.now = (uint32_t)(now_ns(0) / 1000000000u);
  struct decision decision = policy_decide(policy, &timed);
  bool allowed_too = policy->flags & OR_REPORT_ALLOWED;
  policy_release(slot);
  if (decision.verdict == OR_BLOCK && alert_only()) decision.verdict = OR_ALERT;
  if (!still_waiting(caller->call->id)) return false; /* what was read may have been somebody else's */
  bool stopped = decision.verdict == OR_BLOCK;
  /* Every program that starts is told, allowed or not: without them there is no process tree to explain anything by. */
  if (stopped || decision.verdict == OR_ALERT || act->kind == OR_EXEC || allowed_too) {
    struct report report = {act, decision, syscall, stopped ? EPERM : 0, NULL, argv};
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
