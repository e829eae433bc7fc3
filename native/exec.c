/* exec.c: programs.
 *
 * The path an exec names is in memory that other threads can change until the kernel has read it. So when enforcing,
 * the caller is held by ptrace for the length of the exec: after the kernel has chosen the file and before its first
 * instruction, what it chose is compared with what was judged (ptrace(2), PTRACE_EVENT_EXEC). */
#include <linux/capability.h>
#include <linux/ptrace.h>
#include <signal.h>
#include <sys/wait.h>

#include "exec.h"
#include "interpreter.h"
#include "judge.h"
#include "loaded.h"
#include "look.h"
#include "report.h"
#include "traits.h"
#include "traps.h"

#ifndef __WNOTHREAD
#define __WNOTHREAD 0x20000000
#endif
#define AT_EXECFN_ 31 /* of the auxiliary vector: the path as the kernel took it (getauxval(3)) */
#define INTERPRETERS_MAX 5 /* scripts whose interpreter is a script: as the kernel's own limit */

struct image { /* what will run */
  struct place file;    /* what the path names */
  struct place program; /* the binary that becomes /proc/PID/exe: the same, or the last interpreter */
  bool script;
  struct program_hash hash; /* of `program` */
  struct arguments *arguments; /* likewise */
  char used[PATH_BYTES + 32]; /* the path the kernel will put into AT_EXECFN */
};

static void image_close(struct image *image) {
  if (image->script) place_close(&image->program);
  place_close(&image->file);
}

/* Follows interpreters to the binary, judging each. 0; -errno; 1: one was stopped and the caller answered. */
static long find_program(struct caller *caller, struct image *image, const char *name, uint64_t argv) {
  char heads[2][SCRIPT_HEAD]; /* one is named by the one before */
  const char *interpreter, *argument, *script = image->used;
  long found;
  image->program = image->file;
  for (int depth = 0; (found = interpreter_of(&image->program, heads[depth % 2], &interpreter, &argument)) != 0; depth++) {
    struct place next;
    if (found < 0) return found;
    if (depth == INTERPRETERS_MAX) return -ELOOP;
    long error = resolve(caller, AT_FDCWD, interpreter, FOLLOW_LAST, &next);
    if (!error && next.target < 0) {
      place_close(&next);
      error = -ENOENT;
    }
    if (error) return error;
    if (image->script) place_close(&image->program);
    image->script = true;
    image->program = next;
    arguments_for_interpreter(image->arguments, interpreter, argument, script);
    script = interpreter;
    if (!judge_program(caller, &next, &image->hash, image->arguments, name, argv)) return 1;
  }
  return 0;
}

/* Resolves and judges. As find_program(). */
static long judge_exec(struct caller *caller, struct image *image, const char *name, int dirfd, uint64_t path_pointer, uint64_t argv, int flags) {
  char path[PATH_BYTES];
  struct text used = {image->used, sizeof image->used, 0, false};
  image->script = false;
  image->used[0] = 0;
  image->file.parent = image->file.target = -1;
  image->program = image->file;
  image->arguments = arguments_of(caller, argv);
  long length = caller_string(caller, path_pointer, path, sizeof path);
  if (length < 0) return length;
  long error;
  if (!length && flags & AT_EMPTY_PATH) {
    error = resolve_descriptor(caller, dirfd, &image->file);
  } else {
    error = resolve(caller, dirfd, path, flags & AT_SYMLINK_NOFOLLOW ? KEEP_LAST : FOLLOW_LAST, &image->file);
  }
  if (!error && image->file.target < 0) error = -ENOENT;
  if (error) return error;
  if (dirfd != AT_FDCWD && *path != '/') { /* execveat(2): "/dev/fd/N" or "/dev/fd/N/path" */
    text_add(&used, "/dev/fd/");
    text_number(&used, (uint64_t)(uint32_t)dirfd);
    if (length) text_add(&used, "/");
  }
  text_add(&used, path);
  if (!judge_program(caller, &image->file, &image->hash, image->arguments, name, argv)) return 1;
  return find_program(caller, image, name, argv);
}

/* AT_EXECFN of the new image: the kernel's own copy of the path, on a stack nobody has touched yet. */
static bool same_path(struct caller *caller, int32_t process, const char *expected) {
  uint64_t vector[2 * 64];
  char used[PATH_BYTES + 32];
  long size = proc_read(process, "auxv", (char *)vector, sizeof vector);
  struct caller after = {.call = caller->call, .tid = process};
  for (long i = 0; i + 1 < size / 8; i += 2)
    if (vector[i] == AT_EXECFN_) return caller_string(&after, vector[i + 1], used, sizeof used) >= 0 && strcmp(used, expected) == 0;
  return false;
}

