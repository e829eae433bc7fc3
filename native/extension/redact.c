#include "redact.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

/* An option whose value is the next argument. */
static const char *const options[] = {
    "--password",      "--passwd",        "--pass",        "--token",      "--secret",
    "--api-key",       "--apikey",        "--access-key",  "--secret-key", "--secret-access-key",
    "--session-token", "--client-secret", "--private-key", "--auth-token"};

/* And one whose value is a secret when it is name:password; `python -u app.py` is not. */
static const char *const pairs[] = {"--user", "-u", "--proxy-user", "-U"};

/* What stands before a value inside an argument; the value ends at a blank, a quote or one of &;,|. */
static const char *const marks[] = {"password=",
                                    "passwd=",
                                    "pass=",
                                    "pwd=",
                                    "token=",
                                    "secret=",
                                    "api_key=",
                                    "api-key=",
                                    "apikey=",
                                    "access_key=",
                                    "secret_key=",
                                    "access-key=",
                                    "secret-key=",
                                    "aws_secret_access_key=",
                                    "aws_session_token=",
                                    "credential=",
                                    "credentials=",
                                    "signature=",
                                    "private_key=",
                                    "password:",
                                    "token:",
                                    "secret:",
                                    "api-key:",
                                    "authorization:",
                                    "bearer ",
                                    "basic "};

static bool ends_value(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '"' || c == '\'' || (c && strchr("&;,|<>", c));
}

/* AKIA or ASIA and sixteen of A-Z2-7: an AWS access key id. Its length, or 0. */
static size_t access_key(const char *at, size_t size) {
  if (size < 20 || (memcmp(at, "AKIA", 4) && memcmp(at, "ASIA", 4))) return 0;
  for (size_t i = 4; i < 20; i++)
    if (!((at[i] >= 'A' && at[i] <= 'Z') || (at[i] >= '0' && at[i] <= '9'))) return 0;
  return 20;
}

/* "//user:password@" of a URL: where the password starts, and its length; 0: none. */
static size_t url_password(const char *at, size_t size, size_t *skip) {
  if (size < 4 || at[0] != '/' || at[1] != '/') return 0;
  const char *colon = NULL;
  for (size_t i = 2; i < size && at[i] != '/' && !ends_value(at[i]); i++) {
    if (at[i] == ':' && !colon) colon = at + i;
    if (at[i] != '@') continue;
    if (!colon) return 0;
    *skip = (size_t)(colon - at) + 1;
    return (size_t)(at + i - colon) - 1;
  }
  return 0;
}

static size_t mark_at(const char *at, size_t size) {
  for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
    size_t length = strlen(marks[i]);
    if (length <= size && strncasecmp(at, marks[i], length) == 0) return length;
  }
  return 0;
}

static enum redact_next next_of(const char *argument, size_t size) {
  for (size_t i = 0; i < sizeof options / sizeof *options; i++)
    if (size == strlen(options[i]) && strncasecmp(argument, options[i], size) == 0) return REDACT_ALL;
  for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
    if (size == strlen(pairs[i]) && memcmp(argument, pairs[i], size) == 0) return REDACT_PAIR;
  return REDACT_NONE;
}

/* At `at` within `argument`: how much is copied as it is, and how much after that is replaced. */
static size_t secret_at(const char *at, size_t size, size_t *plain) {
  size_t length;
  *plain = 0;
  if ((length = access_key(at, size))) return length;
  if ((length = url_password(at, size, plain))) return length;
  if ((length = mark_at(at, size))) {
    while (length < size && at[length] == ' ') length++;
    *plain = length;
    size_t end = length;
    while (end < size && !ends_value(at[end])) end++;
    /* "Authorization: Bearer x": the word before the value is part of it */
    if (end < size && at[end] == ' ' && (end - length == 6 || end - length == 5) &&
        (strncasecmp(at + length, "bearer", 6) == 0 || strncasecmp(at + length, "basic", 5) == 0)) {
      for (end++; end < size && !ends_value(at[end]); end++) continue;
    }
    return end - length;
  }
  return 0;
}

/* Twice beyond ARGUMENT_BYTES at most: there is room. */
static size_t put_stars(char *out, size_t length) {
  memcpy(out + length, "***", 3);
  return length + 3;
}

size_t redact(const char *argument, size_t size, char *out, enum redact_next *next) {
  size_t length = 0;
  bool hidden_whole = *next == REDACT_ALL || (*next == REDACT_PAIR && size && memchr(argument, ':', size));
  *next = hidden_whole ? REDACT_NONE : next_of(argument, size);
  if (hidden_whole) {
    memcpy(out, "***", 3);
    return 3;
  }
  for (size_t i = 0; i < size && length < ARGUMENT_BYTES;) {
    size_t plain, hidden = secret_at(argument + i, size - i, &plain);
    if (!hidden) {
      out[length++] = argument[i++];
      continue;
    }
    for (size_t end = i + plain; i < end && length < ARGUMENT_BYTES;) {
      size_t key = access_key(argument + i, size - i); /* as the user of a URL */
      if (key) length = put_stars(out, length);
      else out[length++] = argument[i];
      i += key ? key : 1;
    }
    length = put_stars(out, length);
    i += hidden;
  }
  return length;
}
