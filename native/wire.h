/* wire.h: events on their way from the supervisor to the agent, version 1. Little-endian.
 *
 * A stream of frames on a Unix stream socket:
 *     u32 length (bytes after this field) | rest of struct or_frame | fields
 * where a field is u16 tag | u16 size | size bytes, no padding. Unknown tags are skipped.
 *
 * The first frame of every connection is OR_HELLO with seq 0. Every other frame has the next seq, given when it
 * is emitted: a frame that found the ring full keeps its number and is counted in `dropped`, so that
 *     received + dropped = last seq.
 * The agent answers with cumulative acknowledgements, each a bare u64 seq; what is not acknowledged is sent
 * again after a reconnect, after OR_HELLO.
 *
 * In a function each frame is one datagram to OR_STATE_EVENTS (state.h): no hello, no acknowledgements, seq 0; what
 * could not be sent is counted in the shared state, and the extension numbers what it logs. tests/data/wire/ holds vectors both sides must agree on.
 */
#ifndef OUTRIDER_WIRE_H
#define OUTRIDER_WIRE_H
#include <stdint.h>

#define OR_WIRE_VERSION 1
#define OR_FRAME_MAX 8192u /* length; one event with its ancestry and arguments fits well within */

enum or_frame_type {
  OR_HELLO = 1,    /* who is speaking: instance, container, engine, kernel, features, mode, policy */
  OR_EVENT = 2,    /* one decided act */
  OR_REPEAT = 3,   /* ref_seq happened `count` more times since it was last counted */
  OR_POLICY = 4,   /* a policy was taken (verdict allow) or refused (verdict block, message says why) */
  OR_START = 5,    /* the application is about to start: same fields as OR_HELLO, argv, message if degraded */
  OR_COUNTERS = 6, /* totals: message holds "name=value ..." */
  OR_TROUBLE = 7   /* something of ours went wrong: message */
};

struct or_frame { /* 40 bytes */
  uint32_t length;
  uint16_t version;
  uint16_t type;
  uint64_t seq;
  uint64_t time_ns; /* CLOCK_REALTIME */
  uint64_t dropped; /* cumulative, at the time this frame was queued */
  uint64_t reserved;
};
_Static_assert(sizeof(struct or_frame) == 40, "frame layout");

enum or_tag {             /* size, meaning */
  OR_T_KIND = 1,          /* u8 enum or_kind */
  OR_T_VERDICT = 2,       /* u8 enum or_verdict: what happened (in alert mode a block verdict arrives as alert) */
  OR_T_PID = 3,           /* u32, in the container's PID namespace; so is every pid here */
  OR_T_PPID = 4,          /* u32 */
  OR_T_UID = 5,           /* u32 effective */
  OR_T_GID = 6,           /* u32 effective */
  OR_T_PROGRAM = 7,       /* string: real path of the caller's executable */
  OR_T_CMDLINE = 8,       /* bytes: the caller's arguments, NUL between, cut at 1024 */
  OR_T_TARGET = 9,        /* string: as struct or_rule.target; for addresses "1.2.3.4:80", "[::1]:80" */
  OR_T_ADDRESS = 10,      /* u8 family, u8 proto, u16 port, 4 or 16 bytes (enum or_family, enum or_proto) */
  OR_T_RULE = 11,         /* u32 id of the rule that decided, 0: the default of the kind */
  OR_T_SYSCALL = 12,      /* string: name of the call */
  OR_T_ERRNO = 13,        /* i32: what the caller was answered, 0 or positive errno */
  OR_T_ANCESTOR = 14,     /* u32 pid, then program path; repeated, nearest first, at most 8 */
  OR_T_ARGV = 15,         /* bytes: arguments of an exec, NUL between, cut at 1024 */
  OR_T_COUNT = 16,        /* u64 */
  OR_T_REF_SEQ = 17,      /* u64 */
  OR_T_MESSAGE = 18,      /* string */
  OR_T_POLICY_ID = 19,    /* 16 bytes */
  OR_T_POLICY_COUNTER = 20, /* u64 */
  OR_T_MODE = 21,         /* u8 enum or_mode */
  OR_T_ENGINE = 22,       /* string: "notify", "ptrace", "preload", "none" */
  OR_T_KERNEL = 23,       /* string: uname release and machine */
  OR_T_FEATURES = 24,     /* string: space-separated names of what the probes found */
  OR_T_INSTANCE = 25,     /* 16 random bytes, one life of one supervised container */
  OR_T_CONTAINER = 26,    /* string: --container */
  OR_T_CODE = 27,         /* string: code of the customer that acted, as "/var/task/app.py:12 handler" */
  OR_T_NAME = 28,         /* string: the host name whose lookup answered the address */
  OR_T_SHA256 = 29,       /* 32 bytes: of the file an exec was about */
  OR_T_REQUEST_ID = 30,   /* string: of the invocation during which it happened */
  OR_T_DISTRIBUTION = 31, /* string: the package OR_T_CODE belongs to, as "requests 2.32.3" */
  OR_T_TRAITS = 32        /* string: space-separated words about the act, as outrider/model/event.py lists them */
};
#endif
