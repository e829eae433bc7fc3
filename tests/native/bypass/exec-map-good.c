/* trick: write to a program that is allowed through a shared mapping
 * act: exec
 * attack: T1554
 * expect: stopped
 */
#include "bypass.h"

int main(void) {
  struct stat info;
  int fd = open("good", O_RDWR), from = (int)must(open("evil", O_RDONLY), "evil");
  if (fd < 0) refused(errno);
  must(fstat(from, &info), "evil");
  must(ftruncate(fd, info.st_size), "good");
  void *there = mmap(NULL, (size_t)info.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (there == MAP_FAILED || read(from, there, (size_t)info.st_size) != info.st_size) broken("mapping");
  munmap(there, (size_t)info.st_size);
  close(fd);
  pid_t child = fork();
  if (child == 0) {
    execve("/mnt/w/good", no_arguments, environ);
    _exit(errno);
  }
  ended_with(child);
}
