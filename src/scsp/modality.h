/* The modalities of the platform, as data: one file each under share/scsp/modalities, and share/scsp/environment.yaml
 * for what belongs to the environment (the consortium's codes). A file says where a request is answered, how its
 * payload and its answer are built, and what the service makes of them. Adding one needs no code.
 *
 *     modality: HESTIA_TRAMITS
 *     product: HESTIA
 *     namespace: http://www.aoc.cat/hestia/
 *     request:
 *       DadesEspecifiques:
 *         - CodINE code
 *         - IdTramits ids answer=-1
 *
 * A line of `request` or `response` is NAME KIND MARKS. Kinds: those of value.h, `any` (not looked at). Marks: ? may be
 * missing, + one or more, * any number; max=, min= characters (int: max digits, `min=0` not negative); of=A|B its
 * values; in=URI its namespace; answer=CODE what the service answers to a wrong value; wrong=, missing= how grave
 * (error warning info); personal a citizen's data. An element with elements in it is a key with a list:
 * `NAME MARKS: [...]`, in this order; `NAME all:` in any order. `choice:` and `sequence:` group without an element.
 *
 * `lookup` (lookup.h) says how the back office finds the answer in the data set (dataset.h); `examples` are requests
 * with the code that they get, shown to integrators and run by the tests. */
#ifndef TALAIA_SCSP_MODALITY_H
#define TALAIA_SCSP_MODALITY_H

#include "base/err.h"
#include "conf/finding.h"
#include "scsp/lookup.h"
#include "scsp/shape.h"

enum front { FRONT_SINCRON = 1, FRONT_ASINCRON = 2 };

struct modality_answer {
    const char *code, *text; /* as the service says it */
};

struct modality_field {
    const char *name, *value;
};
struct modality_example {
    const char *id; /* "HESTIA_CITES-07" in the platform's own test set, or a few words; "" */
    const struct modality_field *ask;
    size_t count;
    int answer;
};

struct modality {
    const char *name, *product, *service;
    unsigned fronts; /* enum front, several */
    int most;        /* SolicitudTransmision in one request */
    const char *namespace;
    const char *const *also; /* namespaces that are taken too, with a remark */
    size_t also_count;
    const char *requester; /* element of the payload with the requester's INE10; NULL: none */
    int requester_answer;  /* what the service says to another one */
    const char *identifiers[LIMIT_MODALITY_IDENTIFIERS]; /* the first that is given counts */
    size_t identifier_count;
    int none_answer;                   /* when none is given */
    const char *none_text;             /* what the service says then, NULL: the code's own text */
    int list_most;                     /* numbers in a value of kind ids */
    const char *range_from, *range_to; /* two dates at most so far apart, NULL */
    int range_days;
    const char *result; /* "Resultat/CodiResultat": where the answer's own code stands, below its root; NULL */
    const struct modality_answer *answers;
    size_t answer_count;
    struct shape request, response; /* their roots; `response.name` NULL when it is not described */
    const char *title[LANG_COUNT];  /* what it is for, one sentence; the Catalan one when a language has none */
    int wait_hours;                 /* that the asynchronous front promises (TER) */
    int wait_seconds;               /* after which the answer is there, in pre-production */
    const struct lookup *lookup;    /* NULL: the back office does not have it */
    const struct modality_example *examples;
    size_t example_count;
    const char *path; /* the file, to be shown */
};

struct environment {
    const char *ine10, *name, *nif; /* of the consortium: Solicitante, NombreEmisor, NifEmisor */
    const char *purpose;
};

struct modalities {
    struct environment environment;
    const struct modality *items; /* in the order of their names */
    size_t count;
};

/* Reads DIR/environment.yaml and DIR/modalities/ *.yaml. The first mistake of the first file that has one is the error:
 * "file:line:column: …". */
bool modalities_load(struct arena *a, const char *dir, struct modalities *ret, struct err *e);
/* One file from memory, with every mistake: `find` gets them. False when there is any. */
bool modality_load_text(struct arena *a, struct str text, const char *path, struct modality *ret, struct finder *find);
bool environment_load_text(struct arena *a, struct str text, struct environment *ret, struct finder *find);

/* NULL when there is none. */
const struct modality *modality_find(const struct modalities *all, struct str name);
/* The one that is probably meant (capitals, a typing mistake), or NULL. */
const struct modality *modality_nearest(const struct modalities *all, struct str name);

#endif
