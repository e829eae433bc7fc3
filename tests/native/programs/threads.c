/* threads.c: what the supervisor's threads share, driven by threads that ThreadSanitizer can see: workers that report, decide
 * by policies, leave calls to wait and pass the lead on, and a keeper that sends, acknowledges, tends, and swaps policies.
 * threads ROUNDS POLICY POLICY. The workers run on the stacks by which worker.c tells them apart. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../../../native/keeper.c"
#define finish finish_of_worker
#include "../../../native/worker.c"
#undef finish
#include "../../../native/judge.h"

bool outrider_ed25519_verify(const uint8_t key[32], const uint8_t *message, size_t length, const uint8_t signature[64]) {
  (void)key, (void)message, (void)length, (void)signature;
  return false;
}

bool outrider_ed25519_verify_digest(const uint8_t key[32], const uint8_t *message, size_t length, const uint8_t signature[64]) {
  return outrider_ed25519_verify(key, message, length, signature);
}

#define AT_WORK 4

static struct guard guard;
static struct options options = {.container = "app", .program = (char *[]){"threads", NULL}};
static long rounds;
static _Atomic int at_work = AT_WORK;

static void *worker(void *unused) {
  struct seccomp_notif call = {.id = 1, .pid = (uint32_t)sys(__NR_gettid)};
  struct caller caller;
  char target[64];
  (void)unused;
  unsigned own = worker_index();
  if (own >= WORKERS) exit(3);
  for (long i = 0; i < rounds; i++) {
    struct worker *me = &guard.workers[own];
    atomic_store(&me->state, BUSY);
    caller_begin(&caller, &call);
    snprintf(target, sizeof target, "/var/lib/%ld", i % 50 + own * 10);
    struct act act = {.kind = i % 3 ? OR_WRITE : OR_SYSCALL, .program = caller.program, .target = target};
    struct report report = {&act, {i % 7 ? OR_ALERT : OR_BLOCK, 1, 1}, "openat", 0, NULL, 0};
    report_act(&caller, &report);
    if (i % 5 == 0) enforcing();
    uint32_t slot;
    const void *policy = policy_acquire(&slot);
    if (policy_asks_of(slot) != policy_asks(policy)) exit(4);
    policy_decide(policy, &act);
    policy_release(slot);
    if (i % 11 == 0) caller_forget();
    if (i % 13 == 0) {
      struct pending item = {.fd = -1, .target = -1, .call = call};
      keep_pending(PENDING_FIFO, &item);
    }
    if (i % 17 == 0) worker_step_aside();
    unsigned slot_of_lead = (unsigned)(i / 64 % LEADERS);
    if (i % 64 == 0) workers_pass_lead(slot_of_lead, atomic_load(&guard.leaders[slot_of_lead]));
    workers_held_up();
    atomic_fetch_add(&guard.activity, 1);
    atomic_fetch_add(&me->turn, 1);
    atomic_store(&me->state, IDLE);
  }
  at_work--;
  return NULL;
}

static void keep(char **policies) {
  static uint8_t piece[16384];
  for (unsigned turn = 0; at_work; turn++) {
    size_t size = ring_unsent(piece, sizeof piece);
    ring_sent(size);
    uint64_t seq = 0;
    if (size >= sizeof(struct or_frame)) memcpy(&seq, piece + offsetof(struct or_frame, seq), sizeof seq);
    if (seq) ring_acknowledge(seq);
    if (turn % 5 == 0) ring_rewind();
    if (turn % 9 == 0) report_repeats();
    if (turn % 10 == 0) report_counters();
    if (turn % 20 == 0) policy_load(policies[turn / 20 % 2], NULL, true);
    agent_has_nothing_to_send();
    agent_is_up_to_date();
    tend_pending();
    how_long(now_ns(1), true, loaded_look(now_ns(1)));
    uint32_t leader = atomic_load(&guard.leaders[0]);
    if (turn % 30 == 0) workers_pass_lead(0, leader);
  }
}

int main(int argc, char **argv) {
  if (argc != 4) return 2;
  rounds = atol(argv[1]);
  self.guard = &guard;
  self.options = &options;
  self.engine = "none";
  self.listener = self.wake = -1;
  self.pid = getpid();
  self.root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
  guard.epoch = 1;
  for (uint32_t i = 0; i < LEADERS; i++) guard.leaders[i] = i;
  identity_of(self.pid, -1, &self.identity);
  policy_load(argv[2], NULL, true);
  pthread_t threads[AT_WORK];
  for (int i = 0; i < AT_WORK; i++) {
    pthread_attr_t on;
    pthread_attr_init(&on);
    if (pthread_attr_setstack(&on, stacks[i], STACK_BYTES) || pthread_create(&threads[i], &on, worker, NULL)) return 5;
  }
  keep(argv + 2);
  for (int i = 0; i < AT_WORK; i++) pthread_join(threads[i], NULL);
  printf("seq %llu dropped %llu\n", (unsigned long long)guard.ring.seq, (unsigned long long)guard.ring.dropped);
  return 0;
}
