#include "refresh_source.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base64.h"
#include "policy_find.h"
#include "refresh_sign.h"
#include "skim.h"
#include "text.h"

#define TOKEN_BYTES 4096 /* session tokens have 1 to 2 KB */
#define REQUEST_BYTES 12288

struct caller { /* who asks, and from where */
  struct credentials credentials;
  const char *region;
  char access_key[256], secret_key[256], token[TOKEN_BYTES]; /* behind credentials, when they came from the endpoint */
};

/* The answer: larger than a policy by its base64 and its head. */
static char answer_room[OR_POLICY_MAX_BYTES / 3 * 4 + (128u << 10)];

bool source_parse(const char *text, struct source_name *name) {
  memset(name, 0, sizeof *name);
  struct text key = {name->key, sizeof name->key, 0, false}, bucket = {name->bucket, sizeof name->bucket, 0, false};
  if (strncmp(text, "ssm:", 4) == 0) {
    name->kind = SOURCE_SSM;
    text_add(&key, text + 4);
  } else if (strncmp(text, "s3://", 5) == 0) {
    name->kind = SOURCE_S3;
    size_t length = strcspn(text + 5, "/");
    if (length < 3 || !text[5 + length]) return false; /* a bucket's name has 3 to 63 characters */
    text_bytes(&bucket, text + 5, length);
    text_add(&key, text + 5 + length + 1);
  } else {
    return false;
  }
  for (const char *c = name->key; *c; c++)
    if ((uint8_t)*c < ' ' || *c == '"' || *c == '\\')
      return false; /* SSM's names have none of these; an S3 key of ours needs none */
  return key.length > 0 && !key.cut && !bucket.cut &&
         strspn(name->bucket, "abcdefghijklmnopqrstuvwxyz0123456789.-") == bucket.length;
}

static enum fetched nothing(struct fetch *fetch, const char *what, const char *detail) {
  struct text why = {fetch->wrong, sizeof fetch->wrong, 0, false};
  fetch->wrong[0] = 0;
  text_add(&why, what);
  text_add(&why, detail);
  return FETCHED_NOTHING;
}

static const char *authorities(char **environment) {
  const char *const names[] = {"AWS_CA_BUNDLE", "SSL_CERT_FILE"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    const char *given = environment_value(environment, names[i]);
    if (given && given[0] == '/') return given;
  }
  const char *amazon = "/etc/pki/tls/certs/ca-bundle.crt"; /* Amazon Linux; else as Debian has it */
  return access(amazon, R_OK) == 0 ? amazon : "/etc/ssl/certs/ca-certificates.crt";
}

static bool json_texts(const char *body, size_t length, const struct skim_watch *watches, unsigned count) {
  struct skim skim;
  skim_begin(&skim, watches, count);
  skim_take(&skim, body, length);
  for (unsigned i = 0; i < count; i++)
    if (!skim_found(&skim, i) || strlen(watches[i].value) + 1 >= watches[i].size) return false;
  return skim_end(&skim);
}

/* SnapStart's environments have no keys in their variables: there is an address to ask, and a token to show. */
static const char *credentials_from_endpoint(char **environment, struct caller *caller) {
  const char *uri = environment_value(environment, "AWS_CONTAINER_CREDENTIALS_FULL_URI");
  const char *token = environment_value(environment, "AWS_CONTAINER_AUTHORIZATION_TOKEN");
  struct endpoint endpoint;
  struct http_answer answer;
  char host[HTTP_NAME_BYTES + 8];
  TEXT(request, REQUEST_BYTES);
  if (!uri || !token) return "no credentials in the environment";
  if (!endpoint_parse(uri, &endpoint) || endpoint.tls) return "AWS_CONTAINER_CREDENTIALS_FULL_URI is no http address";
  endpoint_host(&endpoint, host);
  const char *const parts[] = {"GET ",
                               *endpoint.path ? endpoint.path : "/",
                               " HTTP/1.1\r\nHost: ",
                               host,
                               "\r\nAuthorization: ",
                               token,
                               "\r\nConnection: close\r\n\r\n"};
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) text_add(&request, parts[i]);
  const char *wrong = request.cut ? "the credentials' token is too long"
                                  : http_exchange(&endpoint, "", request.buffer, request.length, answer_room,
                                                  sizeof answer_room, &answer);
  if (wrong) return wrong;
  const struct skim_watch watches[] = {{"/AccessKeyId", caller->access_key, sizeof caller->access_key},
                                       {"/SecretAccessKey", caller->secret_key, sizeof caller->secret_key},
                                       {"/Token", caller->token, sizeof caller->token}};
  if (answer.status != 200 || !json_texts(answer.body, answer.length, watches, 3))
    return "the credentials' endpoint gave none";
  caller->credentials = (struct credentials){caller->access_key, caller->secret_key, caller->token};
  return NULL;
}

