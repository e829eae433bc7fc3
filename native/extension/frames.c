/* frames.c: datagrams of guards, strictly as wire.h has them. */
#include <string.h>

#include "note.h"

struct field {
  uint16_t tag, size;
  const uint8_t *value;
};

static uint32_t u32_at(const uint8_t *p) {
  return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}
static uint64_t u64_at(const uint8_t *p) { return u32_at(p) | (uint64_t)u32_at(p + 4) << 32; }
static uint16_t u16_at(const uint8_t *p) { return (uint16_t)(p[0] | p[1] << 8); }

static bool take_u8(const struct field *f, uint8_t below, bool *has, uint8_t *out) {
  if (f->size != 1 || *f->value >= below || *has) return false;
  *has = true;
  *out = *f->value;
  return true;
}

static bool take_u32(const struct field *f, uint32_t *out) {
  if (f->size != 4) return false;
  *out = u32_at(f->value);
  return true;
}

static bool take_text(const struct field *f, size_t most, bool nul, struct slice *out) {
  if (out->at || f->size > most || (!nul && memchr(f->value, 0, f->size))) return false;
  *out = (struct slice){(const char *)f->value, f->size};
  return true;
}

static bool take_address(const struct field *f, struct note *out) {
  if (f->size < 4 || out->has_address) return false;
  size_t rest = f->size - 4u;
  out->family = f->value[0];
  out->proto = f->value[1];
  out->port = u16_at(f->value + 2);
  out->host = (struct slice){(const char *)f->value + 4, rest};
  out->has_address = true;
  if (out->proto != OR_ANY_PROTO && out->proto != OR_TCP && out->proto != OR_UDP) return false;
  if (out->family == OR_UNIX) return rest <= 108;
  return (out->family == OR_INET && rest == 4) || (out->family == OR_INET6 && rest == 16);
}

static bool take_bytes(const struct field *f, uint16_t size, const uint8_t **out) {
  if (f->size != size || *out) return false;
  *out = f->value;
  return true;
}

static bool take_ancestor(const struct field *f, struct note *out) {
  if (f->size < 4 || out->ancestor_count == 8) return false;
  out->ancestors[out->ancestor_count++] = (struct slice){(const char *)f->value, f->size};
  return true;
}

static bool take_field(const struct field *f, struct note *out) {
  switch (f->tag) {
    case OR_T_KIND: return take_u8(f, OR_KINDS, &out->has_kind, &out->kind);
    case OR_T_VERDICT: return take_u8(f, OR_VERDICTS, &out->has_verdict, &out->verdict);
    case OR_T_MODE: return take_u8(f, OR_MODES, &out->has_mode, &out->mode);
    case OR_T_PID: return take_u32(f, &out->pid);
    case OR_T_PPID: return take_u32(f, &out->ppid);
    case OR_T_UID: return take_u32(f, &out->uid);
    case OR_T_GID: return take_u32(f, &out->gid);
    case OR_T_RULE: return take_u32(f, &out->rule);
    case OR_T_ERRNO: return take_u32(f, (uint32_t *)&out->error);
    case OR_T_PROGRAM: return take_text(f, 4096, false, &out->program);
    case OR_T_TARGET: return take_text(f, 4096, false, &out->target);
    case OR_T_CMDLINE: return take_text(f, 1024, true, &out->cmdline);
    case OR_T_ARGV: return take_text(f, 1024, true, &out->argv);
    case OR_T_SYSCALL: return take_text(f, 64, false, &out->syscall);
    case OR_T_MESSAGE: return take_text(f, 1024, false, &out->message);
    case OR_T_FEATURES: return take_text(f, 2048, false, &out->features);
    case OR_T_ENGINE: return take_text(f, 64, false, &out->engine);
    case OR_T_KERNEL: return take_text(f, 256, false, &out->kernel);
    case OR_T_CODE: return take_text(f, 1024, false, &out->code);
    case OR_T_NAME: return take_text(f, 255, false, &out->name);
    case OR_T_REQUEST_ID: return take_text(f, 64, false, &out->request_id);
    case OR_T_DISTRIBUTION: return take_text(f, 256, false, &out->distribution);
    case OR_T_ADDRESS: return take_address(f, out);
    case OR_T_SHA256: return take_bytes(f, 32, &out->sha256);
    case OR_T_POLICY_ID: return take_bytes(f, 16, &out->policy_id);
    case OR_T_POLICY_COUNTER:
      if (f->size != 8) return false;
      out->policy_counter = u64_at(f->value);
      return true;
    case OR_T_ANCESTOR: return take_ancestor(f, out);
    default: return true; /* of a later guard */
  }
}

bool note_read(const void *datagram, size_t size, struct note *out) {
  const uint8_t *bytes = datagram;
  memset(out, 0, sizeof *out);
  if (size < sizeof(struct or_frame) || size > OR_FRAME_MAX + 4 || u32_at(bytes) != size - 4) return false;
  out->type = u16_at(bytes + 6);
  out->time_ns = u64_at(bytes + 16);
  if (u16_at(bytes + 4) != OR_WIRE_VERSION || out->type < OR_EVENT || out->type > OR_TROUBLE || out->type == OR_REPEAT)
    return false;
  if (out->time_ns >> 63) return false;
  for (size_t at = sizeof(struct or_frame); at < size;) {
    if (size - at < 4) return false;
    struct field field = {u16_at(bytes + at), u16_at(bytes + at + 2), bytes + at + 4};
    at += 4;
    if (field.size > size - at || !take_field(&field, out)) return false;
    at += field.size;
  }
  return out->type != OR_EVENT || (out->has_kind && out->has_verdict);
}
