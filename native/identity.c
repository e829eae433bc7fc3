/* identity.c: acting as the caller. Credentials are a thread's own in the kernel; so each worker takes those of its
 * caller by raw system calls and goes back to its own, and skips both when they are the same (capabilities(7),
 * credentials(7)). The real and saved user stay ours: that is what keeps the way back open, and the caller's user
 * from sending us signals. */
#include <linux/capability.h>

#include "caller.h"

static bool numbers_after(const char *status, const char *name, uint32_t *numbers, uint32_t most, uint32_t *count) {
  const char *p = strstr(status, name);
  if (!p) return false;
  p += strlen(name);
  for (*count = 0;;) {
    while (*p == ' ' || *p == '\t') p++;
    uint64_t number;
    if (*p == '\n' || *p == 0) return true;
    if (*count == most || !parse_number(&p, &number)) return false;
    numbers[(*count)++] = (uint32_t)number;
  }
}

bool identity_of(int32_t tid, int open_status, struct identity *out) {
  char status[4096];
  uint32_t ids[4], count;
  uint64_t number;
  long length = open_status < 0 ? proc_read(tid, "status", status, sizeof status) : sys(__NR_pread64, open_status, status, sizeof status - 1, 0);
  if (length <= 0) return false;
  status[length] = 0;
  if (!numbers_after(status, "\nUid:", ids, 4, &count) || count != 4) return false;
  out->uid = ids[1];
  out->fsuid = ids[3];
  if (!numbers_after(status, "\nGid:", ids, 4, &count) || count != 4) return false;
  out->gid = ids[1];
  out->fsgid = ids[3];
  if (!numbers_after(status, "\nGroups:", out->groups, GROUPS_MAX, &out->group_count)) return false;
  if (!status_number(status, "Umask:", 8, &number)) return false;
  out->umask = (uint32_t)number;
  if (!status_number(status, "Tgid:", 10, &number)) return false;
  out->process = (int32_t)number;
  return status_number(status, "CapEff:", 16, &out->effective);
}

/* Each worker has its own, as the threads do not share fs_struct. */
static uint32_t umasks[WORKERS + 1]; /* what it was set to last, plus 1; 0: not known */

void umask_take(uint32_t umask) {
  uint32_t *set = &umasks[worker_index()];
  if (*set == umask + 1) return;
  sys(__NR_umask, umask);
  *set = umask + 1;
}

void umask_forget(void) { memset(umasks, 0, sizeof umasks); }

static bool same_groups(const struct identity *a, const struct identity *b) {
  return a->group_count == b->group_count && memcmp(a->groups, b->groups, a->group_count * sizeof *a->groups) == 0;
}

static bool same_ids(const struct identity *a, const struct identity *b) {
  return a->uid == b->uid && a->gid == b->gid && a->fsuid == b->fsuid && a->fsgid == b->fsgid && same_groups(a, b);
}

static long set_effective(uint64_t wanted) {
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct data[2];
  long error = sys(__NR_capget, &header, data);
  if (error) return error;
  data[0].effective = (uint32_t)wanted & data[0].permitted;
  data[1].effective = (uint32_t)(wanted >> 32) & data[1].permitted;
  return sys(__NR_capset, &header, data);
}

static void go_back(void) {
  const struct identity *own = &self.identity;
  /* The user first: it brings back the capabilities that the rest needs. */
  sys(__NR_setresuid, -1, own->uid, -1);
  set_effective(own->effective);
  sys(__NR_setresgid, -1, own->gid, -1);
  sys(__NR_setgroups, own->group_count, own->groups);
}

/* The application has no CAP_SYS_PTRACE (launch.c drops it) and we do; that alone makes a difference only below
 * /proc, so only there (`exact`) is it worth the system calls. */
static bool same_power(const struct identity *who, bool exact) {
  uint64_t ignored = exact ? 0 : 1ull << CAP_SYS_PTRACE;
  return ((who->effective ^ self.identity.effective) & ~ignored) == 0;
}

long identity_take(const struct identity *who, bool exact) {
  if (same_ids(who, &self.identity)) return same_power(who, exact) ? 0 : set_effective(who->effective);
  long error = same_groups(who, &self.identity) ? 0 : sys(__NR_setgroups, who->group_count, who->groups);
  if (!error) error = sys(__NR_setresgid, -1, who->gid, -1);
  if (!error) error = sys(__NR_setresuid, -1, who->uid, -1);
  if (!error && who->fsgid != who->gid) sys(__NR_setfsgid, who->fsgid);
  if (!error && who->fsuid != who->uid) sys(__NR_setfsuid, who->fsuid);
  if (!error) error = set_effective(who->effective);
  if (error) go_back();
  return error;
}

void identity_drop(const struct identity *who, bool exact) {
  if (!same_ids(who, &self.identity) || !same_power(who, exact)) go_back();
}
