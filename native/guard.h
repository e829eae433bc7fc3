/* guard.h: what the threads of the supervisor, and the twin that takes over from it, have in common.
 *
 * struct guard lies in memory shared between the supervisor and its twin: the twin finds there the calls that were
 * in hand when the supervisor died, the events not yet acknowledged, the numbers. Its size is fixed; nothing here
 * grows with load. */
#ifndef OUTRIDER_GUARD_H
#define OUTRIDER_GUARD_H
#include <linux/seccomp.h>

#include "alert_only.h"
#include "filter.h"
#include "options.h"
#include "sys.h"
#include "text.h"
#include "verdict.h"
#include "wire.h"

#define WORKERS 12        /* threads that take calls; one leads, the others step in when it is held up */
#define LEADERS 2         /* of them wait for calls at a time: one may be held for the length of an exec */
#define LIVES 3           /* the supervisor and the twins made at launch: so many deaths but one are survived guarded */
#define LINE 63           /* above every descriptor that is slow to close, in a table of the smallest size */
#define PENDING 1024      /* connects, sends and FIFO opens that wait without a thread */
#define RING_BYTES (512u << 10)
#define SEEN_SLOTS 4096u  /* acts remembered so that a repeat is counted, not sent */
#define SEEN_WAYS 4u
#define GROUPS_MAX 64     /* supplementary groups taken over from a caller; more: the call is refused */
#define PATH_BYTES 4096u  /* PATH_MAX */

enum feature { /* what the probes found; names in probe.c, in this order */
  HAS_SPEC_ALLOW = 1 << 0,
  HAS_WAIT_KILLABLE = 1 << 1,
  HAS_SYNC_WAKE_UP = 1 << 2,
  HAS_ADDFD_SEND = 1 << 3,
  HAS_PTRACE = 1 << 4,
  HAS_GETFD = 1 << 5,
  HAS_VM_READ = 1 << 6,
  HAS_PIDFD_THREAD = 1 << 7,
};

struct identity { /* as whom a call is carried out */
  uint32_t uid, gid; /* effective */
  uint32_t fsuid, fsgid;
  uint64_t effective; /* capabilities */
  uint32_t umask;
  int32_t process; /* thread group, read along */
  uint32_t group_count;
  uint32_t groups[GROUPS_MAX];
};

enum worker_state { IDLE, BUSY };

struct worker {
  _Atomic uint32_t state;
  _Atomic uint32_t turn; /* calls taken so far: tells a long call from many short ones */
  int32_t tid;
  _Atomic uint32_t called;    /* how often it was given the lead: what it waits for */
  _Atomic uint64_t signalled; /* the id of a call that was interrupted: its caller is gone or has a signal to see to */
  _Atomic uint32_t holding;   /* a caller, by ptrace, whose program is not verified yet: it ends with us */
  _Atomic uint32_t handing;   /* a descriptor is on its way to the caller: not to be interrupted */
  _Atomic uint64_t sent;      /* bytes of a send in hand that went */
  struct seccomp_notif call; /* the one in hand while BUSY; the twin takes it over */
  struct seccomp_notif_resp outcome; /* of the call with its id, once it is carried out: the twin only has to tell */
};

enum pending_kind { PENDING_NONE, PENDING_RESERVED, PENDING_CONNECT, PENDING_RETRY_CONNECT, PENDING_FIFO, PENDING_SEND };

struct pending {
  _Atomic uint32_t kind;
  int32_t fd; /* the duplicate socket, or an O_PATH descriptor of the FIFO */
  int32_t target; /* of a Unix socket: what its address leads to; else -1 */
  struct seccomp_notif call;
  uint64_t deadline_ns; /* CLOCK_MONOTONIC, 0: none */
  int32_t late;         /* what the call answers then: -errno */
  struct identity identity;
  uint32_t address_size;
  uint8_t address[128];
  int32_t open_flags;
  uint32_t looks; /* that found a signal which may be another thread's */
  _Atomic uint64_t done; /* bytes of a stream that went */
  bool watched;   /* by the keeper's epoll */
  bool by_ticks;  /* tried each tick: epoll cannot tell when it goes on */
};

struct seen {
  uint64_t key; /* 0: free */
  uint64_t seq;
  uint64_t unsent; /* repeats not yet told */
};

