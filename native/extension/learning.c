/* learning.c: how long what is allowed is reported. */
#include <string.h>

#include "acts.h"
#include "decide.h"
#include "extension.h"
#include "policy_find.h"
#include "text.h"

static uint64_t most_invocations, most_seconds; /* 0: no such end */

/* "invocations=200,seconds=900"; what it does not say is the policy's. */
static void read_override(const char *text) {
  static const char invocations[] = "invocations=", seconds[] = "seconds=";
  while (text && *text) {
    bool first = strncmp(text, invocations, sizeof invocations - 1) == 0,
         second = strncmp(text, seconds, sizeof seconds - 1) == 0;
    const char *number = text + (first ? sizeof invocations - 1 : sizeof seconds - 1);
    uint64_t value;
    if ((!first && !second) || !parse_number(&number, &value)) return;
    *(first ? &most_invocations : &most_seconds) = value;
    if (*number != ',') return;
    text = number + 1;
  }
}

void learning_begin(void) {
  const struct or_policy_header *policy = decide_policy();
  bool wanted = policy && policy->flags & OR_REPORT_ALLOWED;
  most_invocations = policy ? policy->learn_invocations : 0;
  most_seconds = policy ? policy->learn_seconds : 0;
  read_override(environment_value(settings.environment, "OUTRIDER_LEARN"));
  if (state->learning && !wanted) acts_emit(false);
  state->learning = wanted && !shared->learning_over;
  learning_check();
}

void learning_check(void) {
  if (!state->learning) return;
  bool enough = most_invocations && shared->invocations >= most_invocations;
  bool long_enough = most_seconds && now_real() - shared->started_ns >= most_seconds * 1000000000u;
  if (!enough && !long_enough) return;
  state->learning = 0;
  shared->learning_over = true;
  acts_emit(true);
}
