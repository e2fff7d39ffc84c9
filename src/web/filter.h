/* The words of the filter above a list: "caduca<30 plataforma:JAVA vallès" (design-language.md, "Tables").
 *
 *     caduca<30  caduca>=60  cds<15  cda=0     days left, of the more urgent certificate or of one
 *     plataforma:java                          JAVA, NET, OTHER
 *     estat:caigut                             a state by its word or code, in any of our languages
 *     registre:antic                           how registry and wire agree, by its code or a part of its words
 *     contacte:no                              bodies with, or without, somebody to write to
 *     prat "alt empordà"                       words of the name, the registry's description, the INE10
 *
 * All must hold. Keys are understood in Catalan, Spanish and English alike; case and accents do not count. */
#ifndef TALAIA_WEB_FILTER_H
#define TALAIA_WEB_FILTER_H

#include "web/view.h"

#define FILTER_TERMS_MAX 12 /* what a person types in one line */

enum filter_key {
    FILTER_WORD,
    FILTER_DAYS,
    FILTER_CDS,
    FILTER_CDA,
    FILTER_PLATFORM,
    FILTER_STATE,
    FILTER_REGISTRY,
    FILTER_CONTACT
};
enum filter_sign { SIGN_LESS, SIGN_AT_MOST, SIGN_EQUAL, SIGN_AT_LEAST, SIGN_MORE };

struct filter_term {
    enum filter_key key;
    enum filter_sign sign; /* of the three with days */
    int days;
    unsigned wanted; /* bits of platforms, states, reconciliations; 1 or 0 for contact */
    const char *word;
};
struct filter {
    struct filter_term terms[FILTER_TERMS_MAX];
    size_t count;
    bool asks_excluded;  /* estat:exclòs is among them: excluded ones are left out otherwise */
    const char *trouble; /* the first part that is not understood, or NULL; it is left out */
};

/* Everything lives in the arena. Never fails: what is not understood is told in `trouble`. */
void filter_read(struct arena *a, const char *text, struct filter *ret);
bool filter_holds(const struct filter *f, const struct view_body *b, day_t today);

#endif
