/* A path, followed by us and by the kernel: where both arrive it is the same file. Over a tree of files, links that lead up,
 * down, in circles and nowhere, and modes. */
#include "../../../native/resolve.h"
#include "fuzz.h"

static void tree(void) {
  char place[] = "/tmp/outrider-fuzz-XXXXXX";
  MUST(mkdtemp(place) && chdir(place) == 0);
  mkdir("a", 0755), mkdir("a/b", 0755), mkdir("a/b/c", 0700);
  close(open("f", O_CREAT | O_WRONLY, 0644)), close(open("a/f", O_CREAT | O_WRONLY, 0644));
  MUST(symlink("a", "l") == 0 && symlink("..", "a/u") == 0 && symlink("b/../../f", "a/d") == 0 && symlink("o", "o") == 0);
  MUST(symlink("/", "r") == 0 && symlink("nowhere", "n") == 0 && symlink("a/", "s") == 0 && symlink("/proc/self/cwd", "p") == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const char alphabet[] = "abcdflnoprsu././/..";
  static bool made;
  if (size < 2 || size > 5000) return 0;
  struct caller caller = fuzz_caller();
  if (!made) tree();
  made = true;
  char *path = malloc(size + 1);
  for (size_t i = 0; i < size - 1; i++) path[i] = data[0] & 1 ? (char)data[i + 1] : alphabet[data[i + 1] % (sizeof alphabet - 1)];
  path[size - 1] = 0;
  struct place place;
  bool follow = data[0] & 2;
  long error = resolve(&caller, AT_FDCWD, path, follow ? FOLLOW_LAST : KEEP_LAST, &place);
  int fd = open(path, O_PATH | O_CLOEXEC | (follow ? 0 : O_NOFOLLOW));
  struct stat ours, theirs;
  bool proc = !error && place.below_proc;
  if (!error && place.target >= 0 && fd >= 0 && !proc) {
    MUST(fstat(place.target, &ours) == 0 && fstat(fd, &theirs) == 0);
    MUST(ours.st_ino == theirs.st_ino && ours.st_dev == theirs.st_dev);
    MUST(lstat(place.path, &ours) == 0 && ours.st_ino == theirs.st_ino); /* what is judged is where it lies */
  }
  if (fd >= 0 && !proc) MUST(!error && place.target >= 0);
  if (!error && place.target >= 0 && !proc) MUST(fd >= 0);
  if (!error) place_close(&place);
  if (fd >= 0) close(fd);
  cut_slashes(path);
  free(path);
  return 0;
}
