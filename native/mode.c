/* mode.c: chmod that lets a file run as its owner or its group. The filter passes over all other modes; of the rest,
 * directories are not judged (there the bit hands on the group). The mode is in a register, what it is given to is held by
 * descriptor, and the call is made on that: nothing the caller's memory says later can matter. */
#include "judge.h"
#include "traits.h"
#include "traps.h"

struct moding {
  struct caller *caller;
  const char *name;
  uint32_t mode;
  struct place place;
  bool duplicate; /* place.target is the caller's own open file, not an O_PATH descriptor of it */
};

static long perform(const struct moding *m) {
  const struct identity *who = caller_identity(m->caller);
  if (!who) return caller_unknown();
  struct text_path link = descriptor_path(m->place.target);
  long result = identity_take(who, m->place.below_proc);
  if (result) return result;
  result = m->duplicate ? sys(__NR_fchmod, m->place.target, m->mode) : sys(__NR_fchmodat, AT_FDCWD, link.bytes, m->mode);
  identity_drop(who, m->place.below_proc);
  return result;
}

static void judge_mode(struct moding *m, long error) {
  uint64_t id = m->caller->call->id;
  bool enforce = enforcing();
  struct act act = {.kind = OR_WRITE, .program = m->caller->program, .target = m->place.path, .traits = traits_of_mode(m->mode)};
  if (!error && m->place.target < 0) error = -ENOENT;
  if (error || !S_ISREG(m->place.mode) || judge(m->caller, &act, m->name, 0)) {
    if (!enforce) answer_continue(id);
    else answer(id, 0, (int32_t)(error ? error : perform(m)));
  }
  place_close(&m->place);
}

static long find(struct moding *m, int dirfd, uint64_t path_pointer, uint64_t flags) {
  char path[PATH_BYTES];
  m->place.parent = m->place.target = -1;
  long length = caller_string(m->caller, path_pointer, path, sizeof path);
  if (length < 0) return length;
  if (!length && flags & AT_EMPTY_PATH) return resolve_descriptor(m->caller, dirfd, &m->place);
  return resolve(m->caller, dirfd, path, flags & AT_SYMLINK_NOFOLLOW ? KEEP_LAST : FOLLOW_LAST, &m->place);
}

static void change_mode(struct caller *caller, const char *name, int dirfd, uint64_t path, uint64_t mode, uint64_t flags) {
  struct moding m = {.caller = caller, .name = name, .mode = (uint32_t)mode};
  judge_mode(&m, find(&m, dirfd, path, flags));
}

void handle_chmod(struct caller *caller, const char *name) {
  const __u64 *args = caller->call->data.args;
  change_mode(caller, name, AT_FDCWD, args[0], args[1], 0);
}

void handle_fchmodat(struct caller *caller, const char *name) {
  const __u64 *args = caller->call->data.args;
  change_mode(caller, name, (int)args[0], args[1], args[2], 0);
}

/* The kernel says first whether it knows the call and its flags; the path it is asked about leads nowhere. */
void handle_fchmodat2(struct caller *caller, const char *name) {
  const __u64 *args = caller->call->data.args;
  long error = sys(__NR_fchmodat2, AT_FDCWD, 1, 0, (uint32_t)args[3]);
  if (error != -EFAULT) answer(caller->call->id, 0, (int32_t)error);
  else change_mode(caller, name, (int)args[0], args[1], args[2], (uint32_t)args[3]);
}

/* By a duplicate; without the right to take one (HAS_GETFD), by where the descriptor leads. */
void handle_fchmod(struct caller *caller, const char *name) {
  const __u64 *args = caller->call->data.args;
  struct moding m = {.caller = caller, .name = name, .mode = (uint32_t)args[1]};
  int fd = self.guard->features & HAS_GETFD ? caller_descriptor(caller, (int)args[0]) : -EPERM;
  m.duplicate = fd >= 0;
  long error = fd == -EPERM ? resolve_descriptor(caller, (int)args[0], &m.place) : place_of_descriptor(fd, &m.place);
  judge_mode(&m, error);
}
