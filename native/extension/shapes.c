#include "shapes.h"

#include <stdlib.h>
#include <string.h>

#include "skim.h"

enum {
  W_RECORD_SOURCE,
  W_RECORD_SNS,
  W_EVENT_SOURCE,
  W_ELB,
  W_HTTP,
  W_DOMAIN,
  W_CONNECTION,
  W_METHOD,
  W_REQUEST,
  W_VERSION,
  W_RAW_PATH,
  W_TRIGGER,
  W_POOL,
  W_IDENTITY_POOL,
  W_SOURCE,
  W_DETAIL_TYPE,
  W_DETAIL,
  W_AWSLOGS,
  W_METHOD_ARN,
  W_ROUTE_ARN,
  W_FIREHOSE,
  W_DATA,
  W_S3_OBJECT,
  W_S3_BATCH,
  W_PIPELINE,
  W_CONFIG,
  W_STACK,
  W_REQUEST_TYPE,
  W_APPSYNC_INFO,
  W_APPSYNC_ARGS,
  W_LEX_BOT,
  W_LEX_SESSION,
  W_ALEXA_SESSION,
  W_ALEXA_TYPE,
  W_CONNECT,
  W_CLOUDFRONT,
  W_IOT_SERIAL,
  W_IOT_CLICK,
  W_IOT_PROTOCOL,
  WATCHES
};
_Static_assert(WATCHES <= SKIM_WATCHES && WATCHES <= 64, "one bit each");

static const char *const paths[WATCHES] = {
    "/Records/0/eventSource",
    "/Records/0/EventSource",
    "/eventSource",
    "/requestContext/elb",
    "/requestContext/http",
    "/requestContext/domainName",
    "/requestContext/connectionId",
    "/httpMethod",
    "/requestContext",
    "/version",
    "/rawPath",
    "/triggerSource",
    "/userPoolId",
    "/identityPoolId",
    "/source",
    "/detail-type",
    "/detail",
    "/awslogs",
    "/methodArn",
    "/routeArn",
    "/deliveryStreamArn",
    "/records",
    "/getObjectContext",
    "/invocationSchemaVersion",
    "/CodePipeline.job",
    "/invokingEvent",
    "/StackId",
    "/RequestType",
    "/info/fieldName",
    "/arguments",
    "/bot",
    "/sessionState",
    "/session",
    "/request/type",
    "/Details/ContactData",
    "/Records/0/cf",
    "/serialNumber",
    "/clickType",
    "/protocolData",
};

#define B(watch) (1ull << (watch))

/* First row whose marks are all there. The order matters where one shape contains another. */
static const struct {
  uint64_t marks;
  const char *source;
} shapes[] = {
    {B(W_CLOUDFRONT), "cloudfront"}, /* Lambda@Edge: Records[0].cf */
    {B(W_METHOD_ARN), "apigateway-authorizer"}, /* TOKEN and REQUEST authorizers, payload 1.0 */
    {B(W_ROUTE_ARN), "apigateway-authorizer"}, /* payload 2.0 */
    {B(W_ELB), "alb"}, /* otherwise like apigateway 1.0 */
    {B(W_REQUEST) | B(W_CONNECTION), "apigateway-websocket"},
    {B(W_REQUEST) | B(W_HTTP) | B(W_RAW_PATH), "apigatewayv2"}, /* function URLs have it too: see below */
    {B(W_REQUEST) | B(W_METHOD), "apigateway"}, /* REST, and HTTP with payload 1.0 */
    {B(W_TRIGGER) | B(W_POOL), "cognito"}, /* user pool triggers */
    {B(W_IDENTITY_POOL), "cognito"}, /* Cognito Sync */
    {B(W_SOURCE) | B(W_DETAIL_TYPE) | B(W_DETAIL), "eventbridge"},
    {B(W_AWSLOGS), "cloudwatch-logs"},
    {B(W_FIREHOSE) | B(W_DATA), "firehose"},
    {B(W_S3_OBJECT), "s3-object-lambda"},
    {B(W_S3_BATCH), "s3-batch"},
    {B(W_PIPELINE), "codepipeline"},
    {B(W_CONFIG), "config"},
    {B(W_STACK) | B(W_REQUEST_TYPE), "cloudformation"}, /* custom resources */
    {B(W_APPSYNC_INFO) | B(W_APPSYNC_ARGS), "appsync"},
    {B(W_LEX_BOT) | B(W_LEX_SESSION), "lex"},
    {B(W_ALEXA_SESSION) | B(W_ALEXA_TYPE), "alexa"},
    {B(W_CONNECT), "connect"}, /* Amazon Connect contact flows */
    {B(W_IOT_SERIAL) | B(W_IOT_CLICK), "iot"}, /* 1-Click; a topic rule's message has any shape: direct */
    {B(W_IOT_PROTOCOL), "iot"}, /* custom authorizer of IoT Core */
};

