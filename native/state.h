/* state.h: what the processes of one Lambda environment share: a page mapped by the extension, the wrapper and every
 * guard, and two names beside it. The extension, which starts first, makes the directory anew; without an extension
 * there is none, and guards work without it.
 *
 * Everything here belongs to the same user as the customer's code: it is bookkeeping, never a secret or an authority.
 * The guard refuses the customer's code to open it; a policy in it counts only if its signature verifies. */
#ifndef OUTRIDER_STATE_H
#define OUTRIDER_STATE_H
#include <stdatomic.h>
#include <stdint.h>

#define OR_STATE_DIR "/tmp/.outrider" /* OUTRIDER_DIR in the environment names another one, for tests */
#define OR_STATE_FILE "state"         /* struct or_state, 0600 */
#define OR_STATE_EVENTS "events"      /* Unix datagram socket of the extension: one frame of wire.h each */
#define OR_STATE_POLICY "policy."     /* + generation in decimal: a blob, complete before the number is published */

#define OR_STATE_MAGIC 0x3154535252545554ull
#define OR_STATE_VERSION 1

enum or_phase { OR_PHASE_INIT, OR_PHASE_INVOKE, OR_PHASE_IDLE, OR_PHASE_SHUTDOWN };

struct or_state { /* 4096 bytes */
  uint64_t magic;
  uint32_t version;
  _Atomic uint32_t policy_generation; /* 0: the policy of the start. Guards compare it at each decision */
  _Atomic uint32_t proxy_port;        /* 127.0.0.1, 0: no proxy */
  _Atomic int32_t extension_pid;      /* the process Lambda started */
  _Atomic int32_t worker_pid;         /* its child that does the work */
  _Atomic int32_t runtime_pid;        /* the wrapper's, and so the runtime's */
  _Atomic uint32_t phase;             /* enum or_phase */
  _Atomic uint32_t learning;          /* 1: what is allowed is reported (if the policy wants it) */
  _Atomic uint64_t invocations;
  _Atomic uint64_t emitted; /* frames guards tried to send */
  _Atomic uint64_t dropped; /* of these, not taken by the socket */
  _Atomic uint64_t fork_window; /* second << 32 | forks in it, of all processes */
  _Atomic uint32_t request_lock; /* odd while request_id is being written */
  char request_id[68];           /* of the invocation in hand, or "" */
  _Atomic uint32_t alert_only;   /* 1: nothing is stopped, whatever the policy says (a container's relay: alert_only.h) */
  uint8_t reserved[4096 - 148];
};
_Static_assert(sizeof(struct or_state) == 4096, "state layout");
#endif
