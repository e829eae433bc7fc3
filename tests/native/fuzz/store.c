/* A policy file, as the supervisor reads and takes it. */
#include "../../../native/policy_store.c"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  char path[64];
  fuzz_supervisor();
  if (!size) return 0;
  snprintf(path, sizeof path, "/proc/self/fd/%d", fuzz_file(data + 1, size - 1));
  const char *key = data[0] & 1 ? "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=" : NULL;
  uint64_t before = ((const struct or_policy_header *)store[in_force].blob)->counter;
  bool first = data[0] & 2, builtin_before = policy_is_builtin();
  const char *wrong = policy_load(path, key, first);
  uint32_t slot;
  const struct or_policy_header *now = policy_acquire(&slot);
  if (!first && !builtin_before) MUST(now->counter >= before);
  if (!wrong) MUST(!policy_check(now, now->total_size));
  TEXT(undecided, 64);
  undecided_names(now, &undecided);
  policy_release(slot);
  policy_take_over();
  return 0;
}
