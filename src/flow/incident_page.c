/* A page: its words, and its bytes as each kind of channel wants them. They are written once and kept, so that whoever
 * sends it again sends the same. Not here: sending (incident_send.c). */
#include <jansson.h>
#include <sodium.h>

#include "core/sms.h"
#include "flow/incident_run.h"
#include "record/message.h"
#include "ticket/ticket.h"

#define TOKEN_BYTES 24

struct page {
    struct incident_pass *pass;
    const struct channel *channel;
    const struct incident *const *list;
    size_t count;
    bool over;
    enum lang lang;
    const char *uid, *link; /* link "" when there is none */
};

/* ------------------------------------------------------------------ words */

static const char *title_of(const struct page *g)
{
    struct arena *a = &g->pass->a;
    if (g->count > 1)
        return arena_printf(a, tr(g->lang, g->over ? N_("%zu probes have recovered") : N_("%zu probes have failed")),
                            g->count);
    return arena_printf(a,
                        tr(g->lang, g->over                 ? N_("%s has recovered")
                                    : g->list[0]->again > 0 ? N_("%s has failed again")
                                                            : N_("%s has failed")),
                        g->list[0]->probe);
}

/* Without the link. */
static const char *said_of(const struct page *g)
{
    struct arena *a = &g->pass->a;
    const struct incident *x = g->list[0];
    const char *text = title_of(g);
    if (g->over && g->count == 1)
        text = arena_printf(a, tr(g->lang, N_("%s at %s, after %s.")), text, incident_hour(a, x->recovered),
                            duration_words(a, incident_seconds(x, g->pass->desk->by.at)));
    else if (g->count == 1)
        text = arena_printf(a, tr(g->lang, N_("%s since %s: %s")), text, incident_hour(a, x->since),
                            arena_text(a, str_utf8_cut(str_of(x->seen), LIMIT_PAGE_SEEN_BYTES)));
    for (size_t i = 0; g->count > 1 && i < g->count && i < LIMIT_PAGE_LIST; i++)
        text = arena_printf(a, "%s%s%s (%s)", text, i == 0 ? ": " : ", ", g->list[i]->probe,
                            incident_hour(a, g->over ? g->list[i]->recovered : g->list[i]->since));
    if (g->count > LIMIT_PAGE_LIST)
        text = arena_printf(a, tr(g->lang, N_("%s and %zu more")), text, g->count - LIMIT_PAGE_LIST);
    return text;
}

/* The link, on a line of its own; "" when there is none. */
static const char *end_of(const struct page *g)
{
    return g->link[0] == '\0' ? "" : arena_printf(&g->pass->a, tr(g->lang, N_("%s\nTake it: %s")), "", g->link);
}

static const char *text_of(const struct page *g)
{
    return g->channel->kind == CHANNEL_SMS ? sms_text(&g->pass->a, said_of(g), end_of(g))
                                           : arena_printf(&g->pass->a, "%s%s", said_of(g), end_of(g));
}

/* ------------------------------------------------------------------ bytes */

static const char *iso(instant_t t, char out[INSTANT_TEXT_BYTES])
{
    return instant_iso(t, out);
}

static json_t *incident_json(const struct incident *x)
{
    char since[INSTANT_TEXT_BYTES], end[INSTANT_TEXT_BYTES];
    return json_pack("{s:I,s:s,s:s,s:s,s:s,s:s,s:s,s:o}", "id", (json_int_t)x->id, "probe", x->probe, "service",
                     x->service, "seen", x->seen, "ticket", x->ticket, "state", incident_state_code(incident_state(x)),
                     "since", iso(x->since, since), "recovered",
                     x->recovered == INSTANT_NONE ? json_null() : json_string(iso(x->recovered, end)));
}

static json_t *webhook_json(const struct page *g)
{
    json_t *list = json_array();
    for (size_t i = 0; i < g->count; i++)
        json_array_append_new(list, incident_json(g->list[i]));
    return json_pack("{s:s,s:s,s:s,s:s,s:s,s:o}", "id", g->uid, "event", g->over ? "recovered" : "failed", "title",
                     title_of(g), "text", text_of(g), "link", g->link, "incidents", list);
}

static json_t *ntfy_json(const struct page *g)
{
    const char *topic = strrchr(g->channel->target, '/');
    return json_pack("{s:s,s:s,s:s,s:i,s:s*}", "topic", topic == NULL ? "" : topic + 1, "title", title_of(g), "message",
                     text_of(g), "priority", g->over ? 3 : 5, "click", g->link[0] == '\0' ? NULL : g->link);
}

