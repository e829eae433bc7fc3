#include "policy_find.h"

#include "base64.h"
#include "ed25519.h"
#include "sys.h"
#include "text.h"
#include "verdict.h"

const char *environment_value(char **environment, const char *name) {
  size_t length = strlen(name);
  for (char **e = environment; *e; e++)
    if (strncmp(*e, name, length) == 0 && (*e)[length] == '=') return (*e)[length + 1] ? *e + length + 1 : NULL;
  return NULL;
}

static const char *check_signature(const uint8_t *blob, size_t size, const char *key_base64) {
  uint8_t key[32];
  if (base64_decode(key_base64, key, sizeof key) != sizeof key) return "OUTRIDER_POLICY_KEY is not 32 bytes of base64";
  const struct or_policy_header *header = (const struct or_policy_header *)blob;
  if (!header->signature_offset)
    return "it is not signed, and OUTRIDER_POLICY_KEY is set";
  size_t body = size - OR_SIGNATURE_BYTES;
  bool digest = header->flags & OR_SIGNED_DIGEST;
  bool verified = (digest ? outrider_ed25519_verify_digest : outrider_ed25519_verify)(key, blob, body, blob + body);
  return verified ? NULL : "its signature does not verify with OUTRIDER_POLICY_KEY";
}

const char *policy_accept(const uint8_t *blob, size_t size, const char *key_base64) {
  const char *wrong = policy_check(blob, size);
  if (!wrong && policy_asks(blob) & OR_ASKS_PROGRAMS) wrong = "it has programs of an image, and a function has no image";
  if (!wrong && policy_asks(blob) & OR_ASKS_ARGUMENTS) wrong = "it has rules about arguments, which only containers' supervisors decide";
  return wrong || !key_base64 ? wrong : check_signature(blob, size, key_base64);
}

static const char no_file[] = "the file does not exist";

static const char *read_file(const char *path, uint8_t *room, size_t *size) {
  long fd = sys(__NR_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0) return fd == -ENOENT ? no_file : "the file cannot be opened";
  const char *wrong = NULL;
  size_t got = 0;
  while (!wrong) {
    uint8_t beyond;
    bool full = got == OR_POLICY_MAX_BYTES;
    long piece = full ? sys(__NR_read, fd, &beyond, 1) : sys(__NR_read, fd, room + got, OR_POLICY_MAX_BYTES - got);
    if (piece == 0) break;
    if (piece < 0) wrong = "the file cannot be read";
    else if (full) wrong = "larger than a policy may be";
    else got += (size_t)piece;
  }
  close_fd((int)fd);
  *size = got;
  return wrong;
}

const char *policy_read(const char *path, const char *key_base64, uint8_t room[OR_POLICY_MAX_BYTES], size_t *size) {
  const char *wrong = read_file(path, room, size);
  return wrong ? wrong : policy_accept(room, *size, key_base64);
}

static const char *from_environment(const char *value, uint8_t *room, size_t *size) {
  if (strlen(value) > POLICY_ENV_CHARACTERS)
    return "OUTRIDER_POLICY is longer than 2048 characters: put the policy into a layer";
  long length = base64_decode(value, room, OR_POLICY_MAX_BYTES);
  if (length < 0) return "OUTRIDER_POLICY is neither base64 nor file:/PATH";
  *size = (size_t)length;
  return NULL;
}

static bool join(struct found_policy *found, const char *a, const char *b) {
  struct text path = {found->path, sizeof found->path, 0, false};
  found->path[0] = 0;
  text_add(&path, a);
  text_add(&path, b);
  found->where = found->path;
  return !path.cut;
}

static bool comes_with_the_layer(const char *path, const char *root) {
  static const char *const names[] = {"/policy/learn.policy", "/policy/alert.policy", "/policy/block.policy"};
  size_t length = strlen(root);
  if (strncmp(path, root, length) != 0) return false;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (strcmp(path + length, names[i]) == 0) return true;
  return false;
}

static const char *look(char **environment, uint8_t *room, struct found_policy *found) {
  const char *given = environment_value(environment, "OUTRIDER_POLICY"),
             *mode = environment_value(environment, "OUTRIDER_MODE");
  const char *root = environment_value(environment, "OUTRIDER_ROOT");
  if (!root) root = OUTRIDER_ROOT_DEFAULT;
  bool block = mode && strcmp(mode, "block") == 0;
  if (mode && !block && strcmp(mode, "alert") != 0) return "OUTRIDER_MODE is neither alert nor block";
  if (given && strncmp(given, "file:", 5) != 0) {
    found->where = "env";
    return from_environment(given, room, &found->size);
  }
  if (!join(found, given ? given + 5 : root, given ? "" : "/policy/function.policy") || found->path[0] != '/')
    return "not an absolute path of less than 512 bytes";
  const char *wrong = read_file(found->path, room, &found->size);
  if (!given && wrong == no_file && join(found, root, block ? "/policy/block.policy" : "/policy/learn.policy"))
    wrong = read_file(found->path, room, &found->size);
  found->builtin = comes_with_the_layer(found->path, root);
  return wrong;
}

void policy_find(char **environment, uint8_t room[OR_POLICY_MAX_BYTES], struct found_policy *found) {
  *found = (struct found_policy){.where = ""};
  found->wrong = look(environment, room, found);
  const char *key = found->builtin ? NULL : environment_value(environment, "OUTRIDER_POLICY_KEY");
  if (!found->wrong) found->wrong = policy_accept(room, found->size, key);
}
