/* agent.h: the connection to the agent. Only the keeper uses it; nothing here ever waits. */
#ifndef OUTRIDER_AGENT_H
#define OUTRIDER_AGENT_H
#include <stdbool.h>

bool agent_connected(void);
void agent_forget(void);    /* in a twin that takes over: the connection was its predecessor's */
int agent_descriptor(void); /* -1 when not connected */
void agent_connect(void);   /* tries once */
void agent_exchange(void);  /* takes acknowledgements, sends what fits */
bool agent_has_nothing_to_send(void);
bool agent_is_up_to_date(void); /* everything was acknowledged */

#endif
