/* entries.c: calls that change directory entries, or files by their path. */
#include "case.h"
#include <linux/fs.h>

#ifndef RENAME_NOREPLACE
#define RENAME_NOREPLACE 1
#define RENAME_EXCHANGE 2
#define RENAME_WHITEOUT 4
#endif

static long rename2(const char *from, const char *to, unsigned flags) { return syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, flags); }

static void set_up(void) {
  put("file", "hello", 0644);
  put("other", "other!", 0600);
  mkdir("dir", 0755);
  mkdir("full", 0755);
  put("full/in", "x", 0600);
  symlink("file", "link");
  symlink("nowhere", "dangling");
  symlink("dir", "dirlink");
  symlink("loop", "loop");
  mkfifo("fifo", 0600);
}

static const char *const targets[] = {"file", "missing", "dir", "full", "link", "dangling", "dirlink", "loop", "fifo", "file/", "dir/", "missing/",
                                      "link/", "dirlink/", ".", "..", "dir/.", "dir/..", "/", "", "file/x", "missing/x", "dir//x", "./file", "dir/../other"};
#define EACH(t) for (unsigned i = 0; i < sizeof targets / sizeof *targets; i++) for (const char *t = targets[i]; t; t = NULL)

static void removals(void) {
  CASE("unlink") {
    set_up();
    EACH(t) say(t, unlink(t));
  }
  CASE("rmdir") {
    set_up();
    EACH(t) say(t, rmdir(t));
  }
  CASE("unlinkat flags") {
    set_up();
    int d = open("full", O_RDONLY | O_DIRECTORY);
    say("in", unlinkat(d, "in", 0));
    say("dir as file", unlinkat(AT_FDCWD, "dir", 0));
    say("dir", unlinkat(AT_FDCWD, "dir", AT_REMOVEDIR));
    say("file as dir", unlinkat(AT_FDCWD, "file", AT_REMOVEDIR));
    say("unknown flag", unlinkat(AT_FDCWD, "file", 0x1));
    say("bad descriptor", unlinkat(77, "file", 0));
    say("null", syscall(SYS_unlinkat, AT_FDCWD, NULL, 0));
    say("bad pointer", syscall(SYS_unlinkat, AT_FDCWD, 1, 0));
  }
}

static void makings(void) {
  CASE("mkdir") {
    set_up();
    EACH(t) say(t, mkdir(t, 0750));
  }
  CASE("mkdir -p") {
    say("a", mkdir("a", 0755));
    say("a/b", mkdir("a/b", 0755));
    say("a/b/c/", mkdir("a/b/c/", 0755));
    say("a again", mkdir("a", 0755));
    say("a/ again", mkdir("a/", 0755));
    say("x/y", mkdir("x/y", 0755));
    int d = open("a", O_PATH);
    say("relative", mkdirat(d, "d", 0700));
    say("up", mkdirat(d, "../e", 02777));
  }
  CASE("mknod") {
    set_up();
    EACH(t) say(t, mknod(t, S_IFIFO | 0640, 0));
    say("regular", mknod("regular", S_IFREG | 0640, 0));
    say("no type", mknod("typeless", 0640, 0));
    say("socket", mknod("socket", S_IFSOCK | 0640, 0));
    say("device", mknod("device", S_IFCHR | 0640, 0x103));
    say("directory", mknod("directory", S_IFDIR | 0640, 0));
  }
  CASE("symlink") {
    set_up();
    EACH(t) say(t, symlink("to", t));
    say("empty", symlink("", "nothing"));
    say("null", syscall(SYS_symlinkat, NULL, AT_FDCWD, "null"));
    char text[4200];
    memset(text, 'x', sizeof text);
    text[4095] = 0;
    say("4095", symlink(text, "long"));
    text[4095] = 'x';
    text[4096] = 0;
    say("4096", symlink(text, "longer"));
  }
}

