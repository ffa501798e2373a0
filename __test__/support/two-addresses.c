// Gives the host TWO_ADDRESSES an IPv6 address beside its IPv4 one, both of this machine. Loaded
// before the C library, so that a program need not ask a name server.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>

typedef int (*resolve)(const char *, const char *, const struct addrinfo *, struct addrinfo **);

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
                struct addrinfo **found) {
  resolve real = (resolve)dlsym(RTLD_NEXT, "getaddrinfo");
  const char *name = getenv("TWO_ADDRESSES");
  if (node == NULL || name == NULL || strcmp(node, name) != 0) {
    return real(node, service, hints, found);
  }
  int failed = real("::1", service, hints, found);
  if (failed != 0) return failed;
  struct addrinfo *last = *found;
  while (last->ai_next != NULL) last = last->ai_next;
  return real("127.0.0.1", service, hints, &last->ai_next);
}
