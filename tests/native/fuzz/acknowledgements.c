/* What the agent says: numbers of frames, in pieces of any length, true or not. */
#include <sys/socket.h>

#include "../../../native/agent.c"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static int pair[2] = {-1, -1};
  static char sink[65536];
  if (!size || size > 4096) return 0;
  fuzz_supervisor();
  if (pair[0] < 0) MUST(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair) == 0);
  struct ring *ring = &fuzz_guard.ring;
  agent = pair[0];
  for (size_t at = 0; at < size && agent >= 0;) {
    size_t piece = data[at] % 17;
    at++;
    if (piece > size - at) piece = size - at;
    if (!piece) report_trouble("a frame of some length");
    else if (write(pair[1], data + at, piece) != (ssize_t)piece) break;
    at += piece;
    agent_exchange();
    while (read(pair[1], sink, sizeof sink) > 0) continue;
    MUST(ring->acked <= ring->sent && ring->sent <= ring->head && ring->head - ring->acked <= RING_BYTES);
  }
  MUST(agent >= 0);
  if (ring->head > 1u << 30) memset(ring, 0, sizeof *ring);
  return 0;
}
