/* Incidents in the words of Prometheus's Alertmanager. An alert is known by its labels: those of one incident are the
 * same from its failure to its recovery. */
#include <inttypes.h>
#include <jansson.h>

#include "flow/incident_run.h"

/* Alertmanager takes an alert without an end for over after its resolve_timeout (five minutes). Ours ends when we say
 * so: while our own watch is away nobody knows that it is over. */
#define ALERT_SECONDS (30 * 86400)
#define NAME "TalaiaProbeDown"

struct alerts {
    struct incident_pass *pass;
    const struct channel *channel;
    const struct incident *const *list;
    size_t count;
    bool over;
    const char *title, *web; /* web: the desk's address without a slash at its end, "" none */
};

static const char *iso(struct arena *a, instant_t t)
{
    char text[INSTANT_TEXT_BYTES];
    return arena_strdup(a, instant_iso(t, text));
}

static json_t *labels_json(const struct incident *x)
{
    json_t *labels = json_pack("{s:s,s:s,s:s}", "alertname", NAME, "probe", x->probe, "severity", "critical");
    if (x->service[0] != '\0') /* an empty label is none */
        json_object_set_new(labels, "service", json_string(x->service));
    return labels;
}

static json_t *alert_json(const struct alerts *g, const struct incident *x)
{
    json_t *one = json_pack("{s:o,s:{s:s,s:s},s:s}", "labels", labels_json(x), "annotations", "summary",
                            arena_printf(&g->pass->a, tr(g->channel->lang, N_("%s has failed")), x->probe),
                            "description", x->seen, "startsAt", iso(&g->pass->a, x->since));
    if (g->web[0] != '\0')
        json_object_set_new(one, "generatorURL",
                            json_string(arena_printf(&g->pass->a, "%s/guardia/%lld", g->web, (long long)x->id)));
    return one;
}

static json_t *posted_json(const struct alerts *g)
{
    json_t *list = json_array();
    for (size_t i = 0; i < g->count; i++) {
        const struct incident *x = g->list[i];
        instant_t until = g->over ? x->recovered : g->pass->desk->by.at + ALERT_SECONDS * INSTANT_PER_SECOND;
        json_t *one = alert_json(g, x);
        json_object_set_new(one, "endsAt", json_string(iso(&g->pass->a, until)));
        json_array_append_new(list, one);
    }
    return list;
}

/* FNV-1a of the name: receivers tell alerts apart by it. */
static const char *fingerprint(struct arena *a, const char *probe)
{
    uint64_t n = 14695981039346656037u;
    for (; *probe != '\0'; probe++)
        n = (n ^ (unsigned char)*probe) * 1099511628211u;
    return arena_printf(a, "%016" PRIx64, n);
}

static json_t *received_json(const struct alerts *g)
{
    const char *status = g->over ? "resolved" : "firing";
    json_t *list = json_array();
    for (size_t i = 0; i < g->count; i++) {
        const struct incident *x = g->list[i];
        json_t *one = alert_json(g, x);
        json_object_set_new(one, "status", json_string(status));
        json_object_set_new(one, "endsAt",
                            json_string(g->over ? iso(&g->pass->a, x->recovered) : "0001-01-01T00:00:00Z"));
        json_object_set_new(one, "fingerprint", json_string(fingerprint(&g->pass->a, x->probe)));
        json_array_append_new(list, one);
    }
    return json_pack("{s:s,s:s,s:i,s:s,s:s,s:{s:s},s:{s:s,s:s},s:{s:s},s:s,s:o}", "version", "4", "groupKey",
                     "{}:{alertname=\"" NAME "\"}", "truncatedAlerts", 0, "status", status, "receiver",
                     g->channel->name, "groupLabels", "alertname", NAME, "commonLabels", "alertname", NAME, "severity",
                     "critical", "commonAnnotations", "summary", g->title, "externalURL", g->web, "alerts", list);
}

const char *incident_alerts(struct incident_pass *p, const struct channel *c, const struct incident *const *list,
                            size_t count, bool over, const char *title)
{
    const char *url = config_text(p->desk->config, KEY_WEB_URL), *text = NULL;
    size_t n = strlen(url);
    const struct alerts g = {.pass = p,
                             .channel = c,
                             .list = list,
                             .count = count,
                             .over = over,
                             .title = title,
                             .web = arena_text(&p->a, str_part(url, n > 0 && url[n - 1] == '/' ? n - 1 : n))};
    json_t *json = c->kind == CHANNEL_ALERTMANAGER ? posted_json(&g) : received_json(&g);
    char *bytes = json == NULL ? NULL : json_dumps(json, JSON_COMPACT);
    json_decref(json);
    if (bytes != NULL)
        text = arena_strdup(&p->a, bytes);
    free(bytes); /* NOLINT: jansson's own allocation */
    return text;
}
