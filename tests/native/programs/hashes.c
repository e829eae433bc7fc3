/* hashes PIECE < bytes: SHA-256 of standard input taken PIECE bytes at a time, by plain code and by the processor's own
 * instructions ("none": it has none), with the sources themselves. */
#include <stdio.h>
#include <stdlib.h>

#include "../../../native/sha256.c"

static uint8_t input[1 << 20];

static void print(size_t size, size_t piece, int quick) {
  struct sha256 hash;
  uint8_t out[32];
  sha256_begin(&hash);
  hash.blocks = quick ? quick_blocks : plain_blocks;
  for (size_t at = 0; at < size; at += piece) sha256_add(&hash, input + at, size - at < piece ? size - at : piece);
  sha256_end(&hash, out);
  for (int i = 0; i < 32; i++) printf("%02x", out[i]);
  puts("");
}

int main(int argc, char **argv) {
  if (argc != 2) return 2;
  size_t size = fread(input, 1, sizeof input, stdin), piece = strtoul(argv[1], NULL, 10);
  print(size, piece, 0);
  if (has_instructions()) print(size, piece, 1);
  else puts("none");
  return 0;
}
