/* trick: read-only mapping, opened for writing through /proc/self/map_files
 * act: write
 * attack: T1565.001
 * expect: stopped
 * needs: root
 */
#include "bypass.h"
#include "file.h"
#include <sys/mman.h>

int main(void) {
  char path[96];
  int fd = open(PROTECTED, O_RDONLY);
  unsigned long at = (unsigned long)mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
  if (fd < 0 || at == (unsigned long)MAP_FAILED) broken("map");
  snprintf(path, sizeof path, "/proc/self/map_files/%lx-%lx", at, at + 4096);
  if (access(path, F_OK)) cannot(errno);
  scribble(open(path, O_WRONLY));
}
