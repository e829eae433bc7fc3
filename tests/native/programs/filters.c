/* filters.c FIRST LAST [reads]: the table of traps.c and the programs that filter.c makes of it, first of all rows, then of all
 * rows but one, each in turn. Lines: "row NUMBER TEST ARGUMENT NAME", "program", "CODE TRUE FALSE K". */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define traps all_traps
#define trap_count all_count
#include "../../../native/traps.c"
#undef traps
#undef trap_count

static struct trap rows[256];
static unsigned row_count;
#define traps rows
#define trap_count row_count
#include "../../../native/filter.c"

#include "stubs.h" /* handlers that do nothing, made from traps.h */

static void print_program(int32_t first, int32_t last, bool reads) {
  static struct sock_filter code[FILTER_MAX];
  unsigned length = filter_build(code, &(struct pid_range){first, last}, 1, reads);
  puts("program");
  for (unsigned i = 0; i < length; i++) printf("%u %u %u %u\n", code[i].code, code[i].jt, code[i].jf, code[i].k);
}

int main(int argc, char **argv) {
  static const char *const tests[] = {"TRAP", "TRAP_WRITABLE", "TRAP_ADDRESSED", "TRAP_SOCKET", "TRAP_NAMESPACES",
                                      "TRAP_EVERYBODY", "GUARD", "GUARD_BOTH", "TRAP_SETS_ID", "TRAP_AND_GUARD",
                                      "GUARD_AND_USER", "TRAP_OWNER", "TRAP_IOCTL", "TRAP_SET_MM", "TRAP_PERSONALITY",
                                      "TRAP_LISTENER", "TRAP_ROUTE", "NOT_THERE"};
  if (argc < 3) return 2;
  int32_t first = atoi(argv[1]), last = atoi(argv[2]);
  for (unsigned i = 0; i < all_count; i++)
    printf("row %d %s %u %s\n", all_traps[i].number, tests[all_traps[i].test], all_traps[i].argument, all_traps[i].name);
  for (unsigned without = 0; without <= all_count; without++) {
    row_count = 0;
    for (unsigned i = 0; i < all_count; i++)
      if (i + 1 != without) rows[row_count++] = all_traps[i];
    print_program(first, last, argc == 4);
  }
  return 0;
}