/* NULL, or what of an image is not as it was judged. */
static const char *changed(struct caller *caller, int32_t process, const struct image *image) {
  static const char path[] = "the path was changed after it was judged";
  struct statx info;
  struct text_path exe = proc_path(process, "exe");
  if (sys(__NR_statx, AT_FDCWD, exe.bytes, 0, STATX_INO, &info)) return path;
  uint64_t device = (uint64_t)info.stx_dev_major << 32 | info.stx_dev_minor;
  if (device != image->program.device || info.stx_ino != image->program.inode) return path;
  if (!same_path(caller, process, image->used)) return path; /* a script in its interpreter's stead has the same exe */
  bool same = !image->arguments->judged || arguments_are_of(image->arguments, process);
  return same ? NULL : "the arguments were changed after they were judged";
}

static void report_swap(struct caller *caller, const char *name, int32_t process, uint8_t verdict, const char *outcome, const char *why) {
  char program[PATH_BYTES];
  TEXT(message, 160);
  text_add(&message, outcome);
  text_add(&message, why);
  struct text_path exe = proc_path(process, "exe");
  long length = sys(__NR_readlinkat, AT_FDCWD, exe.bytes, program, sizeof program - 1);
  program[length > 0 ? length : 0] = 0;
  struct act act = {.kind = OR_EXEC, .program = caller->program, .target = program};
  struct report report = {&act, {verdict, 0, 0}, name, 0, message.buffer, 0};
  report_act(caller, &report);
}

static long wait_for(int32_t *who, int *status) {
  long got;
  do got = sys(__NR_wait4, -1, status, __WALL | __WNOTHREAD, NULL);
  while (got == -EINTR);
  *who = (int32_t)got;
  return got;
}

/* Gone, unless it is dying: then it must be waited for, or its own parent would never hear of its end. */
static void let_go(int32_t who, int signal) {
  int status;
  if (sys(__NR_ptrace, PTRACE_DETACH, who, 0, signal) != -ESRCH) return;
  while (wait_for(&who, &status) > 0 && WIFSTOPPED(status)) continue;
}

/* Should we die while a caller is held, the kernel ends it (PTRACE_O_EXITKILL): what nobody verifies does not run. The twin
 * tells it. */
static void hold(bool held) {
  unsigned own = worker_index();
  if (own < WORKERS) atomic_store(&self.guard->workers[own].holding, held);
}

/* An exec that failed may be followed by another, which another worker takes, before the caller of the first is let go. Only
 * without WAIT_KILLABLE_RECV: then it is interrupted in the second by what shall stop it, and makes that call anew. */
static void wait_until_let_go(struct caller *caller) {
  unsigned own = worker_index();
  for (unsigned i = 0; i < WORKERS; i++) {
    struct worker *other = &self.guard->workers[i];
    while (i != own && other->call.pid == caller->call->pid && atomic_load(&other->holding) && still_waiting(caller->call->id)) sys(__NR_sched_yield);
  }
}

/* At the exec stop. */
static void verify(struct caller *caller, int32_t who, const struct image *image, const char *name) {
  bool looks = look_begin(who);
  const char *wrong = changed(caller, who, image);
  if (!wrong && *image->hash.sha256 && !program_is_what_was_hashed(who, &image->hash)) wrong = "the file was changed after it was judged";
  if (wrong) {
    report_swap(caller, name, who, OR_BLOCK, "killed: ", wrong);
    sys(__NR_kill, who, SIGKILL);
  }
  look_end(looks);
}

/* Lets the call go on and looks at what came of it. The interrupt makes a failing exec stop as well: without it there
 * would be nothing to wait for. */
static void watch_exec(struct caller *caller, const struct image *image, const char *name) {
  int32_t who;
  int status;
  await_handed_over();
  worker_step_aside_if_alone();
  bool shielded = self.guard->features & HAS_WAIT_KILLABLE; /* else the interrupt would end the call, not what comes of it */
  if (shielded) sys(__NR_ptrace, PTRACE_INTERRUPT, caller->tid, 0, 0);
  answer_continue(caller->call->id);
  if (!shielded) sys(__NR_ptrace, PTRACE_INTERRUPT, caller->tid, 0, 0);
  if (wait_for(&who, &status) <= 0 || !WIFSTOPPED(status)) return;
  int event = status >> 16;
  if (event == PTRACE_EVENT_EXEC) verify(caller, who, image, name);
  let_go(who, event ? 0 : WSTOPSIG(status)); /* a signal on its way to the caller: let it have it */
}

