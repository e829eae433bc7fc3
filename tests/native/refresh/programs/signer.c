/* signer.c: reads requests to sign, one a line, fields apart by \x1f; prints the Authorization header of each. */
#include <stdio.h>
#include <string.h>

#include "refresh_sign.h"

int main(void) {
  static char line[65536];
  while (fgets(line, sizeof line, stdin)) {
    line[strcspn(line, "\n")] = 0;
    char *fields[48] = {0}, *rest = line, hash[65];
    size_t count = 0;
    while (rest && count < 48) fields[count++] = strsep(&rest, "\x1f");
    struct signed_header headers[16];
    size_t header_count = 0;
    for (size_t i = 9; i + 1 < count; i += 2) headers[header_count++] = (struct signed_header){fields[i], fields[i + 1]};
    sha256_hex(fields[3], strlen(fields[3]), hash);
    struct credentials credentials = {fields[6], fields[7], NULL};
    struct signing signing = {fields[0], fields[1], fields[2], headers, header_count, hash, fields[4], fields[5], fields[8]};
    TEXT(authorization, 4096);
    puts(sign_request(&signing, &credentials, &authorization) ? authorization.buffer : "refused");
    fflush(stdout);
  }
  return 0;
}
