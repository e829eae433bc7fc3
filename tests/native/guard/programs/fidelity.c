/* Many calls with good and bad arguments; each line says what came back. The same with and without the guard. */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define SAY(call)                                                                \
  do {                                                                           \
    errno = 0;                                                                   \
    long result_ = (long)(call);                                                 \
    int error_ = errno;                                                          \
    printf("%-70s %ld %s\n", #call, result_, result_ < 0 ? strerror(error_) : ""); \
  } while (0)
#define OK(call) SAY((call) >= 0 ? 0 : -1)

static void opens(void) {
  struct stat info;
  OK(open("fresh", O_CREAT | O_EXCL | O_WRONLY, 0640));
  stat("fresh", &info);
  printf("mode %o\n", info.st_mode);
  SAY(open("fresh", O_CREAT | O_EXCL | O_WRONLY, 0640));
  SAY(open("missing", O_RDONLY));
  SAY(open("missing", O_WRONLY));
  SAY(open("missing/below", O_CREAT | O_WRONLY, 0600));
  SAY(open("", O_RDONLY));
  SAY(open("", O_CREAT | O_WRONLY, 0600));
  SAY(open(NULL, O_RDONLY));
  SAY(open((char *)8, O_CREAT | O_WRONLY, 0600));
  SAY(open(".", O_WRONLY));
  SAY(open("/", O_RDWR | O_CREAT, 0600));
  SAY(open("fresh/", O_WRONLY));
  SAY(open("fresh/below", O_WRONLY));
  SAY(open("slash/", O_CREAT | O_WRONLY, 0600));
  symlink("fresh", "link");
  symlink("nowhere", "dangling");
  symlink("loop", "loop");
  OK(open("link", O_WRONLY | O_TRUNC));
  SAY(open("link", O_WRONLY | O_NOFOLLOW));
  SAY(open("link", O_CREAT | O_EXCL | O_WRONLY, 0600));
  SAY(open("loop", O_WRONLY));
  SAY(open("loop", O_RDONLY));
  OK(open("dangling", O_CREAT | O_WRONLY, 0600));
  SAY(access("nowhere", F_OK));
  SAY(open("dangling2", O_WRONLY | O_DIRECTORY));
  SAY(open("fresh", O_RDONLY | O_DIRECTORY));
  OK(open(".", O_TMPFILE | O_RDWR, 0600));
  SAY(open("fresh", O_TMPFILE | O_RDWR, 0600));
  OK(open("fresh", O_PATH));
  OK(open("/dev/null", O_WRONLY));
  OK(open("/dev/null", O_RDWR | O_TRUNC));
  OK(open("/proc/self/fd/1", O_WRONLY));
  OK(open("/dev/stderr", O_WRONLY));
  OK(open("/proc/self/comm", O_WRONLY));
  OK(open("/proc/self/status", O_RDONLY));
  SAY(openat(-1, "relative", O_RDONLY));
  SAY(openat(-1, "relative", O_CREAT | O_WRONLY, 0600));
  SAY(openat(1 << 20, "relative", O_WRONLY));
  int directory = open(".", O_RDONLY | O_DIRECTORY);
  OK(openat(directory, "by-directory", O_CREAT | O_WRONLY, 0600));
  SAY(openat(open("fresh", O_RDONLY), "below", O_CREAT | O_WRONLY, 0600));
  OK(openat(-1, "/dev/null", O_WRONLY));
  OK(creat("made", 0604));
  SAY(creat("missing/made", 0604));
  SAY(fcntl(open("fresh", O_WRONLY | O_APPEND | O_NONBLOCK), F_GETFL) & ~O_NOFOLLOW);
  SAY(fcntl(open("fresh", O_WRONLY | O_CLOEXEC), F_GETFD));
  char *longest = malloc(5000);
  memset(longest, 'a', 4999);
  longest[4999] = 0;
  SAY(open(longest, O_RDONLY));
  SAY(open(longest, O_CREAT | O_WRONLY, 0600));
  longest[256] = 0;
  SAY(open(longest, O_CREAT | O_WRONLY, 0600));
  FILE *file = fopen("stream", "w+");
  SAY(fprintf(file, "text"));
  SAY(fclose(file));
  SAY(fopen("missing/stream", "w") == NULL ? -1 : 0);
  SAY(freopen("missing/stream", "r", stdin) == NULL ? -1 : 0);
  char name[] = "temporary-XXXXXX";
  OK(mkstemp(name));
  SAY(unlink(name));
  OK(syscall(SYS_openat, AT_FDCWD, "fresh", O_WRONLY, 0));
  SAY(syscall(SYS_openat, AT_FDCWD, "missing", O_WRONLY, 0));
  SAY(syscall(100000, 1, 2, 3));
}

static void entries(void) {
  SAY(mkdir("directory", 0750));
  SAY(mkdir("directory", 0750));
  SAY(mkdir("directory/", 0750));
  SAY(mkdir("missing/directory", 0750));
  SAY(mkdir("new/", 0750));
  SAY(mkdir(".", 0750));
  SAY(mkdir("", 0750));
  SAY(mkdir(NULL, 0750));
  SAY(rmdir("new/"));
  SAY(rmdir("missing"));
  SAY(rmdir("fresh"));
  SAY(rmdir("."));
  SAY(rmdir("directory/.."));
  SAY(unlink("directory"));
  SAY(unlink("missing"));
  SAY(unlink("fresh/"));
  SAY(unlink(NULL));
  SAY(unlinkat(AT_FDCWD, "fresh", 12345));
  SAY(unlinkat(-1, "fresh", 0));
  SAY(rename("stream", "directory/stream"));
  SAY(rename("missing", "other"));
  SAY(rename("directory", "directory/below"));
  SAY(rename("fresh", "directory"));
  SAY(rename("directory/", "moved/"));
  SAY(rename("moved", "directory"));
  SAY(renameat2(AT_FDCWD, "fresh", AT_FDCWD, "made", RENAME_NOREPLACE));
  SAY(renameat2(AT_FDCWD, "fresh", AT_FDCWD, "made", RENAME_EXCHANGE));
  SAY(renameat2(AT_FDCWD, "fresh", AT_FDCWD, "made", 1 << 20));
  SAY(link("fresh", "hard"));
  SAY(link("fresh", "hard"));
  SAY(link("missing", "hard2"));
  SAY(link("directory", "hard3"));
  SAY(linkat(AT_FDCWD, "link", AT_FDCWD, "hard4", AT_SYMLINK_FOLLOW));
  SAY(symlink("text", "symbolic"));
  SAY(symlink("text", "symbolic"));
  SAY(symlink("", "empty"));
  SAY(symlink("text", "missing/symbolic"));
  SAY(truncate("fresh", 7));
  SAY(truncate("missing", 7));
  SAY(truncate("directory", 7));
  SAY(truncate("fresh", -1));
  SAY(mkfifo("fifo", 0600));
  SAY(mknod("node", S_IFREG | 0600, 0));
  SAY(open("fifo", O_WRONLY | O_NONBLOCK));
  OK(open("fifo", O_RDONLY | O_NONBLOCK));
  OK(open("fifo", O_WRONLY | O_NONBLOCK));
  SAY(remove("hard"));
  SAY(remove("directory"));
}

static void network(void) {
  struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
  struct sockaddr_un un = {.sun_family = AF_UNIX, .sun_path = "socket"};
  socklen_t size = sizeof in;
  int server = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0);
  SAY(bind(server, (struct sockaddr *)&in, sizeof in));
  SAY(listen(server, 4));
  SAY(getsockname(server, (struct sockaddr *)&in, &size));
  SAY(connect(client, (struct sockaddr *)&in, sizeof in));
  SAY(connect(client, (struct sockaddr *)&in, sizeof in));
  SAY(connect(client, (struct sockaddr *)&in, 3));
  SAY(connect(client, (struct sockaddr *)&in, 0));
  SAY(connect(client, NULL, sizeof in));
  SAY(connect(client, (struct sockaddr *)8, sizeof in));
  SAY(connect(-1, (struct sockaddr *)&in, sizeof in));
  SAY(connect(1, (struct sockaddr *)&in, sizeof in));
  SAY(connect(client, (struct sockaddr *)&in, 4096));
  int late = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  struct sockaddr_in nobody = {.sin_family = AF_INET, .sin_port = htons(1), .sin_addr = {htonl(INADDR_LOOPBACK)}};
  SAY(connect(late, (struct sockaddr *)&nobody, sizeof nobody));
  int local = socket(AF_UNIX, SOCK_DGRAM, 0), other = socket(AF_UNIX, SOCK_DGRAM, 0);
  SAY(connect(local, (struct sockaddr *)&un, sizeof un));
  SAY(bind(other, (struct sockaddr *)&un, sizeof un));
  SAY(bind(other, (struct sockaddr *)&un, sizeof un));
  SAY(connect(local, (struct sockaddr *)&un, sizeof un));
  SAY(send(local, "x", 1, 0));
  SAY(sendto(local, "x", 1, MSG_DONTWAIT, (struct sockaddr *)&un, sizeof un));
  int udp = socket(AF_INET, SOCK_DGRAM, 0);
  struct sockaddr_in here = in;
  here.sin_port = htons(9);
  SAY(sendto(udp, "x", 1, 0, (struct sockaddr *)&here, sizeof here));
  SAY(sendto(udp, "x", 1, 0, NULL, 0));
  SAY(sendto(udp, "x", 1, 0, (struct sockaddr *)&here, 3));
  struct iovec piece = {"xy", 2};
  struct msghdr message = {.msg_name = &here, .msg_namelen = sizeof here, .msg_iov = &piece, .msg_iovlen = 1};
  struct mmsghdr many[3] = {{message, 0}, {message, 0}, {message, 0}};
  int fresh = socket(AF_INET, SOCK_DGRAM, 0);
  SAY(sendmsg(fresh, &message, 0));
  SAY(sendmsg(fresh, NULL, 0));
  SAY(sendmmsg(socket(AF_INET, SOCK_DGRAM, 0), many, 3, 0));
  SAY(many[2].msg_len);
  SAY(sendmmsg(-1, many, 3, 0));
  SAY(sendmmsg(fresh, many, 0, 0));
  struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons(1), .sin6_addr = IN6ADDR_LOOPBACK_INIT};
  SAY(connect(socket(AF_INET, SOCK_STREAM, 0), (struct sockaddr *)&six, sizeof six));
  SAY(socket(AF_INET, 77, 0));
  SAY(socket(-1, SOCK_STREAM, 0));
  struct sockaddr undo = {.sa_family = AF_UNSPEC};
  SAY(connect(udp, &undo, sizeof undo));
}