/* Where the caller cannot be held by ptrace(2): what came of the exec is looked at as soon as it has come about, which a new
 * auxiliary vector shows, for its addresses are random. Late by some microseconds, in which the image ran; and what has
 * called exec again by then is only told. An exec that fails shows nothing: hence the end of patience. */
#define PATIENCE_NS 100000000ull
static _Atomic uint32_t execs_of[256]; /* by process: calls seen */

static long vector_of(int32_t process, uint64_t vector[2 * 64]) {
  bool looks = look_begin(process);
  long size = proc_read(process, "auxv", (char *)vector, 2 * 64 * sizeof *vector);
  look_end(looks);
  for (long i = 0; i + 1 < size / 8; i += 2)
    if (vector[i] == AT_EXECFN_) return size;
  return size < 0 && size != -EACCES ? size : 0; /* 0: it is being made, or not to be seen yet */
}

/* Whose exec each worker is about to look at, and whether it has called exec again: what it runs then is what came of the first. */
static _Atomic int32_t looked_at[WORKERS + 1];
static _Atomic bool called_again[WORKERS + 1];

static void wait_until_looked_at(int32_t tid) {
  struct timespec pause = {0, 20000};
  for (unsigned i = 0; i <= WORKERS; i++) {
    uint64_t end = atomic_load(&looked_at[i]) == tid ? now_ns(1) + PATIENCE_NS : 0;
    for (; end && atomic_load(&looked_at[i]) == tid && now_ns(1) < end; sys(__NR_nanosleep, &pause, NULL)) atomic_store(&called_again[i], true);
  }
}

void exec_take_over(void) {
  for (unsigned i = 0; i <= WORKERS; i++) atomic_store(&looked_at[i], 0);
}

static void look_late(struct caller *caller, const struct image *image, const char *name) {
  uint64_t before[2 * 64], after[2 * 64];
  int32_t process = caller_process(caller);
  _Atomic uint32_t *execs = &execs_of[(uint32_t)process % 256];
  uint32_t own = atomic_load(execs);
  long size = vector_of(process, before);
  await_handed_over();
  if (!still_waiting(caller->call->id)) return;
  answer_continue(caller->call->id);
  struct timespec pause = {0, 20000};
  for (uint64_t end = now_ns(1) + PATIENCE_NS; now_ns(1) < end; sys(__NR_nanosleep, &pause, NULL)) {
    bool again = atomic_load(&called_again[worker_index()]);
    long now = vector_of(process, after);
    if (now < 0) return; /* it has ended */
    if (now == size && memcmp(before, after, (size_t)now) == 0) {
      if (again) return; /* the exec failed */
      continue;
    }
    if (!now) continue;
    bool looks = look_begin(process);
    const char *wrong = changed(caller, process, image);
    look_end(looks);
    bool sole = atomic_load(execs) == own;
    if (!wrong || vector_of(process, before) < 0) return;
    if (sole) report_swap(caller, name, process, OR_BLOCK, "killed, after it had begun: ", wrong);
    else report_swap(caller, name, process, OR_ALERT, "not verified: ", "it ran another program at once");
    if (sole) sys(__NR_kill, process, SIGKILL);
    return;
  }
}

static void verify_late(struct caller *caller, const struct image *image, const char *name) {
  unsigned own = worker_index();
  atomic_store(&called_again[own], false);
  atomic_store(&looked_at[own], caller->tid);
  look_late(caller, image, name);
  atomic_store(&looked_at[own], 0);
}

/* What runs a file that may not be read cannot be looked into without CAP_SYS_PTRACE (proc(5), prctl(2) PR_SET_DUMPABLE). */
static bool can_be_verified(const struct image *image) {
  if (self.identity.effective >> CAP_SYS_PTRACE & 1) return true;
  struct text_path link = descriptor_path(image->program.target);
  return sys(__NR_faccessat, AT_FDCWD, link.bytes, 4 /* R_OK */) != -EACCES;
}

/* Whom our predecessor held when it died, the kernel ends with it (PTRACE_O_EXITKILL), but only after it is done with its
 * descriptors, by which we know of the death: until then it looks as if somebody else traced the caller. */
