/* trick: netlink: an address for an interface
 * act: kernel
 * attack: T1090
 * expect: outside
 * needs: root
 * why: it needs NET_ADMIN, which no container of Fargate has; every program asks netlink for the addresses there are
 */
#include "bypass.h"
#include "kernel.h"
#include <arpa/inet.h>
#include <linux/rtnetlink.h>
#include <net/if.h>

int main(void) {
  struct {
    struct nlmsghdr header;
    struct ifaddrmsg message;
    struct rtattr attribute;
    uint32_t address;
  } request = {{sizeof request, RTM_NEWADDR, NLM_F_REQUEST | NLM_F_CREATE | NLM_F_ACK, 1, 0}, {AF_INET, 32, 0, 0, if_nametoindex("lo")}, {8, IFA_LOCAL}, htonl(0x7f4d4d4d)};
  struct {
    struct nlmsghdr header;
    struct nlmsgerr error;
  } answer;
  int s = must(socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE), "socket");
  if (send(s, &request, sizeof request, 0) < 0) refused(errno);
  must(recv(s, &answer, sizeof answer, 0), "recv");
  errno = -answer.error.error;
  took_place(errno ? -1 : 0);
}
