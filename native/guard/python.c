/* python.c: the hook inside CPython 3.8 and later, put there before the interpreter starts.
 *
 * It decides what only the interpreter knows: which file's code runs, what an unpickling asks for. What an act of
 * Python's comes to in the end is decided where it leaves the process, by the hooks on libc, and attributed there
 * (attribution.c): also what no audit event tells of. */
#include <sys/auxv.h>

#include "attribution.h"
#include "guard.h"

#define REMEMBERED 1024u /* acts that were allowed: the next import of the same file costs no decision */
#define TARGET_BYTES 512u /* "pickle:module.name"; a longer one is cut, so that no rule for the whole of it matches */
#define VERIFY_TRIES 16   /* exec events until one has a frame to compare with; the first few may have none */

typedef struct object PyObject;
typedef PyObject *opener(PyObject *path, void *data);
typedef int hook(const char *event, PyObject *args, void *data);

static struct {
  int (*add_audit_hook)(hook *, void *);
  int (*set_opener)(opener *, void *);
  const char *(*version)(void);
  PyObject *(*item)(PyObject *tuple, long index); /* borrowed */
  const char *(*utf8)(PyObject *, long *size);    /* lives as long as the string */
  PyObject *(*fs_bytes)(PyObject *);
  char *(*bytes)(PyObject *);
  PyObject *(*attribute)(PyObject *, const char *);
  PyObject *(*import)(const char *);
  PyObject *(*call_method)(PyObject *, const char *, const char *, ...);
  PyObject *(*call)(PyObject *, const char *, ...);
  PyObject *(*frame)(void); /* borrowed */
  int (*line)(PyObject *frame);
  void (*release)(PyObject *);
  void (*clear)(void);
  void (*raise)(PyObject *type, PyObject *value);
} py;

static const struct {
  void *to;
  const char *symbol;
} SYMBOLS[] = {
    {&py.add_audit_hook, "PySys_AddAuditHook"},
    {&py.set_opener, "PyFile_SetOpenCodeHook"},
    {&py.version, "Py_GetVersion"},
    {&py.item, "PyTuple_GetItem"},
    {&py.utf8, "PyUnicode_AsUTF8AndSize"},
    {&py.fs_bytes, "PyUnicode_EncodeFSDefault"},
    {&py.bytes, "PyBytes_AsString"},
    {&py.attribute, "PyObject_GetAttrString"},
    {&py.import, "PyImport_ImportModule"},
    {&py.call_method, "PyObject_CallMethod"},
    {&py.call, "PyObject_CallFunction"},
    {&py.frame, "PyEval_GetFrame"},
    {&py.line, "PyFrame_GetLineNumber"},
    {&py.release, "Py_DecRef"},
    {&py.clear, "PyErr_Clear"},
    {&py.raise, "PyErr_SetObject"},
};

static bool hooked;
static _Atomic int verify_tries;
static _Atomic uint64_t remembered[REMEMBERED];
static uint64_t secret[2]; /* so that nobody can choose a file's name to have the key of another */

enum what { A_FILE, A_NAME };

static uint64_t key_of(enum what what, const char *text) {
  const struct or_state *state = guard_state();
  uint64_t hash = secret[0] ^ (uint64_t)what << 32 ^ (state ? state->policy_generation : 0);
  for (size_t left = strlen(text) + 1, step; left; left -= step, text += step) {
    uint64_t word = 0;
    step = left < sizeof word ? left : sizeof word;
    memcpy(&word, text, step);
    unsigned __int128 product = (unsigned __int128)(hash ^ word) * secret[1];
    hash = (uint64_t)product ^ (uint64_t)(product >> 64);
  }
  return hash | 1;
}

/* The type itself: whatever is later put in its place in a module of builtins. Shared by all interpreters. */
static PyObject *permission_error(void) {
  static PyObject *_Atomic type;
  PyObject *known = type, *module = known ? NULL : py.import("builtins");
  if (!known && module) type = known = py.attribute(module, "PermissionError");
  if (module) py.release(module);
  return known;
}

static int refuse(PyObject *named, const char *text, int error) {
  static const char why[] = "the policy of Outrider does not let this code run";
  PyObject *type = permission_error(), *value = NULL;
  if (type) value = named ? py.call(type, "isO", error, why, named) : py.call(type, "iss", error, why, text);
  if (value) py.raise(type, value);
  if (value) py.release(value);
  return -1;
}

/* What is allowed is remembered under `key`. `named`: what the exception is to name; NULL: the target. */
static int decide(uint64_t key, const char *target, const char *call, PyObject *named) {
  struct act act = {.kind = OR_LOAD, .target = target};
  frames_trust(true);
  int error = guard_act(&act, call, NULL);
  frames_trust(false);
  if (error) return refuse(named, target, error);
  remembered[key % REMEMBERED] = key;
  return 0;
}

/* Real path of the file `path` means. Of a path inside an archive, the archive; of one that is not there, the real path
 * of its directory and the rest. False: a name that is no file's. */
