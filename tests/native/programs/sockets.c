/* sockets.c: addresses and messages. */
#include "case.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

static socklen_t unix_name(struct sockaddr_un *a, const char *path) {
  memset(a, 0, sizeof *a);
  a->sun_family = AF_UNIX;
  size_t length = strlen(path);
  memcpy(a->sun_path, path, length);
  if (*path == '@') a->sun_path[0] = 0;
  return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length + (*path != '@'));
}

static int unix_call(int s, const char *path, bool connecting) {
  struct sockaddr_un a;
  socklen_t size = unix_name(&a, path);
  return connecting ? connect(s, (void *)&a, size) : bind(s, (void *)&a, size);
}

static struct sockaddr_in inet(const char *host, int port) {
  struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  inet_pton(AF_INET, host, &a.sin_addr);
  return a;
}

static int inet_call(int s, const char *host, int port, bool connecting) {
  struct sockaddr_in a = inet(host, port);
  return connecting ? connect(s, (void *)&a, sizeof a) : bind(s, (void *)&a, sizeof a);
}

static int port_of(int s) {
  struct sockaddr_in6 a;
  socklen_t size = sizeof a;
  getsockname(s, (void *)&a, &size);
  return ntohs(a.sin6_port);
}

static int listening(int backlog) {
  int s = socket(AF_INET, SOCK_STREAM, 0);
  if (inet_call(s, "127.0.0.1", 0, false) || listen(s, backlog)) _exit(95);
  return s;
}

static void show_name(const char *label, int s, bool peer) {
  struct sockaddr_un a = {0};
  socklen_t size = sizeof a;
  int failed = peer ? getpeername(s, (void *)&a, &size) : getsockname(s, (void *)&a, &size);
  if (failed) say(label, -1);
  else sayf(label, "size %u [%s%s]", size, a.sun_path[0] ? "" : "@", a.sun_path[0] ? a.sun_path : a.sun_path + 1);
}

static int error_of(int s) {
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(s, SOL_SOCKET, SO_ERROR, &error, &size);
  return error;
}

static void unix_binds(void) {
  CASE("unix bind") {
    static const char *const tried[] = {"relative", "./dots", "dir/../up", "/dev/null", "relative", "missing/x", "file/x", "dangling", "trailing/", ".", "@abstract outrider test", "@abstract outrider test"};
    mkdir("dir", 0755);
    put("file", "", 0600);
    symlink("nowhere", "dangling");
    umask(027);
    for (unsigned i = 0; i < sizeof tried / sizeof *tried; i++) {
      int s = socket(AF_UNIX, SOCK_STREAM, 0);
      say(tried[i], unix_call(s, tried[i], false));
      show_name(tried[i], s, false);
    }
    int s = socket(AF_UNIX, SOCK_STREAM, 0);
    say("first", unix_call(s, "first", false));
    say("twice", unix_call(s, "second", false));
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    s = socket(AF_UNIX, SOCK_STREAM, 0);
    say("autobind", bind(s, (void *)&a, sizeof(sa_family_t)));
    s = socket(AF_UNIX, SOCK_STREAM, 0);
    memset(a.sun_path, 'p', sizeof a.sun_path);
    say("108 without end", bind(s, (void *)&a, sizeof a));
    s = socket(AF_UNIX, SOCK_STREAM, 0);
    say("too long", bind(s, (void *)&a, sizeof a + 1));
    say("null", (int)syscall(SYS_bind, s, NULL, 20));
    say("negative", bind(s, (void *)&a, (socklen_t)-1));
    say("size 1", bind(s, (void *)&a, 1));
  }
  CASE("unix bind as another user") {
    mkdir("closed", 0755);
    become(1000, 1000);
    say("closed", unix_call(socket(AF_UNIX, SOCK_STREAM, 0), "closed/x", false));
  }
  CASE("unix bind in a deep directory") {
    for (int i = 0; i < 12; i++) {
      mkdir("a-rather-long-directory-name", 0755);
      chdir("a-rather-long-directory-name");
    }
    int s = socket(AF_UNIX, SOCK_STREAM, 0), c = socket(AF_UNIX, SOCK_STREAM, 0);
    say("bind", unix_call(s, "s", false));
    show_name("name", s, false);
    listen(s, 1);
    say("connect", unix_call(c, "./s", true));
    show_name("peer", c, true);
  }
}

