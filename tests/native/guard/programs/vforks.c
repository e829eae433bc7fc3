/* vfork and exec, many times, with an empty environment; then says whether descriptors or mappings were left. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static int count(const char *path) {
  int found = 0;
  DIR *directory = opendir(path);
  while (readdir(directory)) found++;
  closedir(directory);
  return found;
}

static int mappings(void) {
  int lines = 0, c;
  FILE *maps = fopen("/proc/self/maps", "r");
  while ((c = fgetc(maps)) != EOF) lines += c == '\n';
  fclose(maps);
  return lines;
}

int main(int argc, char **argv) {
  int times = argc > 1 ? atoi(argv[1]) : 100, bad = 0, before = 0, maps = 0;
  for (int i = 0; i <= times; i++) {
    if (i == 1) before = count("/proc/self/fd"), maps = mappings();
    pid_t pid = vfork();
    if (pid == 0) {
      execle(i % 2 ? "/bin/true" : "/no/such/program", "x", (char *)NULL, (char *[]){NULL});
      _exit(3);
    }
    int status;
    waitpid(pid, &status, 0);
    bad += WEXITSTATUS(status) != (i % 2 ? 0 : 3);
  }
  printf("bad %d descriptors %d mappings %d\n", bad, count("/proc/self/fd") - before, mappings() - maps);
  return 0;
}
