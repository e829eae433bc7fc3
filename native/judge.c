#include "judge.h"

#include "alert_only.h"
#include "await.h"
#include "report.h"
#include "traits.h"

bool enforcing(void) {
  if (alert_only()) return false;
  uint32_t slot;
  const struct or_policy_header *policy = policy_acquire(&slot);
  bool block = policy->mode == OR_MODE_BLOCK;
  policy_release(slot);
  return block;
}

#define RESOLVER_PORT 53

struct ruling {
  struct decision decision;
  const char *name; /* of `names`; NULL: the peer has none */
  bool reported, asks_names, of_image;
};

/* An address may have several names. The rule that decides is the first of the policy that matches the address with
 * any of them, or without one; the name is told with which it matched, and where no rule did the one answered last. */
static struct ruling rule_by(const struct or_policy_header *policy, uint32_t asks, const struct act *act, const struct names *names) {
  struct act named = *act;
  if (asks & OR_ASKS_TIME) named.now = (uint32_t)(now_ns(0) / 1000000000u);
  /* What is read is told only where it should not be: nobody could make anything of all of it. */
  bool allowed_too = policy->flags & OR_REPORT_ALLOWED && act->kind != OR_READ;
  struct ruling ruling = {policy_decide(policy, &named), NULL, allowed_too, false, policy_is_of_image(policy, &named)};
  for (unsigned i = 0; i < names->count; i++) {
    named.name = names->name[i];
    struct decision with_name = policy_decide(policy, &named);
    bool earlier = with_name.rule && (!ruling.decision.rule || with_name.place < ruling.decision.place);
    if (earlier) ruling.decision = with_name;
    if (earlier || !ruling.name) ruling.name = named.name;
  }
  ruling.asks_names = names_concern(act) && asks & OR_ASKS_NAMES;
  if (ruling.decision.verdict == OR_BLOCK && alert_only()) ruling.decision.verdict = OR_ALERT;
  /* Every program that starts is told, allowed or not: without them there is no process tree to explain anything by. */
  ruling.reported |= ruling.decision.verdict != OR_ALLOW || act->kind == OR_EXEC;
  return ruling;
}

static const struct names no_names;

static struct ruling rule_on(const struct act *act, const struct names *names) {
  uint32_t slot;
  const struct or_policy_header *policy = policy_acquire(&slot);
  struct ruling ruling = rule_by(policy, policy_asks_of(slot), act, names);
  policy_release(slot);
  return ruling;
}

/* An answer on its way could change the verdict; or at least what is told of the peer, and learned from it. What goes on
 * in any case waits for an address once a minute at most. */
static bool waits_for_name(const struct act *act, const struct ruling *ruling) {
  if (act->port == RESOLVER_PORT) return false; /* that is where answers come from */
  bool stopped = ruling->decision.verdict == OR_BLOCK, flagged = ruling->decision.verdict == OR_ALERT;
  if (ruling->asks_names && stopped) return true;
  bool wanted = (ruling->asks_names && flagged) || (ruling->reported && !ruling->name && names_asked_lately());
  return wanted && !names_in_vain(act);
}

static struct ruling rule_on_peer(const struct caller *caller, const struct act *act, struct names *names) {
  struct patience patience = {0};
  struct ruling ruling = rule_on(act, names);
  if (!ruling.asks_names && !ruling.reported) return ruling;
  names_find(act, names);
  for (ruling = rule_on(act, names); waits_for_name(act, &ruling) && names_await(caller, act, names, &patience); ruling = rule_on(act, names))
    names_find(act, names);
  names_awaited(caller, act, &patience);
  return ruling;
}

static bool names_matter(void) {
  uint32_t slot;
  const struct or_policy_header *policy = policy_acquire(&slot);
  bool matter = policy->flags & OR_REPORT_ALLOWED || policy_asks_of(slot) & OR_ASKS_NAMES;
  policy_release(slot);
  return matter;
}

/* What follows for the caller, and for the agent. */
static bool carry_out(struct caller *caller, const struct act *act, const struct ruling *ruling, const char *syscall, uint64_t argv) {
  if (!still_waiting(caller->call->id)) return false; /* what was read may have been somebody else's */
  bool stopped = ruling->decision.verdict == OR_BLOCK;
  if (ruling->reported) {
    struct act told = *act;
    told.name = ruling->name;
    if (!ruling->of_image) told.traits |= TRAIT_NOT_OF_IMAGE;
    struct report report = {&told, ruling->decision, syscall, stopped ? EPERM : 0, act->remark, argv};
    report_act(caller, &report);
  }
  if (stopped) answer(caller->call->id, 0, -EPERM);
  return !stopped;
}

bool judge(struct caller *caller, const struct act *act, const char *syscall, uint64_t argv) {
  struct names names;
  names.count = 0;
  if (act->kind == OR_CONNECT && act->port == RESOLVER_PORT && names_matter()) names_asked(caller, act);
  struct ruling ruling = names_concern(act) ? rule_on_peer(caller, act, &names) : rule_on(act, &names);
  return carry_out(caller, act, &ruling, syscall, argv);
}

bool passes_in_silence(const struct act *act) {
  struct ruling ruling = rule_on(act, &no_names);
  return ruling.decision.verdict == OR_ALLOW && !ruling.reported;
}

bool is_stopped(const struct act *act) { return rule_on(act, &no_names).decision.verdict == OR_BLOCK; }

bool judge_program(struct caller *caller, const struct place *place, struct program_hash *hash, struct arguments *arguments, const char *syscall, uint64_t argv) {
  uint32_t slot;
  const struct or_policy_header *policy = policy_acquire(&slot); /* held while it hashes: what it asks for, it gets */
  uint32_t asks = policy_asks_of(slot);
  struct act act = {.kind = OR_EXEC, .program = caller->program, .target = place->path, .traits = traits_of_program(place)};
  memset(hash, 0, sizeof *hash);
  if (asks & OR_ASKS_HASHES) program_hash(place->target, hash);
  if (*hash->sha256) act.sha256 = hash->sha256;
  act.remark = hash->wrong;
  command_line_into(&arguments->line, &act);
  arguments->judged |= arguments->read && policy_judges_arguments(policy, &act);
  struct ruling ruling = rule_by(policy, asks, &act, &no_names);
  policy_release(slot);
  return carry_out(caller, &act, &ruling, syscall, argv);
}

void refuse(struct caller *caller, const struct act *act, const char *syscall, const char *message) {
  if (!still_waiting(caller->call->id)) return;
  struct report report = {act, {OR_BLOCK, 0, 0}, syscall, EPERM, message, 0};
  report_act(caller, &report);
  answer(caller->call->id, 0, -EPERM);
}