static bool real_path(const char *path, char out[PATH_BYTES]) {
  TEXT(link, 32);
  size_t length = strlen(path), kept = length;
  char prefix[PATH_BYTES];
  if (length >= PATH_BYTES) return false;
  memcpy(prefix, path, length + 1);
  long fd;
  while ((fd = sys(__NR_openat, AT_FDCWD, prefix, O_PATH | O_CLOEXEC)) < 0) {
    while (kept && prefix[kept - 1] != '/') kept--;
    if (kept <= 1 || (fd != -ENOENT && fd != -ENOTDIR)) break;
    prefix[--kept] = 0;
    if (fd == -ENOTDIR) length = 0; /* what lies above is a file: the rest is inside it */
  }
  if (fd < 0) return path[0] == '/' && strcpy(out, path);
  text_add(&link, "/proc/self/fd/");
  text_number(&link, (uint64_t)fd);
  long size = sys(__NR_readlinkat, AT_FDCWD, link.buffer, out, PATH_BYTES - 1);
  close_fd((int)fd);
  if (size <= 0) return strcpy(out, path);
  out[size] = 0;
  if (kept < length && (size_t)size + length - kept < PATH_BYTES) memcpy(out + size, path + kept, length - kept + 1);
  return true;
}

/* dir/__pycache__/module.cpython-313.pyc is loaded for dir/module.py, and so is its code named. */
static const char *source_of(const char *path, char out[PATH_BYTES]) {
  const char *name = strrchr(path, '/'), *dot = name ? strchr(name, '.') : NULL;
  size_t directory = name ? (size_t)(name - path) : 0;
  const char *cache = "/__pycache__";
  if (!dot || directory < strlen(cache) || !strstr(dot, ".pyc") || strchr(dot + 1, '.') == NULL) return path;
  directory -= strlen(cache);
  if (memcmp(path + directory, cache, strlen(cache)) != 0 || strlen(path) >= PATH_BYTES) return path;
  memcpy(out, path, directory);
  memcpy(out + directory, name, (size_t)(dot - name));
  strcpy(out + directory + (dot - name), ".py");
  return out;
}

static int decide_file(const char *path, const char *call, PyObject *named) {
  char source[PATH_BYTES], real[PATH_BYTES];
  if (path[0] == 0 || path[0] == '<') return 0; /* "<string>", "<frozen …>": no file's */
  path = source_of(path, source);
  uint64_t key = key_of(A_FILE, path);
  if (remembered[key % REMEMBERED] == key || !real_path(path, real)) return 0;
  return decide(key, real, call, named);
}

/* `name` is a str; one that UTF-8 cannot say holds the bytes of a file name that were none. */
static int decide_named(PyObject *name, const char *call) {
  const char *path = py.utf8(name, NULL);
  if (path) return decide_file(path, call, name);
  py.clear();
  PyObject *encoded = py.fs_bytes(name);
  if (!encoded) return py.clear(), 0;
  int result = decide_file(py.bytes(encoded), call, name);
  py.release(encoded);
  return result;
}

static PyObject *code_of(PyObject *frame) {
  PyObject *(*get)(PyObject *) = (PyObject * (*)(PyObject *)) guard_symbol("PyFrame_GetCode"); /* 3.9 */
  return get ? get(frame) : py.attribute(frame, "f_code");
}

/* Are frames where we think they are? Compared with what the interpreter says of the one that runs. */
static void verify_frames(void) {
  if (frames_verified() || verify_tries >= VERIFY_TRIES) return;
  permission_error(); /* before the customer's code can have replaced it */
  PyObject *frame = py.frame();
  if (!frame) return;
  verify_tries++;
  PyObject *code = code_of(frame);
  PyObject *name = code ? py.attribute(code, "co_filename") : NULL;
  const char *file = name ? py.utf8(name, NULL) : NULL;
  if (file)
    frames_verify(code, py.line(frame), file);
  else
    py.clear();
  if (name) py.release(name);
  if (code) py.release(code);
}

static int on_exec(PyObject *args) {
  PyObject *code = py.item(args, 0), *name = code ? py.attribute(code, "co_filename") : NULL;
  verify_frames();
  if (!name) return py.clear(), 0;
  int result = decide_named(name, "exec (python)");
  py.release(name);
  return result;
}

/* A compiled file without its source is opened like any other, and its code may call itself after any file. */
static int on_open(PyObject *args) {
  long length = 0;
  PyObject *name = py.item(args, 0);
  const char *path = name ? py.utf8(name, &length) : NULL;
  if (!path) return py.clear(), 0; /* a descriptor, or bytes: not what importlib opens */
  bool compiled = length > 4 && memcmp(path + length - 4, ".pyc", 4) == 0;
  return compiled ? decide_file(path, "open (python)", name) : 0;
}

static int on_find_class(PyObject *args) {
  PyObject *module = py.item(args, 0), *name = py.item(args, 1);
  const char *first = module ? py.utf8(module, NULL) : NULL, *second = first && name ? py.utf8(name, NULL) : NULL;
  if (!second) return py.clear(), 0;
  TEXT(target, TARGET_BYTES);
  text_add(&target, "pickle:");
  text_add(&target, first);
  text_add(&target, ".");
  text_add(&target, second);
  uint64_t key = key_of(A_NAME, target.buffer);
  return remembered[key % REMEMBERED] == key ? 0 : decide(key, target.buffer, "pickle.find_class", NULL);
}