static void unix_connects(void) {
  CASE("unix connect") {
    static const char *const tried[] = {"sock", "./sock", "link", "missing", "file", "dir", "dangling", "sock/", "closed", "dgram", "@outrider nobody", "file/x"};
    put("file", "", 0600);
    mkdir("dir", 0755);
    symlink("sock", "link");
    symlink("nowhere", "dangling");
    int l = socket(AF_UNIX, SOCK_STREAM, 0), dead = socket(AF_UNIX, SOCK_STREAM, 0), d = socket(AF_UNIX, SOCK_DGRAM, 0);
    unix_call(l, "sock", false);
    listen(l, 10);
    unix_call(dead, "closed", false);
    unix_call(d, "dgram", false);
    for (unsigned i = 0; i < sizeof tried / sizeof *tried; i++) {
      int s = socket(AF_UNIX, SOCK_STREAM, 0);
      say(tried[i], unix_call(s, tried[i], true));
      show_name(tried[i], s, true);
      int g = socket(AF_UNIX, SOCK_DGRAM, 0);
      sayf(tried[i], "datagrams: %d %s", unix_call(g, tried[i], true), tried[i]);
      close(s);
      close(g);
    }
  }
  CASE("unix credentials of the peer") {
    int l = socket(AF_UNIX, SOCK_STREAM, 0), c = socket(AF_UNIX, SOCK_STREAM, 0);
    unix_call(l, "sock", false);
    chmod("sock", 0666);
    listen(l, 10);
    become(1000, 1001);
    say("connect", unix_call(c, "sock", true));
    struct { int pid; unsigned uid, gid; } who;
    socklen_t size = sizeof who;
    int a = accept(l, NULL, NULL);
    getsockopt(a, SOL_SOCKET, SO_PEERCRED, &who, &size);
    sayf("client", "%u:%u", who.uid, who.gid);
    getsockopt(c, SOL_SOCKET, SO_PEERCRED, &who, &size);
    sayf("server", "%u:%u", who.uid, who.gid);
  }
  CASE("unix connect without the right") {
    int l = socket(AF_UNIX, SOCK_STREAM, 0);
    unix_call(l, "sock", false);
    chmod("sock", 0600);
    listen(l, 10);
    become(1000, 1000);
    say("connect", unix_call(socket(AF_UNIX, SOCK_STREAM, 0), "sock", true));
  }
  CASE("unix backlog") {
    int l = socket(AF_UNIX, SOCK_STREAM, 0), s = 0, count = 0;
    unix_call(l, "sock", false);
    listen(l, 2);
    for (;; count++)
      if (unix_call(s = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0), "sock", true)) break;
    say("full", -1);
    say("count", count);
    s = socket(AF_UNIX, SOCK_STREAM, 0);
    struct timeval patience = {0, 50000};
    setsockopt(s, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    say("with a timeout", unix_call(s, "sock", true));
    handle(SIGUSR1, 0);
    signal_after(30, SIGUSR1);
    say("interrupted", unix_call(socket(AF_UNIX, SOCK_STREAM, 0), "sock", true));
    int pid = fork();
    if (pid == 0) {
      usleep(50000);
      accept(l, NULL, NULL);
      _exit(0);
    }
    s = socket(AF_UNIX, SOCK_STREAM, 0);
    say("waits for room", unix_call(s, "sock", true));
    sayf("still blocking", "%o", fcntl(s, F_GETFL) & O_NONBLOCK);
  }
}

/* A listener whose backlog is full drops what comes: connects to it wait. */
static int full_listener(void) {
  int l = listening(0), port = port_of(l);
  for (int i = 0; i < 3; i++) inet_call(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), "127.0.0.1", port, true);
  usleep(20000);
  return port;
}

