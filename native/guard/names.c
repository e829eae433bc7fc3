/* names.c: host names that are looked up through libc, and a table of what they were answered, so that a later connect
 * can be decided by name. The table is bounded; entries are written under a counter that is odd meanwhile, and a reader
 * that saw it change takes the entry for absent. */
#include <netdb.h>
#include <netinet/in.h>

#include "hooks.h"
#include "inside.h"

#define ENTRIES 256u /* addresses with a name; the oldest of a bucket gives way */
#define WAYS 8u

struct entry {
  _Atomic uint32_t lock; /* odd: being written */
  uint32_t age;
  uint8_t family;
  uint8_t address[16];
  char name[NAME_BYTES];
};

static struct entry table[ENTRIES];
static _Atomic uint32_t ages;

/* Stack of the frame that is in a lookup. A handler that leaves it by longjmp also leaves that stack, so the frame of
 * whoever asks later is not below it. */
static _Thread_local uintptr_t lookup_frame;

bool in_lookup(void) { return lookup_frame && (uintptr_t)__builtin_frame_address(0) < lookup_frame; }

static struct entry *bucket_of(const uint8_t address[16]) {
  return &table[hash_bytes(self.seed, address, 16) % (ENTRIES / WAYS) * WAYS];
}

bool name_of(uint8_t family, const uint8_t *address, unsigned n, char out[NAME_BYTES]) {
  struct entry *bucket = bucket_of(address);
  for (unsigned i = 0; i < WAYS; i++) {
    struct entry *entry = &bucket[i];
    uint32_t before = atomic_load(&entry->lock);
    if (before & 1 || entry->family != family || memcmp(entry->address, address, 16) != 0) continue;
    memcpy(out, entry->name, NAME_BYTES);
    atomic_thread_fence(memory_order_acquire);
    if (atomic_load(&entry->lock) == before && n-- == 0) return true;
  }
  return false;
}

static void remember(const char *name, uint8_t family, const uint8_t address[16]) {
  struct entry *bucket = bucket_of(address), *place = bucket;
  for (unsigned i = 0; i < WAYS; i++) {
    bool same = bucket[i].family == family && memcmp(bucket[i].address, address, 16) == 0;
    if (same && strcmp(bucket[i].name, name) == 0) return;
    if (bucket[i].age < place->age) place = &bucket[i];
  }
  uint32_t lock = atomic_load(&place->lock);
  if (lock & 1 || !atomic_compare_exchange_strong(&place->lock, &lock, lock + 1)) return; /* somebody writes it now */
  place->age = atomic_fetch_add(&ages, 1) + 1;
  place->family = family;
  memcpy(place->address, address, 16);
  memset(place->name, 0, sizeof place->name);
  memcpy(place->name, name, strlen(name));
  atomic_store(&place->lock, lock + 2);
}

static void remember_answer(const char *name, int family, const void *address) {
  static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  uint8_t bytes[16] = {0};
  bool four = family == AF_INET || (family == AF_INET6 && memcmp(address, mapped, sizeof mapped) == 0);
  if (family != AF_INET && family != AF_INET6) return;
  if (family == AF_INET) memcpy(bytes, address, 4);
  else memcpy(bytes, (const uint8_t *)address + (four ? 12 : 0), four ? 4 : 16);
  remember(name, four ? OR_INET : OR_INET6, bytes);
}

/* An address written as one is not looked up. Generous: "1.2" is an address to libc, too. */
static bool is_numeric(const char *name) {
  if (strchr(name, ':')) return true;
  if (name[0] == '0' && (name[1] | 32) == 'x') return true;
  for (; *name; name++)
    if (*name != '.' && (*name < '0' || *name > '9')) return false;
  return true;
}

