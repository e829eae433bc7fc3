/* preload.h: the launching process's part of the third engine: the program is started with the guard (guard/) preloaded, and
 * beside it a relay (relay.h). For where seccomp's listener and ptrace are both refused. */
#ifndef OUTRIDER_PRELOAD_H
#define OUTRIDER_PRELOAD_H

/* NULL: the relay is there, and `*environment` is what `program` is to be started with. Else what stands in the way; nothing
 * of ours is left then. `why`: why it is this engine, for the start's event. */
const char *preload_start(const char *program, const char *why, char ***environment);

#endif