static const char *caller_from(char **environment, struct caller *caller) {
  caller->credentials.access_key = environment_value(environment, "AWS_ACCESS_KEY_ID");
  caller->credentials.secret_key = environment_value(environment, "AWS_SECRET_ACCESS_KEY");
  caller->credentials.token = environment_value(environment, "AWS_SESSION_TOKEN");
  caller->region = environment_value(environment, "AWS_REGION");
  if (!caller->region) caller->region = environment_value(environment, "AWS_DEFAULT_REGION");
  if (!caller->region) return "no AWS_REGION in the environment";
  if (caller->credentials.access_key && caller->credentials.secret_key) return NULL;
  return credentials_from_endpoint(environment, caller);
}

/* Whether the caller named the endpoint (then buckets go into the path), and where it is. */
static bool endpoint_of(char **environment, const char *region, const struct source_name *name,
                        struct endpoint *endpoint, bool *sound) {
  bool ssm = name->kind == SOURCE_SSM, dotted = strchr(name->bucket, '.') != NULL;
  const char *given = environment_value(environment, ssm ? "AWS_ENDPOINT_URL_SSM" : "AWS_ENDPOINT_URL_S3");
  if (!given) given = environment_value(environment, "AWS_ENDPOINT_URL");
  TEXT(url, HTTP_NAME_BYTES);
  text_add(&url, "https://");
  if (!ssm && !dotted) text_add(&url, name->bucket); /* a certificate's star stands for one word without a dot */
  text_add(&url, ssm ? "ssm." : dotted ? "s3." : ".s3.");
  text_add(&url, region);
  text_add(&url, strncmp(region, "cn-", 3) == 0 ? ".amazonaws.com.cn" : ".amazonaws.com");
  *sound = endpoint_parse(given ? given : url.buffer, endpoint);
  return given || dotted;
}

static void add_encoded(struct text *out, const char *path) {
  static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
  static const char digit[] = "0123456789ABCDEF";
  for (const char *c = path; *c; c++) {
    const char escaped[3] = {'%', digit[(uint8_t)*c >> 4], digit[(uint8_t)*c & 15]};
    if (strchr(plain, *c)) text_bytes(out, c, 1);
    else text_bytes(out, escaped, sizeof escaped);
  }
}

static void add_header(struct text *out, const char *name, const char *value) {
  text_add(out, name);
  text_add(out, ": ");
  text_add(out, value);
  text_add(out, "\r\n");
}

static void amazon_time(char out[SIGN_TIME_BYTES]) {
  time_t now = time(NULL);
  struct tm day;
  gmtime_r(&now, &day);
  strftime(out, SIGN_TIME_BYTES, "%Y%m%dT%H%M%SZ", &day);
}

struct asking { /* one request being put together */
  const char *method, *path, *body;
  const struct signed_header *extra; /* one header that only this service wants, or NULL */
  const char *etag;
};

static bool put_together(const struct asking *asking, const struct caller *caller, const char *service,
                         const char *host, struct text *request) {
  char time[SIGN_TIME_BYTES], hash[65];
  struct signed_header headers[6];
  size_t count = 0;
  TEXT(authorization, 1024);
  amazon_time(time);
  sha256_hex(asking->body, strlen(asking->body), hash);
  headers[count++] = (struct signed_header){"host", host};
  headers[count++] = (struct signed_header){"x-amz-content-sha256", hash};
  headers[count++] = (struct signed_header){"x-amz-date", time};
  if (caller->credentials.token)
    headers[count++] = (struct signed_header){"x-amz-security-token", caller->credentials.token};
  if (asking->extra) headers[count++] = *asking->extra;
  const struct signing signing = {asking->method, asking->path,   "",      headers, count,
                                  hash,           caller->region, service, time};
  if (!sign_request(&signing, &caller->credentials, &authorization)) return false;
  text_add(request, asking->method);
  text_add(request, " ");
  text_add(request, asking->path);
  text_add(request, " HTTP/1.1\r\n");
  for (size_t i = 0; i < count; i++) add_header(request, headers[i].name, headers[i].value);
  add_header(request, "authorization", authorization.buffer);
  if (*asking->etag) add_header(request, "if-none-match", asking->etag);
  if (*asking->body) add_header(request, "content-type", "application/x-amz-json-1.1");
  TEXT(length, 24);
  text_number(&length, strlen(asking->body));
  if (*asking->body) add_header(request, "content-length", length.buffer);
  text_add(request, "connection: close\r\n\r\n");
  text_add(request, asking->body);
  return !request->cut;
}