/* 0: go on; `out` is the name as policies write it, "" when nothing will be looked up. */
static int decide_name(const char *name, char out[NAME_BYTES], const char *call) {
  size_t length = name ? strnlen(name, NAME_BYTES) : 0;
  out[0] = 0;
  if (!length || length == NAME_BYTES || is_numeric(name)) return 0; /* too long for the name system: libc says so */
  for (size_t i = 0; i < length; i++) out[i] = (char)(name[i] >= 'A' && name[i] <= 'Z' ? name[i] | 32 : name[i]);
  if (length > 1 && out[length - 1] == '.') length--;
  out[length] = 0;
  struct act act = {.kind = OR_RESOLVE, .target = out};
  return guard_act(&act, call, NULL);
}

static void remember_host(const char *name, const struct hostent *host) {
  if (!*name || !host) return;
  for (char **address = host->h_addr_list; *address; address++) remember_answer(name, host->h_addrtype, *address);
}

#define LOOK_UP(call)                                              \
  do {                                                             \
    uintptr_t outer = lookup_frame;                                \
    if (*name) lookup_frame = (uintptr_t)__builtin_frame_address(0); \
    call;                                                          \
    lookup_frame = outer;                                          \
  } while (0)

int hook_getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **found) {
  char name[NAME_BYTES];
  int result;
  bool numeric = hints && hints->ai_flags & AI_NUMERICHOST;
  if (decide_name(numeric ? NULL : node, name, "getaddrinfo")) return EAI_FAIL;
  LOOK_UP(result = ((int (*)(const char *, const char *, const struct addrinfo *, struct addrinfo **))ORIGINAL(getaddrinfo))(
              node, service, hints, found));
  if (result || !*name) return result;
  for (const struct addrinfo *answer = *found; answer; answer = answer->ai_next) {
    if (answer->ai_family == AF_INET)
      remember_answer(name, AF_INET, &((const struct sockaddr_in *)(const void *)answer->ai_addr)->sin_addr);
    else if (answer->ai_family == AF_INET6)
      remember_answer(name, AF_INET6, &((const struct sockaddr_in6 *)(const void *)answer->ai_addr)->sin6_addr);
  }
  return 0;
}

struct hostent *hook_gethostbyname(const char *node) {
  char name[NAME_BYTES];
  struct hostent *host;
  if (decide_name(node, name, "gethostbyname")) {
    *h_errno_place() = NO_RECOVERY;
    return NULL;
  }
  LOOK_UP(host = ((struct hostent * (*)(const char *)) ORIGINAL(gethostbyname))(node));
  remember_host(name, host);
  return host;
}

struct hostent *hook_gethostbyname2(const char *node, int family) {
  char name[NAME_BYTES];
  struct hostent *host;
  if (decide_name(node, name, "gethostbyname2")) {
    *h_errno_place() = NO_RECOVERY;
    return NULL;
  }
  LOOK_UP(host = ((struct hostent * (*)(const char *, int)) ORIGINAL(gethostbyname2))(node, family));
  remember_host(name, host);
  return host;
}

static int refuse_lookup(struct hostent **found, int *h_errno_out) {
  *found = NULL;
  *h_errno_out = NO_RECOVERY;
  return EACCES;
}

int hook_gethostbyname_r(const char *node, struct hostent *host, char *buffer, size_t size, struct hostent **found, int *h_errno_out) {
  char name[NAME_BYTES];
  int result;
  if (decide_name(node, name, "gethostbyname_r")) return refuse_lookup(found, h_errno_out);
  LOOK_UP(result = ((int (*)(const char *, struct hostent *, char *, size_t, struct hostent **, int *))ORIGINAL(gethostbyname_r))(
              node, host, buffer, size, found, h_errno_out));
  if (!result) remember_host(name, *found);
  return result;
}

int hook_gethostbyname2_r(const char *node, int family, struct hostent *host, char *buffer, size_t size, struct hostent **found,
                          int *h_errno_out) {
  char name[NAME_BYTES];
  int result;
  if (decide_name(node, name, "gethostbyname2_r")) return refuse_lookup(found, h_errno_out);
  LOOK_UP(result = ((int (*)(const char *, int, struct hostent *, char *, size_t, struct hostent **, int *))ORIGINAL(gethostbyname2_r))(
              node, family, host, buffer, size, found, h_errno_out));
  if (!result) remember_host(name, *found);
  return result;
}
