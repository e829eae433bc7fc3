/* trick: listen on a socket that was not bound: the kernel takes a port
 * act: bind
 * attack: T1571
 * expect: stopped
 * old: outside because the socket cannot be asked whether it was bound (no pidfd_getfd)
 */
#include "bypass.h"
#include "net.h"

int main(void) { reached(listen(new_socket(AF_INET, SOCK_STREAM, 0), 1)); }
