/* answers.c: takes answers and addresses apart, as sanitizers watch. Input: a letter, a length in four bytes, bytes. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "refresh_http.h"
#include "refresh_source.h"

long outrider_tls_exchange(int socket, const char *host, const char *authorities, const char *request, size_t request_length, char *answer,
                           size_t answer_size, const char **wrong);
long outrider_tls_exchange(int socket, const char *host, const char *authorities, const char *request, size_t request_length, char *answer,
                           size_t answer_size, const char **wrong) {
  (void)socket, (void)host, (void)authorities, (void)request, (void)request_length, (void)answer, (void)answer_size;
  *wrong = "not here";
  return -1;
}

static void answer(const char *bytes, uint32_t size) {
  struct http_answer answer;
  char *room = malloc(size + 1); /* not a byte more: what reads on is heard */
  memcpy(room, bytes, size);
  room[size] = 0;
  const char *wrong = http_parse_answer(room, size, &answer);
  if (wrong) printf("wrong %s\n", wrong);
  else printf("%d %zu %s %.*s\n", answer.status, answer.length, answer.etag, (int)answer.length, answer.body);
  free(room);
}

static void address(const char *text) {
  struct endpoint endpoint;
  struct source_name source;
  bool sound = endpoint_parse(text, &endpoint), named = source_parse(text, &source);
  if (sound) printf("%s %s %s %s\n", endpoint.tls ? "tls" : "plain", endpoint.host, endpoint.port, endpoint.path);
  else if (named) printf("%s %s %s\n", source.kind == SOURCE_SSM ? "ssm" : "s3", source.bucket, source.key);
  else printf("neither\n");
}

int main(void) {
  int letter;
  while ((letter = getchar()) != EOF) {
    uint32_t size;
    if (fread(&size, sizeof size, 1, stdin) != 1) return 1;
    char *bytes = malloc(size + 1);
    if (!bytes || fread(bytes, 1, size, stdin) != size) return 1;
    bytes[size] = 0;
    if (letter == 'a') answer(bytes, size);
    else address(bytes);
    free(bytes);
    fflush(stdout);
  }
  return 0;
}
