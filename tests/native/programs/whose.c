/* whose: says by its exit status whose copy runs: 70 of the one that may run, 71 of any other. The test writes the letter
 * behind the mark into each copy. As a script's interpreter it goes by the letter that the script's first line gives it. */
static const volatile char mark[] = "whose copy: a";

int main(int argc, char **argv) {
  char letter = argc > 1 && argv[1][0] != '/' && !argv[1][1] ? argv[1][0] : mark[12];
  return letter == 'a' ? 70 : 71;
}
