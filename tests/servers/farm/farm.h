/* What the farm's parts share: where it lives and what its commands do. Each command returns false with a reason. */
#ifndef FARM_FARM_H
#define FARM_FARM_H

#include "base/err.h"
#include "base/mem.h"
#include "cases.h"

/* Written by `make` to DIR/farm.conf and read by the others: the certificates name these addresses and ports. */
struct farm_plan {
    uint32_t base; /* 127.x.y.0, host order; many live at 127.(x+1) */
    int port, status_port, dns_port;
    int64_t seed;
    int64_t made;       /* seconds since 1970 */
    const char *papers; /* make: file of the integrations that papers are made for; NULL: none */
};

#define FARM_PLAN_DEFAULT                                                                                              \
    {                                                                                                                  \
        .base = 0x7f4d0000, .port = 8443, .status_port = 8080, .dns_port = 5353, .seed = 1                             \
    }

struct farm_serve {
    int many, bad_percent;
    int seconds;       /* 0: until a signal */
    const char *ready; /* a file to write when everything listens; may be NULL */
};

enum { FARM_STATUS_HOST = 2, FARM_SILENT_HOST = 3, FARM_DOWN_HOST = 4, FARM_DNS_HOST = 250, MANY_MOST = 60000 };

/* make.c: keys, certificates, CRLs and farm.conf into DIR, which is created. */
bool farm_make(const char *dir, const struct farm_plan *plan, struct err *e);
/* plan.c */
bool plan_read(const char *dir, struct farm_plan *ret, struct err *e);
bool plan_write(const char *dir, const struct farm_plan *plan, struct err *e);
/* bodies.c: the bodies of the demo's registry become cases; before all the others. The arena must outlive them. */
bool bodies_play(struct arena *a, const char *file, struct err *e);
/* serve.c: listens, writes farm.json, hosts and many.txt, and serves until told to stop. */
bool farm_serve(const char *dir, const struct farm_plan *plan, const struct farm_serve *options, struct err *e);
/* describe.c */
bool describe_farm(const char *dir, const struct farm_plan *plan, const struct farm_serve *options, struct err *e);
/* registry.c: the list of bodies with their NIFs, of the bodies that `--bodies` gave, or of the invented ones. */
bool farm_list(const struct farm_plan *plan, const char *file, struct err *e);
/* registry.c: a registry CSV of the cases and of `many` endpoints; names come from the CSV `names` (may be NULL). */
bool farm_registry(const struct farm_plan *plan, int many, int bad_percent, const char *names, const char *file,
                   struct err *e);

/* Of the nth endpoint of --many, from 1: its case, name and address. */
const struct farm_case *many_case(int n, int bad_percent);
const char *many_host(int n, char out[64]);
uint32_t many_address(uint32_t base, int n);
const char *many_url(int n, int port, char out[256]);

/* The invented body behind a case: "Ajuntament de Vilaprova de la Farga" and a NIF whose control letter is right and
 * whose province (99) does not exist. */
const char *body_name(const struct farm_plan *plan, size_t n, char out[96]);
const char *body_nif(const struct farm_plan *plan, size_t n, char out[16]);
/* What the certificate of a case says; NULL when it says nothing. */
const char *owner_name(const struct farm_plan *plan, const struct farm_case *c, char out[96]);
const char *owner_nif(const struct farm_plan *plan, const struct farm_case *c, char out[16]);

#endif
