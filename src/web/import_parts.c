/* What an import would change and what one has changed, as tables. */
#include "web/pages_data.h"
#include "web/words.h"

static const struct {
    const char *event, *words;
    enum body_state looks;
} events[] = {
    {"refused", N_("refused"), STATE_DOWN},  {"conflict", N_("conflict"), STATE_DOWN},
    {"vanished", N_("gone"), STATE_MUTED},   {"changed", N_("changed"), STATE_SOON},
    {"returned", N_("back"), STATE_GOOD},    {"new", N_("new"), STATE_GOOD},
    {"remark", N_("remark"), STATE_UNKNOWN},
};

const char *import_kind_words(struct call *c, const char *kind)
{
    static const char *const words[][2] = {
        {"registry", N_("Registry")},    {"contacts", N_("Contacts")},    {"bodies", N_("List of bodies")},
        {"actions", N_("Actions (OK)")}, {"outages", N_("Outages (KO)")}, {"comments", N_("Comments (Certificats)")},
        {"alerts", N_("Alerts")},        {"workbook", N_("Workbook")},
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcmp(words[i][0], kind) == 0)
            return call_tr(c, words[i][1]);
    }
    return kind;
}

void import_write_counts(struct call *c, const char *kind, const struct import_counts *n)
{
    struct html *h = &c->html;
    html_raw(h, "<div class=\"card\">");
    html_element(h, "dt", import_kind_words(c, kind));
    html_open(h, "dd");
    html_text(h, call_text(c, N_("%lld rows"), (long long)n->rows));
    html_element(
        h, "small",
        call_text(c, N_("%lld new · %lld changed · %lld the same · %lld gone · %lld refused"), (long long)n->added,
                  (long long)n->changed, (long long)n->same, (long long)n->vanished, (long long)n->refused));
    html_close(h);
    html_raw(h, "</div>");
}

static int64_t number(const json_t *o, const char *name)
{
    return json_integer_value(json_object_get(o, name));
}

static const char *text(const json_t *o, const char *name)
{
    const char *s = json_string_value(json_object_get(o, name));
    return s == NULL ? "" : s;
}

static void cell(struct call *c, const char *title, const char *class, const char *shown)
{
    struct html *h = &c->html;
    html_open(h, "td");
    html_attr(h, "data-h", title);
    if (class != NULL || shown[0] == '\0')
        html_attr(h, "class", shown[0] == '\0' ? "none" : class);
    html_text(h, shown);
    html_close(h);
}

static const char *row_words(struct call *c, const json_t *line)
{
    int64_t row = number(line, "row");
    if (row <= 0)
        return "—";
    return arena_printf(call_arena(c), "%s%s%lld", text(line, "sheet"), text(line, "sheet")[0] == '\0' ? "" : " ",
                        (long long)row);
}

void import_write_lines(struct call *c, const json_t *lines)
{
    static const char *const titles[] = {N_("What"), N_("Row"), N_("Body"), N_("Detail")};
    struct html *h = &c->html;
    const json_t *line;
    size_t at;
    html_raw(h, "<div class=\"card tablewrap\"><table class=\"list\">");
    part_table_head(c, titles, sizeof titles / sizeof *titles, NO_NUMBER);
    for (size_t e = 0; e < sizeof events / sizeof *events; e++) {
        json_array_foreach((json_t *)(uintptr_t)lines, at, line)
        {
            if (strcmp(text(line, "event"), events[e].event) != 0)
                continue;
            html_raw(h, "<tr><td>");
            part_state(c, events[e].looks, call_tr(c, events[e].words));
            html_raw(h, "</td>");
            cell(c, call_tr(c, titles[1]), NULL, row_words(c, line));
            cell(c, call_tr(c, titles[2]), NULL, text(line, "body"));
            cell(c, call_tr(c, titles[3]), "what", text(line, "text"));
            html_raw(h, "</tr>");
        }
    }
    html_raw(h, "</tbody></table></div>");
}

