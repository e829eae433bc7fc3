/* trick: fanotify hands out a descriptor for writing of a file that was opened for reading
 * act: write
 * attack: T1565.001
 * expect: stopped
 * needs: root
 */
#include "bypass.h"
#include "file.h"
#include <sys/fanotify.h>

int main(void) {
  struct fanotify_event_metadata event;
  long watch = has(syscall(SYS_fanotify_init, FAN_CLASS_NOTIF | FAN_NONBLOCK, O_RDWR));
  if (watch < 0) refused(errno);
  if (fanotify_mark((int)watch, FAN_MARK_ADD, FAN_OPEN, AT_FDCWD, PROTECTED)) refused(errno);
  must(open(PROTECTED, O_RDONLY), "open");
  if (read((int)watch, &event, sizeof event) != sizeof event) refused(errno);
  scribble(event.fd);
}
