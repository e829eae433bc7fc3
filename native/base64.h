/* base64.h: RFC 4648 section 4, strict. */
#ifndef OUTRIDER_BASE64_H
#define OUTRIDER_BASE64_H
#include <stddef.h>
#include <stdint.h>

/* Bytes decoded into `out`, or -1 when the text is no base64 or does not fit. */
long base64_decode(const char *text, uint8_t *out, size_t size);

#endif
