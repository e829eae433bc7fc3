/* exec.h: execs that go on under the second engine (traced.h), verified when they have come about. */
#ifndef OUTRIDER_EXEC_H
#define OUTRIDER_EXEC_H
#include <stdbool.h>
#include <stdint.h>

/* At the exec stop, before its first instruction: `process` runs what the thread that was `formerly` named, and is killed
 * if that is not what was judged. */
void exec_came_about(int32_t formerly, int32_t process);
bool exec_is_awaited(int32_t tid);
/* It failed, or its thread has ended. */
void exec_over(int32_t tid);

/* In a twin made late: nobody here looks at anybody any more. */
void exec_take_over(void);

#endif