struct ring { /* frames between `acked` and `head`; positions only ever grow */
  uint64_t head, sent, acked;
  uint64_t seq, dropped, acked_seq;
  uint64_t dropped_told; /* as the last frame in the ring says it */
  uint8_t bytes[RING_BYTES];
};

struct standing_switch { /* alert_only.h */
  _Atomic uint32_t on;
  _Atomic uint64_t until; /* seconds since the epoch; UINT64_MAX: no end */
  uint64_t counter;
  char text[OR_SWITCH_TEXT + 1];
};

struct guard {
  _Atomic uint32_t step; /* of the launch, see launch.c */
  _Atomic int32_t listener_number;
  _Atomic uint32_t leaders[LEADERS]; /* which workers wait for calls */
  _Atomic uint32_t lock; /* of ring and seen */
  _Atomic uint32_t parked; /* the keeper sleeps without a timeout and wants to be woken */
  _Atomic uint32_t activity;
  _Atomic uint32_t chroot_seen;
  _Atomic uint32_t finished;
  _Atomic uint32_t epoch; /* counts changes of program and identity, see caller_forget(); never 0 */
  _Atomic uint64_t shy_until_ns; /* CLOCK_MONOTONIC */
  uint32_t features;
  uint32_t traced; /* enum traced of traced.h; 0: the engine is user notification */
  uint32_t relayed; /* the engine is the preloaded guard: there is a relay, and neither workers nor twins */
  uint32_t traps_reads; /* opens that only read are trapped: the policy of the start had rules about them */
  int32_t ours[LIVES + 2][WORKERS + 1]; /* numbers of each life's process and threads; the last two rows: of lives made later */
  _Atomic uint32_t ready; /* twins whose threads are made, or cannot be */
  _Atomic uint32_t gone;  /* bit n: the twin of life n has ended */
  int32_t application;          /* the pid of the launching process, which becomes the application */
  uint64_t started_ns, started_boot_ns; /* of the application, see traits_begin() */
  uint8_t instance[16];
  uint64_t hash_key[2];
  struct worker workers[WORKERS];
  _Atomic uint32_t pending_used; /* slots that were ever used: the others are not even looked at */
  struct pending pending[PENDING];
  struct seen seen[SEEN_SLOTS];
  struct ring ring;
  struct standing_switch alert_only;
  _Atomic uint32_t policy_size; /* of the policy in force, for the twin: the file may by then hold another; 0: being written */
  uint8_t policy[OR_POLICY_MAX_BYTES];
};

/* One process's own view; the twin has another. Written before the workers start. */
struct self {
  struct guard *guard;
  const struct options *options;
  int listener;
  int root;        /* O_PATH of our root directory */
  const char *engine;
  int wake;        /* eventfd: there is something to send, or a call after a long quiet */
  int32_t pid;
  int line;        /* what the twins know us to be alive by, see twin.c; -1: not yet */
  unsigned life; /* 0: the supervisor of the launch; each that takes over has a higher number */
  uint32_t protected_symlinks, protected_regular, protected_fifos; /* sysctl fs.* of this kernel */
  struct identity identity;
  char socket_path[PATH_BYTES]; /* real path of the agent's socket directory + name, to keep callers off it */
};
extern struct self self;

uint64_t now_ns(int clock);

/* policy_store.c: the policy in force. Never NULL: without a file it is the built-in one, which only watches. */
const void *policy_acquire(uint32_t *slot);
void policy_release(uint32_t slot);
/* Reads, checks and takes the file. NULL when it is now in force, else what is wrong. */
const char *policy_load(const char *path, const char *key_base64, bool first);
bool policy_is_another(const char *path); /* another file than was read last, or not the same any more */
bool policy_is_builtin(void);
uint32_t policy_asks_now(void); /* policy_asks() of the one in force */
uint32_t policy_asks_of(uint32_t slot); /* of the one that is held; both are known since it was taken */
void undecided_names(const void *blob, struct text *out); /* "undecided:read,load": kinds whose rules we pass over */
void policy_take_over(void); /* in a twin: what was in force is in force */

