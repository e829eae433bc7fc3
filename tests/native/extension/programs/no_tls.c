/* In place of https.zig, which takes longer to compile than all these tests to run: nothing here asks AWS for a policy.
 */
#include <stddef.h>

long outrider_tls_exchange(int socket, const char *host, const char *authorities, const char *request,
                           size_t request_length, char *answer, size_t answer_size, const char **wrong) {
  (void)socket, (void)host, (void)authorities, (void)request, (void)request_length, (void)answer, (void)answer_size;
  *wrong = "no TLS in this build";
  return -1;
}
