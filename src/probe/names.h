/* Names to addresses, through c-ares on the engine's loop. Internal to the engine. */
#ifndef TALAIA_PROBE_NAMES_H
#define TALAIA_PROBE_NAMES_H

#include <netinet/in.h>

#include "probe/loop.h"

union address {
    struct sockaddr sa;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};
socklen_t address_size(const union address *a);
bool address_equal(const union address *a, const union address *b); /* with the port */
#define ADDRESS_TEXT_BYTES 64
/* Without the port. Returns `out`. */
const char *address_text(const union address *a, char out[ADDRESS_TEXT_BYTES]);
int address_port(const union address *a);
void address_set_port(union address *a, int port);

struct names_answer {
    enum verdict_code code; /* CONNECTION_OK, DNS_NONE, DNS_TIMEOUT, DNS_FAILED */
    const char *detail;     /* DNS_FAILED: English, for tr(); else NULL */
    bool known;             /* from an answer that still counts: nobody was asked */
    size_t count;
    union address items[LIMIT_PROBE_ADDRESSES]; /* each once, IPv4 first, with the port that was asked for */
};

/* A question under way. The caller embeds it and keeps it where it is until it was answered or dropped. */
struct names_question {
    void (*answered)(struct names_question *q, const struct names_answer *answer);
    struct names_ticket *ticket; /* NULL: nothing is under way */
};

struct names;
/* `servers`: see probe_settings; `ms` for the whole question, attempts together; `keep_seconds`: an answer counts as
 * long as it promises, and no longer than this (0: for that question alone). */
bool names_open(struct loop *l, const char *servers, int ms, int keep_seconds, struct names **ret, struct err *e);
void names_close(struct names *n);
/* May answer before it returns; from what is known too, unless `anew`. */
void names_ask(struct names *n, struct names_question *q, const char *host, int port, bool anew);
/* What is known of it counts no more: nobody was there. */
void names_forget(struct names *n, const char *host);
/* Nobody waits for the answer any longer. */
void names_drop(struct names_question *q);

#endif
