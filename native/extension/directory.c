/* directory.c: the state directory. It is made anew at every start of an environment: what lies there from before, or
 * was put there by somebody who knew we would come, is taken away by name, never followed. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <dirent.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "extension.h"

struct or_state *state;
static int directory = -1;

static void clear(int fd) {
  int again = dup(fd);
  DIR *listing = again >= 0 ? fdopendir(again) : NULL;
  if (!listing) {
    if (again >= 0) close(again);
    return;
  }
  for (struct dirent *entry; (entry = readdir(listing));)
    if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..")) unlinkat(fd, entry->d_name, 0);
  closedir(listing);
}

static const char *open_directory(void) {
  struct stat info;
  if (lstat(settings.directory, &info) == 0 && !S_ISDIR(info.st_mode)) unlink(settings.directory);
  mkdir(settings.directory, 0700);
  directory = open(settings.directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (directory < 0) return "the state directory cannot be made";
  if (fstat(directory, &info) || info.st_uid != geteuid()) return "the state directory belongs to somebody else";
  fchmod(directory, 0700);
  clear(directory);
  return NULL;
}

static void *page(int fd, int flags) {
  void *memory = mmap(NULL, sizeof *state, PROT_READ | PROT_WRITE, MAP_SHARED | flags, fd, 0);
  return memory == MAP_FAILED ? NULL : memory;
}

const char *directory_make(void) {
  const char *wrong = open_directory();
  int fd = wrong ? -1 : openat(directory, OR_STATE_FILE, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (!wrong && (fd < 0 || ftruncate(fd, sizeof *state))) wrong = "the state page cannot be made";
  if (!wrong && !(state = page(fd, 0))) wrong = "the state page cannot be mapped";
  if (fd >= 0) close(fd);
  if (wrong && directory >= 0) {
    close(directory);
    directory = -1;
  }
  if (!state) state = page(-1, MAP_ANONYMOUS); /* nobody else sees it: guards and wrapper work without */
  if (!state) abort();
  state->version = OR_STATE_VERSION;
  state->phase = OR_PHASE_INIT;
  state->extension_pid = getpid();
  atomic_thread_fence(memory_order_release);
  state->magic = OR_STATE_MAGIC;
  return wrong;
}

int directory_open(const char *name, int flags) {
  return directory < 0 ? -1 : openat(directory, name, flags | O_NOFOLLOW | O_CLOEXEC);
}

int directory_events(void) {
  if (directory < 0) return -1;
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  /* The directory's own path may be longer than a socket address. */
  snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/%s", directory, OR_STATE_EVENTS);
  int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  int room = 256 << 10; /* the burst of one invocation while the worker is restarted */
  if (fd >= 0) setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
  if (fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof address)) {
    close(fd);
    fd = -1;
  }
  return fd;
}

void state_request(const char *id) {
  atomic_fetch_or(&state->request_lock, 1); /* a worker that died in here left it odd */
  atomic_thread_fence(memory_order_release);
  memset(state->request_id, 0, sizeof state->request_id);
  memcpy(state->request_id, id, strnlen(id, sizeof state->request_id - 1));
  atomic_fetch_add(&state->request_lock, 1);
}