static void links(void) {
  CASE("link to") {
    set_up();
    EACH(t) say(t, link("file", t));
  }
  CASE("link from") {
    set_up();
    char name[16];
    EACH(t) {
      snprintf(name, sizeof name, "new%u", i);
      say(t, link(t, name));
    }
  }
  CASE("linkat") {
    set_up();
    char path[64];
    say("follow", linkat(AT_FDCWD, "link", AT_FDCWD, "new1", AT_SYMLINK_FOLLOW));
    say("follow, dangling", linkat(AT_FDCWD, "dangling", AT_FDCWD, "new2", AT_SYMLINK_FOLLOW));
    int f = open("file", O_RDONLY), t = open(".", O_TMPFILE | O_RDWR, 0640);
    write(t, "tmp", 3);
    say("empty path", linkat(f, "", AT_FDCWD, "new3", AT_EMPTY_PATH));
    say("empty path without the flag", linkat(f, "", AT_FDCWD, "new4", 0));
    snprintf(path, sizeof path, "/proc/self/fd/%d", t);
    say("tmpfile by /proc", linkat(AT_FDCWD, path, AT_FDCWD, "new5", AT_SYMLINK_FOLLOW));
    t = open(".", O_TMPFILE | O_RDWR | O_EXCL, 0640);
    snprintf(path, sizeof path, "/proc/self/fd/%d", t);
    say("exclusive tmpfile", linkat(AT_FDCWD, path, AT_FDCWD, "new6", AT_SYMLINK_FOLLOW));
    t = open(".", O_TMPFILE | O_RDWR, 0640);
    say("tmpfile by empty path", linkat(t, "", AT_FDCWD, "new7", AT_EMPTY_PATH));
    say("without following /proc", linkat(AT_FDCWD, path, AT_FDCWD, "new8", 0));
    say("unknown flag", linkat(AT_FDCWD, "file", AT_FDCWD, "new9", 0x1));
    unlink("file");
    snprintf(path, sizeof path, "/proc/self/fd/%d", f);
    unlink("new1");
    unlink("new3");
    say("deleted", linkat(AT_FDCWD, path, AT_FDCWD, "new10", AT_SYMLINK_FOLLOW));
  }
  CASE("link as another user") {
    chmod(".", 0777);
    put("root", "x", 0600);
    put("mine", "x", 0600);
    chown("mine", 1000, 1000);
    become(1000, 1000);
    say("root's", link("root", "a"));
    say("own", link("mine", "b"));
    int f = open("mine", O_RDONLY);
    say("own, empty path", linkat(f, "", AT_FDCWD, "c", AT_EMPTY_PATH));
  }
}

static void renames(void) {
  CASE("rename from") {
    set_up();
    char name[16];
    EACH(t) {
      snprintf(name, sizeof name, "new%u", i);
      say(t, rename(t, name));
    }
  }
  CASE("rename to") {
    set_up();
    EACH(t) {
      put("from", "x", 0600);
      say(t, rename("from", t));
    }
  }
  CASE("rename directory to") {
    set_up();
    EACH(t) {
      mkdir("from", 0700);
      say(t, rename("from", t));
    }
  }
  CASE("rename flags") {
    set_up();
    say("noreplace onto", rename2("file", "other", RENAME_NOREPLACE));
    say("noreplace", rename2("file", "new", RENAME_NOREPLACE));
    say("exchange", rename2("new", "full", RENAME_EXCHANGE));
    say("exchange missing", rename2("other", "missing", RENAME_EXCHANGE));
    say("both", rename2("other", "x", RENAME_EXCHANGE | RENAME_NOREPLACE));
    say("unknown", rename2("other", "x", 0x100));
    say("into itself", rename("dir", "dir/sub"));
    say("onto itself", rename("other", "other"));
    int d = open("dir", O_PATH), f = open("other", O_RDONLY);
    say("relative", syscall(SYS_renameat2, AT_FDCWD, "other", d, "there", 0));
    say("relative back", syscall(SYS_renameat2, d, "there", AT_FDCWD, "other", 0));
    say("relative to a file", syscall(SYS_renameat2, f, "there", AT_FDCWD, "other", 0));
    say("other file system", rename("other", "/dev/shm/outrider-test"));
    say("null", syscall(SYS_renameat2, AT_FDCWD, NULL, AT_FDCWD, "x", 0));
    say("null to", syscall(SYS_renameat2, AT_FDCWD, "other", AT_FDCWD, NULL, 0));
  }
}

