/* await.h: a connect to an address that no name explains waits a moment: the answer that explains it may be on its way
 * to the sidecar, which reads the network as we do, but later than the application that asked. */
#ifndef OUTRIDER_AWAIT_H
#define OUTRIDER_AWAIT_H
#include "caller.h"
#include "names.h"

struct patience { /* with one call; begin with {0} */
  uint64_t key, deadline_ns;
  bool begun, in_vain;
};

/* At the start of a supervisor, and of a twin that takes over. */
void names_begin(void);

/* Whether lookups can explain this peer: an IP address that is not loopback. */
bool names_concern(const struct act *act);
void names_find(const struct act *act, struct names *out);

/* A resolver is about to be asked. The application starts beside the sidecar, and what is answered before that reads, it
 * never learns: so in the first seconds a query waits until it does. */
void names_asked(const struct caller *caller, const struct act *act);
/* Somebody asked a resolver a moment ago. */
bool names_asked_lately(void);
/* This address was waited for within the last minute, and nothing came; or nothing ever comes here: a server by UDP
 * answers peers that nobody looked up. */
bool names_in_vain(const struct act *act);

/* Waits until the table has changed since `seen` was read: true. False: it is too late, nobody writes the table, too
 * many wait already, or the caller is gone. An address that was waited for in vain is remembered for a minute. */
bool names_await(const struct caller *caller, const struct act *act, const struct names *seen, struct patience *patience);
/* After the last names_await(), in any case. */
void names_awaited(const struct caller *caller, const struct act *act, struct patience *patience);
#endif
