#include "verdict.h"

#include <string.h>

uint32_t crc32_of(uint32_t crc, const void *bytes, size_t length) {
  const uint8_t *p = bytes;
  crc = ~crc;
  while (length--) {
    crc ^= *p++;
    for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ (0xedb88320u & -(crc & 1));
  }
  return ~crc;
}

/* Two places to go back to, the last `*` and the last `**`: a later star of the same or a stronger kind makes the
 * earlier one of that kind needless, so nothing deeper is ever tried again. A `*` that runs into '/' gives up and hands
 * over to the last `**`. */
bool pattern_matches(const char *p, const char *t) {
  while (*p == *t && *p && *p != '*' && *p != '?' && *p != '\\') { /* most rules are told apart here */
    p++;
    t++;
  }
  const char *star_p = NULL, *star_t = NULL, *deep_p = NULL, *deep_t = NULL;
  for (;;) {
    if (p[0] == '*') {
      if (p[1] == '*') {
        while (*p == '*') p++;
        if (!*p) return true;
        deep_p = p;
        deep_t = t;
        star_p = NULL;
      } else {
        star_p = ++p;
        star_t = t;
      }
      continue;
    }
    bool literal = p[0] == '\\' && p[1];
    if (*t == 0 && *p == 0) return true;
    if (*t && *p && (literal ? p[1] == *t : p[0] == '?' ? *t != '/' : p[0] == *t)) {
      p += literal ? 2 : 1;
      t++;
      continue;
    }
    if (star_p && *star_t && *star_t != '/') {
      t = ++star_t;
      p = star_p;
    } else if (deep_p && *deep_t && !(star_p && !*star_t)) { /* what the star did not find up to the end, is not there */
      t = ++deep_t;
      p = deep_p;
      star_p = NULL;
    } else {
      return false;
    }
  }
}

/* By a hash: 64 hex digits, and of what is run. */
static bool hash_in_order(const struct or_rule *rule, const char *strings, uint32_t strings_size) {
  if (!rule->sha256) return true;
  if (rule->kind != OR_EXEC || rule->sha256 >= strings_size) return false;
  const char *hash = strings + rule->sha256;
  return strspn(hash, "0123456789abcdef") == 64 && hash[64] == 0;
}

/* Patterns of words, one behind the other. */
static bool words_in_order(const struct or_rule *rule, const char *strings, uint32_t strings_size) {
  uint64_t at = rule->arguments;
  if (rule->kind != OR_EXEC || rule->words > OR_ARGUMENT_PATTERNS + 1) return false;
  for (unsigned i = 1; i < rule->words; i++) {
    if (at >= strings_size) return false;
    size_t length = strlen(strings + at);
    if (length > OR_PATTERN_MAX) return false;
    at += length + 1;
  }
  return true;
}

static const char *check_rule(const struct or_rule *rule, const char *strings, uint32_t strings_size) {
  static const uint8_t zero[8];
  if (rule->kind >= OR_KINDS) return "a rule is of a kind that does not exist";
  if (rule->action >= OR_VERDICTS) return "a rule has an action that does not exist";
  if (rule->family != OR_ANY_FAMILY && rule->family != OR_UNIX && rule->family != OR_INET && rule->family != OR_INET6)
    return "a rule names an address family that does not exist";
  if (rule->proto != OR_ANY_PROTO && rule->proto != OR_TCP && rule->proto != OR_UDP) return "a rule names an unknown protocol";
  if (rule->prefix > (rule->family == OR_INET ? 32 : rule->family == OR_INET6 ? 128 : 0)) return "a rule's prefix is too long";
  if (memcmp(rule->reserved, zero, sizeof rule->reserved))
    return "a rule's reserved bytes are not zero";
  if (rule->port_low > rule->port_high) return "a rule's ports are the wrong way round";
  if (rule->id == 0 || rule->id > 65535) return "a rule's id is out of range";
  if (rule->program >= strings_size || rule->target >= strings_size) return "a rule's string lies outside the blob";
  if (strlen(strings + rule->program) > OR_PATTERN_MAX || strlen(strings + rule->target) > OR_PATTERN_MAX)
    return "a rule's pattern is too long";
  if (!hash_in_order(rule, strings, strings_size)) return "a rule's sha256 is none, or not of a program";
  if (rule->words && !words_in_order(rule, strings, strings_size)) return "a rule's arguments are none, or not of a program";
  return NULL;
}

