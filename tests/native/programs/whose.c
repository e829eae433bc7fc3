/* whose: says by its exit status whose copy runs: 70 of the one that may run, 71 of any other. The test writes the letter
 * behind the mark into each copy. Given a letter, by a script's first line or behind the script's name too, it goes by that. */
static const volatile char mark[] = "whose copy: a";

int main(int argc, char **argv) {
  int at = argc > 2 && argv[1][0] == '/' ? 2 : 1;
  char letter = argc > at && argv[at][0] != '/' && !argv[at][1] ? argv[at][0] : mark[12];
  return letter == 'a' ? 70 : 71;
}
