/* trick: open_by_handle_at of the root of another file system
 * act: kernel
 * attack: T1611
 * expect: stopped
 * needs: root
 */
#include "bypass.h"
#include "kernel.h"

/* As "shocker" did: a handle that was never given out, for inode 2. */
int main(void) {
  union { struct file_handle handle; char room[64]; } u = {.handle = {.handle_bytes = 8, .handle_type = 1}};
  uint32_t words[2] = {2, 0};
  memcpy(u.handle.f_handle, words, sizeof words);
  int fd = open_by_handle_at(open("/", O_RDONLY | O_DIRECTORY), &u.handle, O_RDONLY);
  if (fd < 0 && errno == ESTALE) fd = 0; /* it looked, in a file system without inode 2 */
  took_place(fd);
}
