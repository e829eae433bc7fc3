/* Text: base64, numbers, /proc/PID/status, /proc/PID/stat's tail, the fleet's switch, the command line. */
#include "../../../native/alert_only.h"
#include "../../../native/base64.h"
#include "../../../native/options.h"
#include "fuzz.h"

static void command_line(const uint8_t *data, size_t size) {
  static struct options options;
  char *text = fuzz_text(data, size), *arguments[33];
  int count = 0;
  for (char *p = text; count < 32 && p <= text + size; p += strlen(p) + 1) arguments[count++] = p;
  arguments[count] = NULL;
  if (options_parse(&options, count, arguments)) {
    MUST(options.program && options.program[0] && !strchr(options.container, '/'));
    MUST(strnlen(options.policy, sizeof options.policy) < sizeof options.policy);
    MUST(strnlen(options.socket, sizeof options.socket) < sizeof options.socket);
  }
  free(text);
}

static void status(const uint8_t *data, size_t size) {
  struct identity who = {0};
  uint64_t number;
  char *text = fuzz_text(data, size);
  for (int base = 8; base <= 16; base += base == 8 ? 2 : 6) status_number(text, "SigBlk:", base, &number);
  if (identity_of(1, fuzz_file(data, size), &who)) MUST(who.group_count <= GROUPS_MAX);
  free(text);
}

static void digits(const uint8_t *data, size_t size) {
  uint8_t bytes[32];
  uint64_t number;
  char *text = fuzz_text(data, size);
  const char *p = text;
  long length = base64_decode(text, bytes, sizeof bytes);
  MUST(length >= -1 && length <= (long)sizeof bytes);
  if (parse_number(&p, &number)) MUST(p > text && p <= text + size);
  TEXT(small, 16);
  text_add(&small, text);
  text_number(&small, size);
  text_hex(&small, data, size);
  MUST(small.length < sizeof small_buffer && !small.buffer[small.length]);
  free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (!size) return 0;
  uint8_t which = data[0] & 3;
  fuzz_supervisor();
  uint8_t *exact = malloc(size);
  memcpy(exact, data + 1, size - 1);
  if (which == 0) command_line(exact, size - 1);
  else if (which == 1) status(exact, size - 1);
  else if (which == 2) digits(exact, size - 1);
  else switch_check(exact, size - 1, data[0] & 4 ? "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=" : NULL);
  free(exact);
  return 0;
}

int LLVMFuzzerInitialize(int *count, char ***arguments) { /* complaints about options would fill the terminal */
  (void)count, (void)arguments;
  return 0;
}
