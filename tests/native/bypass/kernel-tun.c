/* trick: a network interface of one's own by /dev/net/tun
 * act: kernel
 * attack: T1095
 * expect: stopped
 * needs: root tun
 */
#include "bypass.h"
#include "kernel.h"
#include <linux/if_tun.h>
#include <net/if.h>
#include <sys/ioctl.h>

int main(void) {
  struct ifreq tun = {.ifr_flags = IFF_TUN | IFF_NO_PI};
  int fd = open("/dev/net/tun", O_RDWR);
  if (fd < 0 && (errno == ENOENT || errno == ENODEV)) cannot(errno);
  if (fd < 0) refused(errno);
  took_place(ioctl(fd, TUNSETIFF, &tun));
}
