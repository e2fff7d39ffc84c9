#include "flow/outlook.h"

#include "base/file.h"

static void settings_read(struct outlook *o, const struct desk *d)
{
    const struct config *c = d->config;
    struct probe_settings s = PROBE_DEFAULTS;
    int total = (int)config_int(c, KEY_PROBE_SECONDS) * 1000;
    s.in_flight = (size_t)config_int(c, KEY_PROBE_IN_FLIGHT);
    s.per_host = (size_t)config_int(c, KEY_PROBE_PER_HOST);
    s.dns_ms = s.connect_ms = s.tls_ms = s.http_ms = total / 4 > 0 ? total / 4 : 1;
    s.total_ms = total;
    s.proxy = config_text(c, KEY_NET_PROXY)[0] == '\0' ? NULL : config_text(c, KEY_NET_PROXY);
    s.dns_servers = config_text(c, KEY_NET_DNS)[0] == '\0' ? NULL : config_text(c, KEY_NET_DNS);
    s.operation_count = config_list(c, KEY_PROBE_OPERATIONS, &s.operations);
    s.revocation = config_bool(c, KEY_PROBE_REVOCATION);
    s.guard = &o->guard;
    s.trust = o->trust;
    s.expiring_days = d->files.profile.thresholds[0];
    s.lang = d->lang;
    s.clock = probe_clock_system();
    o->settings = s;
}

static bool open_guard(struct outlook *o, const struct desk *d, struct arena *a, struct err *e)
{
    const char *const *ranges;
    size_t count = config_list(d->config, KEY_NET_ALLOW, &ranges);
    struct str *texts = arena_array(a, struct str, count);
    for (size_t i = 0; i < count; i++)
        texts[i] = str_of(ranges[i]);
    if (guard_init(&o->guard, a, texts, count, e))
        return true;
    e->code = ERR_CONFIG;
    err_where(e, "%s", config_source(d->config, KEY_NET_ALLOW));
    return false;
}

static bool open_trust(struct outlook *o, const struct desk *d, struct arena *a, struct err *e)
{
    const struct config *c = d->config;
    const char *const *anchors;
    size_t count = config_list(c, KEY_TRUST_ANCHORS, &anchors);
    const char **paths = arena_array(a, const char *, count + 1);
    for (size_t i = 0; i < count; i++)
        paths[i] = path_join(a, config_dir(c), anchors[i]);
    const char *bundle = config_text(c, KEY_TRUST_BUNDLE);
    return trust_open(bundle[0] == '\0' ? NULL : bundle, paths, count, &o->trust, e);
}

bool outlook_open(struct outlook *o, const struct desk *d, struct arena *a, struct err *e)
{
    *o = (struct outlook){0};
    if (!open_guard(o, d, a, e) || !open_trust(o, d, a, e))
        return false;
    settings_read(o, d);
    return true;
}

void outlook_close(struct outlook *o)
{
    trust_free(o->trust);
    o->trust = NULL;
}
