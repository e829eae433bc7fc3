/* writes.c: four threads write, connect and make entries until standard input ends, and count what they are answered.
 *
 * In the working directory: `allowed` is always allowed, `other` only at times. Prints "allowed: N well, N refused,
 * N otherwise (errno)", the same for `other`; a line "under way" when every thread has begun. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { THREADS = 4 };

static atomic_int stop, begun;
static struct {
  const char *name;
  atomic_long well, refused, otherwise;
  atomic_int last;
} places[2] = {{.name = "allowed"}, {.name = "other"}};

static void count(int place, int failed) {
  if (!failed) {
    places[place].well++;
  } else if (errno == EPERM) {
    places[place].refused++;
  } else {
    places[place].last = errno;
    places[place].otherwise++;
  }
}

static void *work(void *number) {
  char file[64], entry[64];
  for (int turn = 0; !stop; turn++) {
    for (int place = 0; place < 2; place++) {
      snprintf(file, sizeof file, "%s/file-%ld", places[place].name, (long)number);
      snprintf(entry, sizeof entry, "%s/directory-%ld-%d", places[place].name, (long)number, turn);
      int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0644);
      count(place, fd < 0);
      if (fd >= 0) count(place, write(fd, "word", 4) != 4);
      if (fd >= 0) close(fd);
      int made = mkdir(entry, 0755);
      count(place, made);
      if (!made) count(place, rmdir(entry)); /* may stay behind when it was forbidden meanwhile */
    }
    if (!turn && ++begun == THREADS) puts("under way");
  }
  return NULL;
}

int main(void) {
  pthread_t threads[THREADS];
  char byte;
  setvbuf(stdout, NULL, _IOLBF, 0);
  for (long i = 0; i < THREADS; i++) pthread_create(&threads[i], NULL, work, (void *)i);
  while (read(0, &byte, 1) > 0) continue;
  stop = 1;
  for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
  for (int i = 0; i < 2; i++)
    printf("%s: %ld well, %ld refused, %ld otherwise (%s)\n", places[i].name, places[i].well, places[i].refused,
           places[i].otherwise, strerror(places[i].last));
  return 0;
}
