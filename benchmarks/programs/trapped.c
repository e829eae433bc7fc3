/* trapped COUNT DIRECTORY PORT: for each line on standard input, COUNT trapped calls of all common kinds, then "done".
 * Between them it sleeps, and somebody looks at the supervisor's memory. */
#include "measure.h"

static long calls, files;

static void round_of_four(const char *directory, int socket, const struct sockaddr_in *server) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%ld", directory, files++);
  int fd = must_open(open(path, O_WRONLY | O_CREAT, 0666), "open");
  close(fd);
  must(unlink(path), "unlink");
  must(connect(socket, (const struct sockaddr *)server, sizeof *server), "connect");
  must(sendto(socket, "", 0, 0, (const struct sockaddr *)server, sizeof *server), "sendto");
  calls += 4;
}

static void exec_once(char *self) {
  int status;
  pid_t pid = (pid_t)must(fork(), "fork");
  if (pid == 0) {
    execl(self, self, (char *)NULL);
    _exit(127);
  }
  must(waitpid(pid, &status, 0), "waitpid");
  calls++;
}

int main(int argc, char **argv) {
  char line[16];
  if (argc == 1) return 0; /* what exec_once() starts */
  long count = argument(argc, argv, 1);
  struct sockaddr_in server = loopback((int)argument(argc, argv, 3));
  int receiver = listening(SOCK_DGRAM, (int)argument(argc, argv, 3)), socket_ = socket(AF_INET, SOCK_DGRAM, 0);
  setvbuf(stdout, NULL, _IOLBF, 0);
  puts("ready");
  while (fgets(line, sizeof line, stdin)) {
    for (calls = 0; calls < count;) {
      for (int i = 0; i < 250; i++) round_of_four(argv[2], socket_, &server);
      exec_once(argv[0]);
    }
    puts("done");
  }
  close(receiver);
  return 0;
}
