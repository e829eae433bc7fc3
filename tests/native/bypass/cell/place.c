/* place.c: the namespaces' file system, and the rights of a container. */
#include <linux/capability.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "cell.h"

#ifndef __NR_mount_setattr
#define __NR_mount_setattr 442
#endif

static void copy(const char *from_directory, const char *from, const char *to, mode_t mode) {
  char path[4096], piece[65536];
  long got;
  snprintf(path, sizeof path, "%s/%s", from_directory, from);
  int in = (int)need(open(path, O_RDONLY | O_CLOEXEC), path);
  int out = (int)need(open(to, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, mode), to);
  while ((got = read(in, piece, sizeof piece)) > 0) need(write(out, piece, (size_t)got), to);
  need(fchmod(out, mode), to);
  close(in);
  close(out);
}

static void put(const char *path, const char *text, mode_t mode) {
  int fd = (int)need(open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, mode), path);
  need(write(fd, text, strlen(text)), path);
  need(fchmod(fd, mode), path);
  close(fd);
}

static void loopback_up(void) {
  struct ifreq request = {.ifr_name = "lo"};
  int fd = (int)need(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket");
  need(ioctl(fd, SIOCGIFFLAGS, &request), "lo");
  request.ifr_flags |= IFF_UP | IFF_RUNNING;
  need(ioctl(fd, SIOCSIFFLAGS, &request), "lo up");
  close(fd);
}

void place_make(const struct run *run) {
  char path[4096];
  struct { uint64_t set, clear, propagation, userns; } readonly = {1 /* MOUNT_ATTR_RDONLY */, 0, 0, 0};
  need(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), "private mounts");
  /* Before 5.12 there is no such call: there a VM's file system of its own is the protection. */
  if (syscall(__NR_mount_setattr, AT_FDCWD, "/", AT_RECURSIVE, &readonly, sizeof readonly) && errno != ENOSYS) fail("read-only mounts");
  mkdir("/mnt", 0755);
  int directory = (int)need(open(run->directory, O_PATH | O_DIRECTORY | O_CLOEXEC), run->directory);
  need(mount("tmpfs", "/mnt", "tmpfs", 0, "mode=755,size=64m"), "tmpfs");
  need(mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL), "proc");
  snprintf(path, sizeof path, "/proc/self/fd/%d", directory);
  static const char *const made[] = {"/mnt/bin", W, W "/protected", W "/allowed", VOLUME, VOLUME "/policy", VOLUME "/run", VOLUME "/lib"};
  for (unsigned i = 0; i < sizeof made / sizeof *made; i++) need(mkdir(made[i], 0755), made[i]);
  char from[300], to[300];
  snprintf(from, sizeof from, "bin/%s", run->name);
  snprintf(to, sizeof to, "/mnt/bin/%s", run->name);
  copy(path, from, to, 0755);
  copy(path, "evil", W "/evil", 0755);
  copy(path, "good", W "/good", 0755);
  copy(path, "interpreter", W "/interpreter", 0755);
  copy(path, "interpreter", W "/shell", 0755);
  copy(path, "outrider-run", VOLUME "/outrider-run", 0755);
  if (faccessat(directory, "guard.so", R_OK, 0) == 0) copy(path, "guard.so", VOLUME "/lib/guard.so", 0755);
  copy(path, "app.policy", VOLUME "/policy/app.policy", 0644);
  put(W "/evil.sh", "#!/bin/sh\necho ran > " W "/allowed/ran\n", 0755);
  put(W "/protected/file", "as it was\n", 0644);
  close(directory);
  loopback_up();
}

/* What Fargate leaves a container whose task definition adds SYS_PTRACE, as ours does: Docker's list and that. */
void place_drop_capabilities(void) {
  static const int kept[] = {CAP_CHOWN, CAP_DAC_OVERRIDE, CAP_FSETID, CAP_FOWNER, CAP_MKNOD, CAP_NET_RAW, CAP_SETGID, CAP_SETUID,
                             CAP_SETFCAP, CAP_SETPCAP, CAP_NET_BIND_SERVICE, CAP_SYS_CHROOT, CAP_KILL, CAP_AUDIT_WRITE, CAP_SYS_PTRACE};
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct data[2] = {{0}};
  uint64_t keep = 0;
  for (unsigned i = 0; i < sizeof kept / sizeof *kept; i++) keep |= 1ull << kept[i];
  for (int i = 0; i < 64; i++)
    if (!(keep >> i & 1)) prctl(PR_CAPBSET_DROP, i, 0, 0, 0);
  for (int i = 0; i < 2; i++) data[i].effective = data[i].permitted = (uint32_t)(keep >> 32 * i);
  need(syscall(SYS_capset, &header, data), "capset");
}
