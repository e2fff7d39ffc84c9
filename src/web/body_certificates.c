/* The certificates of a body: what its servers send, whole, and what was handed in. What they are worth is said by the
 * verdicts, not here. */
#include <inttypes.h>

#include "web/body_parts.h"
#include "web/words.h"

/* ------------------------------------------------------------------ which there are */

/* The chain that these fingerprints stand for; room is for all. */
static bool add_chain(struct call *c, struct tx *tx, struct body_page *p, const char *fingerprints, const char *title,
                      const char *note)
{
    struct certificate *list;
    struct shown_chain x = {.title = title, .note = note};
    if (!served_chain_load(tx, call_arena(c), fingerprints, &list, &x.count, &c->err))
        return false;
    x.certificates = list;
    if (x.count > 0)
        p->chains[p->chain_count++] = x;
    return true;
}

/* What an address showed; before chains were kept there is its own certificate alone. */
static const char *chain_of(const struct observation *o)
{
    return o->chain[0] != '\0' ? o->chain : o->fingerprint;
}

bool body_chains_load(struct call *c, struct tx *tx, struct body_page *p)
{
    struct arena *a = call_arena(c);
    bool ok = true;
    p->chains = arena_array(a, struct shown_chain, p->seen_count + p->given_count + 1);
    for (size_t i = 0; ok && i < p->seen_count; i++) {
        const char *own = chain_of(&p->seen[i]), *where = "";
        bool first = own[0] != '\0';
        for (size_t k = 0; k < p->seen_count && first; k++) {
            const struct observation *o = &p->seen[k];
            if (strcmp(chain_of(o), own) != 0)
                continue;
            first = k >= i;
            where = arena_printf(a, "%s%s%s", where, where[0] == '\0' ? "" : ", ",
                                 o->address[0] == '\0' ? o->host : o->address);
        }
        if (first)
            ok = add_chain(c, tx, p, own, call_text(c, N_("CDS served by %s"), where), "");
    }
    for (size_t i = 0; ok && i < p->given_count; i++) {
        const struct given_certificate *g = &p->given[i];
        ok = add_chain(c, tx, p, g->fingerprint, call_text(c, N_("%s handed in"), cert_kind_code(g->kind)),
                       arena_printf(a, "%s · %s", words_date(a, c->lang, g->day), g->who));
    }
    return ok;
}

/* ------------------------------------------------------------------ how they are shown */

static const char *list_of(struct call *c, const struct cert_texts *texts)
{
    const char *all = "";
    for (size_t i = 0; i < texts->count; i++)
        all = arena_printf(call_arena(c), "%s%s%s", all, i == 0 ? "" : ", ", texts->items[i]);
    return texts->total > texts->count ? arena_printf(call_arena(c), "%s (+%zu)", all, texts->total - texts->count)
                                       : all;
}

/* Policies that everybody means by their name; others stand as they are. */
static const char *policies_of(struct call *c, const struct certificate *x)
{
    static const char *const known[][2] = {
        {"2.23.140.1.1", "EV"},         {"2.23.140.1.2.1", "DV"},           {"2.23.140.1.2.2", "OV"},
        {"2.23.140.1.2.3", "IV"},       {"0.4.0.2042.1.4", "EVCP"},         {"0.4.0.2042.1.7", "OVCP"},
        {"0.4.0.194112.1.1", "QCP-l"},  {"0.4.0.194112.1.3", "QCP-l-qscd"}, {"0.4.0.194112.1.4", "QEVCP-w"},
        {"0.4.0.194112.1.5", "QNCP-w"},
    };
    const char *all = "";
    for (size_t i = 0; i < x->policies.count; i++) {
        const char *name = "";
        for (size_t k = 0; k < sizeof known / sizeof *known; k++) {
            if (strcmp(known[k][0], x->policies.items[i]) == 0)
                name = arena_printf(call_arena(c), " (%s)", known[k][1]);
        }
        all = arena_printf(call_arena(c), "%s%s%s%s", all, i == 0 ? "" : ", ", x->policies.items[i], name);
    }
    return all;
}

