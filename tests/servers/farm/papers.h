/* Papers for integrations of the demo's bodies: a form that is really signed with the body's seal, and its CDA, both of
 * the farm's authority. */
#ifndef FARM_PAPERS_H
#define FARM_PAPERS_H

#include "farm.h"
#include "pki.h"

struct papers {
    const char *dir; /* papers go to DIR/papers: FP.pdf and FP-cda.pem */
    const struct farm_plan *plan;
    const struct signer *issuer;
    EVP_PKEY *key;   /* of seals and CDAs */
    const char *crl; /* "URI:http://…": where their revocation is asked for */
};
/* One of each for each row of the file (share/demo/integrations.csv). */
bool papers_make(const struct papers *p, const char *file, struct err *e);

#endif
