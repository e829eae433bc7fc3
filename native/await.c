#include "await.h"

#include "agent.h"
#include "report.h"

#define WAIT_NS 50000000ull       /* from the first time the call was seen, however often a signal restarts it */
#define SLICE_NS 1000000          /* between two looks at the table */
#define WAITING_MAX 4u            /* workers that wait at a time: two thirds are left for everybody else */
#define START_NS 5000000000ull    /* since we began: then the sidecar is there, or it is not expected any more */
#define STARTING_MAX 8u
#define RESTART_NS 1000000000ull  /* so long after its deadline a call is still taken for the one that had it */
#define ASKED_NS 5000000000ull    /* a stub resolver's timeout: after that no answer is on its way */
#define VAIN_NS 60000000000ull
#define VAIN_ROW 8u                /* so many waits in a row that nothing came of: */
#define ROW_NS 10000000000ull      /* so long nobody waits who may go on anyway */
#define SLOTS 256u

struct slot {
  _Atomic uint64_t key, until_ns;
};

/* By hash, without chains: a collision costs somebody a second wait. */
static struct slot deadlines[SLOTS], vain[SLOTS];
static _Atomic uint32_t waiting, not_waited, vain_row;
static _Atomic uint64_t asked_ns, began_ns, row_until_ns;
static char path[PATH_BYTES];

void names_begin(void) {
  struct text out = {path, sizeof path, 0, false};
  const char *slash = strrchr(self.options->socket, '/');
  path[0] = 0;
  if (slash) text_bytes(&out, self.options->socket, (size_t)(slash - self.options->socket) + 1);
  text_add(&out, OR_NAMES_FILE);
  atomic_store(&began_ns, now_ns(1));
  atomic_store(&waiting, 0); /* who waited died with our predecessor */
}

bool names_concern(const struct act *act) {
  static const uint8_t loopback[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  if (act->kind != OR_CONNECT) return false;
  if (act->family == OR_INET) return act->addr[0] != 127;
  return act->family == OR_INET6 && memcmp(act->addr, loopback, sizeof loopback) != 0;
}

void names_find(const struct act *act, struct names *out) { names_read(path, act->family, act->addr, now_ns(1), out); }

static uint64_t mixed(uint64_t key, const void *bytes, size_t size) { /* FNV-1a */
  const uint8_t *p = bytes;
  while (size--) key = (key ^ *p++) * 0x100000001b3u;
  return key;
}

static uint64_t key_of_address(const struct act *act) {
  uint64_t key = mixed(0xcbf29ce484222325u, &act->family, 1);
  return mixed(key, act->addr, sizeof act->addr) | 1; /* never 0 */
}

static uint64_t key_of_call(const struct caller *caller, const struct act *act) {
  int32_t numbers[] = {caller->tid, caller->call->data.nr, act->port, act->proto};
  return mixed(key_of_address(act), numbers, sizeof numbers) | 1;
}

bool names_asked_lately(void) {
  uint64_t asked = atomic_load(&asked_ns);
  return asked && now_ns(1) - asked < ASKED_NS;
}

bool names_in_vain(const struct act *act) {
  uint64_t key = key_of_address(act), now = now_ns(1);
  struct slot *slot = &vain[key % SLOTS];
  if (atomic_load(&vain_row) >= VAIN_ROW && now < atomic_load(&row_until_ns)) return true;
  return atomic_load(&slot->key) == key && atomic_load(&slot->until_ns) > now;
}

/* The deadline of a call that was interrupted by a signal and is made anew is the one it had (fargate.md). */
static void set_deadline(const struct caller *caller, const struct act *act, struct patience *patience) {
  patience->key = key_of_call(caller, act);
  struct slot *slot = &deadlines[patience->key % SLOTS];
  uint64_t now = now_ns(1), until = atomic_load(&slot->until_ns);
  if (atomic_load(&slot->key) != patience->key || now >= until + RESTART_NS) {
    until = now + WAIT_NS;
    atomic_store(&slot->key, patience->key);
    atomic_store(&slot->until_ns, until);
  }
  patience->deadline_ns = until;
}

static void tell_that_too_many_wait(void) {
  uint32_t count = atomic_fetch_add(&not_waited, 1) + 1;
  if (count & (count - 1)) return; /* the first, the second, the fourth, ... */
  TEXT(message, 128);
  text_number(&message, count);
  text_add(&message, " calls so far were decided without waiting for a name: too many waited");
  report_trouble(message.buffer);
}

static bool take_place(uint32_t most) {
  if (atomic_fetch_add(&waiting, 1) < most) return true;
  atomic_fetch_sub(&waiting, 1);
  tell_that_too_many_wait();
  return false;
}

bool names_await(const struct caller *caller, const struct act *act, const struct names *seen, struct patience *patience) {
  struct timespec pause = {0, SLICE_NS};
  struct names now = {.generation = seen->generation, .reader = seen->reader};
  if (now.reader != READER_ALIVE) return false;
  if (!patience->begun) {
    set_deadline(caller, act, patience);
    if (now_ns(1) >= patience->deadline_ns || !take_place(WAITING_MAX)) return false;
    patience->begun = true;
    worker_step_aside();
  }
  while (now.reader == READER_ALIVE && now.generation == seen->generation) {
    if (now_ns(1) >= patience->deadline_ns) {
      patience->in_vain = true;
      return false;
    }
    sys(__NR_nanosleep, &pause, NULL);
    if (!still_waiting(caller->call->id)) return false;
    names_find(act, &now);
  }
  return now.reader == READER_ALIVE;
}

void names_awaited(const struct caller *caller, const struct act *act, struct patience *patience) {
  if (!patience->key) return;
  struct slot *slot = &deadlines[patience->key % SLOTS];
  uint64_t key = patience->key;
  if (still_waiting(caller->call->id)) atomic_compare_exchange_strong(&slot->key, &key, 0); /* it is being decided */
  if (patience->begun) atomic_fetch_sub(&waiting, 1);
  if (patience->begun && !patience->in_vain) atomic_store(&vain_row, 0);
  if (!patience->in_vain) return;
  uint64_t now = now_ns(1);
  atomic_fetch_add(&vain_row, 1);
  atomic_store(&row_until_ns, now + ROW_NS);
  key = key_of_address(act);
  atomic_store(&vain[key % SLOTS].until_ns, now + VAIN_NS);
  atomic_store(&vain[key % SLOTS].key, key);
}

/* The agent opens its table first and its socket then: one that is connected and has no table reads no names. */
static bool reader_is_expected(const struct act *act, uint64_t began) {
  struct names found;
  if (now_ns(1) - began >= START_NS || agent_connected()) return false;
  names_find(act, &found);
  return found.reader == READER_UNKNOWN;
}

void names_asked(const struct caller *caller, const struct act *act) {
  struct timespec pause = {0, SLICE_NS};
  uint64_t began = atomic_load(&began_ns);
  if (reader_is_expected(act, began) && take_place(STARTING_MAX)) {
    worker_step_aside();
    do sys(__NR_nanosleep, &pause, NULL);
    while (still_waiting(caller->call->id) && reader_is_expected(act, began));
    atomic_fetch_sub(&waiting, 1);
  }
  atomic_store(&asked_ns, now_ns(1));
}
