/* races_files.h: calls that open, make, remove, rename or change files. */
#ifndef RACES_FILES_H
#define RACES_FILES_H
#include "races.h"

#ifndef SYS_fchmodat2
#define SYS_fchmodat2 452
#endif

static int whose_file(int fd, const char *name) {
  struct stat info;
  if (fd < 0) return 0;
  int whose = fstat(fd, &info) ? 0 : info.st_ino == inode(b, name) ? 2 : info.st_ino == inode(a, name) ? 1 : 0;
  if (fd > 2) close(fd); /* a number that somebody else is at work on is left alone */
  return whose;
}

static int try_openat(int dirfd, const char *path) { return whose_file(openat(dirfd, path, O_WRONLY | O_APPEND), "file"); }

static int try_openat2(int dirfd, const char *path) {
  struct open_how how = {.flags = O_RDWR};
  return whose_file((int)syscall(SYS_openat2, dirfd, path, &how, sizeof how), "file");
}

static int try_openat2_beneath(int dirfd, const char *path) {
  struct open_how how = {.flags = O_RDWR, .resolve = RESOLVE_NO_MAGICLINKS};
  return whose_file((int)syscall(SYS_openat2, dirfd, path, &how, sizeof how), "file");
}

/* Of a file that may be read and not written: the byte is in the flags. */
static int try_openat2_how(int dirfd, const char *path) {
  (void)dirfd, (void)path;
  int fd = (int)syscall(SYS_openat2, b, "file", &shared->how, sizeof shared->how);
  if (fd < 0) return 0;
  int whose = (fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDONLY ? 1 : 2;
  close(fd);
  return whose;
}

static void swap_how(void) {
  shared->how = (struct open_how){.flags = O_RDONLY};
  swapped = (volatile char *)&shared->how.flags;
  one = O_RDONLY;
  other = O_WRONLY;
}

static int whose_made(const char *name, int flags) {
  int whose = there(b, name) ? 2 : there(a, name) ? 1 : 0;
  if (whose == 1) unlinkat(a, name, flags);
  return whose;
}

static int try_openat_make(int dirfd, const char *path) {
  int fd = openat(dirfd, path, O_CREAT | O_EXCL | O_WRONLY, 0644);
  if (fd > 2) close(fd);
  return whose_made("made", 0);
}

static int try_mkdirat(int dirfd, const char *path) {
  mkdirat(dirfd, path, 0755);
  return whose_made("made", AT_REMOVEDIR);
}

static int try_mknodat(int dirfd, const char *path) {
  syscall(SYS_mknodat, dirfd, path, S_IFIFO | 0644, 0);
  return whose_made("made", 0);
}

static int try_symlinkat(int dirfd, const char *path) {
  symlinkat("target", dirfd, path);
  return whose_made("made", 0);
}

static int try_linkat_to(int dirfd, const char *path) {
  linkat(a, "file", dirfd, path, 0);
  return whose_made("made", 0);
}

static int whose_link(void) {
  ino_t made = inode(a, "made");
  int whose = !made ? 0 : made == inode(b, "file") ? 2 : 1;
  if (made) unlinkat(a, "made", 0);
  return whose;
}

static int try_linkat_from(int dirfd, const char *path) {
  linkat(dirfd, path, a, "made", 0);
  return whose_link();
}

static int whose_gone(const char *name, void (*again)(void)) {
  int whose = !there(b, name) ? 2 : !there(a, name) ? 1 : 0;
  if (whose == 1) again();
  return whose;
}

static void gone_again(void) { make(a, "gone"); }
static void empty_again(void) { mkdirat(a, "empty", 0755); }
static void source_again(void) { renameat(a, "target", a, "source"); }

static int try_unlinkat(int dirfd, const char *path) {
  unlinkat(dirfd, path, 0);
  return whose_gone("gone", gone_again);
}

static int try_unlinkat_directory(int dirfd, const char *path) {
  unlinkat(dirfd, path, AT_REMOVEDIR);
  return whose_gone("empty", empty_again);
}

static int try_renameat_from(int dirfd, const char *path) {
  syscall(SYS_renameat2, dirfd, path, a, "target", 0);
  return whose_gone("source", source_again);
}

static int whose_target(void) {
  int whose = there(b, "target") ? 2 : there(a, "target") ? 1 : 0;
  if (whose == 1) source_again();
  return whose;
}

static int try_renameat2_to(int dirfd, const char *path) {
  syscall(SYS_renameat2, a, "source", dirfd, path, 1 /* RENAME_NOREPLACE */);
  return whose_target();
}

static int whose_mode(void) {
  struct stat of_a, of_b;
  if (fstatat(a, "file", &of_a, 0) || fstatat(b, "file", &of_b, 0)) broken("file");
  int whose = of_b.st_mode & S_ISUID ? 2 : of_a.st_mode & S_ISUID ? 1 : 0;
  if (whose == 1) fchmodat(a, "file", 0644, 0);
  return whose;
}

static int try_fchmodat(int dirfd, const char *path) {
  syscall(SYS_fchmodat, dirfd, path, 04644);
  return whose_mode();
}

static int try_fchmodat2(int dirfd, const char *path) {
  syscall(SYS_fchmodat2, dirfd, path, 04644, AT_SYMLINK_NOFOLLOW);
  return whose_mode();
}

static int try_fchmod(int dirfd, const char *path) {
  (void)path;
  fchmod(dirfd, 04644);
  return whose_mode();
}

static void swap_files(void) {
  swap_fds[0] = openat(a, "file", O_RDONLY | O_CLOEXEC);
  swap_fds[1] = openat(b, "file", O_RDONLY | O_CLOEXEC);
}

static int try_truncate(int dirfd, const char *path) {
  struct stat of_a, of_b;
  (void)dirfd;
  truncate(path, 5);
  if (fstatat(a, "long", &of_a, 0) || fstatat(b, "long", &of_b, 0)) broken("long");
  if (of_b.st_size == 5) return 2;
  if (of_a.st_size != 5) return 0;
  int fd = openat(a, "long", O_WRONLY);
  ftruncate(fd, 9);
  close(fd);
  return 1;
}

#ifdef SYS_open /* x86_64 only, as all without a directory descriptor */
static int try_open(int dirfd, const char *path) {
  (void)dirfd;
  return whose_file((int)syscall(SYS_open, path, O_WRONLY | O_APPEND, 0), "file");
}

static int try_creat(int dirfd, const char *path) {
  (void)dirfd;
  int fd = (int)syscall(SYS_creat, path, 0644);
  if (fd > 2) close(fd);
  return whose_made("made", 0);
}

static int try_unlink(int dirfd, const char *path) {
  (void)dirfd;
  syscall(SYS_unlink, path);
  return whose_gone("gone", gone_again);
}

static int try_rmdir(int dirfd, const char *path) {
  (void)dirfd;
  syscall(SYS_rmdir, path);
  return whose_gone("empty", empty_again);
}

static int try_mkdir(int dirfd, const char *path) {
  (void)dirfd;
  syscall(SYS_mkdir, path, 0755);
  return whose_made("made", AT_REMOVEDIR);
}

static int try_mknod(int dirfd, const char *path) {
  (void)dirfd;
  syscall(SYS_mknod, path, S_IFREG | 0644, 0);
  return whose_made("made", 0);
}

static int try_symlink(int dirfd, const char *path) {
  (void)dirfd;
  syscall(SYS_symlink, "target", path);
  return whose_made("made", 0);
}

static int try_link_to(int dirfd, const char *path) {
  (void)dirfd;
  syscall(SYS_link, in_a("file"), path);
  return whose_made("made", 0);
}

static int try_link_from(int dirfd, const char *path) {
  (void)dirfd;
  syscall(SYS_link, path, in_a("made"));
  return whose_link();
}

static int try_rename_to(int dirfd, const char *path) {
  (void)dirfd;
  syscall(SYS_rename, in_a("source"), path);
  return whose_target();
}

static int try_rename_from(int dirfd, const char *path) {
  (void)dirfd;
  syscall(SYS_rename, path, in_a("target"));
  return whose_gone("source", source_again);
}

static int try_chmod(int dirfd, const char *path) {
  (void)dirfd;
  syscall(SYS_chmod, path, 04644);
  return whose_mode();
}
#endif
#ifdef SYS_renameat
static int try_renameat_to(int dirfd, const char *path) {
  syscall(SYS_renameat, a, "source", dirfd, path);
  return whose_target();
}
#endif

/* What a win without protection has changed in "b". */
static void files_as_they_were(void) {
  unlinkat(b, "made", 0);
  unlinkat(b, "made", AT_REMOVEDIR);
  unlinkat(b, "target", 0);
  make(b, "gone");
  make(b, "source");
  make(a, "source");
  unlinkat(a, "target", 0);
  mkdirat(b, "empty", 0755);
  fchmodat(b, "file", 0644, 0);
  fchmodat(a, "file", 0644, 0);
  int fd = openat(b, "long", O_WRONLY);
  ftruncate(fd, 9);
  close(fd);
}
#endif
