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

uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t size) {
  const uint8_t *p = bytes;
  if (!hash) hash = 0xcbf29ce484222325u;
  while (size--) hash = (hash ^ *p++) * 0x100000001b3u;
  return hash;
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