static long seize(struct caller *caller) {
  struct timespec pause = {0, 1000000};
  hold(true); /* first: who finds it held is to see by whom */
  long result = look_seize(caller->tid);
  if (result == -EPERM) {
    wait_until_let_go(caller);
    result = look_seize(caller->tid);
  }
  for (int i = 0; i < 100 && self.life && result == -EPERM && still_waiting(caller->call->id); i++) {
    sys(__NR_nanosleep, &pause, NULL);
    result = look_seize(caller->tid);
  }
  if (result) hold(false);
  return result;
}

static bool became_another(struct caller *caller) {
  int fd = look_kept(caller_process(caller), KEPT_MEMORY);
  close_fd(fd);
  return fd >= 0;
}

/* Under the second engine everybody is traced already, and nobody waited for but in its loop. */
#define AWAITED 64
static struct image awaited[AWAITED];
static struct arguments awaited_arguments[AWAITED]; /* touched only where a rule asks for them */
static int32_t awaited_of[AWAITED]; /* thread; 0: free */

static int awaited_at(int32_t tid) {
  int i = 0;
  while (i < AWAITED && awaited_of[i] != tid) i++;
  return i < AWAITED ? i : -1;
}

bool exec_is_awaited(int32_t tid) { return awaited_at(tid) >= 0; }

void exec_over(int32_t tid) {
  int i = awaited_at(tid);
  if (i >= 0) awaited_of[i] = 0;
}

static void await_exec(struct caller *caller, const struct image *image) {
  int i = awaited_at(0);
  if (i < 0) {
    answer(caller->call->id, 0, -EAGAIN);
    return;
  }
  awaited[i] = *image;
  awaited[i].arguments = &awaited_arguments[i];
  if (image->arguments->judged) awaited_arguments[i] = *image->arguments;
  else if (awaited_arguments[i].judged) awaited_arguments[i].judged = false;
  awaited_of[i] = caller->tid;
  answer_continue(caller->call->id);
}

void exec_came_about(int32_t formerly, int32_t process) {
  int i = awaited_at(formerly);
  if (i < 0) return;
  struct seccomp_notif call = {.id = 1, .pid = (uint32_t)process};
  struct caller caller;
  caller_forget();
  caller_begin(&caller, &call);
  verify(&caller, process, &awaited[i], "execve");
}

static void exec_judged(struct caller *caller, const char *name, int dirfd, uint64_t path, uint64_t argv, int flags) {
  struct image image;
  wait_until_looked_at(caller->tid);
  loaded_expect(caller_process(caller));
  if (caller_process(caller) == caller->tid) caller_forget();
  else caller_forget_for_a_while();
  atomic_fetch_add(&execs_of[(uint32_t)caller_process(caller) % 256], 1);
  long error = judge_exec(caller, &image, name, dirfd, path, argv, flags);
  uint64_t id = caller->call->id;
  if (error <= 0) { /* 1: answered */
    if (!enforcing()) {
      answer_continue(id);
    } else if (error) {
      answer(id, 0, (int32_t)error);
    } else if (!can_be_verified(&image)) {
      struct act act = {.kind = OR_EXEC, .program = caller->program, .target = image.file.path};
      refuse(caller, &act, name, "cannot be verified: the file is not readable, and CAP_SYS_PTRACE is missing");
    } else if (self.guard->traced) {
      await_exec(caller, &image);
    } else if (!(self.guard->features & HAS_PTRACE)) {
      verify_late(caller, &image, name); /* the start event says so */
    } else if (seize(caller) == 0) {
      watch_exec(caller, &image, name); /* also when it no longer waits: only a task that stopped can be let go */
      hold(false);
    } else if (became_another(caller)) {
      verify_late(caller, &image, name); /* closed to ptrace as well, until this very exec */
    } else if (still_waiting(id)) {
      /* Somebody else traces it, or we may not: what cannot be verified does not start. */
      struct act act = {.kind = OR_EXEC, .program = caller->program, .target = image.file.path};
      refuse(caller, &act, name, "cannot be verified: something else traces this process");
    }
  }
  caller_forget(); /* once more: it may have run meanwhile */
  image_close(&image);
}

void handle_execve(struct caller *caller, const char *name) {
  const __u64 *args = caller->call->data.args;
  exec_judged(caller, name, AT_FDCWD, args[0], args[1], 0);
}

void handle_execveat(struct caller *caller, const char *name) {
  const __u64 *args = caller->call->data.args;
  exec_judged(caller, name, (int)args[0], args[1], args[2], (int)args[4]);
}
