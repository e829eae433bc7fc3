/* A compiled policy: whatever is accepted decides every act within its bounds. */
#include "fuzz.h"

static void seal(uint8_t *blob, size_t size) { /* the checksum is right: it is what lies behind it that is looked for */
  struct or_policy_header header;
  memcpy(&header, blob, sizeof header);
  size_t body = header.signature_offset && header.signature_offset <= size ? header.signature_offset : size;
  if (body < sizeof header) return;
  header.crc32 = 0;
  memcpy(blob, &header, sizeof header);
  header.crc32 = crc32_of(0, blob, body);
  memcpy(blob, &header, sizeof header);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size > OR_POLICY_MAX_BYTES) return 0;
  uint8_t *blob = malloc(size ? size : 1);
  memcpy(blob, data, size);
  policy_check(blob, size);
  if (size >= sizeof(struct or_policy_header)) seal(blob, size);
  if (!policy_check(blob, size)) {
    static const char hash[] = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
    uint32_t asks = policy_asks(blob);
    MUST(asks < OR_ASKS_ARGUMENTS << 1);
    for (int kind = 0; kind < OR_KINDS; kind++)
      for (int family = 0; family <= OR_INET6; family++) {
        struct act act = {.kind = (enum or_kind)kind, .program = "/usr/bin/nginx", .target = "/var/lib/app/file", .family = (uint8_t)family};
        act.proto = OR_TCP;
        act.port = 443;
        memcpy(act.addr, "\x0a\x01\x02\x03", 4);
        act.name = family ? "db.example.com" : NULL;
        act.sha256 = kind == OR_EXEC ? hash : NULL;
        act.now = 1800000000;
        act.arguments = "-m\0gunicorn\0app";
        act.arguments_size = kind == OR_EXEC ? sizeof "-m\0gunicorn\0app" : 0;
        act.arguments_whole = family & 1;
        struct decision decision = policy_decide(blob, &act);
        MUST((unsigned)decision.verdict < OR_VERDICTS && decision.rule <= 65535);
        policy_is_of_image(blob, &act);
      }
  }
  free(blob);
  return 0;
}