static enum fetched take_parameter(const struct http_answer *answer, struct fetch *fetch) {
  static char value[(8u << 10) + 64]; /* an advanced parameter has 8 KB */
  const struct skim_watch watches[] = {{"/Parameter/Value", value, sizeof value}};
  if (!json_texts(answer->body, answer->length, watches, 1)) return nothing(fetch, "SSM answered without a value", "");
  long size = base64_decode(value, fetch->room, OR_POLICY_MAX_BYTES);
  if (size < 0) return nothing(fetch, "the parameter's value is not base64", "");
  fetch->size = (size_t)size;
  return FETCHED_POLICY;
}

static enum fetched take_object(const struct http_answer *answer, struct fetch *fetch) {
  if (answer->length > OR_POLICY_MAX_BYTES) return nothing(fetch, "the object is larger than a policy may be", "");
  memcpy(fetch->room, answer->body, answer->length);
  memcpy(fetch->etag, answer->etag, sizeof fetch->etag);
  fetch->size = answer->length;
  return FETCHED_POLICY;
}

/* Of AWS's own words only the code, as "AccessDeniedException": from JSON's __type or XML's <Code>. */
static enum fetched refused(const struct http_answer *answer, struct fetch *fetch) {
  char type[128];
  TEXT(why, 160);
  const struct skim_watch watches[] = {{"/__type", type, sizeof type}};
  const char *code = strstr(answer->body, "<Code>");
  text_number(&why, (uint64_t)answer->status);
  text_add(&why, " ");
  if (json_texts(answer->body, answer->length, watches, 1))
    text_add(&why, strrchr(type, '#') ? strrchr(type, '#') + 1 : type);
  else if (code) text_bytes(&why, code + 6, strspn(code + 6, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"));
  return nothing(fetch, "AWS answered ", why.buffer);
}

enum fetched source_fetch(char **environment, const struct source_name *name, struct fetch *fetch) {
  static struct caller caller;
  struct endpoint endpoint;
  struct http_answer answer;
  char host[HTTP_NAME_BYTES + 8];
  bool sound, ssm = name->kind == SOURCE_SSM;
  TEXT(path, HTTP_NAME_BYTES + 3 * SOURCE_NAME_BYTES);
  TEXT(body, SOURCE_NAME_BYTES + 64);
  TEXT(request, REQUEST_BYTES);
  const char *wrong = caller_from(environment, &caller);
  if (wrong) return nothing(fetch, wrong, "");
  bool bucket_in_path = endpoint_of(environment, caller.region, name, &endpoint, &sound);
  if (!sound) return nothing(fetch, "AWS_ENDPOINT_URL is no http or https address", "");
  endpoint_host(&endpoint, host);
  add_encoded(&path, endpoint.path);
  text_add(&path, "/");
  if (ssm) {
    text_add(&body, "{\"Name\":\"");
    text_add(&body, name->key);
    text_add(&body, "\",\"WithDecryption\":true}");
  } else {
    if (bucket_in_path) text_add(&path, name->bucket);
    if (bucket_in_path) text_add(&path, "/");
    add_encoded(&path, name->key);
  }
  static const struct signed_header target = {"x-amz-target", "AmazonSSM.GetParameter"};
  const struct asking asking = {ssm ? "POST" : "GET", path.buffer, body.buffer, ssm ? &target : NULL,
                                ssm ? "" : fetch->etag};
  if (path.cut || !put_together(&asking, &caller, ssm ? "ssm" : "s3", host, &request))
    return nothing(fetch, "the request is too long", "");
  wrong = http_exchange(&endpoint, authorities(environment), request.buffer, request.length, answer_room,
                        sizeof answer_room, &answer);
  if (wrong) return nothing(fetch, wrong, "");
  if (answer.status == 304 && *fetch->etag) return FETCHED_SAME;
  if (answer.status != 200) return refused(&answer, fetch);
  return ssm ? take_parameter(&answer, fetch) : take_object(&answer, fetch);
}
