/* settings.c: the environment, once; and the few things everybody needs. */
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <time.h>

#include "extension.h"
#include "policy_find.h"

struct settings settings;
struct shared *shared;

static uint64_t now(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

uint64_t now_real(void) { return now(CLOCK_REALTIME); }
uint64_t now_steady(void) { return now(CLOCK_MONOTONIC); }

void random_bytes(uint8_t *out, size_t size) {
  if (getrandom(out, size, GRND_NONBLOCK) == (ssize_t)size) return;
  for (size_t i = 0; i < size; i++) out[i] = (uint8_t)(now_steady() >> (i % 8)); /* an id that need not be a secret */
}

static uint64_t hash_key[2]; /* secret: who chooses names must not be able to make two events look the same */

static uint64_t rotated(uint64_t value, int bits) { return value << bits | value >> (64 - bits); }

static void sip_round(uint64_t v[4]) {
  v[0] += v[1], v[1] = rotated(v[1], 13) ^ v[0], v[0] = rotated(v[0], 32);
  v[2] += v[3], v[3] = rotated(v[3], 16) ^ v[2];
  v[0] += v[3], v[3] = rotated(v[3], 21) ^ v[0];
  v[2] += v[1], v[1] = rotated(v[1], 17) ^ v[2], v[2] = rotated(v[2], 32);
}

static void sip_word(uint64_t v[4], uint64_t word) {
  v[3] ^= word;
  sip_round(v);
  v[0] ^= word;
}

/* SipHash-1-3 (Aumasson, Bernstein: SipHash, a fast short-input PRF), with what came before in the key. */
uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t size) {
  const uint8_t *p = bytes;
  uint64_t key = hash_key[0] ^ hash, word = 0;
  uint64_t v[4] = {key ^ 0x736f6d6570736575u, hash_key[1] ^ 0x646f72616e646f6du, key ^ 0x6c7967656e657261u,
                   hash_key[1] ^ 0x7465646279746573u};
  size_t left = size;
  for (; left >= sizeof word; left -= sizeof word, p += sizeof word) {
    memcpy(&word, p, sizeof word);
    sip_word(v, word);
  }
  word = (uint64_t)size << 56;
  for (size_t i = 0; i < left; i++) word |= (uint64_t)p[i] << (8 * i);
  sip_word(v, word);
  v[2] ^= 0xff;
  for (int i = 0; i < 3; i++) sip_round(v);
  return v[0] ^ v[1] ^ v[2] ^ v[3];
}

static const char *value_or(const char *name, const char *otherwise) {
  const char *value = environment_value(settings.environment, name);
  return value ? value : otherwise;
}

/* "127.0.0.1:9001", "[::1]:9001" or "name:9001". A name is looked up here, once: Lambda gives an address. */
static void find_api(const char *text) {
  char host[256];
  const char *colon = text ? strrchr(text, ':') : NULL;
  if (!colon || colon == text || (size_t)(colon - text) >= sizeof host || strlen(text) >= sizeof settings.api_text)
    return;
  bool brackets = *text == '[' && colon[-1] == ']';
  size_t size = (size_t)(colon - text) - (brackets ? 2 : 0);
  memcpy(host, text + brackets, size);
  host[size] = 0;
  struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV}, *found;
  if (getaddrinfo(host, colon + 1, &hints, &found)) return;
  memcpy(&settings.api, found->ai_addr, found->ai_addrlen);
  settings.api_size = found->ai_addrlen;
  strcpy(settings.api_text, text);
  freeaddrinfo(found);
}

void settings_read(char **environment) {
  random_bytes((uint8_t *)hash_key, sizeof hash_key);
  settings.environment = environment;
  settings.directory = value_or("OUTRIDER_DIR", OR_STATE_DIR);
  settings.task_root = value_or("LAMBDA_TASK_ROOT", "/var/task");
  settings.function = value_or("AWS_LAMBDA_FUNCTION_NAME", "");
  settings.version = value_or("AWS_LAMBDA_FUNCTION_VERSION", "");
  settings.policy_key = environment_value(environment, "OUTRIDER_POLICY_KEY");
  settings.log_all = strcmp(value_or("OUTRIDER_LOG", "deviations"), "all") == 0;
  unsigned long port = strtoul(value_or("OUTRIDER_PROXY_PORT", "0"), NULL, 10);
  settings.port = port < 65536 ? (uint16_t)port : 0;
  find_api(environment_value(environment, "AWS_LAMBDA_RUNTIME_API"));
}

bool shared_make(void) {
  shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED) return false;
  random_bytes(shared->instance, sizeof shared->instance);
  shared->started_ns = now_real();
  return true;
}
