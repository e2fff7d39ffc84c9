/* Homologation from evidence (procedure B7; reference hestia-modalities §12): whether the gateway's log holds, for each
 * modality of the form, a correct and recent test of this body. Pure.
 *
 * Only what was answered is in question: the gateway refuses a repeated IdPeticion, a body that is not its own in
 * DatosAutorizacion, and what breaks the rule of pre-production; and the log has the certificate that signed. */
#ifndef TALAIA_CORE_HOMOLOGATION_H
#define TALAIA_CORE_HOMOLOGATION_H

#include "base/day.h"
#include "base/mem.h"
#include "core/gateway.h"

/* X(NAME, "modality", codes of the service that are good, besides 0): the citizen may be found or not. */
#define HOMOLOGATION_MODALITIES(X)                                                                                     \
    X(CIUTADA, "HESTIA_CONSULTA_CIUTADA", -2)                                                                          \
    X(CITES, "HESTIA_CITES", 0)                                                                                        \
    X(TRAMITS, "HESTIA_TRAMITS", 0)                                                                                    \
    X(EXPEDIENT, "HESTIA_EXPEDIENT", 0)                                                                                \
    X(RECURSOS, "HESTIA_RECURSOS", 0)
enum homologation_modality {
#define X(name, ...) HOMOLOGATION_##name,
    HOMOLOGATION_MODALITIES(X)
#undef X
        HOMOLOGATION_COUNT
};
const char *homologation_modality(enum homologation_modality m);

#define HOMOLOGATION_DAYS 3 /* a test that is older, by the clock of Madrid, cannot be validated */

/* Why a modality is not there yet; the last one of these that some request reached. X(NAME, "code", words) */
#define HOMOLOGATION_LACKS(X)                                                                                          \
    X(NONE, "none", N_("no request of this modality yet"))                                                             \
    X(REFUSED, "refused", N_("the requests were refused by the gateway"))                                              \
    X(OTHER_CERTIFICATE, "certificate", N_("signed with a certificate that is not of this integration"))               \
    X(RESULT, "result", N_("answered, but the service did not find what was asked for"))                               \
    X(OLD, "old", N_("there is a good one, but it is older than three days"))                                          \
    X(GOOD, "good", N_("correct"))
enum homologation_lack {
#define X(name, ...) HOMOLOGATION_LACKS_##name,
    HOMOLOGATION_LACKS(X)
#undef X
        HOMOLOGATION_LACK_COUNT
};
const char *homologation_lack_code(enum homologation_lack l);
const char *homologation_lack_words(enum homologation_lack l); /* English, for tr() */

/* A request of this body, as the log has it. */
struct homologation_request {
    int64_t log_id;
    const char *modality, *request, *certificate, *result; /* certificate: fingerprint; result: code of the service */
    instant_t at;
    enum gateway_outcome outcome;
};
struct homologation_test {
    enum homologation_lack lack;
    const struct homologation_request *request; /* the one that decided; NULL: none */
};
struct homologation {
    bool complete;
    struct homologation_test tests[HOMOLOGATION_COUNT];
};
/* `certificates`: fingerprints that are authorised for this integration. The newest good request of each counts. The
 * requests must stay where they are. */
void homologation_judge(const struct homologation_request *requests, size_t count, const char *const *certificates,
                        size_t certificate_count, instant_t now, struct homologation *ret);

#endif
