/* named.c: calls that are judged by their name alone. Nothing in memory is decided on, so CONTINUE cannot be raced. */
#include <sched.h>
#include <sys/socket.h>

#include "judge.h"
#include "look.h"
#include "traps.h"

void handle_named(struct caller *caller, const char *name) {
  if (caller->call->data.nr == __NR_socket && strcmp(name, "socket") == 0)
    name = (caller->call->data.args[1] & 15) == SOCK_RAW ? "socket_raw" : "socket_other";
  struct act act = {.kind = OR_SYSCALL, .program = caller->program, .target = name};
  if (!judge(caller, &act, name, 0)) return;
  /* A listener of the application's own outranks who traces it (seccomp(2)): as there can be no second one else. */
  if (self.guard->traced && caller->call->data.nr == __NR_seccomp) answer(caller->call->id, 0, -EBUSY);
  else answer_continue(caller->call->id);
}

/* After these a path may start somewhere else than ours does: from now on resolve.c asks each caller for its root. */
void handle_new_root(struct caller *caller, const char *name) {
  atomic_store(&self.guard->chroot_seen, 1);
  caller_forget(); /* a new user namespace is a new identity */
  struct act act = {.kind = OR_SYSCALL, .program = caller->program, .target = name};
  if (self.guard->traced && caller->call->data.nr == __NR_clone && caller->call->data.args[0] & CLONE_UNTRACED) refuse(caller, &act, name, "who is not traced is not decided about");
  else handle_named(caller, name);
}

void handle_identity(struct caller *caller, const char *name) {
  if (strcmp(name, "umask") != 0) look_keep(caller_process(caller));
  if (strcmp(name, "umask") == 0) caller_forget_for_a_while();
  else caller_forget();
  answer_continue(caller->call->id);
}
