#include "options.h"

#include "sys.h"
#include "text.h"

#define COMPLAINT_ABOUT 700u

const char options_help[] =
    "outrider-run " OUTRIDER_VERSION ": starts a program under supervision, in its own place\n"
    "\n"
    "  outrider-run [OPTIONS] -- PROGRAM [ARGUMENT...]\n"
    "  outrider-run --probe              what this host permits, as JSON\n"
    "  outrider-run check FILE [--key K] what the supervisor would say of a compiled policy\n"
    "\n"
    "  --container NAME      name of the container in its task definition (default: app)\n"
    "  --dir DIR             the task volume (default: /outrider)\n"
    "  --policy FILE         compiled policy (default: DIR/policy/NAME.policy); watched for a new one\n"
    "  --socket FILE         where the agent listens (default: DIR/run/agent.sock)\n"
    "  --key BASE64          public key every policy must be signed with\n"
    "  --on-failure availability|security\n"
    "                        when supervision is not possible: start all the same, and say so (default),\n"
    "                        or refuse to start with status 70\n"
    "  --engine auto|trace|preload\n"
    "                        auto (default): seccomp user notification; where there is none, or somebody else\n"
    "                        has it, ptrace; where that is refused, DIR/lib/guard.so preloaded, which decides at\n"
    "                        libc's functions. trace, preload: at once, also with --on-failure security\n"
    "\n"
    "Exit status is the program's own; 2 wrong usage, 70 refused to start, 126 not executable, 127 not found.\n";

void complain(const char *what, const char *which, const char *advice) {
  TEXT(line, 1024);
  text_add(&line, "outrider-run: ");
  text_add(&line, what);
  if (which) {
    text_add(&line, ": ");
    size_t length = strlen(which);
    text_bytes(&line, which, length > COMPLAINT_ABOUT ? COMPLAINT_ABOUT : length); /* the advice must fit too */
    if (length > COMPLAINT_ABOUT) text_add(&line, "...");
  }
  if (advice) {
    text_add(&line, " (");
    text_add(&line, advice);
    text_add(&line, ")");
  }
  text_add(&line, "\n");
  sys(__NR_write, 2, line.buffer, line.length);
}

static bool join(char *out, size_t size, const char *a, const char *b, const char *c, const char *d) {
  struct text path = {out, size, 0, false};
  out[0] = 0;
  text_add(&path, a);
  text_add(&path, b);
  text_add(&path, c);
  text_add(&path, d);
  return !path.cut;
}

static bool container_name_is_sound(const char *name) {
  /* It becomes part of a file name; ECS allows letters, digits, '-' and '_', up to 255. */
  size_t length = strlen(name);
  if (length == 0 || length > 255) return false;
  for (const char *p = name; *p; p++) {
    bool sound = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9') || *p == '-' || *p == '_';
    if (!sound) return false;
  }
  return true;
}

bool options_parse(struct options *options, int argc, char **argv) {
  const char *dir = "/outrider", *policy = NULL, *socket = NULL, *on_failure = "availability", *engine = "auto";
  *options = (struct options){.container = "app"};
  int i = 1;
  for (; i < argc && strcmp(argv[i], "--") != 0; i++) {
    const struct {
      const char *name;
      const char **value;
    } known[] = {{"--container", &options->container}, {"--dir", &dir},         {"--policy", &policy},
                 {"--socket", &socket},                {"--key", &options->key}, {"--on-failure", &on_failure},
                 {"--engine", &engine}};
    size_t which = 0;
    while (which < sizeof known / sizeof *known && strcmp(argv[i], known[which].name) != 0) which++;
    if (which == sizeof known / sizeof *known) {
      complain("unknown option", argv[i], "see --help; the program to start comes after --");
      return false;
    }
    if (i + 1 == argc || strcmp(argv[i + 1], "--") == 0) {
      complain("a value is missing after", argv[i], "see --help");
      return false;
    }
    *known[which].value = argv[++i];
  }
  if (i + 1 >= argc) {
    complain("no program to start", NULL, "outrider-run [OPTIONS] -- PROGRAM [ARGUMENT...]");
    return false;
  }
  options->program = argv + i + 1;
  if (!container_name_is_sound(options->container)) {
    complain("not a container name", options->container, "letters, digits, - and _, up to 255");
    return false;
  }
  if (strcmp(on_failure, "security") == 0) {
    options->security = true;
  } else if (strcmp(on_failure, "availability") != 0) {
    complain("--on-failure is availability or security, not", on_failure, NULL);
    return false;
  }
  options->dir = dir;
  options->trace = strcmp(engine, "trace") == 0;
  options->preload = strcmp(engine, "preload") == 0;
  if (!options->trace && !options->preload && strcmp(engine, "auto") != 0) {
    complain("--engine is auto, trace or preload, not", engine, NULL);
    return false;
  }
  bool fits = policy ? join(options->policy, sizeof options->policy, policy, "", "", "")
                     : join(options->policy, sizeof options->policy, dir, "/policy/", options->container, ".policy");
  fits = fits && (socket ? join(options->socket, sizeof options->socket, socket, "", "", "")
                         : join(options->socket, sizeof options->socket, dir, "/run/agent.sock", "", ""));
  if (!fits) complain("a path is too long", NULL, "4095 bytes at most");
  return fits;
}
