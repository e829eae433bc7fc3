/* What one allowed call costs: nanoseconds by call, the least of several rounds. Run it with and without the guard and
 * subtract: `cost [CALLS]`. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS 100

static struct sockaddr_in peer = {.sin_family = AF_INET};
static int udp, sender;
static char *page;
static char file[256];

static void read_open(void) { close(open("/etc/passwd", O_RDONLY)); }
static void relative_read_open(void) { close(open("file", O_RDONLY)); }
static void write_open(void) { close(open(file, O_WRONLY)); }
static void relative_write_open(void) { close(open("file", O_WRONLY)); }
static void udp_connect(void) { connect(udp, (struct sockaddr *)&peer, sizeof peer); }
static void send_to(void) { sendto(sender, "x", 1, MSG_DONTWAIT, (struct sockaddr *)&peer, sizeof peer); }
static void protect(void) { mprotect(page, 4096, PROT_READ); }
static void map(void) { munmap(mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), 4096); }
static void make_socket(void) { close(socket(AF_INET, SOCK_STREAM, 0)); }
static void rename_file(void) { rename(file, file); }

static const struct {
  const char *name;
  void (*call)(void);
} CALLS[] = {{"open_read", read_open}, {"open_read_relative", relative_read_open}, {"open_write", write_open},
             {"open_write_relative", relative_write_open}, {"connect", udp_connect}, {"sendto", send_to},
             {"mprotect", protect}, {"mmap_munmap", map}, {"socket", make_socket}, {"rename", rename_file}};

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

int main(int argc, char **argv) {
  int count = argc > 1 ? atoi(argv[1]) : 300;
  udp = socket(AF_INET, SOCK_DGRAM, 0);
  sender = socket(AF_INET, SOCK_DGRAM, 0);
  peer.sin_port = htons(9);
  peer.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (!getcwd(file, sizeof file - 8)) return 1;
  strcat(file, "/file");
  close(open(file, O_CREAT | O_WRONLY, 0600));
  for (size_t i = 0; i < sizeof CALLS / sizeof *CALLS; i++) {
    double best = 1e18;
    for (int round = 0; round < ROUNDS; round++) {
      double start = now();
      for (int n = 0; n < count; n++) CALLS[i].call();
      double each = (now() - start) / count;
      if (each < best) best = each;
    }
    printf("%s %.1f\n", CALLS[i].name, best);
  }
  return 0;
}
