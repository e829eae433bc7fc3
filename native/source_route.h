/* source_route.h: what sends packets by way of somebody: they go there first, whoever they are addressed to. */
#ifndef OUTRIDER_SOURCE_ROUTE_H
#define OUTRIDER_SOURCE_ROUTE_H
#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>

/* Of linux/in6.h, whose structures are libc's too. */
#define IPV6_2292RTHDR 5 /* IPV6_RTHDR as control data by its older name */
#define IPV6_2292PKTOPTIONS 6 /* control data as one option */

static inline bool option_routes(long level, long option) {
  return (level == IPPROTO_IP && option == IP_OPTIONS) ||
         (level == IPPROTO_IPV6 && (option == IPV6_RTHDR || option == IPV6_2292PKTOPTIONS));
}

static inline bool control_routes(const struct cmsghdr *c) {
  return (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_RETOPTS) ||
         (c->cmsg_level == IPPROTO_IPV6 && (c->cmsg_type == IPV6_RTHDR || c->cmsg_type == IPV6_2292RTHDR));
}

#endif
