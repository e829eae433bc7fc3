/* foreign.h: processes of the container that the application did not start: `aws ecs execute-command`, health checks. */
#ifndef OUTRIDER_FOREIGN_H
#define OUTRIDER_FOREIGN_H
#include <stdbool.h>
#include <stdint.h>

#define FOREIGN_LOOKS_NS 1000000000ull /* once a second */

/* Whether anything is to be looked for: the container has a PID namespace of its own, whose first process the application
 * is or is a child of. Elsewhere everything that runs would be foreign. */
bool foreign_begin(void);

/* Looks for those that came since the last time, and tells each; ends those that the policy stops. */
void foreign_look(void);

#endif
