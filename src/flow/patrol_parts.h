/* Internal to the patrol: the stations and what they share. */
#ifndef TALAIA_FLOW_PATROL_PARTS_H
#define TALAIA_FLOW_PATROL_PARTS_H

#include "flow/outlook.h"
#include "flow/patrol.h"
#include "probe/timers.h"

struct patrol;
struct soap; /* patrol_soap.c */

/* What an address of ours saw that did not find it well. */
struct vantage_seen {
    struct step_result result;
    const char *from; /* NULL: there was none */
    int transition;
};
/* A run from several addresses of ours, one after the other. */
struct vantage {
    size_t first, asked; /* `first` moves on with each run, so that all of them are used */
    enum probe_outcome outcomes[LIMIT_PROBE_VANTAGES];
    struct vantage_seen bad, blind; /* the last of each */
};

/* A probe on its post. */
struct station {
    struct patrol *patrol;
    const struct probe *probe;
    struct step *steps;
    size_t count, at;
    struct loop_timer due; /* on the monotonic clock */
    instant_t due_real;    /* the same on the world's */
    bool running, failed_to_begin;
    const char *broken; /* it cannot be tried, and that is what its runs say; NULL */
    int64_t began;      /* monotonic */
    struct patrol_run run;
    struct vantage *vantage; /* NULL: from one address */
    void *own;               /* of who keeps watch (flow/vigil.c) */
};

struct patrol {
    struct desk *desk;
    struct arena *arena;
    const char *path, *dir; /* of probes.yaml, and where what it names is */
    struct outlook outlook;
    struct ocsp_signers *signers;
    struct soap *soap; /* when there is a probe that needs it */
    struct station *stations;
    size_t count;
    struct timers due; /* of the stations */
    bool lenient;      /* set before: of a probe that cannot be tried its runs say so, and the others run */
    bool ending;       /* nothing new begins */
    void (*over)(struct station *s);                   /* a run is complete; s->run says how */
    int64_t (*turn)(struct patrol *p, int64_t now);    /* each turn; when it wants the next one at the latest */
    bool (*may_begin)(struct station *s, int64_t now); /* NULL: yes; otherwise it has set another `due` */
    void *context;
};

/* Room for `more` stations of the caller's own behind those of the probes. */
bool patrol_open(struct patrol *p, struct desk *d, struct arena *a, const struct probe *const *probes, size_t count,
                 size_t more, struct err *e);
/* A station that is not from the file. */
bool patrol_add(struct patrol *p, const struct probe *probe, struct err *e);
bool patrol_go(struct patrol *p, int stop_fd, struct err *e);
void patrol_close(struct patrol *p);
void station_due(struct station *s, int64_t at);
struct step_how patrol_how(const struct patrol *p);
/* Its run was looked at: what it held in memory is given back. */
void station_rest(struct station *s);

/* soap */
bool soap_open(struct patrol *p, struct step *step, const char *dir, struct err *e);
void soap_close(struct soap *soap);
void soap_step_close(struct step *step);

#endif
