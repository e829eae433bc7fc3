/* relay.c: see relay.h. What comes from the application's processes are bytes of the application's own user: each frame is
 * checked field by field and written anew, with the pid the kernel tells and a number of ours. What is no frame, and what
 * found the socket full, keeps a number and counts as dropped. */
#include "relay.h"

#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "caller.h"
#include "frame.h"
#include "report.h"
#include "siphash.h"
#include "state.h"

#define REQUESTS 128        /* processes that may be starting at a time */
#define FRAMES_AT_ONCE 256  /* then the agent has its turn */
#define LOST_AT_ONCE (1u << 20) /* more are not counted in a second: whoever writes to that page may write anything */
#define LOOK_NS 1000000000ull
#define AGAIN_NS (RELAY_AGAIN_MS * 1000000ull)
#define EMPTY_LOOKS 2 /* who is just starting a program has our page neither from before nor anew */
#define MFD_FLAGS 3u        /* MFD_CLOEXEC | MFD_ALLOW_SEALING */
#define SEAL_FUTURE_WRITE 0x10 /* F_SEAL_FUTURE_WRITE, Linux 5.1: before that the page can be written by all who have it */
#define STRING_MAX 1024u

static int events = -1, requests = -1, first = -1;
static int state_file = -1, counters_file = -1, policy_file = -1;
static struct or_state *state, *counters;
static char name[sizeof RELAY_PREFIX + 32];
static uint64_t told_dropped, refused, last_look_ns;
static bool first_ended;
static unsigned empty_looks;

int relay_events(void) { return events; }
int relay_requests(void) { return requests; }
int relay_first(void) { return first; }

static int listen_as(int type) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  size_t length = strlen(name), size = offsetof(struct sockaddr_un, sun_path) + 1 + length;
  int on = 1, fd = (int)sys(__NR_socket, AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  memcpy(address.sun_path + 1, name, length);
  long error = sys(__NR_bind, fd, &address, size);
  if (!error && type == SOCK_STREAM) error = sys(__NR_listen, fd, REQUESTS);
  if (!error && type == SOCK_DGRAM) error = sys(__NR_setsockopt, fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof on);
  return error ? (int)error : fd;
}

static struct or_state *make_page(int *file) {
  *file = (int)sys(__NR_memfd_create, name, MFD_FLAGS);
  if (sys(__NR_ftruncate, *file, sizeof(struct or_state))) return NULL;
  long page = sys(__NR_mmap, NULL, sizeof(struct or_state), PROT_READ | PROT_WRITE, MAP_SHARED, *file, 0);
  return page < 0 && page > -4096 ? NULL : (struct or_state *)page;
}

bool relay_can_be(void) {
  int fd = (int)sys(__NR_memfd_create, RELAY_PREFIX, MFD_FLAGS);
  close_fd(fd);
  return fd >= 0;
}

bool relay_open(void) {
  struct text out = {name, sizeof name, 0, false};
  text_add(&out, RELAY_PREFIX);
  text_hex(&out, self.guard->instance, sizeof self.guard->instance);
  events = listen_as(SOCK_DGRAM);
  requests = listen_as(SOCK_STREAM);
  first = (int)sys(__NR_pidfd_open, self.guard->application, 0); /* before 5.3 its end is seen a second late */
  state = make_page(&state_file);
  counters = make_page(&counters_file);
  if (events < 0 || requests < 0 || !state || !counters) return false;
  sys(__NR_fcntl, state_file, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | SEAL_FUTURE_WRITE);
  sys(__NR_fcntl, counters_file, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW);
  state->magic = OR_STATE_MAGIC;
  state->version = OR_STATE_VERSION;
  atomic_store(&state->extension_pid, self.pid);
  atomic_store(&state->alert_only, alert_only());
  relay_publish();
  return policy_file >= 0;
}

static bool write_all(int fd, const uint8_t *bytes, size_t size) {
  for (size_t done = 0; done < size;) {
    long piece = sys(__NR_write, fd, bytes + done, size - done);
    if (piece <= 0) return false;
    done += (size_t)piece;
  }
  return true;
}

