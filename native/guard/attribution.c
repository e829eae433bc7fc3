#include "attribution.h"

#include <sys/uio.h>

#include "../sys.h"
#include "../text.h"

#define FRAMES_MAX 200   /* looked at for one attribution: deep recursion ends in the customer's code anyway */
#define PASSED 16u       /* code objects of one walk known not to be the customer's: importlib's come again and again */
#define NAME_BYTES 100u  /* of a function */
#define NO_FIELD 0xffffu

enum place { BYTES, UNITS, POINTER }; /* how a frame says where it is: offset in bytes, in units of two, an address */

/* Where things lie in a 64-bit interpreter, the same on both architectures; fixed for the life of a minor version. Each
 * is checked against the interpreter's own words before it is used (frames_verify). */
static const struct layout {
  uint8_t minor;
  uint8_t place;
  uint16_t state;    /* in the thread state: its frame, or what leads to it */
  uint16_t current;  /* there: the frame; NO_FIELD: `state` was it already */
  uint16_t previous, code, at; /* in a frame */
  uint16_t first;    /* in a code object: its first instruction (POINTER) */
  uint16_t filename, name;
  uint16_t text;     /* bytes before the characters of an ASCII string; `wide` of any other */
  uint16_t wide;
} LAYOUTS[] = {
    {8, BYTES, 24, NO_FIELD, 24, 32, 104, 0, 104, 112, 48, 72},
    {9, BYTES, 24, NO_FIELD, 24, 32, 104, 0, 104, 112, 48, 72},
    {10, UNITS, 24, NO_FIELD, 24, 32, 96, 0, 104, 112, 48, 72},
    {11, POINTER, 56, 8, 48, 32, 56, 184, 112, 120, 48, 72},
    {12, POINTER, 56, 0, 8, 0, 56, 192, 112, 120, 40, 56},
    {13, POINTER, 72, NO_FIELD, 8, 0, 56, 200, 112, 120, 40, 56},
    {14, POINTER, 72, NO_FIELD, 8, 0, 56, 208, 112, 120, 40, 56},
};
#define FRAME_BYTES 112u /* up to the last field of any row */
#define CODE_BYTES 128u
#define OBJECT_TYPE 8u
#define STRING_LENGTH 16u
#define STRING_STATE 32u /* of a string; interned:2, kind:3, compact:1, ascii:1 */

static const struct layout *layout;
static uintptr_t code_type;
static void *(*thread_state)(void);
static int (*line_of)(void *code, int offset);
static int (*finalizing)(void);
static _Atomic bool verified;

static _Thread_local struct {
  bool scoped, trusted;
  char text[ATTRIBUTION_BYTES];
} mine __attribute__((tls_model("initial-exec")));

/* Outside our Python hook nothing promises that what a thread state leads to still exists (another thread may be
 * ending the interpreter), so the kernel copies: it answers EFAULT where we would crash. */
static bool peek(void *out, uintptr_t from, size_t size) {
  if (from < 4096) return false;
  if (mine.trusted) {
    memcpy(out, (const void *)from, size);
    return true;
  }
  struct iovec here = {out, size}, there = {(void *)from, size};
  return sys(__NR_process_vm_readv, sys(__NR_getpid), &here, 1, &there, 1, 0) == (long)size;
}

static uintptr_t pointer_in(const void *bytes, size_t offset) {
  uintptr_t value;
  memcpy(&value, (const char *)bytes + offset, sizeof value);
  return value;
}

static size_t utf8(uint32_t c, char *out) {
  if (c < 0x80) return (void)(out[0] = (char)c), 1;
  if (c >= 0xdc80 && c <= 0xdcff) return (void)(out[0] = (char)c), 1; /* a byte that was no UTF-8 (surrogateescape) */
  size_t more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
  out[0] = (char)(0xf0u << (3 - more)) | (char)(c >> 6 * more);
  for (size_t i = 1; i <= more; i++) out[i] = (char)(0x80 | (c >> 6 * (more - i) & 0x3f));
  return more + 1;
}

/* The end of a Python string: at most size - 1 bytes of UTF-8. */
static bool string_at(uintptr_t object, char *out, size_t size) {
  char head[40];
  if (!peek(head, object, sizeof head)) return false;
  uint64_t length = pointer_in(head, STRING_LENGTH);
  uint32_t state, unit;
  memcpy(&state, head + STRING_STATE, sizeof state);
  unit = state >> 2 & 7;
  bool compact = state >> 5 & 1, ascii = state >> 6 & 1;
  if (!compact || (unit != 1 && unit != 2 && unit != 4) || length > 1u << 20) return false;
  uint8_t raw[256];
  uint64_t fit = sizeof raw / unit, from = length > fit ? length - fit : 0, used = 0;
  if (!peek(raw, object + (ascii ? layout->text : layout->wide) + from * unit, (length - from) * unit)) return false;
  for (uint64_t i = 0; i < length - from; i++) {
    uint32_t c = raw[i * unit];
    for (uint32_t b = 1; b < unit; b++) c |= (uint32_t)raw[i * unit + b] << 8 * b;
    if (used + 5 > size) break;
    used += utf8(c, out + used);
  }
  out[used] = 0;
  return true;
}

static uintptr_t first_frame(void) {
  uintptr_t state = (uintptr_t)thread_state(), frame = 0;
  if (!state || !peek(&frame, state + layout->state, sizeof frame)) return 0;
  if (layout->current != NO_FIELD && !peek(&frame, frame + layout->current, sizeof frame)) return 0;
  return frame;
}

struct frame {
  uintptr_t previous, code; /* code 0: none of Python's, an entry the interpreter keeps for itself */
  uintptr_t filename, name;
  uintptr_t at;
};