static void form_value(struct buf *to, const char *text)
{
    for (const unsigned char *p = (const unsigned char *)text; *p != '\0'; p++) {
        bool plain = (*p >= '0' && *p <= '9') || (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
                     strchr("-_.~", *p) != NULL;
        if (plain)
            (void)buf_add_char(to, (char)*p);
        else
            (void)buf_printf(to, "%%%02X", *p);
    }
}

static const char *sms_form(const struct page *g)
{
    char number[PHONE_BYTES];
    struct buf b = BUF_INIT(LIMIT_PAGE_BYTES);
    form_value(&b, g->channel->to_field);
    (void)buf_add_char(&b, '=');
    form_value(&b, phone_link(g->channel->to, number));
    (void)buf_add_char(&b, '&');
    form_value(&b, g->channel->text_field);
    (void)buf_add_char(&b, '=');
    form_value(&b, text_of(g));
    const char *text = arena_text(&g->pass->a, buf_str(&b));
    buf_release(&b);
    return text;
}

static json_t *json_of(const struct page *g)
{
    char number[PHONE_BYTES];
    switch (g->channel->kind) {
    case CHANNEL_WEBHOOK: return webhook_json(g);
    case CHANNEL_NTFY: return ntfy_json(g);
    case CHANNEL_MATRIX: return json_pack("{s:s,s:s}", "msgtype", "m.text", "body", text_of(g));
    case CHANNEL_SMS:
        return json_pack("{s:s,s:s}", g->channel->to_field, phone_link(g->channel->to, number), g->channel->text_field,
                         text_of(g));
    case CHANNEL_ALERTMANAGER:
    case CHANNEL_EMAIL:
    case CHANNEL_KIND_COUNT: break;
    }
    return NULL;
}

static bool payload_of(const struct page *g, struct incident_page *x, struct err *e)
{
    if (g->channel->kind == CHANNEL_SMS && g->channel->form) {
        x->payload = sms_form(g);
        x->type = "application/x-www-form-urlencoded";
        return true;
    }
    x->type = "application/json";
    if (g->channel->kind == CHANNEL_ALERTMANAGER || g->channel->alertmanager) {
        x->payload = incident_alerts(g->pass, g->channel, g->list, g->count, g->over, title_of(g));
        return x->payload != NULL || err_set(e, ERR_INTERNAL, N_("a page to %s cannot be written"), g->channel->name);
    }
    json_t *json = json_of(g);
    char *text = json == NULL ? NULL : json_dumps(json, JSON_COMPACT);
    json_decref(json);
    if (text == NULL)
        return err_set(e, ERR_INTERNAL, N_("a page to %s cannot be written"), g->channel->name);
    x->payload = arena_strdup(&g->pass->a, text);
    free(text); /* NOLINT: jansson's own allocation */
    return true;
}

/* ------------------------------------------------------------------ keeping it */

/* A link that takes what the page is about: known by its hash alone. "" when the desk has no address. */
static const char *new_link(struct incident_pass *p, const char **ret_hash)
{
    unsigned char random[TOKEN_BYTES];
    char token[TOKEN_BYTES * 2 + 1];
    const char *url = config_text(p->desk->config, KEY_WEB_URL);
    size_t n = strlen(url);
    *ret_hash = NULL;
    if (n == 0)
        return "";
    randombytes_buf(random, sizeof random);
    sodium_bin2hex(token, sizeof token, random, sizeof random);
    *ret_hash = incident_link_hash(&p->a, token);
    return arena_printf(&p->a, "%.*s/g/%s", (int)(url[n - 1] == '/' ? n - 1 : n), url, token);
}

static bool mail_page(const struct page *g, struct tx *tx, struct incident_page *x, struct err *e)
{
    const struct address to = {.name = "", .email = g->channel->target};
    const struct incident_letter l = {
        .to = &to, .to_count = 1, .lang = g->lang, .subject = title_of(g), .text = text_of(g)};
    x->state = PAGE_MAILED;
    return incident_letter_put(g->pass->desk, tx, &g->pass->a, &l, &x->message_id, e);
}

bool incident_page(struct incident_pass *p, struct tx *tx, const struct channel *c, const struct incident *const *list,
                   size_t count, bool over, struct err *e)
{
    char uid[TICKET_UID_BYTES];
    const char *hash = NULL;
    bool links = !over && c->kind != CHANNEL_ALERTMANAGER;
    struct page g = {.pass = p, .channel = c, .list = list, .count = count, .over = over, .lang = c->lang};
    g.uid = ticket_uid_make(uid);
    g.link = links ? new_link(p, &hash) : "";
    struct incident_page x = {.uid = uid,
                              .channel = c->name,
                              .kind = channel_kind_code(c->kind),
                              .person = c->person,
                              .over = over,
                              .state = PAGE_WAITING,
                              .payload = "",
                              .type = ""};
    int64_t *ids = arena_array(&p->a, int64_t, count);
    for (size_t i = 0; i < count; i++)
        ids[i] = list[i]->id;
    if (c->kind == CHANNEL_EMAIL ? !mail_page(&g, tx, &x, e) : !payload_of(&g, &x, e))
        return false;
    if (!incident_page_add(tx, &p->desk->by, &x, ids, count, &x.id, e) ||
        (hash != NULL &&
         !incident_link_add(tx, hash, x.id, p->desk->by.at + LIMIT_INCIDENT_LINK_SECONDS * INSTANT_PER_SECOND, e)))
        return false;
    p->report->of[INCIDENT_DID_PLANNED]++;
    return true;
}
