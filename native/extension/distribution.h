/* distribution.h: which package of the customer's a file belongs to. Reads *.dist-info/RECORD and package.json. */
#ifndef OUTRIDER_DISTRIBUTION_H
#define OUTRIDER_DISTRIBUTION_H
#include <stdbool.h>

#include "http_parse.h"

#define DISTRIBUTION_BYTES 128u

/* `code` as "/var/task/requests/api.py:12 get". Fills "requests 2.32.3", or "" when it is nobody's. */
void distribution_of(struct slice code, char out[DISTRIBUTION_BYTES]);
bool distribution_known(struct slice code, char out[DISTRIBUTION_BYTES]); /* without a look at any file */

#endif
