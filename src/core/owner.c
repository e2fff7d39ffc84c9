#include "core/owner.h"

#include <string.h>

const char *owner_code(enum owner o)
{
    static const char *const codes[OWNER_COUNT] = {
#define X(name, code) [OWNER_##name] = code,
        OWNER_LIST(X)
#undef X
    };
    return codes[o];
}

/* Companies of all kinds, temporary unions, foreign ones: they never are a public body. */
static bool is_company(const char *nif)
{
    return nif[0] != '\0' && strchr("ABFJNUW", nif[0]) != NULL;
}

static bool is_host(const struct owner_facts *f)
{
    return f->covers && (f->listed_host || is_company(f->nif) || f->shown_by >= OWNER_HOST_BODIES);
}

enum owner owner_tell(const struct owner_facts *f)
{
    if (f->nif[0] != '\0' && strcmp(f->nif, f->body_nif) == 0)
        return OWNER_BODY;
    bool both = f->nif[0] != '\0' && f->body_nif[0] != '\0';
    if (!both && f->own_name)
        return OWNER_BODY;
    if (!both && !f->other_name && !f->listed)
        return OWNER_UNKNOWN;
    return is_host(f) ? OWNER_HOST : OWNER_OTHER;
}