static void truncations(void) {
  CASE("truncate") {
    set_up();
    EACH(t) say(t, truncate(t, 3));
    say("longer", truncate("other", 100));
    say("negative", truncate("other", -1));
    say("null", syscall(SYS_truncate, NULL, 1));
    say("device", truncate("/dev/null", 1));
    say("proc", truncate("/proc/self/comm", 1));
  }
  CASE("truncate as another user") {
    put("read only", "hello", 0444);
    put("write only", "hello", 0222);
    char own[32], theirs[64];
    snprintf(own, sizeof own, "/proc/self/fd/%d", open("write only", O_RDONLY));
    snprintf(theirs, sizeof theirs, "/proc/%d/fd/0", getppid());
    become(1000, 1000);
    opened("by its own descriptor", open(own, O_WRONLY));
    say("by its parent's", open(theirs, O_WRONLY));
    say("read only", truncate("read only", 1));
    say("write only", truncate("write only", 1));
  }
}

/* The call, as libc would make it or not. */
static long chmod_at(int directory, const char *path, unsigned mode, unsigned flags) {
  return syscall(452 /* fchmodat2 */, directory, path, mode, flags);
}

static void modes(void) {
  CASE("chmod") {
    set_up();
    EACH(t) say(t, chmod(t, 04711));
    EACH(t) say(t, chmod(t, 02755));
    say("ordinary", chmod("other", 0640));
    say("group without its x", chmod("other", 02644));
    say("all", chmod("other", 07777));
    say("more than a mode", syscall(SYS_fchmodat, AT_FDCWD, "file", 0xffff));
    say("null", syscall(SYS_fchmodat, AT_FDCWD, NULL, 04755));
    say("proc", chmod("/proc/self/comm", 04755));
    say("proc, somebody's", chmod("/proc/1/comm", 04755));
  }
  CASE("fchmod") {
    set_up();
    int f = open("file", O_RDONLY), p = open("other", O_PATH), d = open("dir", O_RDONLY | O_DIRECTORY), ends[2];
    say("file", fchmod(f, 04755));
    say("O_PATH", fchmod(p, 04755));
    say("directory", fchmod(d, 02755));
    say("bad descriptor", fchmod(77, 04755));
    say("no descriptor", fchmod(-1, 04755));
    pipe(ends);
    say("pipe", fchmod(ends[0], 04755));
    unlink("file");
    say("deleted", fchmod(f, 06755));
    struct stat info;
    fstat(f, &info);
    sayf("deleted is", "%o", info.st_mode);
  }
  CASE("fchmodat") {
    set_up();
    int d = open("full", O_PATH), f = open("file", O_RDONLY), p = open("other", O_PATH);
    say("relative", fchmodat(d, "in", 04755, 0));
    say("up", fchmodat(d, "../other", 06755, 0));
    say("to a file", fchmodat(f, "in", 04755, 0));
    say("bad descriptor", fchmodat(77, "in", 04755, 0));
    say("2", chmod_at(d, "in", 04700, 0));
    say("2, link", chmod_at(AT_FDCWD, "link", 04700, 0));
    say("2, link itself", chmod_at(AT_FDCWD, "link", 04700, AT_SYMLINK_NOFOLLOW));
    say("2, not a link", chmod_at(AT_FDCWD, "file", 04710, AT_SYMLINK_NOFOLLOW));
    say("2, empty path", chmod_at(p, "", 04711, AT_EMPTY_PATH));
    say("2, empty path without the flag", chmod_at(p, "", 04755, 0));
    say("2, unknown flag", chmod_at(AT_FDCWD, "file", 04755, 0x1));
    say("2, bad pointer", chmod_at(AT_FDCWD, (const char *)1, 04755, 0));
  }
  CASE("chmod as another user") {
    chmod(".", 0777);
    put("root's", "x", 0666);
    put("mine", "x", 0600);
    put("mine of another group", "x", 0600);
    put("mine, by descriptor", "x", 0600);
    chown("mine", 1000, 1000);
    chown("mine of another group", 1000, 1001);
    chown("mine, by descriptor", 1000, 1000);
    mkdir("closed", 0700);
    put("closed/in", "x", 0666);
    int f = open("root's", O_RDONLY);
    become(1000, 1000);
    say("root's", chmod("root's", 04755));
    say("root's, by descriptor", fchmod(f, 04755));
    say("mine", chmod("mine", 06755));
    say("mine of another group", chmod("mine of another group", 06755));
    say("mine, by descriptor", fchmod(open("mine, by descriptor", O_RDONLY), 04711));
    say("closed", chmod("closed/in", 04755));
  }
  CASE("made with a mode") {
    opened("open", open("opened", O_CREAT | O_WRONLY, 04755));
    say("mknod", mknod("node", S_IFREG | 06755, 0));
    opened("open what is there", open("node", O_CREAT | O_WRONLY, 0600));
  }
}

