/* What is read of a caller's memory: strings, arguments, socket addresses, message headers and control data, open_how. */
#include "../../../native/send.c"
#include "fuzz.h"

static void peer(struct caller *caller, uint64_t address, size_t size, uint8_t how) {
  struct peer peer;
  uint32_t said = how & 64 ? (uint32_t)size : how & 32 ? (uint32_t)size + 1 : 128;
  long error = peer_read(caller, (enum purpose)(how % 3), address, said, &peer);
  if (!error) {
    MUST(said < sizeof peer.bytes && strnlen(peer.target, sizeof peer.target) < sizeof peer.target);
    MUST(peer.act.family != OR_INET || peer.size >= 16);
  }
  peer_close(&peer);
}

static void message(struct caller *caller, const uint8_t *bytes, size_t size) {
  struct message message = {.caller = caller, .socket = -1};
  struct kernel_msghdr header;
  uint64_t address = (uint64_t)(uintptr_t)bytes;
  if (size < sizeof header) return;
  if (!message_read_header(&message, address)) return;
  MUST(message.vector_count <= VECTORS_MAX + 1 && message.control_size <= CONTROL_MAX + 1);
  message.control = address + sizeof header;
  message.control_size = (uint32_t)(size - sizeof header);
  if (message.control_size) message_copy_control(&message);
  MUST(message.passed_count <= PASSED_MAX);
  message_close_passed(&message);
  message.vectors = message.control;
  message.vector_count = (uint32_t)((size - sizeof header) / sizeof(struct iovec));
  uint32_t vector = 0;
  uint64_t within = 0;
  for (int i = 0; i < 4 && message.vector_count; i++) {
    long filled = fill(&message, piece_of[0], &vector, &within);
    MUST(filled <= (long)PIECE);
    if (filled <= 0) break;
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size < 2 || size > 16384) return 0;
  struct caller caller = fuzz_caller();
  uint8_t *bytes = fuzz_at_the_edge(data + 1, size - 1);
  uint64_t address = (uint64_t)(uintptr_t)bytes;
  char string[4096];
  size--;
  long length = caller_string(&caller, address, string, 1 + data[0] * 16u);
  MUST(length < 0 || length <= data[0] * 16);
  MUST(caller_arguments(&caller, address, string, 1024) < 1024);
  if (data[0] & 128) message(&caller, bytes, size);
  else peer(&caller, address, size, data[0]);
  return 0;
}