/* Services name themselves in their records: aws:sqs, aws:s3, aws:dynamodb, aws:kinesis, aws:sns, aws:ses,
 * aws:codecommit; event source mappings of brokers at the top: aws:kafka, SelfManagedKafka, aws:mq, aws:rmq. */
static bool names_a_service(const char *source) {
  if (strcmp(source, "SelfManagedKafka") == 0) return true;
  if (strncmp(source, "aws:", 4) != 0 || !source[4]) return false;
  for (const char *c = source; *c; c++)
    if (!((*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9') || *c == ':' || *c == '-')) return false;
  return true;
}

static void name_source(const struct skim *skim, const char *service, const char *domain, struct event_facts *out) {
  const char *source = "direct"; /* the caller's own shape */
  if (names_a_service(service)) {
    source = service;
  } else {
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
      if ((skim->found & shapes[i].marks) != shapes[i].marks) continue;
      source = shapes[i].source;
      break;
    }
    if (strcmp(source, "apigatewayv2") == 0 && strstr(domain, ".lambda-url.")) source = "function-url";
  }
  strcpy(out->source, source); /* services fit: they were cut when they were read */
}

static int by_name(const void *a, const void *b) { return strcmp(a, b); }

static void name_keys(struct skim *skim, struct event_facts *out) {
  unsigned kept = skim->top_count < SKIM_TOP_KEYS ? skim->top_count : SKIM_TOP_KEYS;
  bool more = skim->top_count > kept;
  qsort(skim->top, kept, SKIM_KEY_BYTES, by_name);
  size_t length = 0;
  for (unsigned i = 0; i < kept; i++) {
    size_t size = strlen(skim->top[i]);
    if (length + size + 4 > TOP_KEYS_BYTES) {
      more = true;
      break;
    }
    if (length) out->keys[length++] = ',';
    for (size_t at = 0; at < size; at++) {
      char c = skim->top[i][at];
      out->keys[length++] = c == ',' ? '?' : c; /* or one key could pass for two */
    }
  }
  if (more && length) out->keys[length++] = ',';
  if (more) out->keys[length++] = '+';
  out->keys[length] = 0;
}

void event_facts_of(const char *event, size_t size, struct event_facts *out) {
  struct skim skim;
  struct skim_watch watches[WATCHES];
  char record[SOURCE_BYTES] = "", sns[SOURCE_BYTES] = "", top[SOURCE_BYTES] = "", domain[128] = "";
  for (unsigned i = 0; i < WATCHES; i++) watches[i] = (struct skim_watch){paths[i], NULL, 0};
  watches[W_RECORD_SOURCE] = (struct skim_watch){paths[W_RECORD_SOURCE], record, sizeof record};
  watches[W_RECORD_SNS] = (struct skim_watch){paths[W_RECORD_SNS], sns, sizeof sns};
  watches[W_EVENT_SOURCE] = (struct skim_watch){paths[W_EVENT_SOURCE], top, sizeof top};
  watches[W_DOMAIN] = (struct skim_watch){paths[W_DOMAIN], domain, sizeof domain};
  skim_begin(&skim, watches, WATCHES);
  skim_take(&skim, event, size);
  *out = (struct event_facts){.size = size, .depth = skim.deepest, .json = skim_end(&skim)};
  name_source(&skim, *record ? record : *sns ? sns : top, domain, out);
  name_keys(&skim, out);
}
