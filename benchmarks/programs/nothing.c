/* nothing: the smallest program there is to start: static, no library to load. */
int main(void) { return 0; }
