/* trick: a sysctl written with what it says
 * act: kernel
 * attack: T1562
 * expect: stopped
 * needs: root
 */
#include "bypass.h"
#include "kernel.h"

int main(void) {
  char value[64];
  long size = read(must(open("/proc/sys/net/ipv4/ip_default_ttl", O_RDONLY), "sysctl"), value, sizeof value);
  int fd = open("/proc/sys/net/ipv4/ip_default_ttl", O_WRONLY);
  if (fd < 0) refused(errno);
  took_place(write(fd, value, (size_t)size));
}
