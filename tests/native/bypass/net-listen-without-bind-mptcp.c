/* trick: listen on a Multipath TCP socket that was not bound
 * act: bind
 * attack: T1571
 * expect: stopped
 * needs: mptcp
 * old: outside because the socket cannot be asked whether it was bound (no pidfd_getfd)
 */
#include "bypass.h"
#include "net.h"

int main(void) { reached(listen(new_socket(AF_INET, SOCK_STREAM, 262 /* IPPROTO_MPTCP */), 1)); }
