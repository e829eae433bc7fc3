/* cell.h: the harness of one run of one trick: a PID, mount and network namespace with everything a trick expects.
 *
 *     cell DIR NAME ACT NEEDS bare|supervised        prints: status TAB witness TAB told TAB what the trick said
 *
 * DIR is what prepare.py made. The place is always /mnt (a tmpfs of this run): /mnt/w is W, /mnt/bin/NAME the trick,
 * /mnt/outrider the volume; so one compiled policy serves every machine. Nothing outside can be changed: the rest of the
 * file system is read-only here. */
#ifndef CELL_H
#define CELL_H
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#define FORBIDDEN_PORT 7001
#define ALLOWED_PORT 7002
#define BIND_PORT 7003 /* nobody listens there, and nobody may */
#define W "/mnt/w"
#define VOLUME "/mnt/outrider"
#define SNAPSHOT 32768

struct run {
  const char *directory, *name, *act;
  bool root, supervised;
};

_Noreturn void fail(const char *what);
long need(long result, const char *what);

/* place.c */
void place_make(const struct run *run);
void place_drop_capabilities(void);

/* listeners.c: TCP, UDP and Unix. Each connection or datagram at a forbidden one is counted. */
void listeners_open(void);
unsigned listeners_poll(struct pollfd *out);
void listeners_serve(void);
unsigned listeners_arrived(void);

/* agent.c: takes the supervisor's events, acknowledges, keeps what was told. */
void agent_open(void);
unsigned agent_poll(struct pollfd *out);
void agent_serve(void);
/* "exec:block,syscall:block", sorted by first come; "-": nothing. */
const char *agent_told(void);

/* witness.c */
void witness_before(const struct run *run);
void witness_start(const struct run *run, pid_t trick, pid_t stand_in);
void witness_look(const struct run *run, pid_t trick, pid_t stand_in);
bool witness_of(const struct run *run);

#endif
