/* messages.c: datagrams, streams and what travels with them. */
#include "sockets.h"

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

int main(void) {
  umask(022);
  datagrams();
  streams();
  return 0;
}
