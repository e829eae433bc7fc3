/* sockets.c: addresses: bind and connect. */
#include "sockets.h"

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
    struct sockaddr_storage longest = {0};
    memcpy(&longest, &a, sizeof a);
    say("longest", connect(socket(AF_INET, SOCK_STREAM, 0), (void *)&longest, sizeof longest));
    say("too long", connect(socket(AF_INET, SOCK_STREAM, 0), (void *)&longest, sizeof longest + 1));
    longest.ss_family = AF_UNIX;
    say("too long a path", connect(socket(AF_UNIX, SOCK_STREAM, 0), (void *)&longest, sizeof(struct sockaddr_un) + 1));
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
    signal_after(100, SIGUSR1); // both must find it waiting, on a busy machine too
    signal_after(500, SIGUSR2);
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
  threads();
  return 0;
}
