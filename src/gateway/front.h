/* Private to the gateway: the front and one request on its way through it.
 *
 *     front.c     HTTP in and out; addresses, sizes, proxies
 *     verifiers.c what the message is
 *     pipeline.c  whether it may, what is answered
 *     journal.c   its row in the log, many in one transaction
 *     seal.c      the signature of the answer
 *     chores.c    what waits for nobody: asynchronous requests
 *
 * A request belongs to one thread at a time, in this order. */
#ifndef TALAIA_GATEWAY_FRONT_H
#define TALAIA_GATEWAY_FRONT_H

#include <pthread.h>
#include <stdatomic.h>

#include "flow/gateway.h"
#include "flow/gateway_standing.h"
#include "gateway/chores.h"
#include "gateway/gateway.h"
#include "gateway/journal.h"
#include "gateway/seal.h"
#include "gateway/verifiers.h"
#include "net/server.h"
#include "scsp/answer.h"
#include "scsp/service.h"

/* Permissions as one thread sees them: not older than the request that asks. */
struct permissions_view {
    struct store *store;
    struct gateway_cache cache;
    const struct gateway_permissions *permissions;
    instant_t looked; /* when they were read */
};
void permissions_open(struct permissions_view *v, struct store *store); /* the store becomes its own */
void permissions_close(struct permissions_view *v);
/* Brings them up to date when they were read before `since`. */
bool permissions_fresh(struct permissions_view *v, instant_t since, struct err *e);

struct portal {
    gateway_log *log;
    void *log_context;
    struct desk_options options;
    struct desk desk; /* configuration; its store is for the beginning, then NULL: it is the gate's */
    struct modalities known;
    struct service service;
    struct gateway_secret *secret;
    const struct server_api *api;
    struct server *server;
    struct verifiers *verifiers;
    struct journal *journal;
    struct chores *chores;
    struct seal *seal; /* NULL: answers are not signed */
    pthread_mutex_t gate_lock;
    struct permissions_view gate;                                         /* for addresses, before anything is read */
    struct permissions_view views[LIMIT_GATEWAY_VERIFIERS];               /* of the verifiers' threads */
    const char *proxy_secret, *address_header, *certificate_header, *url; /* "" when not used */
    enum gateway_trust trust;
    bool tls;                              /* the listener speaks it */
    atomic_size_t reasons, reasons_second; /* see LIMIT_GATEWAY_REASONS_SECOND */
};

struct job {
    struct portal *front;
    struct arena *arena; /* the request's, or `own` */
    struct arena own;
    struct server_request *request; /* NULL: it is only logged, and freed with its row */
    enum gateway_front where;
    instant_t at;
    int64_t began; /* monotonic, in µs */
    bool has_address;
    unsigned char address[16];
    struct opinion opinion;
    struct gateway_judgement judgement;
    int64_t body_id;       /* of the registry; 0 */
    const char *body_name; /* with body_id */
    struct gateway_done done;
    int64_t micros[GATEWAY_STEP_COUNT];
    struct gateway_entry entry;
    int status; /* HTTP */
    bool html;  /* the answer is a page of the front */
    bool sign;
    struct buf answer;
};

int64_t front_micros(void); /* monotonic */
/* pipeline.c: with the verifier's words, or without (p NULL: it has none). Fills the answer and the entry. */
void job_decide(struct job *j, struct permissions_view *v, struct str opinion);
/* Before the verifier: it is refused by its address or its size. */
void job_refuse(struct job *j, enum gateway_outcome outcome);
/* After the log: it had been answered before, or its row could not be kept. */
void job_repeated(struct job *j);
void job_lost(struct job *j);
/* front.c: their answers go out; at least one. */
void jobs_finish(struct job *const *jobs, size_t count);

#endif
