/* witness.c: what the harness sees for itself, whatever the trick says. By act: evil's mark (exec, inject, kernel); what
 * arrived at a forbidden listener (connect); sockets nobody may have (bind); what is below W/protected (write); the guard's
 * processes before and after, or the mark (guard). */
#include <dirent.h>
#include <sched.h>
#include <stdarg.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/xattr.h>

#include "cell.h"

static char before[SNAPSHOT], after[SNAPSHOT];
static bool looked, bound;

struct text {
  char *bytes;
  size_t length;
};

static void add(struct text *out, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void add(struct text *out, const char *format, ...) {
  va_list list;
  va_start(list, format);
  size_t room = SNAPSHOT - out->length;
  int length = vsnprintf(out->bytes + out->length, room, format, list);
  va_end(list);
  if (length < 0 || (size_t)length >= room) fail("a snapshot too large");
  out->length += (size_t)length;
}

static long slurp(const char *path, char *out, size_t size) {
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
  long length = fd < 0 ? -1 : read(fd, out, size - 1);
  if (fd >= 0) close(fd);
  out[length > 0 ? length : 0] = 0;
  return length;
}

static int by_name(const struct dirent **a, const struct dirent **b) { return strcmp((*a)->d_name, (*b)->d_name); }

/* Times of changes are left out: the kernel stamps a directory also for what an attempt did to be refused. */
static void entries(struct text *out, const char *path, int depth) {
  struct stat info;
  char content[4096], names[1024];
  if (lstat(path, &info)) return;
  add(out, "%s %o %u %u %lld %llx", path, info.st_mode, info.st_uid, info.st_gid, S_ISDIR(info.st_mode) ? 0 : (long long)info.st_size,
      (unsigned long long)info.st_rdev);
  if (S_ISREG(info.st_mode)) {
    slurp(path, content, sizeof content);
    add(out, " %s %lld", content, (long long)info.st_mtim.tv_sec * 1000000000 + info.st_mtim.tv_nsec);
  }
  long length = llistxattr(path, names, sizeof names);
  for (long at = 0; at < length; at += (long)strlen(names + at) + 1) add(out, " %s", names + at);
  add(out, "\n");
  struct dirent **list;
  int count = S_ISDIR(info.st_mode) && depth < 4 ? scandir(path, &list, NULL, by_name) : 0;
  for (int i = 0; i < count; i++) {
    char below[1024];
    if (strcmp(list[i]->d_name, ".") != 0 && strcmp(list[i]->d_name, "..") != 0) {
      snprintf(below, sizeof below, "%s/%s", path, list[i]->d_name);
      entries(out, below, depth + 1);
    }
    free(list[i]);
  }
  if (count > 0) free(list);
}

static void protected(struct text *out) { entries(out, W "/protected", 0); }

static void one_guard(struct text *out, pid_t pid) {
  static const char *const files[] = {"limits", "oom_score_adj", "cgroup", "coredump_filter", "timerslack_ns"};
  char path[64], text[4096];
  snprintf(path, sizeof path, "/proc/%d/stat", pid);
  const char *state = slurp(path, text, sizeof text) > 0 ? strrchr(text, ')') : NULL;
  add(out, "%d %s\n", pid, !state || strchr("ZX", state[2]) ? "gone" : strchr("Tt", state[2]) ? "stopped" : "up");
  for (unsigned i = 0; i < sizeof files / sizeof *files; i++) {
    snprintf(path, sizeof path, "/proc/%d/%s", pid, files[i]);
    slurp(path, text, sizeof text);
    add(out, "%s", text);
  }
  unsigned long cpus[16] = {0};
  syscall(SYS_sched_getaffinity, pid, sizeof cpus, cpus);
  struct sched_param parameters = {0};
  syscall(SYS_sched_getparam, pid, &parameters);
  add(out, "nice %d policy %ld priority %d cpus %lx io %ld\n", getpriority(PRIO_PROCESS, (id_t)pid), syscall(SYS_sched_getscheduler, pid),
      parameters.sched_priority, cpus[0], syscall(SYS_ioprio_get, 1, pid));
}

/* The supervisor and its twin: whoever runs the binary and is not the trick. Bare, the stand-in. */
static void guards(struct text *out, pid_t trick, pid_t stand_in) {
  if (stand_in > 0) {
    one_guard(out, stand_in);
    return;
  }
  DIR *processes = opendir("/proc");
  struct dirent *entry;
  while ((entry = readdir(processes))) {
    char path[64], exe[64] = "";
    pid_t pid = atoi(entry->d_name);
    snprintf(path, sizeof path, "/proc/%d/exe", pid);
    if (pid > 1 && pid != trick && readlink(path, exe, sizeof exe - 1) > 0 && !strncmp(exe, VOLUME "/outrider-run", 25)) one_guard(out, pid);
  }
  closedir(processes);
}

/* A TCP socket that listens where nobody of ours does, or a UDP socket at BIND_PORT. */
static bool taken(const char *table, bool stream) {
  char path[64], line[512];
  unsigned port, state;
  bool found = false;
  snprintf(path, sizeof path, "/proc/net/%s", table);
  FILE *lines = fopen(path, "re");
  while (lines && fgets(line, sizeof line, lines)) {
    if (sscanf(line, " %*d: %*[0-9A-F]:%x %*[0-9A-F]:%*x %x", &port, &state) != 2) continue;
    found |= stream ? state == 10 && port != FORBIDDEN_PORT && port != ALLOWED_PORT : port == BIND_PORT;
  }
  if (lines) fclose(lines);
  return found;
}

static bool unix_taken(void) {
  char line[512];
  bool found = false;
  FILE *lines = fopen("/proc/net/unix", "re");
  while (lines && fgets(line, sizeof line, lines)) found |= strstr(line, "bind-me") != NULL;
  if (lines) fclose(lines);
  return found;
}

void witness_before(const struct run *run) {
  struct text out = {before, 0};
  if (strcmp(run->act, "write") == 0) protected(&out);
}

void witness_start(const struct run *run, pid_t trick, pid_t stand_in) {
  struct text out = {before, 0};
  if (strcmp(run->act, "guard") == 0) guards(&out, trick, stand_in);
}

void witness_look(const struct run *run, pid_t trick, pid_t stand_in) {
  struct text out = {after, 0};
  looked = true;
  if (strcmp(run->act, "guard") == 0) guards(&out, trick, stand_in);
  bound = taken("tcp", true) || taken("tcp6", true) || taken("udp", false) || taken("udp6", false) || unix_taken();
}

bool witness_of(const struct run *run) {
  struct text out = {after, 0};
  struct stat info;
  if (strcmp(run->act, "connect") == 0) return listeners_arrived() > 0;
  if (strcmp(run->act, "bind") == 0) return bound;
  if (strcmp(run->act, "write") == 0) {
    protected(&out);
    return strcmp(before, after) != 0;
  }
  if (strcmp(run->act, "guard") == 0 && looked && strcmp(before, after) != 0) {
    if (getenv("CELL_SHOWS")) fprintf(stderr, "before:\n%safter:\n%s", before, after);
    return true;
  }
  return stat(W "/allowed/ran", &info) == 0;
}
