/* runtime_api.h: the Runtime API of Lambda, and our proxy before it. Whoever asks it for the next invocation gets the
 * customer's events, so only the runtime itself may. */
#ifndef OUTRIDER_GUARD_RUNTIME_API_H
#define OUTRIDER_GUARD_RUNTIME_API_H
#include "inside.h"

void runtime_api_start(void);
bool runtime_api_meant(const struct act *act);
/* Of a connect that means it: 0, or the errno to answer. No policy has a say in it. */
int runtime_api_decide(const struct act *act);
bool runtime_api_is_proxy(const struct act *act);
/* Connects the runtime to the proxy, or to the real API when nobody listens there any more. Waits for as long as a
 * connect on the loopback takes. */
long runtime_api_connect(int fd, const void *address, uint32_t size);

#endif