/* Where the programs end: there the signature begins, or the blob ends. 0: they are not in order. */
static uint64_t programs_end(const struct or_policy_header *header) {
  uint64_t strings_end = (uint64_t)header->strings_offset + header->strings_size;
  if (header->programs_count == 0) return header->programs_offset || header->programs_verdict ? 0 : strings_end;
  if (header->programs_count > OR_POLICY_MAX_PROGRAMS || header->programs_offset != strings_end) return 0;
  return strings_end + (uint64_t)header->programs_count * OR_HASH_BYTES;
}

static bool in_ascending_order(const uint8_t *programs, uint32_t count) {
  for (uint32_t i = 1; i < count; i++)
    if (memcmp(programs + (i - 1) * OR_HASH_BYTES, programs + i * OR_HASH_BYTES, OR_HASH_BYTES) >= 0) return false;
  return true;
}

const char *policy_check(const void *blob, size_t size) {
  struct or_policy_header header;
  if (size < sizeof header) return "too short for a policy";
  if (size > OR_POLICY_MAX_BYTES) return "larger than a policy may be";
  memcpy(&header, blob, sizeof header);
  if (memcmp(header.magic, OR_POLICY_MAGIC, sizeof header.magic)) return "not a compiled policy";
  if (header.version != OR_POLICY_VERSION && header.version != OR_POLICY_VERSION_ARGUMENTS) return "a version that is not known here";
  if (header.header_size != sizeof header) return "a header of the wrong size";
  if (header.total_size != size) return "its size is not what it says (truncated?)";
  if (header.mode >= OR_MODES) return "a mode that does not exist";
  if (header.flags & ~(OR_REPORT_ALLOWED | OR_HASH_PROGRAMS | OR_SIGNED_DIGEST)) return "flags that are not known here";
  static const uint8_t zero[sizeof header.reserved];
  if (memcmp(header.reserved, zero, sizeof zero)) return "reserved bytes are not zero";
  for (int kind = 0; kind < OR_KINDS; kind++)
    if (header.defaults[kind] >= OR_VERDICTS) return "a default that does not exist";
  if (header.programs_verdict >= OR_VERDICTS) return "a verdict on other programs that does not exist";
  if (header.rule_count > OR_POLICY_MAX_RULES) return "more rules than a policy may have";
  uint32_t rules_end = sizeof header + header.rule_count * (uint32_t)sizeof(struct or_rule);
  if (header.rules_offset != sizeof header || header.strings_offset != rules_end) return "tables that do not lie where they must";
  if (header.strings_size == 0 || (uint64_t)rules_end + header.strings_size > size) return "strings that do not fit";
  uint64_t body = programs_end(&header);
  if (!body || body > size) return "programs that do not lie where they must";
  if (header.signature_offset ? header.signature_offset != body || size - body != OR_SIGNATURE_BYTES : body != size)
    return "bytes that belong to nothing";
  const char *strings = (const char *)blob + header.strings_offset;
  if (strings[0] != 0 || strings[header.strings_size - 1] != 0) return "strings without their ends";
  if (!in_ascending_order((const uint8_t *)blob + header.programs_offset, header.programs_count)) return "programs that are not in order";
  uint32_t expected = header.crc32;
  header.crc32 = 0;
  uint32_t crc = crc32_of(0, &header, sizeof header);
  if (crc32_of(crc, (const char *)blob + sizeof header, (size_t)body - sizeof header) != expected) return "a checksum that does not match (damaged?)";
  const struct or_rule *rules = (const struct or_rule *)((const char *)blob + header.rules_offset);
  for (uint32_t i = 0; i < header.rule_count; i++) {
    const char *wrong = check_rule(&rules[i], strings, header.strings_size);
    if (wrong) return wrong;
    if (rules[i].words && header.version == OR_POLICY_VERSION) return "a rule's arguments in a version that has none";
  }
  return NULL;
}

static bool same_prefix(const uint8_t *a, const uint8_t *b, unsigned bits) {
  if (memcmp(a, b, bits / 8)) return false;
  return bits % 8 == 0 || ((a[bits / 8] ^ b[bits / 8]) >> (8 - bits % 8)) == 0;
}

/* A connect rule with a target that is no socket path is about a host name. */
static bool by_name(const struct or_rule *rule, const char *strings) {
  return rule->kind == OR_CONNECT && rule->family != OR_UNIX && strings[rule->target];
}

