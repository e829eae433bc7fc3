/* main.c: /opt/extensions/outrider. What happens in order: README.md. */
#include <signal.h>
#include <string.h>
#include <sys/stat.h>

#include "extension.h"

/* The customer's code has our user id and can send us any signal. Those that can be ignored are. */
static void ignore_signals(void) {
  static const int signals[] = {SIGHUP,  SIGINT,  SIGQUIT,   SIGPIPE, SIGALRM, SIGTERM, SIGUSR1, SIGUSR2, SIGTSTP,
                                SIGTTIN, SIGTTOU, SIGVTALRM, SIGPROF, SIGXCPU, SIGXFSZ, SIGIO,   SIGPWR,  SIGTRAP};
  for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) signal(signals[i], SIG_IGN);
}

int main(int count, char **arguments, char **environment) {
  const char *name = count ? strrchr(arguments[0], '/') : NULL;
  ignore_signals();
  umask(077);
  settings_read(environment);
  if (!shared_make()) return 1; /* before registering: Lambda says what happened */
  return parent_run(name ? name + 1 : count ? arguments[0] : "outrider", directory_make());
}
