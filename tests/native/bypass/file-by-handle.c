/* trick: name_to_handle_at, then open_by_handle_at
 * act: write
 * attack: T1611
 * expect: stopped
 * needs: root
 */
#include "bypass.h"
#include "file.h"

int main(void) {
  union { struct file_handle handle; char room[256]; } u = {.handle.handle_bytes = 128};
  int mount_id, mount = open(".", O_RDONLY | O_DIRECTORY);
  if (name_to_handle_at(AT_FDCWD, PROTECTED, &u.handle, &mount_id, 0)) cannot(errno);
  scribble(open_by_handle_at(mount, &u.handle, O_WRONLY));
}