uint32_t policy_asks(const void *blob) {
  const struct or_policy_header *header = blob;
  const struct or_rule *rules = (const struct or_rule *)((const char *)blob + header->rules_offset);
  const char *strings = (const char *)blob + header->strings_offset;
  uint32_t asks = header->programs_count ? OR_ASKS_PROGRAMS | OR_ASKS_HASHES : 0;
  if (header->flags & OR_HASH_PROGRAMS) asks |= OR_ASKS_HASHES;
  for (uint32_t i = 0; i < header->rule_count; i++) {
    asks |= 1u << rules[i].kind;
    if (by_name(&rules[i], strings)) asks |= OR_ASKS_NAMES;
    if (rules[i].sha256) asks |= OR_ASKS_HASHES;
    if (rules[i].expires) asks |= OR_ASKS_TIME;
    if (rules[i].words) asks |= OR_ASKS_ARGUMENTS;
    if (rules[i].kind == OR_READ && rules[i].action != OR_ALLOW) asks |= OR_ASKS_READS;
  }
  return asks;
}

/* connect, bind: the peer or the address, without the program. */
static bool peer_matches(const struct or_rule *rule, const char *target, const struct act *act) {
  if (act->family == OR_UNIX) { /* a rule for any family with a target names a host, not a socket */
    if (rule->family != OR_UNIX) return rule->family == OR_ANY_FAMILY && !*target;
    return !*target || pattern_matches(target, act->target);
  }
  if (rule->family != OR_ANY_FAMILY && rule->family != act->family) return false;
  if (rule->proto && rule->proto != act->proto) return false;
  if (act->port < rule->port_low || act->port > rule->port_high) return false;
  if (!same_prefix(rule->addr, act->addr, rule->prefix)) return false;
  return !*target || (act->kind == OR_CONNECT && act->name && *act->name && pattern_matches(target, act->name));
}

static bool same_hash(const struct or_rule *rule, const char *strings, const struct act *act) {
  return rule->sha256 && act->sha256 && strcmp(strings + rule->sha256, act->sha256) == 0;
}

static bool has_expired(const struct or_rule *rule, const struct act *act) {
  return rule->expires && (!act->now || act->now >= rule->expires);
}

static bool is_foreign(const struct act *act) { return strcmp(act->program, OR_PROGRAM_FOREIGN) == 0; }

enum match { NO, MAYBE, YES };

static bool is_any(const char *pattern) { return strcmp(pattern, "**") == 0; }

/* As pattern_matches(), of words: one place to go back to, the last `**`. Of words that are not all, those that are there
 * say at most that it may be. */
static enum match arguments_match(const struct or_rule *rule, const char *strings, const struct act *act) {
  const char *p = strings + rule->arguments, *word = act->arguments_size ? act->arguments : "", *end = word + act->arguments_size;
  const char *star_p = NULL, *star_word = NULL;
  unsigned left = rule->words - 1u, star_left = 0;
  while (word < end) {
    if (left && is_any(p)) {
      star_p = p += 3;
      star_left = --left;
      star_word = word;
      if (!left) break;
    } else if (left && ((p[0] == '*' && !p[1]) || pattern_matches(p, word))) {
      p += strlen(p) + 1;
      word += strlen(word) + 1;
      left--;
    } else if (star_p) {
      word = star_word += strlen(star_word) + 1;
      p = star_p;
      left = star_left;
    } else {
      return NO;
    }
  }
  if (!act->arguments_whole) return MAYBE;
  for (; left && is_any(p); left--) p += 3;
  return left ? NO : YES;
}

/* Of a rule of the act's kind, whatever it says of arguments. What is cheap to compare comes first: most rules of a long policy are passed over
 * without a look at a pattern. */
static bool is_about(const struct or_rule *rule, const char *strings, const struct act *act) {
  const char *program = strings + rule->program, *target = strings + rule->target;
  if (has_expired(rule, act)) return false;
  if (act->kind == OR_CONNECT || act->kind == OR_BIND) {
    if (!peer_matches(rule, target, act)) return false;
  } else if (act->kind == OR_SYSCALL) {
    if (*target && strcmp(target, act->target) != 0) return false;
  } else if (*target && !pattern_matches(target, act->target)) {
    return false;
  }
  if (rule->sha256 && !same_hash(rule, strings, act)) return false;
  return *program ? pattern_matches(program, act->program) : !is_foreign(act);
}

static enum match rule_matches(const struct or_rule *rule, const char *strings, const struct act *act) {
  if (!is_about(rule, strings, act)) return NO;
  return rule->words ? arguments_match(rule, strings, act) : YES;
}

