/* options.h: the command line of outrider-run. */
#ifndef OUTRIDER_OPTIONS_H
#define OUTRIDER_OPTIONS_H
#include <stdbool.h>

#define OUTRIDER_VERSION "0.1.0"

enum exit_status { EXIT_WRONG_USAGE = 2, EXIT_REFUSED = 70, EXIT_NOT_EXECUTABLE = 126, EXIT_NOT_FOUND = 127 };

struct options {
  const char *container;
  char policy[4096];
  char socket[4096];
  const char *key; /* base64 of the Ed25519 public key policies must be signed with; NULL: none asked for */
  const char *dir; /* the task volume */
  bool trace;      /* --engine trace */
  bool preload;    /* --engine preload */
  bool security;   /* --on-failure security: rather not start than start unprotected */
  char **program;
};

/* Fills `options` from argv; on anything wrong says what and returns false. */
bool options_parse(struct options *options, int argc, char **argv);

extern const char options_help[];

/* One line on standard error, "outrider-run: " before it. Only before the application has started. */
void complain(const char *what, const char *which, const char *advice);

#endif