void import_write_plan(struct call *c, const json_t *x)
{
    struct html *h = &c->html;
    const json_t *part, *lines = json_object_get(x, "lines"), *all = json_object_get(x, "events");
    size_t at;
    layout_section(c, "canvis", call_tr(c, N_("What it would change")), "");
    html_raw(h, "<dl class=\"facts\">");
    json_array_foreach(json_object_get(x, "parts"), at, part)
    {
        const struct import_counts n = {.rows = number(part, "rows"),
                                        .added = number(part, "new"),
                                        .changed = number(part, "changed"),
                                        .same = number(part, "same"),
                                        .vanished = number(part, "vanished"),
                                        .refused = number(part, "refused")};
        import_write_counts(c, text(part, "kind"), &n);
    }
    html_raw(h, "</dl>");
    if (json_array_size(lines) == 0)
        part_empty(c, call_tr(c, N_("Nothing to be told row by row")),
                   call_tr(c, N_("What the file says is what the desk knows, or only counts change.")));
    else
        import_write_lines(c, lines);
    for (size_t e = 0; e < sizeof events / sizeof *events; e++) {
        int64_t count = number(all, events[e].event);
        json_array_foreach((json_t *)(uintptr_t)lines, at, part) count -=
            strcmp(text(part, "event"), events[e].event) == 0;
        if (count > 0)
            html_element(h, "p",
                         call_text(c, N_("… and %lld more: %s"), (long long)count, call_tr(c, events[e].words)));
    }
}

/* ------------------------------------------------------------------ one that was */

static const char *field_text(struct call *c, int field, const char *value)
{
    day_t day;
    int64_t n;
    if (value[0] == '\0')
        return "—";
    if ((field == IMPORT_CDS || field == IMPORT_CDA) && day_parse_iso(str_of(value), &day))
        return words_date(call_arena(c), c->lang, day);
    if (field == IMPORT_PLATFORM && str_to_int64(str_of(value), 0, PLATFORM_OTHER, &n))
        return platform_code((enum platform)n);
    return value;
}

static const char *changes_text(struct call *c, const struct import_difference *x)
{
    static const char *const words[IMPORT_FIELD_COUNT] = {
        [IMPORT_NAME] = N_("name"),   [IMPORT_ENDPOINT] = N_("endpoint"), [IMPORT_CDS] = N_("CDS"),
        [IMPORT_CDA] = N_("CDA"),     [IMPORT_PROVINCE] = N_("province"), [IMPORT_MUNICIPALITY] = N_("municipality"),
        [IMPORT_INE10] = N_("INE10"), [IMPORT_PLATFORM] = N_("platform")};
    struct arena *a = call_arena(c);
    const char *all = "";
    bool both = x->deed == IMPORT_DID_CHANGE || x->deed == IMPORT_DID_RETURN;
    for (int i = 0; both && i < IMPORT_FIELD_COUNT; i++) {
        if (strcmp(x->before[i], x->now[i]) != 0)
            all = arena_printf(a, "%s%s%s: %s → %s", all, all[0] == '\0' ? "" : "; ", call_tr(c, words[i]),
                               field_text(c, i, x->before[i]), field_text(c, i, x->now[i]));
    }
    if (x->deed == IMPORT_DID_ADD)
        all = arena_printf(a, "CDS: %s; CDA: %s", field_text(c, IMPORT_CDS, x->now[IMPORT_CDS]),
                           field_text(c, IMPORT_CDA, x->now[IMPORT_CDA]));
    return all;
}

void import_write_difference(struct call *c, const struct import_difference *x)
{
    static const char *const words[] = {
        [IMPORT_DID_ADD] = N_("new"),
        [IMPORT_DID_CHANGE] = N_("changed"),
        [IMPORT_DID_RETURN] = N_("back"),
        [IMPORT_DID_LOSE] = N_("gone"),
    };
    static const enum body_state looks[] = {
        [IMPORT_DID_ADD] = STATE_GOOD,
        [IMPORT_DID_CHANGE] = STATE_SOON,
        [IMPORT_DID_RETURN] = STATE_GOOD,
        [IMPORT_DID_LOSE] = STATE_MUTED,
    };
    struct html *h = &c->html;
    html_raw(h, "<tr><td>");
    part_state(c, looks[x->deed], call_tr(c, words[x->deed]));
    html_raw(h, "</td><td>");
    part_link(c, layout_body_path(c, x->body_id), NULL, x->now[IMPORT_NAME]);
    html_raw(h, "</td>");
    cell(c, call_tr(c, N_("Detail")), "what", changes_text(c, x));
    html_raw(h, "</tr>");
}
