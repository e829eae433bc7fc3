/* report.c: events to the extension, one frame of ../wire.h a datagram. The socket is made for each, so that no
 * descriptor of ours is ever in the way of the program's, and a vfork child or a signal handler finds nothing half done.
 * A frame is built in memory of its own: the caller may be on a small signal stack. */
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/utsname.h>

#include "../wire.h"
#include "inside.h"

#define FIELD_MAX 1024u /* bytes of one string in an event; the rest is cut */
#define YIELDS 8        /* the socket holds ten datagrams (net.unix.max_dgram_qlen): a burst lets its reader run, a little */

struct frame {
  size_t length;
  uint8_t bytes[sizeof(uint32_t) + OR_FRAME_MAX];
};

static struct frame *begin(enum or_frame_type type) {
  long memory = sys(__NR_mmap, NULL, sizeof(struct frame), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if ((unsigned long)memory > -4096ul) return NULL;
  struct frame *frame = (struct frame *)memory;
  struct or_frame *head = (struct or_frame *)frame->bytes;
  int64_t now[2] = {0, 0};
  sys(__NR_clock_gettime, 0, now);
  frame->length = sizeof *head;
  head->version = OR_WIRE_VERSION;
  head->type = (uint16_t)type;
  head->time_ns = (uint64_t)now[0] * 1000000000u + (uint64_t)now[1];
  return frame;
}

static void field(struct frame *frame, enum or_tag tag, const void *value, size_t size) {
  uint16_t head[2] = {(uint16_t)tag, (uint16_t)size};
  if (frame->length + sizeof head + size > sizeof frame->bytes) return;
  memcpy(frame->bytes + frame->length, head, sizeof head);
  memcpy(frame->bytes + frame->length + sizeof head, value, size);
  frame->length += sizeof head + size;
}

static void field_text(struct frame *frame, enum or_tag tag, const char *text) {
  size_t length = text ? strlen(text) : 0;
  if (length) field(frame, tag, text, length > FIELD_MAX ? FIELD_MAX : length);
}

static void field_u8(struct frame *frame, enum or_tag tag, unsigned value) {
  uint8_t byte = (uint8_t)value;
  field(frame, tag, &byte, 1);
}

static void field_u32(struct frame *frame, enum or_tag tag, uint32_t value) { field(frame, tag, &value, sizeof value); }

/* 0 or -errno. */
static long send_frame(const struct frame *frame) {
  if (!self.events_size) return -ENOENT;
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  memcpy(address.sun_path, self.events, self.events_size);
  size_t size = offsetof(struct sockaddr_un, sun_path) + self.events_size;
  int fd = (int)sys(__NR_socket, AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return fd;
  long sent = -EAGAIN;
  for (int turn = 0; sent == -EAGAIN && turn <= YIELDS; turn++) {
    if (turn) sys(__NR_sched_yield);
    sent = sys(__NR_sendto, fd, frame->bytes, frame->length, MSG_DONTWAIT | MSG_NOSIGNAL, &address, size);
  }
  close_fd(fd);
  return sent < 0 ? sent : 0;
}

/* False: there is nobody to take it. That it was not taken because others wait is counted. */
static bool end(struct frame *frame) {
  struct or_frame *head = (struct or_frame *)frame->bytes;
  head->length = (uint32_t)(frame->length - sizeof head->length);
  long error = send_frame(frame);
  if (self.counters) {
    atomic_fetch_add(&self.counters->emitted, 1);
    if (error) atomic_fetch_add(&self.counters->dropped, 1);
  }
  sys(__NR_munmap, frame, sizeof *frame);
  return error != -ENOENT && error != -ECONNREFUSED;
}

/* A thread has credentials of its own; auxv and libc know only those of the start. */
static void add_process(struct frame *frame) {
  field_u32(frame, OR_T_PID, (uint32_t)sys(__NR_getpid));
  field_u32(frame, OR_T_PPID, (uint32_t)sys(__NR_getppid));
  field_u32(frame, OR_T_UID, (uint32_t)sys(__NR_geteuid));
  field_u32(frame, OR_T_GID, (uint32_t)sys(__NR_getegid));
  if (self.cmdline_size) field(frame, OR_T_CMDLINE, self.cmdline, self.cmdline_size);
}

static void add_target(struct frame *frame, const struct act *act) {
  if (act->family != OR_INET && act->family != OR_INET6) {
    field_text(frame, OR_T_TARGET, act->target);
    return;
  }
  uint8_t address[4 + 16] = {act->family, act->proto, (uint8_t)act->port, (uint8_t)(act->port >> 8)};
  size_t size = act->family == OR_INET ? 4 : 16;
  memcpy(address + 4, act->addr, size);
  field(frame, OR_T_ADDRESS, address, 4 + size);
}

static void add_arguments(struct frame *frame, const char *const *argv) {
  TEXT(arguments, FIELD_MAX);
  for (; *argv && !arguments.cut; argv++) text_bytes(&arguments, *argv, strlen(*argv) + 1);
  if (arguments.length) field(frame, OR_T_ARGV, arguments.buffer, arguments.length - !arguments.cut);
}

static void add_hash(struct frame *frame, const char *hex) {
  uint8_t bytes[32];
  for (unsigned i = 0; i < 64; i++) {
    unsigned digit = (unsigned)(hex[i] <= '9' ? hex[i] - '0' : hex[i] - 'a' + 10);
    bytes[i / 2] = (uint8_t)(i % 2 ? bytes[i / 2] | digit : digit << 4);
  }
  field(frame, OR_T_SHA256, bytes, sizeof bytes);
}

static void add_request(struct frame *frame) {
  char id[sizeof self.state->request_id];
  if (!self.state) return;
  uint32_t before = atomic_load(&self.state->request_lock);
  memcpy(id, self.state->request_id, sizeof id);
  id[sizeof id - 1] = 0;
  if (!(before & 1) && atomic_load(&self.state->request_lock) == before) field_text(frame, OR_T_REQUEST_ID, id);
}

void report_act(const struct act *act, struct decision decision, const struct telling *telling, int error) {
  struct frame *frame = begin(OR_EVENT);
  if (!frame) return;
  field_u8(frame, OR_T_KIND, act->kind);
  field_u8(frame, OR_T_VERDICT, decision.verdict);
  field_u32(frame, OR_T_RULE, decision.rule);
  add_process(frame);
  field_text(frame, OR_T_PROGRAM, act->program);
  add_target(frame, act);
  field_text(frame, OR_T_SYSCALL, telling->call);
  if (error) field_u32(frame, OR_T_ERRNO, (uint32_t)error);
  field_text(frame, OR_T_MESSAGE, telling->message);
  if (telling->argv) add_arguments(frame, telling->argv);
  if (attribution_of) field_text(frame, OR_T_CODE, attribution_of(act));
  field_text(frame, OR_T_NAME, act->name);
  if (act->sha256) add_hash(frame, act->sha256);
  add_request(frame);
  bool heard = end(frame);
  if (!heard && decision.verdict == OR_BLOCK) report_line(act, decision, telling);
}

static void add_policy(struct frame *frame) {
  const struct policy *policy = policy_in_force();
  if (!policy) return;
  const struct or_policy_header *header = policy->blob;
  field_u8(frame, OR_T_MODE, header->mode);
  field(frame, OR_T_POLICY_ID, header->id, sizeof header->id);
  uint64_t counter = header->counter;
  field(frame, OR_T_POLICY_COUNTER, &counter, sizeof counter);
}

/* A container has one start and one policy, and the relay tells of both: of a process only what went wrong. */
static void tell_trouble(const char *what, const char *why) {
  TEXT(message, 512);
  text_add(&message, what);
  text_add(&message, why);
  guard_trouble(message.buffer);
}

void report_policy(const char *error) {
  if (self.in_container) {
    if (error) tell_trouble("the guard of a process did not take the policy: ", error);
    return;
  }
  struct frame *frame = begin(OR_POLICY);
  if (!frame) return;
  add_process(frame);
  add_policy(frame);
  field_u8(frame, OR_T_VERDICT, error ? OR_BLOCK : OR_ALLOW);
  field_text(frame, OR_T_MESSAGE, error);
  end(frame);
}

void report_start(const char *features) {
  struct utsname name;
  if (self.in_container) {
    if (strstr(features, "unpatched:")) tell_trouble("not all of libc could be hooked: ", features);
    return;
  }
  struct frame *frame = begin(OR_START);
  if (!frame) return;
  add_process(frame);
  field_text(frame, OR_T_PROGRAM, self.program);
  field_text(frame, OR_T_ENGINE, "preload");
  if (sys(__NR_uname, &name) == 0) {
    TEXT(kernel, sizeof name.release + sizeof name.machine + 1);
    text_add(&kernel, name.release);
    text_add(&kernel, " ");
    text_add(&kernel, name.machine);
    field_text(frame, OR_T_KERNEL, kernel.buffer);
  }
  field_text(frame, OR_T_FEATURES, features);
  add_policy(frame);
  if (self.cmdline_size) field(frame, OR_T_ARGV, self.cmdline, self.cmdline_size);
  end(frame);
}

void guard_trouble(const char *message) {
  struct frame *frame = begin(OR_TROUBLE);
  if (!frame) return;
  add_process(frame);
  field_text(frame, OR_T_PROGRAM, self.program);
  field_text(frame, OR_T_MESSAGE, message);
  end(frame);
}