/* What we start with without a file has no checksum, and its size is a struct's: nobody read it. */
static int policy_copy(const struct or_policy_header *policy) {
  int fd = (int)sys(__NR_memfd_create, name, MFD_FLAGS);
  struct or_policy_header head = *policy;
  const uint8_t *rest = (const uint8_t *)(policy + 1);
  bool unread = policy_is_builtin();
  if (unread) head.total_size = head.strings_offset + head.strings_size;
  size_t size = head.total_size - sizeof head;
  if (unread) head.crc32 = crc32_of(crc32_of(0, &head, sizeof head), rest, size);
  if (write_all(fd, (const uint8_t *)&head, sizeof head) && write_all(fd, rest, size) &&
      sys(__NR_fcntl, fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) == 0)
    return fd;
  close_fd(fd);
  return -1;
}

void relay_publish(void) {
  uint32_t slot;
  const struct or_policy_header *policy = policy_acquire(&slot);
  int fresh = policy_copy(policy);
  if (fresh >= 0) {
    close_fd(policy_file);
    policy_file = fresh;
    atomic_store(&state->learning, policy->flags & OR_REPORT_ALLOWED);
    atomic_fetch_add(&state->policy_generation, 1);
  } else {
    report_trouble("the policy could not be handed to the application's processes: they keep the one they have");
  }
  policy_release(slot);
}

void relay_hand_out(void) {
  int fd;
  while ((fd = (int)sys(__NR_accept4, requests, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK)) >= 0) {
    struct { int32_t pid; uint32_t uid, gid; } peer = {0, 0, 0}; /* struct ucred */
    uint32_t size = sizeof peer;
    const int files[3] = {state_file, counters_file, policy_file};
    sys(__NR_getsockopt, fd, SOL_SOCKET, SO_PEERCRED, &peer, &size);
    if (peer.pid > 0) descriptors_send(fd, files, 3); /* 0: of no process of this container */
    close_fd(fd);
  }
}

#define STRING 255 /* of up to STRING_MAX bytes */
static const uint8_t sizes[] = { /* of the fields there may be, by tag */
    [OR_T_KIND] = 1,        [OR_T_VERDICT] = 1,     [OR_T_PID] = 4,         [OR_T_PPID] = 4,    [OR_T_UID] = 4,
    [OR_T_GID] = 4,         [OR_T_RULE] = 4,        [OR_T_ERRNO] = 4,       [OR_T_SHA256] = 32, [OR_T_PROGRAM] = STRING,
    [OR_T_CMDLINE] = STRING, [OR_T_TARGET] = STRING, [OR_T_SYSCALL] = STRING, [OR_T_ARGV] = STRING, [OR_T_MESSAGE] = STRING,
    [OR_T_CODE] = STRING,   [OR_T_NAME] = STRING,   [OR_T_DISTRIBUTION] = STRING};

static bool is_sound(unsigned tag, const uint8_t *value, size_t size) {
  if (tag == OR_T_ADDRESS)
    return (size == 8 || size == 20) && value[0] == (size == 8 ? OR_INET : OR_INET6) &&
           (value[1] == OR_ANY_PROTO || value[1] == OR_TCP || value[1] == OR_UDP);
  if (tag >= sizeof sizes || !sizes[tag]) return false;
  if (sizes[tag] == STRING) return size <= STRING_MAX;
  return size == sizes[tag] && (tag != OR_T_KIND || *value < OR_KINDS) && (tag != OR_T_VERDICT || *value < OR_VERDICTS);
}

#define BIT(tag) (1ull << (tag))
#define WHOSE (BIT(OR_T_PID) | BIT(OR_T_PPID) | BIT(OR_T_UID) | BIT(OR_T_GID) | BIT(OR_T_CMDLINE)) /* not what the act was */

/* False: it is no event, nor a word of trouble. `key`: of all that was done, whoever did it. */
static bool written_anew(const uint8_t *bytes, size_t size, int32_t pid, struct frame *out, uint64_t *key) {
  struct or_frame head;
  uint64_t seen = 0;
  if (size < sizeof head || size > sizeof out->bytes) return false;
  memcpy(&head, bytes, sizeof head);
  if (head.length != size - sizeof head.length || head.version != OR_WIRE_VERSION) return false;
  if (head.type != OR_EVENT && head.type != OR_TROUBLE) return false;
  frame_begin(out, (enum or_frame_type)head.type);
  *key = head.type;
  for (size_t at = sizeof head; at < size;) {
    uint16_t tag, length;
    if (size - at < sizeof tag + sizeof length) return false;
    memcpy(&tag, bytes + at, sizeof tag);
    memcpy(&length, bytes + at + sizeof tag, sizeof length);
    at += sizeof tag + sizeof length;
    if (length > size - at || !is_sound(tag, bytes + at, length) || seen & BIT(tag)) return false;
    seen |= BIT(tag);
    if (tag == OR_T_PID) field_u32(out, OR_T_PID, (uint32_t)pid);
    else field(out, (enum or_tag)tag, bytes + at, length);
    if (!(BIT(tag) & WHOSE)) *key = siphash(self.guard->hash_key, *key ^ tag, bytes + at, length);
    at += length;
  }
  uint64_t needed = BIT(OR_T_PID) | BIT(OR_T_PROGRAM);
  needed |= head.type == OR_EVENT ? BIT(OR_T_KIND) | BIT(OR_T_VERDICT) : BIT(OR_T_MESSAGE);
  return (seen & needed) == needed;
}