static bool read_frame(uintptr_t address, struct frame *out, const uintptr_t *passed) {
  char bytes[FRAME_BYTES], code[CODE_BYTES];
  size_t last = layout->at > layout->previous ? layout->at : layout->previous;
  if (!peek(bytes, address, last + 8)) return false;
  out->previous = pointer_in(bytes, layout->previous);
  out->code = pointer_in(bytes, layout->code) & ~(uintptr_t)3; /* 3.14 marks references in the low bits */
  out->at = pointer_in(bytes, layout->at);
  for (unsigned i = 0; passed && i < PASSED; i++)
    if (passed[i] == out->code) return (void)(out->code = 0), true;
  if (!peek(code, out->code, sizeof code) || pointer_in(code, OBJECT_TYPE) != code_type) out->code = 0;
  if (!out->code) return true;
  out->filename = pointer_in(code, layout->filename);
  out->name = pointer_in(code, layout->name);
  return true;
}

static int line_at(const struct frame *frame) {
  uint32_t offset = layout->place == POINTER ? (uint32_t)(frame->at - frame->code - layout->first)
                                             : (uint32_t)frame->at * (layout->place == UNITS ? 2 : 1);
  return line_of((void *)frame->code, (int)offset);
}

static bool begins(const char *text, const char *with) { return strncmp(text, with, strlen(with)) == 0; }

bool attribution_is_customers(const char *path) {
  if (path[0] == '<' || path[0] == 0 || begins(path, "/var/runtime/") || begins(path, "/opt/outrider/")) return false;
  if (strstr(path, "/awslambdaric/")) return false;
  if (begins(path, "/var/task/") || begins(path, "/opt/") || begins(path, "/tmp/")) return true;
  if (begins(path, "/var/lang/")) return false;
  const char *library = strstr(path, "/lib/python3");
  if (!library) library = strstr(path, "/lib64/python3");
  return !library || strstr(library, "/site-packages/") || strstr(library, "/dist-packages/");
}

static bool python_walk(char *out) {
  uintptr_t passed[PASSED] = {0};
  unsigned count = 0;
  char file[ATTRIBUTION_BYTES - NAME_BYTES - 16], name[NAME_BYTES];
  struct frame frame;
  if (!mine.trusted && finalizing && finalizing()) return false; /* other threads' states are being freed */
  uintptr_t address = first_frame();
  for (int i = 0; i < FRAMES_MAX && address && read_frame(address, &frame, passed); i++, address = frame.previous) {
    if (!frame.code || !string_at(frame.filename, file, sizeof file)) continue;
    if (!attribution_is_customers(file)) {
      passed[count++ % PASSED] = frame.code;
      continue;
    }
    int line = line_at(&frame);
    struct text text = {out, ATTRIBUTION_BYTES, 0, false};
    text_add(&text, file);
    text_add(&text, ":");
    text_number(&text, line > 0 ? (uint64_t)line : 0);
    if (string_at(frame.name, name, sizeof name)) {
      text_add(&text, " ");
      text_add(&text, name);
    }
    return true;
  }
  return false;
}

bool frames_describe(unsigned minor, void *(*state)(void), int (*line)(void *, int), int (*ending)(void)) {
  for (size_t i = 0; i < sizeof LAYOUTS / sizeof *LAYOUTS; i++)
    if (LAYOUTS[i].minor == minor) layout = &LAYOUTS[i];
  thread_state = state;
  line_of = line;
  finalizing = ending;
  return layout && state && line;
}

bool frames_verify(const void *code, int line, const char *file) {
  struct frame frame;
  char text[256];
  uintptr_t address = layout && peek(&code_type, (uintptr_t)code + OBJECT_TYPE, sizeof code_type) ? first_frame() : 0;
  for (int i = 0; i < 3 && address && read_frame(address, &frame, NULL); i++, address = frame.previous) {
    if (frame.code != (uintptr_t)code) continue; /* an entry of the interpreter's own */
    size_t length = strlen(file);
    if (!string_at(frame.filename, text, sizeof text) || length >= sizeof text - 5) return false;
    return verified = strcmp(text, file) == 0 && line_at(&frame) == line;
  }
  return false;
}

bool frames_verified(void) { return verified; }

void frames_trust(bool on) { mine.trusted = on; }

bool frames_top(char *out, uint32_t size) {
  struct frame frame;
  uintptr_t address = verified ? first_frame() : 0;
  for (int i = 0; i < 3 && address && read_frame(address, &frame, NULL); i++, address = frame.previous)
    if (frame.code) return string_at(frame.filename, out, size);
  return false;
}

char *attribution_scope(bool open) {
  mine.scoped = open;
  return mine.text;
}

const char *attribution(void) {
  if (verified) return python_walk(mine.text) ? mine.text : NULL; /* who is no Node may say what he likes */
  return mine.scoped ? mine.text : NULL;
}

static const char *address_text(const struct act *act, char out[48]) {
  struct text text = {out, 48, 0, false};
  if (act->family == OR_INET) {
    for (int i = 0; i < 4; i++) {
      if (i) text_add(&text, ".");
      text_number(&text, act->addr[i]);
    }
  } else if (act->family == OR_INET6) {
    text_hex(&text, act->addr, 16); /* the hook writes such addresses out in the same way */
  } else {
    out[0] = 0;
  }
  return out;
}

const char *attribution_of(const struct act *act) {
  const char *known = attribution();
  char address[48];
  if (known || verified) return known;
  if (act->name && node_find(act->name, mine.text)) return mine.text;
  if (act->target && node_find(act->target, mine.text)) return mine.text;
  return node_find(address_text(act, address), mine.text) ? mine.text : NULL;
}
