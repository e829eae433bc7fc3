/* node.c: what layer/node/hook.js says, by opening names that no file has:
 *
 *   /outrider/note/=TEXT       this thread acts for TEXT until it says otherwise
 *   /outrider/note/.           no longer
 *   /outrider/note/+KEY\tTEXT  acts on KEY (a host name, an address, a path) are for TEXT, on whatever thread they come
 *
 * JavaScript has no cheaper way to speak to native code of ours without an addon of its own. */
#include "attribution.h"

#include "../sys.h"
#include "../text.h"

#define NOTES 128u /* asynchronous acts on their way at once; the next on the same place takes it over */
#define TRIES 1000 /* for the table; it is held while a text is copied. A signal handler must not wait for its thread */

static struct note {
  uint64_t key; /* hash, 0: none */
  char text[ATTRIBUTION_BYTES];
} notes[NOTES];
static _Atomic uint32_t held;

static bool hold(void) {
  for (int i = 0; i < TRIES; i++)
    if (!held && !atomic_exchange(&held, 1)) return true;
  return false;
}

static uint64_t hash_of(const char *key, size_t length) {
  uint64_t hash = 0xcbf29ce484222325ull;
  while (length--) hash = (hash ^ (uint8_t)*key++) * 0x100000001b3ull;
  return hash | 1;
}

static void copy(char *out, const char *in) {
  struct text text = {out, ATTRIBUTION_BYTES, 0, false};
  out[0] = 0;
  text_add(&text, in);
}

bool node_note(const char *path) {
  const char *said = path + sizeof NODE_NOTE - 1, *tab = strchr(said, '\t');
  if (said[0] == '=') {
    copy(attribution_scope(true), said + 1);
  } else if (said[0] == '.') {
    attribution_scope(false);
  } else if (said[0] == '+' && tab && hold()) {
    uint64_t key = hash_of(said + 1, (size_t)(tab - said - 1));
    notes[key % NOTES].key = key;
    copy(notes[key % NOTES].text, tab + 1);
    held = 0;
  }
  return true;
}

bool node_find(const char *name, char out[ATTRIBUTION_BYTES]) {
  uint64_t key = hash_of(name, strlen(name));
  bool found = notes[key % NOTES].key == key && hold();
  if (!found) return false;
  found = notes[key % NOTES].key == key;
  if (found) copy(out, notes[key % NOTES].text);
  held = 0;
  return found;
}