static void take_frame(const uint8_t *bytes, size_t size, int32_t pid) {
  static struct frame frame;
  uint64_t key;
  if (pid > 0 && written_anew(bytes, size, pid, &frame, &key)) {
    if (frame_was_told(key ? key : 1)) return;
    report_ancestors(&frame, pid, false);
    frame_tell(&frame, key ? key : 1);
  } else {
    ring_lost(1);
    if (!refused++) report_trouble("what was sent to the relay was no event: dropped, as all such that may come");
  }
}

void relay_take(void) {
  static uint8_t bytes[OR_FRAME_MAX + 5]; /* one more shows that it is too long */
  for (int i = 0; i < FRAMES_AT_ONCE; i++) {
    struct { int32_t pid; uint32_t uid, gid; } sender = {0, 0, 0};
    struct iovec v = {bytes, sizeof bytes};
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof sender)] = {0};
    struct msghdr message = {.msg_iov = &v, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    long got = sys(__NR_recvmsg, events, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (got < 0) return;
    struct cmsghdr *c = CMSG_FIRSTHDR(&message);
    if (c && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_CREDENTIALS) memcpy(&sender, CMSG_DATA(c), sizeof sender);
    take_frame(bytes, (size_t)got, sender.pid);
  }
}

/* What guards could not send. The page is anybody's: what it says is taken for a count, and for no more. */
static void count_lost(void) {
  uint64_t now = atomic_load(&counters->dropped), more = now - told_dropped;
  told_dropped = now;
  if (more) ring_lost(more < LOST_AT_ONCE ? more : LOST_AT_ONCE);
}

struct search {
  bool found;
};

/* Whether a process has our page: so it is one of the application's. */
static void look_into(void *with, int number, const char *unused) {
  struct search *search = with;
  char text[4096 + sizeof name];
  size_t kept = 0;
  long got;
  (void)unused;
  if (search->found || number == self.pid) return;
  struct text_path path = proc_path(number, "maps");
  int fd = (int)sys(__NR_openat, AT_FDCWD, path.bytes, O_RDONLY | O_CLOEXEC);
  while (fd >= 0 && !search->found && (got = sys(__NR_read, fd, text + kept, 4096)) > 0) {
    size_t length = kept + (size_t)got;
    kept = sizeof name - 1 < length ? sizeof name - 1 : length;
    for (size_t i = 0; i + sizeof name <= length; i++) search->found |= memcmp(text + i, name, sizeof name - 1) == 0;
    memmove(text, text + length - kept, kept);
  }
  close_fd(fd);
}

static bool nobody_left(void) {
  struct search search = {false};
  int proc = (int)sys(__NR_openat, AT_FDCWD, "/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  each_number(proc, look_into, &search);
  close_fd(proc);
  return !search.found;
}

bool relay_is_leaving(void) { return empty_looks; }

void relay_first_ended(void) {
  first_ended = true;
  last_look_ns = 0;
}

bool relay_tend(uint64_t now) {
  if (!self.guard->relayed) return false;
  count_lost();
  if (now - last_look_ns < (empty_looks ? AGAIN_NS : LOOK_NS)) return false;
  atomic_store(&state->alert_only, alert_only());
  bool empty = (first_ended || sys(__NR_kill, self.guard->application, 0) == -ESRCH) && nobody_left();
  empty_looks = empty ? empty_looks + 1 : 0;
  last_look_ns = now_ns(1);
  if (empty_looks < EMPTY_LOOKS) return false;
  relay_take();
  count_lost();
  return true;
}
