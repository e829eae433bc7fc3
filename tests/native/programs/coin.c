/* coin: exits with 70; with 71 once the four bytes it keeps are others. */
static const volatile unsigned side = 0x5ca1ab1e;

int main(void) { return (side & 0xff) == 0x1e ? 70 : 71; }
