/* owners.c: as whom files are made and opened: users, groups, modes, umask. */
#include "case.h"

static void owners(void) {
  CASE("owner: as another user") {
    chmod(".", 0777);
    put("root", "x", 0644);
    put("mine", "x", 0600);
    chown("mine", 1000, 1000);
    put("noatime", "x", 0666);
    mkdir("closed", 0700);
    put("closed/in", "x", 0666);
    mkdir("shared", 0777);
    chown("shared", 0, 50);
    chmod("shared", 02777);
    mkdir("sticky", 0777);
    chmod("sticky", 01777);
    put("sticky/root", "x", 0666);
    symlink("root", "link");
    become(1000, 1001);
    umask(027);
    opened("new", open("new", O_CREAT | O_WRONLY, 0666));
    opened("set-id bits", open("bits", O_CREAT | O_WRONLY, 07777));
    opened("no rights of its own", open("none", O_CREAT | O_RDWR, 0));
    opened("again", open("none", O_RDWR));
    opened("root's", open("root", O_WRONLY));
    opened("root's by link", open("link", O_WRONLY));
    opened("root's, trunc", open("root", O_RDONLY | O_TRUNC));
    opened("own", open("mine", O_RDWR));
    opened("noatime", open("noatime", O_RDWR | O_NOATIME));
    opened("closed directory", open("closed/in", O_RDWR));
    opened("closed directory, missing", open("closed/out", O_RDWR | O_CREAT, 0600));
    opened("set-gid directory", open("shared/new", O_CREAT | O_WRONLY, 0666));
    opened("set-gid directory, set-gid file", open("shared/sgid", O_CREAT | O_WRONLY, 02775));
    opened("sticky", open("sticky/root", O_CREAT | O_WRONLY, 0666));
    say("mkdir in set-gid", mkdir("shared/d", 0777));
    say("unlink in sticky", unlink("sticky/root"));
    say("rename in sticky", rename("sticky/root", "sticky/mine"));
    say("truncate root's", truncate("root", 0));
    say("truncate own", truncate("mine", 1));
  }
  CASE("owner: groups") {
    gid_t groups[] = {60, 61};
    put("group", "x", 0060);
    chown("group", 0, 61);
    syscall(SYS_setgroups, 2, groups);
    syscall(SYS_setresgid, 1001, 1001, 1001);
    syscall(SYS_setresuid, 1000, 1000, 1000);
    opened("by a supplementary group", open("group", O_RDWR));
  }
  CASE("owner: fsuid") {
    chmod(".", 0777);
    put("root", "x", 0600);
    syscall(SYS_setfsgid, 1001);
    syscall(SYS_setfsuid, 1000);
    opened("root's", open("root", O_RDWR));
    opened("new", open("new", O_CREAT | O_WRONLY, 0666));
  }
  CASE("owner: effective user, way back kept") {
    chmod(".", 0777);
    syscall(SYS_setresgid, -1, 1001, -1);
    syscall(SYS_setresuid, -1, 1000, -1);
    opened("new", open("new", O_CREAT | O_WRONLY, 0666));
    syscall(SYS_setresuid, -1, 0, -1);
    opened("new as root", open("new2", O_CREAT | O_WRONLY, 0666));
  }
  CASE("owner: umask") {
    umask(0);
    opened("none", open("none", O_CREAT | O_WRONLY, 0666));
    umask(0777);
    opened("all", open("all", O_CREAT | O_WRONLY, 0666));
    say("mkdir", mkdir("d", 0777));
    say("fifo", mkfifo("f", 0666));
    umask(022);
    say("creat", creat("creat", 0777));
    say("mkdir", mkdir("e", 01777));
  }
}

int main(void) {
  umask(022);
  owners();
  return 0;
}