static void inet_connects(void) {
  CASE("tcp connect") {
    int l = listening(10), port = port_of(l), s = socket(AF_INET, SOCK_STREAM, 0);
    say("connect", inet_call(s, "127.0.0.1", port, true));
    say("again", inet_call(s, "127.0.0.1", port, true));
    sayf("flags", "%o", fcntl(s, F_GETFL));
    say("write", write(s, "abc", 3));
    say("refused", inet_call(socket(AF_INET, SOCK_STREAM, 0), "127.0.0.1", 1, true));
    s = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    say("nonblocking", inet_call(s, "127.0.0.1", port, true));
    struct pollfd p = {s, POLLOUT, 0};
    poll(&p, 1, 1000);
    say("error", error_of(s));
    say("nonblocking again", inet_call(s, "127.0.0.1", port, true));
    s = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    say("nonblocking refused", inet_call(s, "127.0.0.1", 1, true));
    p.fd = s;
    poll(&p, 1, 1000);
    say("error", error_of(s));
    say("unspecified", connect(l, &(struct sockaddr){.sa_family = AF_UNSPEC}, sizeof(struct sockaddr)));
    say("broadcast", inet_call(socket(AF_INET, SOCK_STREAM, 0), "255.255.255.255", 80, true));
  }
  CASE("connect arguments") {
    int l = listening(10), port = port_of(l), s = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in a = inet("127.0.0.1", port);
    put("file", "", 0600);
    say("short", connect(s, (void *)&a, 8));
    say("longer", connect(s, (void *)&a, sizeof a + 8));
    s = socket(AF_INET, SOCK_STREAM, 0);
    say("huge", connect(s, (void *)&a, 1000));
    say("negative", connect(s, (void *)&a, (socklen_t)-1));
    say("null", (int)syscall(SYS_connect, s, NULL, 16));
    say("bad pointer", (int)syscall(SYS_connect, s, 1, 16));
    say("bad descriptor", connect(77, (void *)&a, sizeof a));
    say("not a socket", connect(open("file", O_RDONLY), (void *)&a, sizeof a));
    a.sin_family = AF_INET6;
    say("other family", connect(s, (void *)&a, sizeof a));
    a.sin_family = 99;
    say("unknown family", connect(s, (void *)&a, sizeof a));
    say("unix socket to inet", inet_call(socket(AF_UNIX, SOCK_STREAM, 0), "127.0.0.1", port, true));
    say("zero port", inet_call(s, "127.0.0.1", 0, true));
  }
  CASE("ipv6") {
    int l = socket(AF_INET6, SOCK_STREAM, 0);
    struct sockaddr_in6 a = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    say("bind", bind(l, (void *)&a, sizeof a));
    listen(l, 5);
    a.sin6_port = htons((uint16_t)port_of(l));
    say("connect", connect(socket(AF_INET6, SOCK_STREAM, 0), (void *)&a, sizeof a));
    say("without the scope", connect(socket(AF_INET6, SOCK_STREAM, 0), (void *)&a, 24));
    say("shorter", connect(socket(AF_INET6, SOCK_STREAM, 0), (void *)&a, 20));
    int four = listening(5);
    inet_pton(AF_INET6, "::ffff:127.0.0.1", &a.sin6_addr);
    a.sin6_port = htons((uint16_t)port_of(four));
    say("mapped", connect(socket(AF_INET6, SOCK_STREAM, 0), (void *)&a, sizeof a));
  }
  CASE("connect waits: timeout") {
    int port = full_listener(), s = socket(AF_INET, SOCK_STREAM, 0);
    struct timeval patience = {0, 60000};
    setsockopt(s, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    say("connect", inet_call(s, "127.0.0.1", port, true));
    say("again", inet_call(s, "127.0.0.1", port, true));
  }
  CASE("connect waits: interrupted") {
    int port = full_listener(), s = socket(AF_INET, SOCK_STREAM, 0);
    handle(SIGUSR1, 0);
    signal_after(40, SIGUSR1);
    say("connect", inet_call(s, "127.0.0.1", port, true));
    signal_after(40, SIGUSR1);
    say("again", inet_call(s, "127.0.0.1", port, true));
    fcntl(s, F_SETFL, O_NONBLOCK);
    say("nonblocking", inet_call(s, "127.0.0.1", port, true));
  }
  CASE("connect waits: restarted after a signal") {
    int port = full_listener(), s = socket(AF_INET, SOCK_STREAM, 0);
    handle(SIGUSR1, SA_RESTART);
    handle(SIGUSR2, 0);
    signal_after(40, SIGUSR1);
    signal_after(120, SIGUSR2);
    say("connect", inet_call(s, "127.0.0.1", port, true));
  }
  CASE("connect waits: killed") {
    int port = full_listener();
    signal_after(40, SIGTERM);
    say("connect", inet_call(socket(AF_INET, SOCK_STREAM, 0), "127.0.0.1", port, true));
  }
}

static void binds(void) {
  CASE("inet bind") {
    int l = listening(10), port = port_of(l), s = socket(AF_INET, SOCK_STREAM, 0);
    say("in use", inet_call(s, "127.0.0.1", port, false));
    say("not ours", inet_call(s, "192.0.2.1", 0, false));
    say("any", inet_call(s, "0.0.0.0", 0, false));
    say("twice", inet_call(s, "0.0.0.0", 0, false));
    struct sockaddr_in a = inet("127.0.0.1", 0);
    s = socket(AF_INET, SOCK_STREAM, 0);
    say("short", bind(s, (void *)&a, 8));
    say("bad descriptor", bind(77, (void *)&a, sizeof a));
    a.sin_family = 99;
    say("unknown family", bind(s, (void *)&a, sizeof a));
    a.sin_family = AF_UNSPEC;
    say("unspecified", bind(s, (void *)&a, sizeof a));
    become(1000, 1000);
    say("privileged port", inet_call(socket(AF_INET, SOCK_STREAM, 0), "127.0.0.1", 999, false));
  }
  CASE("netlink") {
    struct { unsigned short family, pad; unsigned pid, groups; } a = {AF_NETLINK, 0, 0, 0};
    int s = socket(AF_NETLINK, SOCK_RAW, 0);
    say("bind", bind(s, (void *)&a, sizeof a));
    say("connect", connect(s, (void *)&a, sizeof a));
  }
}

static long message(int s, struct sockaddr_in *to, const char *a, const char *b, void *control, size_t control_size, int flags) {
  struct iovec v[2] = {{(void *)a, strlen(a)}, {(void *)b, strlen(b)}};
  struct msghdr m = {.msg_name = to, .msg_namelen = to ? sizeof *to : 0, .msg_iov = v, .msg_iovlen = 2, .msg_control = control, .msg_controllen = control_size};
  return sendmsg(s, &m, flags);
}

static void take(const char *label, int s) {
  char text[128] = {0};
  long got = recv(s, text, sizeof text - 1, MSG_DONTWAIT);
  if (got < 0) say(label, got);
  else sayf(label, "%ld [%s]", got, text);
}

static void datagrams(void) {
  CASE("udp") {
    int r = socket(AF_INET, SOCK_DGRAM, 0), s = socket(AF_INET, SOCK_DGRAM, 0);
    inet_call(r, "127.0.0.1", 0, false);
    struct sockaddr_in to = inet("127.0.0.1", port_of(r));
    static char large[70000];
    say("sendto", sendto(s, "one", 3, 0, (void *)&to, sizeof to));
    take("got", r);
    say("sendmsg", message(s, &to, "two", "parts", NULL, 0, 0));
    take("got", r);
    say("empty", sendto(s, "", 0, 0, (void *)&to, sizeof to));
    take("got", r);
    say("no address", send(s, "x", 1, 0));
    say("sendmsg without address", message(s, NULL, "x", "y", NULL, 0, 0));
    say("too large", sendto(s, large, sizeof large, 0, (void *)&to, sizeof to));
    say("largest", sendto(s, large, 65507, 0, (void *)&to, sizeof to));
    take("got", r);
    say("bad buffer", syscall(SYS_sendto, s, 1, 4, 0, &to, sizeof to));
    say("bad address", syscall(SYS_sendto, s, "x", 1, 0, 1, sizeof to));
    say("short address", sendto(s, "x", 1, 0, (void *)&to, 8));
    say("bad descriptor", sendto(77, "x", 1, 0, (void *)&to, sizeof to));
    say("connect", connect(s, (void *)&to, sizeof to));
    say("sendto though connected", sendto(s, "three", 5, 0, (void *)&to, sizeof to));
    take("got", r);
    struct mmsghdr many[3] = {0};
    struct iovec v[3] = {{"a", 1}, {"bc", 2}, {"def", 3}};
    for (int i = 0; i < 3; i++) many[i].msg_hdr = (struct msghdr){.msg_iov = &v[i], .msg_iovlen = 1, .msg_name = &to, .msg_namelen = sizeof to};
    say("sendmmsg", sendmmsg(s, many, 3, 0));
    sayf("lengths", "%u %u %u", many[0].msg_len, many[1].msg_len, many[2].msg_len);
    for (int i = 0; i < 3; i++) take("got", r);
    many[1].msg_hdr.msg_iov = (void *)1;
    say("sendmmsg, second is bad", sendmmsg(s, many, 3, 0));
    many[0].msg_hdr.msg_iov = (void *)1;
    say("sendmmsg, first is bad", sendmmsg(s, many, 3, 0));
    say("sendmmsg of none", sendmmsg(s, many, 0, 0));
    struct msghdr wide = {.msg_iov = v, .msg_iovlen = 1025};
    say("too many vectors", sendmsg(s, &wide, 0));
    say("null message", syscall(SYS_sendmsg, s, NULL, 0));
    say("refused: send", (connect(s, (void *)&(struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(1), .sin_addr.s_addr = htonl(0x7f000001)}, sizeof to), send(s, "x", 1, 0)));
  }
  CASE("unix datagrams") {
    int r = socket(AF_UNIX, SOCK_DGRAM, 0), s = socket(AF_UNIX, SOCK_DGRAM, 0);
    struct sockaddr_un a;
    unix_call(r, "r", false);
    socklen_t size = unix_name(&a, "r");
    say("sendto", sendto(s, "one", 3, 0, (void *)&a, size));
    take("got", r);
    size = unix_name(&a, "missing");
    say("missing", sendto(s, "one", 3, 0, (void *)&a, size));
    unix_call(s, "s", false);
    size = unix_name(&a, "./r");
    say("named sender", sendto(s, "two", 3, 0, (void *)&a, size));
    struct sockaddr_un from = {0};
    char text[8] = {0};
    size = sizeof from;
    recvfrom(r, text, sizeof text, 0, (void *)&from, &size);
    sayf("from", "[%s] [%s]", text, from.sun_path);
    become(1000, 1000);
    size = unix_name(&a, "r");
    say("without the right", sendto(s, "one", 3, 0, (void *)&a, size));
  }
}

static void streams(void) {
  CASE("descriptors passed") {
    int pair[2], pipes[2];
    socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
    pipe(pipes);
    char room[CMSG_SPACE(2 * sizeof(int))] = {0}, data[8];
    struct cmsghdr *c = (void *)room;
    *c = (struct cmsghdr){.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(2 * sizeof(int))};
    memcpy(CMSG_DATA(c), (int[]){pipes[0], pipes[1]}, 8);
    say("send", message(pair[0], NULL, "x", "y", room, sizeof room, 0));
    struct iovec v = {data, sizeof data};
    struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof room};
    memset(room, 0, sizeof room);
    say("receive", recvmsg(pair[1], &m, 0));
    int got[2];
    memcpy(got, CMSG_DATA(c), 8);
    sayf("numbers", "%d %d", got[0], got[1]);
    say("write", write(got[1], "through", 7));
    say("read", read(pipes[0], data, 8));
    memcpy(CMSG_DATA(c), (int[]){pipes[0], 77}, 8);
    say("bad number", message(pair[0], NULL, "x", "y", room, sizeof room, 0));
    c->cmsg_len = 4;
    say("bad length", message(pair[0], NULL, "x", "y", room, sizeof room, 0));
    say("bad control", message(pair[0], NULL, "x", "y", (void *)1, 24, 0));
  }
  CASE("a full socket") {
    int pair[2];
    static char block[1 << 16];
    socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
    struct iovec v = {block, sizeof block};
    struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1};
    while (sendmsg(pair[0], &m, MSG_DONTWAIT) > 0) continue;
    say("don't wait", sendmsg(pair[0], &m, MSG_DONTWAIT));
    struct timeval patience = {0, 50000};
    setsockopt(pair[0], SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    say("timeout", sendmsg(pair[0], &m, 0));
    patience.tv_usec = 0;
    setsockopt(pair[0], SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    handle(SIGUSR1, 0);
    signal_after(60, SIGUSR1);
    say("interrupted", sendmsg(pair[0], &m, 0));
    handle(SIGUSR1, SA_RESTART);
    signal_after(60, SIGUSR1);
    int pid = fork();
    if (pid == 0) {
      usleep(150000);
      while (read(pair[1], block, sizeof block) > 0) continue;
      _exit(0);
    }
    say("restarted, then read", sendmsg(pair[0], &m, 0));
    kill(pid, SIGKILL);
  }
  CASE("a long stream") {
    int pair[2];
    static char block[1 << 20];
    socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
    for (size_t i = 0; i < sizeof block; i++) block[i] = (char)(i * 7 + i / 251);
    if (fork() == 0) {
      static char other[1 << 20];
      size_t got = 0;
      long more;
      close(pair[0]);
      while ((more = read(pair[1], other + got, sizeof other - got)) > 0) got += (size_t)more;
      sayf("received", "%zu, %s", got, memcmp(other, block, sizeof block) ? "damaged" : "sound");
      _exit(0);
    }
    struct iovec v[3] = {{block, 1}, {block + 1, 100000}, {block + 100001, sizeof block - 100001}};
    struct msghdr m = {.msg_iov = v, .msg_iovlen = 3};
    long sent = sendmsg(pair[0], &m, 0);
    close(pair[0]);
    close(pair[1]);
    wait(NULL);
    say("sent", sent);
  }
  CASE("broken pipe") {
    int pair[2];
    socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
    close(pair[1]);
    say("no signal", message(pair[0], NULL, "x", "y", NULL, 0, MSG_NOSIGNAL));
    handle(SIGPIPE, 0);
    say("handled", message(pair[0], NULL, "x", "y", NULL, 0, 0));
    signal(SIGPIPE, SIG_DFL);
    say("default", message(pair[0], NULL, "x", "y", NULL, 0, 0));
  }
  CASE("tcp fast open") {
    int l = listening(5), s = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in to = inet("127.0.0.1", port_of(l));
    say("sendto", sendto(s, "fast", 4, MSG_FASTOPEN, (void *)&to, sizeof to));
    int a = accept(l, NULL, NULL);
    usleep(10000);
    take("got", a);
  }
  CASE("sequenced packets") {
    int l = socket(AF_UNIX, SOCK_SEQPACKET, 0), s = socket(AF_UNIX, SOCK_SEQPACKET, 0);
    unix_call(l, "q", false);
    listen(l, 1);
    say("connect", unix_call(s, "q", true));
    int a = accept(l, NULL, NULL);
    say("send", message(s, NULL, "a packet", " of two", NULL, 0, MSG_EOR));
    take("got", a);
  }
}

static void *connector(void *port) {
  int s = socket(AF_INET, SOCK_STREAM, 0);
  return (void *)(intptr_t)inet_call(s, "127.0.0.1", (int)(intptr_t)port, true);
}

static void threads(void) {
  CASE("connect from many threads") {
    int l = listening(64);
    pthread_t ids[16];
    intptr_t failed = 0;
    void *result;
    for (int i = 0; i < 16; i++) pthread_create(&ids[i], NULL, connector, (void *)(intptr_t)port_of(l));
    for (int i = 0; i < 16; i++) {
      pthread_join(ids[i], &result);
      failed += (intptr_t)result != 0;
    }
    say("failed", failed);
  }
}

int main(void) {
  umask(022);
  unix_binds();
  unix_connects();
  inet_connects();
  binds();
  datagrams();
  streams();
  threads();
  return 0;
}
