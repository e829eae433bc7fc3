/* Threads cancelled at any moment while they make decided calls; then the guard still works. */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

static void *work(void *nothing) {
  int previous;
  pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, &previous);
  for (;;) {
    int fd = open("./x/../file", O_WRONLY | O_CREAT, 0600);
    if (fd >= 0) close(fd);
  }
  return nothing;
}

int main(void) {
  for (int i = 0; i < 200; i++) {
    pthread_t thread;
    pthread_create(&thread, NULL, work, NULL);
    usleep(200);
    pthread_cancel(thread);
    pthread_join(thread, NULL);
  }
  int fd = open("./file", O_WRONLY | O_CREAT, 0600);
  puts(fd >= 0 ? "whole" : "broken");
  return 0;
}