/* identity.c */
/* `open_status`: a descriptor of its /proc/<tid>/status, or -1. */
bool identity_of(int32_t tid, int open_status, struct identity *out);
/* Become `who` in this thread (effective ids, groups, capabilities; not the umask); 0 or -errno. And back again.
 * `exact` where CAP_SYS_PTRACE counts: below /proc. */
long identity_take(const struct identity *who, bool exact);
void identity_drop(const struct identity *who, bool exact);
/* The umask of this thread, which stays until the next one is taken. */
void umask_take(uint32_t umask);
void umask_forget(void); /* in a twin: its threads are new */

/* keeper.c: the main thread: policy, agent, twin, and everything that waits. */
_Noreturn void keeper_run(void);
void keeper_watch_policy(void); /* before: what changes from here on, it will notice */
void keeper_take_policy(void); /* what lies there now, or says why not */
/* Takes over `item`'s descriptor and answers its call later; false when there is no room. */
bool keep_pending(enum pending_kind kind, const struct pending *item);
void keeper_wake(void);  /* when it sleeps without a timeout */
void keeper_hurry(void); /* there is something to send */

/* worker.c */
/* Makes the threads, parked: they use nothing but their kernel stacks until they are released. Their ids into `numbers`, from
 * the second on. */
bool workers_start(int32_t *numbers);
void workers_release(void);
/* Which worker this thread is; the keeper, which handles calls only when it takes over, counts as one more. */
unsigned worker_index(void);
/* Handles one call in this thread. */
void take_up(const struct seccomp_notif *call);
/* Has an idle worker lead in place of the one that does in `slot`, if that is still `from`. */
bool workers_pass_lead(unsigned slot, uint32_t from);
bool worker_leads(uint32_t worker);
void workers_take_over(void); /* in a twin made late: somebody may have been passing the lead */
bool workers_held_up(void); /* some that does not lead has a call in hand */
#define RESTART (-512) /* the kernel's -ERESTARTSYS: as an answer only to a caller that has a signal to see to */
void answer(uint64_t id, int64_t value, int32_t error);
void answer_continue(uint64_t id);
/* Installs `fd` in the caller and answers the call with its number. Closes `fd`. That number; -ENOENT: the
 * caller is gone. */
long answer_descriptor(uint64_t id, int fd, bool close_on_exec);
void await_handed_over(void); /* nobody else is about to close what he handed in; for 5 ms at most */
bool still_waiting(uint64_t id);
/* This thread is about to wait: let another take the calls. For a short while only: unless another waits for them already. */
void worker_step_aside(void);
void worker_step_aside_if_alone(void);

/* twin.c */
/* At launch: all that shall be guarded, `most` of them. `launch`, the socket to the launching process, is nothing for them. */
void twins_start(int launch, unsigned most);
void twins_stop(void);
void twins_wait(void); /* until they have their threads; then they wait for the listener */
unsigned twins_give_listener(void); /* how many got it */
bool twin_is_complete(unsigned life); /* else it has ended, or will */
/* One more, which is not guarded; to be watched as life LIVES. */
bool twin_late(void);
/* A descriptor that becomes readable when that twin is gone; -1: there is none. */
int twin_watch(unsigned life);
void twin_gone(unsigned life); /* it is not to be counted on any more */
int32_t *numbers_of(unsigned life); /* process, then threads */
bool is_ours(int64_t pid); /* of a process or thread of ours that lives */
/* What the filter shall guard; how many ranges. */
unsigned guarded_ranges(struct pid_range out[GUARDED_RANGES]);

/* supervisor.c: the first life, reached from launch.c with the socket on which the listener will come; and every later
 * one, in a twin. `trouble` is told with the start: what is wrong; else what cannot be verified here. */
_Noreturn void supervisor_begin(int channel, const char *trouble);
_Noreturn void supervisor_take_over(unsigned life);
/* The third engine's, which supervises nobody: relay.h. `said` is told with the start. */
_Noreturn void supervisor_relay(const char *said);
/* Sends or receives one descriptor; -errno or 0, resp. the descriptor. */
#define DESCRIPTORS_MAX 3
long descriptors_send(int channel, const int *fds, unsigned count);
int descriptor_receive(int channel);
/* Closes every descriptor but `keep` (and the listener and our line, when there are). */
void close_all_but(int keep);

#endif
