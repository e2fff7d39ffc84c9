/* Private to the command line: what `gateway explain` and `gateway call` share. */
#ifndef TALAIA_CLI_GATEWAY_H
#define TALAIA_CLI_GATEWAY_H

#include "cli/cli.h"
#include "scsp/explain.h"
#include "scsp/request.h"

struct gateway {
    bool opened; /* there is a configuration */
    struct desk desk;
    struct modalities known;
    struct wss_keys *keys;
    struct trust *trust; /* NULL: no anchors are configured */
    instant_t now;       /* of --at */
};
/* Close it in any case. A configuration is used when there is one, and not needed; `apart`: only what --set says. */
bool gateway_open(struct cli *c, bool apart, struct gateway *g, struct err *e);
void gateway_close(struct gateway *g);

/* Who --as names: by code, or with a desk by name too. Texts are "" when it is not given. */
struct gateway_body {
    const char *ine10, *name;
};
bool gateway_body_find(struct cli *c, const struct gateway *g, struct gateway_body *ret, struct err *e);
bool gateway_file(struct arena *a, const char *path, size_t most, struct str *ret, struct err *e);

/* The modality of that name; ERR_UNKNOWN names the one that is probably meant. */
const struct modality *gateway_modality_find(const struct gateway *g, const char *name, struct err *e);
/* NAME=VALUE, all words of the command line but the first; `fields` has room for c->word_count. */
bool gateway_fields_read(struct cli *c, struct request_field *fields, size_t *ret, struct err *e);

void gateway_print(struct cli *c, const char *file, const struct diagnosis *d);
/* `text`: the message, for the places of what is remarked. */
json_t *gateway_json(struct cli *c, const char *file, struct str text, const struct diagnosis *d);

#endif
