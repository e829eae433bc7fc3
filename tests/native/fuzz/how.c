/* openat2's struct open_how, of whatever size. */
#include "../../../native/open.c"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size < 2 || size > 4096) return 0;
  struct caller caller = fuzz_caller();
  struct open_how how;
  uint64_t address = (uint64_t)(uintptr_t)fuzz_at_the_edge(data + 1, size - 1);
  long error = read_how(&caller, address, data[0] & 1 ? size : size - 1, &how);
  if (!error) MUST(!(data[0] & 1) && size - 1 >= sizeof how && memcmp(&how, data + 1, sizeof how) == 0);
  char path[PATH_BYTES];
  if (size < sizeof path) {
    memcpy(path, data, size);
    path[size] = 0;
    cut_slashes(path);
    is_ours(path);
  }
  return 0;
}