/* A name that no resolve rule speaks of may be looked up by whom a connect rule lets connect to it. */
static bool lets_resolve(const struct or_rule *rule, const char *strings, const struct act *act) {
  if (!by_name(rule, strings) || rule->action == OR_BLOCK || has_expired(rule, act)) return false;
  if (!pattern_matches(strings + rule->target, act->target)) return false;
  return !strings[rule->program] || pattern_matches(strings + rule->program, act->program);
}

bool hash_of_hex(const char *hex, uint8_t hash[OR_HASH_BYTES]) {
  for (unsigned i = 0; i < 2 * OR_HASH_BYTES; i++) {
    unsigned digit = hex[i] >= '0' && hex[i] <= '9' ? (unsigned)(hex[i] - '0') : hex[i] >= 'a' && hex[i] <= 'f' ? (unsigned)(hex[i] - 'a' + 10) : 16;
    if (digit == 16) return false;
    hash[i / 2] = (uint8_t)(hash[i / 2] << 4 | digit);
  }
  return hex[2 * OR_HASH_BYTES] == 0;
}

static bool is_listed(const struct or_policy_header *header, const char *sha256) {
  uint8_t hash[OR_HASH_BYTES] = {0};
  if (!sha256 || !hash_of_hex(sha256, hash)) return false;
  const uint8_t *programs = (const uint8_t *)header + header->programs_offset;
  for (uint32_t low = 0, high = header->programs_count; low < high;) {
    uint32_t middle = (low + high) / 2;
    int order = memcmp(hash, programs + middle * OR_HASH_BYTES, OR_HASH_BYTES);
    if (order == 0) return true;
    if (order < 0) high = middle;
    else low = middle + 1;
  }
  return false;
}

bool policy_is_of_image(const void *blob, const struct act *act) {
  const struct or_policy_header *header = blob;
  const struct or_rule *rules = (const struct or_rule *)((const char *)header + header->rules_offset);
  const char *strings = (const char *)header + header->strings_offset;
  if (act->kind != OR_EXEC || !header->programs_count || is_listed(header, act->sha256)) return true;
  for (uint32_t i = 0; i < header->rule_count; i++)
    if (rules[i].kind == OR_EXEC && rules[i].action == OR_ALLOW && same_hash(&rules[i], strings, act) && rule_matches(&rules[i], strings, act) == YES)
      return true;
  return false;
}

bool policy_judges_arguments(const void *blob, const struct act *act) {
  const struct or_policy_header *header = blob;
  const struct or_rule *rule = (const struct or_rule *)((const char *)blob + header->rules_offset), *end = rule + header->rule_count;
  const char *strings = (const char *)blob + header->strings_offset;
  for (; rule < end; rule++)
    if (rule->words && act->kind == OR_EXEC && is_about(rule, strings, act)) return true;
  return false;
}

static struct decision decision_of(const struct or_rule *rule, const struct or_rule *rules) {
  return (struct decision){(enum or_verdict)rule->action, rule->id, (uint32_t)(rule - rules) + 1};
}

struct decision policy_decide(const void *blob, const struct act *act) {
  const struct or_policy_header *header = blob;
  const struct or_rule *rules = (const struct or_rule *)((const char *)blob + header->rules_offset);
  const struct or_rule *end = rules + header->rule_count, *found = NULL, *doubted = NULL;
  const char *strings = (const char *)blob + header->strings_offset;
  for (const struct or_rule *rule = rules; rule < end && !found; rule++) {
    enum match match = rule->kind == act->kind ? rule_matches(rule, strings, act) : NO;
    if (match == YES) found = rule;
    else if (match == MAYBE && (!doubted || rule->action > doubted->action)) doubted = rule;
  }
  if (act->kind == OR_RESOLVE)
    for (const struct or_rule *rule = rules; rule < end && !found; rule++)
      if (lets_resolve(rule, strings, act)) found = rule;
  struct decision decision = {(enum or_verdict)header->defaults[act->kind], 0, 0};
  if (found) decision = decision_of(found, rules);
  else if (is_foreign(act) && act->kind == OR_EXEC) decision.verdict = OR_ALERT;
  if (doubted && doubted->action > decision.verdict) decision = decision_of(doubted, rules);
  if (header->programs_verdict > decision.verdict && !is_foreign(act) && !policy_is_of_image(blob, act))
    decision = (struct decision){(enum or_verdict)header->programs_verdict, 0, 0};
  if (decision.verdict == OR_BLOCK && header->mode == OR_MODE_ALERT) decision.verdict = OR_ALERT;
  return decision;
}