static void names(void) {
  struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM}, *found = NULL;
  struct hostent host, *answer;
  char buffer[1024], tiny[4];
  int error;
  SAY(getaddrinfo("localhost", "80", &hints, &found));
  SAY(getaddrinfo(NULL, "80", &hints, &found));
  SAY(getaddrinfo(NULL, NULL, &hints, &found));
  SAY(getaddrinfo("127.0.0.1", "no-such-service", &hints, &found));
  hints.ai_flags = AI_NUMERICHOST;
  SAY(getaddrinfo("localhost", NULL, &hints, &found));
  SAY(gethostbyname("localhost") != NULL);
  SAY(gethostbyname("127.0.0.1")->h_length);
  SAY(gethostbyname2("localhost", AF_INET)->h_addrtype);
  SAY(gethostbyname_r("localhost", &host, buffer, sizeof buffer, &answer, &error));
  SAY(gethostbyname_r("localhost", &host, tiny, sizeof tiny, &answer, &error));
  SAY(gethostbyname2_r("localhost", AF_INET, &host, buffer, sizeof buffer, &answer, &error));
}

static void memory(void) {
  size_t page = 4096;
  char *area = mmap(NULL, 4 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  SAY(area != MAP_FAILED);
  SAY(mmap(NULL, 0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? -1 : 0);
  SAY(mmap(NULL, page, PROT_READ, MAP_PRIVATE, -1, 0) == MAP_FAILED ? -1 : 0);
  SAY(mmap(NULL, page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 1) == MAP_FAILED ? -1 : 0);
  SAY(mmap(area, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == area);
  SAY(mprotect(area, page, PROT_READ | PROT_EXEC));
  SAY(mprotect(area + 1, page, PROT_READ));
  SAY(mprotect((void *)page, page, PROT_READ));
  SAY(madvise(area + page, page, MADV_DONTNEED));
  SAY(madvise(area + 1, page, MADV_DONTNEED));
  SAY(mremap(area + 2 * page, page, 8 * page, 0) == MAP_FAILED ? -1 : 0);
  SAY(mremap(area + 2 * page, page, 8 * page, MREMAP_MAYMOVE) == MAP_FAILED ? -1 : 0);
  SAY(munmap(area, page));
  SAY(munmap(area + 1, page));
  SAY(munmap(NULL, 0));
  char from[4] = "abc", to[4] = "";
  struct iovec local = {to, 4}, remote = {from, 4};
  SAY(process_vm_readv(getpid(), &local, 1, &remote, 1, 0));
  SAY(process_vm_writev(getpid(), &local, 1, &remote, 1, 0));
  OK(memfd_create("memory", 0));
  SAY(memfd_create("memory", 1u << 20));
}

static int spawned(const char *path, int flags) {
  pid_t pid;
  int status = 0;
  char *argv[] = {(char *)path, "-c", "exit 7", NULL};
  (void)flags;
  int error = posix_spawn(&pid, path, NULL, NULL, argv, NULL);
  if (error) return error;
  waitpid(pid, &status, 0);
  return WEXITSTATUS(status);
}

static int in_child(int (*run)(void), int how) {
  int status = 0;
  pid_t pid = how ? vfork() : fork();
  if (pid == 0) _exit(run() < 0 ? 100 + (errno & 63) : 0);
  waitpid(pid, &status, 0);
  return WEXITSTATUS(status);
}

static char *const nothing[] = {NULL};
static char *const shell[] = {"sh", "-c", "exit 9", NULL};
static int exec_missing(void) { return execve("missing", shell, nothing); }
static int exec_directory(void) { return execve("/", shell, nothing); }
static int exec_plain(void) { return execve("fresh", shell, nothing); }
static int exec_null(void) { return execve(NULL, shell, nothing); }
static int exec_shell(void) { return execve("/bin/sh", shell, nothing); }
static int exec_no_environment(void) { return execve("/bin/sh", shell, NULL); }
static int exec_search(void) { return execlp("sh", "sh", "-c", "exit 11", (char *)NULL); }
static int exec_list(void) { return execl("/bin/sh", "sh", "-c", "exit 12", (char *)NULL); }
static int exec_descriptor(void) { return fexecve(open("/bin/sh", O_RDONLY | O_CLOEXEC), shell, nothing); }
static int exec_bad_descriptor(void) { return fexecve(-1, shell, nothing); }
static int exec_script(void) { return execve("script", shell, nothing); }
static int exec_no_interpreter(void) { return execve("orphan", shell, nothing); }

static void programs(void) {
  int (*const runs[])(void) = {exec_missing, exec_directory, exec_plain, exec_null, exec_shell, exec_no_environment,
                               exec_search, exec_list, exec_descriptor, exec_bad_descriptor, exec_script, exec_no_interpreter};
  FILE *script = fopen("script", "w");
  fputs("#!/bin/sh\nexit 21\n", script);
  fclose(script);
  script = fopen("orphan", "w");
  fputs("#!/no/such/interpreter -x\n", script);
  fclose(script);
  chmod("script", 0755);
  chmod("orphan", 0755);
  for (size_t i = 0; i < sizeof runs / sizeof *runs; i++)
    for (int how = 0; how < 2; how++) printf("exec %zu %d: %d\n", i, how, in_child(runs[i], how));
  SAY(spawned("/bin/sh", 0));
  SAY(spawned("missing", 0));
  SAY(WEXITSTATUS(system("exit 5")));
  FILE *pipe = popen("echo piped", "r");
  char line[16] = "";
  SAY(fgets(line, sizeof line, pipe) != NULL);
  SAY(strcmp(line, "piped\n"));
  SAY(pclose(pipe));
  SAY(kill(getpid(), 0));
  SAY(kill(1 << 30, SIGTERM));
  SAY(kill(getpid(), 99));
  SAY(syscall(SYS_tgkill, getpid(), getpid(), 0));
  struct rlimit limit;
  SAY(prlimit(0, RLIMIT_NOFILE, NULL, &limit));
  SAY(prlimit(0, -1, NULL, &limit));
}

int main(void) {
  setvbuf(stdout, NULL, _IONBF, 0);
  umask(022);
  opens();
  entries();
  network();
  names();
  memory();
  programs();
  return 0;
}
