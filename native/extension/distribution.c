#include "distribution.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "extension.h"
#include "skim.h"

#define CACHE_SLOTS 128u /* files that act: a function has a handful */
#define PATH_MOST 1024u
#define LEVELS_MAX 8 /* directories above a file in which its dist-info may lie */
#define ENTRIES_MAX 4096 /* of one directory; a large site-packages has 500 */
#define RECORDS_BYTES (4u << 20) /* read for one file at most */
#define PACKAGE_JSON_BYTES (64u << 10)

static struct {
  uint64_t key; /* 0: free */
  char text[DISTRIBUTION_BYTES];
} cache[CACHE_SLOTS];

/* The path of "/var/task/app.py:12 handler": to the last ':' that a number follows. */
static struct slice path_of(struct slice code) {
  for (size_t i = code.size; i > 1; i--) {
    bool number = i < code.size && code.at[i] >= '0' && code.at[i] <= '9';
    if (code.at[i - 1] == ':' && number) return (struct slice){code.at, i - 1};
  }
  return code;
}

static void unit(char *out, const char *name, size_t name_size, const char *version, size_t version_size) {
  size_t length = 0;
  for (size_t i = 0; i < name_size && length < 90; i++) {
    char c = name[i];
    out[length++] = c >= 'A' && c <= 'Z' ? (char)(c | 32) : c == '_' ? '-' : c; /* as the index spells it */
  }
  out[length++] = ' ';
  for (size_t i = 0; i < version_size && length < DISTRIBUTION_BYTES - 1; i++) out[length++] = version[i];
  out[length] = 0;
}

/* Whether RECORD lists `relative` (lines "path,hash,size"). Reads in pieces; `*budget` is what may still be read. */
static bool record_lists(const char *path, const char *relative, size_t *budget) {
  static char piece[16384];
  size_t length = strlen(relative), matched = 0;
  bool line_start = true, found = false;
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  ssize_t got;
  while (fd >= 0 && !found && *budget && (got = read(fd, piece, sizeof piece)) > 0) {
    *budget -= (size_t)got < *budget ? (size_t)got : *budget;
    for (ssize_t i = 0; i < got && !found; i++) {
      char c = piece[i];
      if (c == '\n') line_start = true, matched = 0;
      else if (line_start && matched == length && c == ',') found = true;
      else if (line_start && matched < length && c == relative[matched]) matched++;
      else line_start = false;
    }
  }
  if (fd >= 0) close(fd);
  return found;
}

static bool same_name(const char *a, const char *b, size_t size) {
  for (size_t i = 0; i < size; i++) {
    char x = a[i] == '-' || a[i] == '.' ? '_' : (char)(a[i] >= 'A' && a[i] <= 'Z' ? a[i] | 32 : a[i]);
    char y = b[i] == '-' || b[i] == '.' ? '_' : (char)(b[i] >= 'A' && b[i] <= 'Z' ? b[i] | 32 : b[i]);
    if (x != y) return false;
  }
  return true;
}

/* Looks through the dist-infos of one directory: first those named like the package, then the others. */
static bool search(const char *root, const char *relative, size_t *budget, char *out) {
  static const char suffix[] = ".dist-info";
  size_t top = strcspn(relative, "/.");
  for (int round = 0; round < 2; round++) {
    DIR *listing = opendir(root);
    int entries = 0;
    for (struct dirent *entry; listing && entries++ < ENTRIES_MAX && (entry = readdir(listing));) {
      size_t size = strlen(entry->d_name), name = strcspn(entry->d_name, "-");
      if (size < sizeof suffix || strcmp(entry->d_name + size - (sizeof suffix - 1), suffix) != 0 ||
          name >= size - sizeof suffix)
        continue;
      bool likely = name == top && same_name(entry->d_name, relative, top);
      char path[PATH_MOST + 300];
      snprintf(path, sizeof path, "%s/%s/RECORD", root, entry->d_name);
      if (likely != (round == 0) || !record_lists(path, relative, budget)) continue;
      unit(out, entry->d_name, name, entry->d_name + name + 1, size - name - sizeof suffix);
      closedir(listing);
      return true;
    }
    if (listing) closedir(listing);
  }
  return false;
}

/* The root is one of the directories above the file: from the nearest up. */
static void python_package(char *path, char *out) {
  size_t budget = RECORDS_BYTES;
  char *slash = path + strlen(path);
  for (int level = 0; level < LEVELS_MAX; level++) {
    do slash--;
    while (slash > path && *slash != '/');
    if (slash <= path) return;
    *slash = 0;
    bool found = search(path, slash + 1, &budget, out);
    *slash = '/';
    if (found) return;
  }
}

static void node_package(const char *path, const char *modules, char *out) {
  char file[PATH_MOST + 32], name[90] = "", version[40] = "", *text = malloc(PACKAGE_JSON_BYTES);
  const struct skim_watch watches[] = {{"/name", name, sizeof name}, {"/version", version, sizeof version}};
  static struct skim skim;
  const char *end = modules + strlen("/node_modules/");
  if (*end == '@') end += strcspn(end, "/") + (strchr(end, '/') != NULL);
  end += strcspn(end, "/");
  snprintf(file, sizeof file, "%.*s/package.json", (int)(end - path), path);
  int fd = text ? open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK) : -1;
  ssize_t size = fd >= 0 ? read(fd, text, PACKAGE_JSON_BYTES) : -1;
  if (fd >= 0) close(fd);
  if (size > 0) {
    skim_begin(&skim, watches, 2);
    skim_take(&skim, text, (size_t)size);
    if (*name) unit(out, name, strlen(name), version, strlen(version));
  }
  free(text);
}

static const char *last_modules(const char *path) {
  const char *found = NULL;
  for (const char *at = path; (at = strstr(at, "/node_modules/")); at++) found = at;
  return found;
}

bool distribution_known(struct slice code, char out[DISTRIBUTION_BYTES]) {
  struct slice path = path_of(code);
  uint64_t key = hash_bytes(0, path.at, path.size) | 1;
  *out = 0;
  if (cache[key / 2 % CACHE_SLOTS].key != key) return false;
  strcpy(out, cache[key / 2 % CACHE_SLOTS].text);
  return true;
}

void distribution_of(struct slice code, char out[DISTRIBUTION_BYTES]) {
  char path[PATH_MOST];
  struct slice text = path_of(code);
  if (distribution_known(code, out) || text.size == 0 || text.size >= sizeof path || *text.at != '/') return;
  memcpy(path, text.at, text.size);
  path[text.size] = 0;
  if (strstr(path, "/../") || strncmp(path, "/proc/", 6) == 0 || strncmp(path, "/dev/", 5) == 0)
    return; /* what a frame says is a claim */
  const char *modules = last_modules(path);
  if (modules) node_package(path, modules, out);
  else python_package(path, out);
  uint64_t key = hash_bytes(0, text.at, text.size) | 1;
  cache[key / 2 % CACHE_SLOTS].key = key;
  strcpy(cache[key / 2 % CACHE_SLOTS].text, out);
}
