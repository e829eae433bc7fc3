/* extension.h: what the two processes of the extension have in common.
 *
 * The parent is the process Lambda started: it must not end, or Lambda fails the function. So it does little, and the
 * worker, its child, does the rest. What must outlive a worker lies in struct shared: memory both see, of fixed size,
 * that one of them writes at a time (the worker; the parent while there is none). */
#ifndef OUTRIDER_EXTENSION_H
#define OUTRIDER_EXTENSION_H
#include <netinet/in.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "state.h"

#define SEEN_SLOTS 2048u /* different acts remembered so that a repeat is counted, not logged again */
#define SEEN_WAYS 4u
#define ACTS_SLOTS 8192u /* different acts of one environment that are learned at all: a model has hundreds */
#define ACTS_BYTES (384u << 10) /* of acts not yet logged, as JSON: 500 of the usual 300 bytes, and room */
#define LOG_BYTES (256u << 10) /* of lines standard output has not taken yet */
#define TREE_BYTES 40u

struct settings {
  char **environment;
  const char *directory; /* OUTRIDER_DIR */
  const char *task_root; /* LAMBDA_TASK_ROOT, else /var/task */
  const char *function, *version;
  const char *policy_key;
  struct sockaddr_storage api; /* of the platform */
  socklen_t api_size; /* 0: not known */
  char api_text[264]; /* as AWS_LAMBDA_RUNTIME_API has it: the Host of what we send */
  uint16_t port; /* wanted for the proxy; 0: any */
  bool log_all;
};

struct seen {
  uint64_t key; /* 0: free */
  uint64_t seq; /* of the event that said it first */
  uint64_t unsent;
};

struct act_entry { /* in shared->acts, followed by `size` bytes: members of a JSON object, up to the count */
  uint64_t key;
  uint64_t count, first_ns, last_ns;
  uint32_t size;
  uint32_t reserved;
};

struct shared {
  uint8_t instance[16]; /* one life of one environment */
  _Atomic uint64_t seq; /* of the last line */
  uint64_t started_ns; /* CLOCK_REALTIME */
  uint64_t restarts, invocations, errors, init_errors, refused;
  uint64_t frames, bad_frames, limited, lines_lost,
      acts_lost; /* frames of guards: all, unreadable, too many; lines: no room */
  uint64_t bytes_up, bytes_down, connections;
  bool learning_over, init_over;
  _Atomic uint32_t tree_ready;
  char tree[TREE_BYTES]; /* "tree:" and 32 hex digits, when tree_ready */
  bool repeats; /* some seen[].unsent is not 0 */
  struct seen seen[SEEN_SLOTS];
  uint32_t acts_new;
  uint32_t acts_used; /* bytes of `acts` */
  uint64_t act_keys[ACTS_SLOTS];
  _Alignas(8) uint8_t acts[ACTS_BYTES];
  uint64_t log_head, log_sent; /* positions in log, only ever growing */
  char log[LOG_BYTES];
};

extern struct settings settings;
extern struct shared *shared;
extern struct or_state *state; /* never NULL: a page of our own where the directory cannot be made */

void settings_read(char **environment);
bool shared_make(void);

uint64_t now_real(void); /* CLOCK_REALTIME, ns */
uint64_t now_steady(void); /* CLOCK_MONOTONIC, ns */
void random_bytes(uint8_t *out, size_t size);
uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t size); /* keyed; 0 to begin with */

/* directory.c */
/* Makes the state directory and maps the page. NULL, or what could not be done; `state` is usable in any case. */
const char *directory_make(void);
int directory_events(void); /* the bound datagram socket, or -1 */
int directory_open(const char *name, int flags); /* a file in it; -1 */
void state_request(const char *id); /* writes request_id under its lock */

/* worker.c */
struct doors { /* what a worker inherits */
  int listener; /* -1: no proxy */
  int events; /* -1: none */
  int control;
};
_Noreturn void worker_run(const struct doors *doors);
enum { CONTROL_READY = 'R', CONTROL_SHUTDOWN = 'S' }; /* first byte of a message */

/* parent.c */
int parent_run(const char *name, const char *trouble);

#endif