static const char *place_of(struct call *c, const struct certificate *x, size_t place, bool alone)
{
    if (x->self_signed)
        return place == 0 ? call_tr(c, N_("signed by itself")) : call_tr(c, N_("root"));
    if (place > 0)
        return call_tr(c, N_("intermediate"));
    return alone ? "" : call_tr(c, N_("the body's own"));
}

static const char *span_of(struct call *c, const struct certificate *x)
{
    struct arena *a = call_arena(c);
    return arena_printf(a, "%s – %s", x->not_before == INSTANT_NONE ? "—" : words_instant(a, c->lang, x->not_before),
                        x->not_after == INSTANT_NONE ? "—" : words_instant(a, c->lang, x->not_after));
}

/* "ab:cd:…", as other programs show it: it is compared by eye. */
static const char *colons(struct call *c, const char *hex)
{
    size_t n = strlen(hex);
    char *out = arena_alloc(call_arena(c), n * 2 + 1, 1), *p = out;
    for (size_t i = 0; i < n; i++) {
        if (i > 0 && i % 2 == 0)
            *p++ = ':';
        *p++ = hex[i];
    }
    return out;
}

static void write_certificate(struct call *c, const struct certificate *x)
{
    struct html *h = &c->html;
    html_raw(h, "<dl class=\"pairs\">");
    body_pair(c, call_tr(c, N_("Subject")), x->subject, false);
    body_pair(c, call_tr(c, N_("Issued by")), x->issuer, false);
    body_pair(c, call_tr(c, N_("NIF")), x->nif, true);
    body_pair(c, call_tr(c, N_("Valid")), span_of(c, x), false);
    body_pair(c, call_tr(c, N_("Names")), certificate_names(call_arena(c), x), false);
    body_pair(c, call_tr(c, N_("Key")), x->key_name, false);
    body_pair(c, call_tr(c, N_("Signed with")), x->signature, false);
    body_pair(c, call_tr(c, N_("Policy")), policies_of(c, x), false);
    body_pair(c, call_tr(c, N_("Uses")), list_of(c, &x->uses), false);
    body_pair(c, call_tr(c, N_("Serial number")), x->serial, true);
    body_pair(c, call_tr(c, N_("SHA-256")), colons(c, x->fingerprint_hex), true);
    html_raw(h, "</dl>");
}

static void write_chain(struct call *c, const struct shown_chain *x)
{
    struct html *h = &c->html;
    struct arena *a = call_arena(c);
    html_raw(h, "<div class=\"card seen chain\">");
    html_open(h, "h3");
    html_text(h, x->title);
    if (x->note[0] != '\0') {
        html_text(h, " ");
        html_open(h, "small");
        html_attr(h, "class", "sub");
        html_text(h, x->note);
        html_close(h);
    }
    html_close(h);
    html_raw(h, "<ol>");
    for (size_t i = 0; i < x->count; i++) {
        const struct certificate *one = &x->certificates[i];
        const char *place = place_of(c, one, i, x->count == 1);
        const char *name = one->common_name[0] != '\0'    ? one->common_name
                           : one->organisation[0] != '\0' ? one->organisation
                                                          : one->subject;
        html_raw(h, "<li><details>");
        html_open(h, "summary");
        html_element(h, "strong", name);
        html_open(h, "span");
        html_attr(h, "class", "sub");
        html_text(h, arena_printf(a, " %s%s%s", place, place[0] == '\0' ? "" : " · ",
                                  call_text(c, N_("until %s"), words_date(a, c->lang, one->last_day))));
        html_close(h);
        html_close(h);
        write_certificate(c, one);
        html_raw(h, "</details></li>");
    }
    html_raw(h, "</ol></div>");
}

void body_certificates(struct call *c, const struct body_page *p)
{
    struct html *h = &c->html;
    layout_section(c, "certificats", call_tr(c, N_("Certificates")), "");
    if (p->chain_count == 0) {
        part_empty(c, call_tr(c, N_("No certificate has been seen")),
                   call_tr(c, N_("A round keeps what the server sends; a CDA is handed in with `talaia certificate "
                                 "add`.")));
        return;
    }
    html_raw(h, "<div class=\"grid\">");
    for (size_t i = 0; i < p->chain_count; i++)
        write_chain(c, &p->chains[i]);
    html_raw(h, "</div>");
}
