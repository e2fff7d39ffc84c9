/* Any bytes as the answers of authorities that a signature brings (adbe-revocationInfoArchival): good only of what the
 * authority signed and of now, whatever the time of the signature; the later it is asked, the less counts. */
#include <stdint.h>
#include <stdlib.h>

#include "base/limits.h"
#include "document/parts.h"
#include "pki/cms.h"

#include "../pki/sample.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a = {0};
    struct str ocsps[LIMIT_DOCUMENT_PROOFS], crls[LIMIT_DOCUMENT_PROOFS];
    struct inside_question q = {.ocsps = ocsps,
                                .crls = crls,
                                .leaf = SAMPLE(sample_leaf),
                                .issuer = SAMPLE(sample_ca),
                                .signer = true,
                                .since = INSTANT_NONE,
                                .now = SAMPLE_NOW};
    struct document_inside undated, above, dated, late;
    cms_archive_split(str_part((const char *)data, size), LIMIT_DOCUMENT_PROOFS, ocsps, &q.ocsp_count, crls,
                      &q.crl_count);
    must(q.ocsp_count <= LIMIT_DOCUMENT_PROOFS && q.crl_count <= LIMIT_DOCUMENT_PROOFS);
    inside_look(&a, &q, &undated);
    must((undated.state == DOCUMENT_INSIDE_NONE) == (q.ocsp_count + q.crl_count == 0));
    must(undated.state != DOCUMENT_INSIDE_GOOD);
    q.since = SAMPLE_NOW;
    inside_look(&a, &q, &dated);
    must(dated.state != DOCUMENT_INSIDE_GOOD ||
         (dated.at != INSTANT_NONE && dated.at + LIMIT_SKEW_SECONDS * INSTANT_PER_SECOND >= q.since));
    q.signer = false;
    inside_look(&a, &q, &above);
    must(dated.state != DOCUMENT_INSIDE_GOOD || above.state == DOCUMENT_INSIDE_GOOD);
    must((above.state == DOCUMENT_INSIDE_REVOKED) == (dated.state == DOCUMENT_INSIDE_REVOKED));
    q.signer = true;
    q.now += INSTANT_PER_SECOND * 86400 * 36525; /* a hundred years later none of it is good */
    inside_look(&a, &q, &late);
    must(late.state != DOCUMENT_INSIDE_GOOD);
    arena_release(&a);
    return 0;
}