static void roots(void) {
  CASE("chroot") {
    mkdir("root", 0755);
    mkdir("root/etc", 0755);
    mkdir("root/tmp", 0777);
    symlink("/tmp/in", "root/abs");
    symlink("../../../../tmp/up", "root/rel");
    put("outside", "x", 0644);
    say("chroot", chroot("root"));
    say("outside is still here", open("outside", O_WRONLY));
    say("cd", chdir("/"));
    opened("absolute", open("/tmp/a", O_CREAT | O_WRONLY, 0640));
    opened("by an absolute link", open("/abs", O_CREAT | O_WRONLY, 0640));
    opened("by a link up", open("/rel", O_CREAT | O_WRONLY, 0640));
    opened("dots", open("/../../../outside", O_WRONLY));
    opened("relative dots", open("../../tmp/b", O_CREAT | O_WRONLY, 0640));
    say("mkdir", mkdir("/etc/x", 0755));
    say("rename", rename("/tmp/a", "/etc/a"));
    say("symlink", symlink("/etc/a", "/etc/l"));
    opened("through it", open("/etc/l", O_WRONLY));
    say("unlink", unlink("/etc/a"));
    say("missing", open("/proc/self/comm", O_WRONLY));
  }
  CASE("sticky directory") {
    mkdir("sticky", 0777);
    chmod("sticky", 01777);
    chmod(".", 0777);
    put("theirs", "x", 0666);
    put("sticky/theirs", "x", 0666);
    chown("sticky/theirs", 1001, 1001);
    mkfifo("sticky/fifo", 0666);
    chmod("sticky/fifo", 0666);
    chown("sticky/fifo", 1001, 1001);
    symlink("../theirs", "sticky/link");
    lchown("sticky/link", 1001, 1001);
    int reader = open("sticky/fifo", O_RDONLY | O_NONBLOCK);
    say("root creates over theirs", open("sticky/theirs", O_WRONLY | O_CREAT, 0600));
    say("root opens theirs", open("sticky/theirs", O_WRONLY));
    become(1000, 1000);
    (void)reader;
    say("follow their link", open("sticky/link", O_WRONLY));
    say("create through their link", open("sticky/link", O_WRONLY | O_CREAT, 0600));
    say("create over theirs", open("sticky/theirs", O_WRONLY | O_CREAT, 0600));
    say("open theirs", open("sticky/theirs", O_WRONLY));
    say("create over their fifo", open("sticky/fifo", O_WRONLY | O_CREAT | O_NONBLOCK, 0600));
    say("open their fifo", open("sticky/fifo", O_WRONLY | O_NONBLOCK));
    say("link theirs", link("sticky/theirs", "mine"));
    say("truncate through their link", truncate("sticky/link", 0));
  }
  CASE("capabilities: without CAP_DAC_OVERRIDE") {
    put("mine", "x", 0400);
    put("theirs", "x", 0600);
    chown("theirs", 1001, 1001);
    mkdir("dir", 0500);
    mkdir("closed", 0755);
    chown("closed", 1001, 1001);
    struct { unsigned version; int pid; } header = {0x20080522, 0};
    struct { unsigned effective, permitted, inheritable; } none[2] = {{0, 0, 0}, {0, 0, 0}};
    say("drop", syscall(SYS_capset, &header, none));
    say("own, read only", open("mine", O_WRONLY));
    say("theirs", open("theirs", O_WRONLY));
    say("in a read-only directory", open("dir/new", O_CREAT | O_WRONLY, 0600));
    say("in their directory", mkdir("closed/x", 0700));
    say("device", mknod("device", S_IFCHR | 0640, 0x103));
    say("new", open("new", O_CREAT | O_WRONLY, 0600));
    say("rename", rename("new", "newer"));
  }
}

int main(void) {
  umask(022);
  removals();
  makings();
  links();
  renames();
  truncations();
  modes();
  roots();
  return 0;
}