static bool reads_frozen_code(const char *file) {
  return strncmp(file, "<frozen importlib.", 18) == 0 || strcmp(file, "<frozen zipimport>") == 0;
}

/* An interpreter that is being made reads frozen code: without a frame, or in frames that frames_top(), which goes by the
 * thread's first interpreter, does not see. So the interpreter that runs is asked; few calls come here. */
static bool is_own_start(void) {
  PyObject *frame = py.frame(), *code = frame ? code_of(frame) : NULL;
  PyObject *name = code ? py.attribute(code, "co_filename") : NULL;
  const char *file = name ? py.utf8(name, NULL) : NULL;
  bool own = !frame || (file && reads_frozen_code(file));
  if (frame && !file) py.clear();
  if (name) py.release(name);
  if (code) py.release(code);
  return own;
}

static int on_marshal(PyObject *args) {
  (void)args;
  char caller[64];
  frames_trust(true);
  bool told = frames_top(caller, sizeof caller);
  frames_trust(false);
  if (!told || reads_frozen_code(caller) || is_own_start()) return 0;
  uint64_t key = key_of(A_NAME, "pickle:marshal.loads");
  return remembered[key % REMEMBERED] == key ? 0 : decide(key, "pickle:marshal.loads", "marshal.loads", NULL);
}

/* What is heard, and why. Everything else passes after one comparison:
 *   os.*, shutil.*, subprocess.Popen, pty.spawn, socket.*, http.client.connect, urllib.Request, mmap.__new__,
 *   ctypes.dlopen      come to a call of libc's, which is decided, with the frames that lead to it
 *   import             is answered by what it loads: code (below), or an object (dlopen)
 *   compile            runs nothing; what it made is heard of when it runs
 *   ctypes.dlsym, ctypes.string_at, gc.*, sys._getframe, sys.settrace, object.__setattr__, code.__new__
 *                      reach nothing of ours: there is no Python object to find or to change
 *   cpython.PyInterpreterState_New  the hook is the process's, not an interpreter's
 * Not fired by the interpreter, and met by the hooks on libc: _posixsubprocess.fork_exec, multiprocessing's
 * spawnv_passfds, a ctypes function once it is resolved, os.memfd_create, readline's files. */
static const struct {
  const char *event;
  int (*decide)(PyObject *args);
} EVENTS[] = {
    {"open", on_open},                      /* of *.pyc only; else the hooks on libc meet it */
    {"exec", on_exec},                      /* code of a file starts: a script, a module, exec(compile(…)) */
    {"pickle.find_class", on_find_class},   /* what data asks for, before it is called */
    {"marshal.loads", on_marshal},          /* code out of data; importlib's own reading is not meant */
    {"marshal.load", on_marshal},
};

static int on_event(const char *event, PyObject *args, void *data) {
  (void)data;
  for (size_t i = 0; i < sizeof EVENTS / sizeof *EVENTS; i++)
    if (event[0] == EVENTS[i].event[0] && strcmp(event, EVENTS[i].event) == 0) return args ? EVENTS[i].decide(args) : 0;
  return 0;
}

/* Stands for io.open_code(), with which the interpreter opens what it is going to run: an archive, whose code may call
 * itself after any file, is decided by the name it is opened by. */
static PyObject *open_code(PyObject *path, void *data) {
  (void)data;
  if (decide_named(path, "open_code (python)")) return NULL;
  PyObject *io = py.import("_io"), *file = io ? py.call_method(io, "open", "Os", path, "rb") : NULL;
  if (io) py.release(io);
  return file;
}

bool python_hooked(void) { return hooked; }

void python_start(void) {
  if (hooked) return;
  for (size_t i = 0; i < sizeof SYMBOLS / sizeof *SYMBOLS; i++) {
    void *found = guard_symbol(SYMBOLS[i].symbol);
    if (!found) return; /* no Python here, or one before 3.8 */
    memcpy(SYMBOLS[i].to, &found, sizeof found);
  }
  const void *random = (const void *)getauxval(AT_RANDOM);
  if (random) memcpy(secret, random, sizeof secret);
  secret[1] |= 1;
  const char *version = py.version();
  uint64_t minor = 0;
  if (version[0] != '3' || version[1] != '.' || (version += 2, !parse_number(&version, &minor))) return;
  void *ending = guard_symbol("Py_IsFinalizing"); /* 3.13 */
  if (!ending) ending = guard_symbol("_Py_IsFinalizing");
  bool frames = frames_describe((unsigned)minor, (void *(*)(void))guard_symbol("PyGILState_GetThisThreadState"),
                                (int (*)(void *, int))guard_symbol("PyCode_Addr2Line"), (int (*)(void))ending);
  hooked = py.add_audit_hook(on_event, NULL) == 0;
  bool opener = py.set_opener(open_code, NULL) == 0;
  if (hooked) guard_feature("python-hook");
  if (hooked && !opener) guard_feature("no-python-open-code");
  if (!frames) guard_feature("no-python-frames");
}
