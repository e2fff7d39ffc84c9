/* The e-mail of a report: what is shown and given as files is taken from the very bytes that the outbox keeps, which
 * are those that go out; and the page of each week. */
#include <inttypes.h>

#include "flow/letter.h"
#include "mail/pieces.h"
#include "web/friday.h"
#include "web/pages.h"
#include "web/words.h"

#define XLSX_TYPE "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

/* ------------------------------------------------------------------ files */

/* The names under which they are given. `piece`: the type of the part of the mail; NULL: the mail itself. */
static const struct mail_file {
    const char *name, *piece, *type, *label;
    bool shown; /* in the list of files */
} files[] = {
    {"ResumAjuntaments.xlsx", XLSX_TYPE, XLSX_TYPE, "ResumAjuntaments.xlsx", true},
    {"informe.eml", NULL, "message/rfc822", N_("the e-mail (.eml)"), true},
    {"informe.html", "text/html", "text/html; charset=utf-8", N_("its page (.html)"), true},
    {"informe.txt", "text/plain", "text/plain; charset=utf-8", N_("its text (.txt)"), true},
    {"pagina", "text/html", NULL, NULL, false},
};

static const char *file_path(struct call *c, const struct message *m, const char *name)
{
    return arena_printf(call_arena(c), "/divendres/correu/%" PRId64 "/%s", m->id, name);
}

/* The bytes of a message of the kinds report and copy; false after an answer. */
static bool load_bytes(struct call *c, int64_t id, struct buf *bytes)
{
    struct tx tx = {0};
    struct message m;
    bool found = false, kept = false;
    bool ok = tx_begin(c->desk->store, TX_READ, &tx, &c->err) &&
              message_get(&tx, call_arena(c), id, &m, &found, &c->err) &&
              (!found || message_bytes(&tx, id, NULL, bytes, &kept, &c->err));
    tx_rollback(&tx);
    if (!ok)
        call_failed(c);
    else if (!found || !kept || (m.kind != OUTBOX_REPORT && m.kind != OUTBOX_COPY))
        call_problem(c, 404, N_("There is no such e-mail of a report."));
    else
        return true;
    return false;
}

static const struct mail_piece *find_piece(const struct mail_piece *pieces, size_t count, const char *type)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(pieces[i].type, type) == 0)
            return &pieces[i];
    }
    return NULL;
}

/* "data:image/png;base64,…" of the picture that "cid:…" means; the base64 as the mail has it. */
static bool add_picture(struct buf *to, const struct mail_piece *pieces, size_t count, struct str cid)
{
    for (size_t i = 0; i < count; i++) {
        const struct mail_piece *p = &pieces[i];
        if (!str_is(cid, p->cid) || p->coding != PIECE_BASE64 || strncmp(p->type, "image/", 6) != 0)
            continue;
        struct str rest = p->coded, line;
        bool ok = buf_printf(to, "data:%s;base64,", p->type);
        while (ok && str_split(&rest, '\n', &line))
            ok = buf_add_str(to, str_trim(line));
        return ok;
    }
    return buf_add_text(to, "cid:") && buf_add_str(to, cid);
}

/* The page with its pictures inside: it stands for itself, and nothing else of it is touched. */
static bool fill_pictures(struct str page, const struct mail_piece *pieces, size_t count, struct buf *to)
{
    static const char sign[] = "src=\"cid:";
    bool ok = true;
    while (ok && page.n > 0) {
        const char *at = memmem(page.p, page.n, sign, sizeof sign - 1);
        if (at == NULL)
            return buf_add_str(to, page);
        size_t before = (size_t)(at - page.p) + sizeof sign - 1 - 4;
        struct str rest = str_part(page.p + before + 4, page.n - before - 4);
        size_t n = str_find(rest, '"');
        ok = buf_add(to, page.p, before) && add_picture(to, pieces, count, str_part(rest.p, n));
        page = str_part(rest.p + n, rest.n - n);
    }
    return ok;
}

/* One part of the mail, decoded, added to the buffer. */
static bool read_piece(struct call *c, struct str bytes, const char *type, struct buf *to)
{
    struct mail_piece *pieces;
    size_t count;
    struct buf plain = BUF_INIT(LIMIT_MAIL_BYTES);
    if (!mail_pieces(bytes, call_arena(c), &pieces, &count, &c->err))
        return false;
    const struct mail_piece *p = find_piece(pieces, count, type);
    bool ok = p == NULL ? err_set(&c->err, ERR_UNKNOWN, N_("the e-mail has no such part"))
                        : mail_piece_decode(p, &plain, &c->err);
    bool page = strcmp(type, "text/html") == 0;
    if (ok && !(page ? fill_pictures(buf_str(&plain), pieces, count, to) : buf_add_str(to, buf_str(&plain))))
        ok = err_set(&c->err, ERR_LIMIT, N_("the mail is too large to be shown"));
    buf_release(&plain);
    return ok;
}

static void give(struct call *c, const struct mail_file *f, struct buf *bytes)
{
    struct buf content = BUF_INIT(2 * LIMIT_MAIL_BYTES);
    if (f->piece == NULL) {
        call_file(c, f->name, f->type, bytes);
    } else if (!read_piece(c, buf_str(bytes), f->piece, &content)) {
        call_failed(c);
        buf_release(&content);
    } else if (f->type == NULL) {
        call_framed(c, &content);
    } else {
        call_file(c, f->name, f->type, &content);
    }
}

void serve_mail_file(struct call *c)
{
    const char *name = call_path_end(c);
    struct buf bytes = BUF_INIT(LIMIT_MAIL_BYTES);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        if (strcmp(files[i].name, name) != 0)
            continue;
        if (load_bytes(c, c->id, &bytes))
            give(c, &files[i], &bytes);
        buf_release(&bytes);
        return;
    }
    call_problem(c, 404, N_("There is no such e-mail of a report."));
}

/* ------------------------------------------------------------------ how it is shown */

static void write_addresses(struct call *c, const struct report_mail *m, const char *field, const char *label)
{
    struct html *h = &c->html;
    size_t n = 0;
    for (size_t i = 0; i < m->to_count; i++) {
        const struct message_recipient *to = &m->to[i];
        if (strcmp(to->field, field) != 0)
            continue;
        if (n++ == 0) {
            html_element(h, "dt", label);
            html_open(h, "dd");
        } else {
            html_text(h, ", ");
        }
        html_text(h, to->name[0] == '\0' ? to->email : arena_printf(call_arena(c), "%s <%s>", to->name, to->email));
    }
    if (n > 0)
        html_close(h);
}

static void write_envelope(struct call *c, const struct report_mail *m, const char *hash)
{
    struct html *h = &c->html;
    html_raw(h, "<dl class=\"pairs\">");
    html_element(h, "dt", call_tr(c, N_("Subject")));
    html_element(h, "dd", m->message.subject);
    write_addresses(c, m, "to", call_tr(c, N_("To")));
    write_addresses(c, m, "cc", call_tr(c, N_("Cc")));
    html_element(h, "dt", call_tr(c, N_("Files")));
    html_open(h, "dd");
    for (size_t i = 0, n = 0; i < sizeof files / sizeof *files; i++) {
        if (!files[i].shown)
            continue;
        html_text(h, n++ > 0 ? " · " : "");
        part_link(c, file_path(c, &m->message, files[i].name), NULL, call_tr(c, files[i].label));
    }
    html_close(h);
    html_element(h, "dt", call_tr(c, N_("Bytes")));
    html_open(h, "dd");
    html_text(h, call_text(c, N_("%lld KB, SHA-256 "), (long long)((m->message.size + 1023) / 1024)));
    html_open(h, "code");
    html_attr(h, "id", "sha256");
    html_text(h, hash);
    html_close(h);
    html_close(h);
    html_raw(h, "</dl>");
    if (strcmp(hash, m->message.sha256) != 0)
        part_notice(c, false, call_tr(c, N_("Do not send it:")),
                    call_tr(c, N_("its bytes are not those that were built. Make the report again.")));
}

void friday_preview(struct call *c, const struct report_mail *m)
{
    struct html *h = &c->html;
    struct buf bytes = BUF_INIT(LIMIT_MAIL_BYTES), words = BUF_INIT(LIMIT_MAIL_BYTES);
    if (!load_bytes(c, m->message.id, &bytes))
        return;
    html_raw(h, "<div class=\"card seen\">");
    write_envelope(c, m, letter_hash(call_arena(c), buf_str(&bytes)));
    html_raw(h, "</div>");
    html_open(h, "iframe");
    html_attr(h, "class", "card mail");
    html_attr(h, "sandbox", "");
    html_attr(h, "loading", "lazy");
    html_attr(h, "title", call_tr(c, N_("The e-mail as its readers see it")));
    html_attr(h, "src", file_path(c, &m->message, "pagina"));
    html_close(h);
    html_raw(h, "<p class=\"row\">");
    part_link(c, file_path(c, &m->message, "pagina"), "btn", call_tr(c, N_("Open it by itself")));
    html_raw(h, "</p><details class=\"fold plaintext\">");
    html_open(h, "summary");
    html_attr(h, "class", "btn");
    html_text(h, call_tr(c, N_("Its plain text, for those whose mail shows no pages")));
    html_close(h);
    html_open(h, "pre");
    html_attr(h, "class", "card mailtext");
    html_attr(h, "tabindex", "0");
    if (read_piece(c, buf_str(&bytes), "text/plain", &words))
        html_text_str(h, buf_str(&words));
    else
        html_text(h, c->err.text);
    err_clear(&c->err);
    html_close(h);
    html_raw(h, "</details>");
    buf_release(&bytes);
    buf_release(&words);
}

/* ------------------------------------------------------------------ weeks */

void friday_message_state(struct call *c, const struct message *m)
{
    part_state(c,
               m->state == OUTBOX_AMBIGUOUS || m->state == OUTBOX_REFUSED ? STATE_PAST
               : outbox_has_left(m->state)                                ? STATE_GOOD
               : m->state == OUTBOX_CANCELLED                             ? STATE_MUTED
                                                                          : STATE_SOON,
               call_tr(c, outbox_state_words(m->state)));
}

/* One that gave way to another of its day stands in the list only when it is the last of it. */
static bool is_superseded(const struct friday_page *p, size_t at)
{
    const struct message *m = friday_message_of(&p->mails, p->weeks[at].id);
    if (m != NULL && m->state != OUTBOX_CANCELLED)
        return false;
    for (size_t i = 0; i < p->week_count; i++) {
        if (i != at && p->weeks[i].day == p->weeks[at].day &&
            (i < at || friday_message_of(&p->mails, p->weeks[i].id) != NULL))
            return true;
    }
    return false;
}

void friday_weeks(struct call *c, const struct friday_page *p)
{
    struct html *h = &c->html;
    struct arena *a = call_arena(c);
    if (p->week_count == 0)
        return;
    layout_section(c, "abans", call_tr(c, N_("Every week")), "");
    html_raw(h, "<ul class=\"card plain places pastweeks\">");
    for (size_t i = 0; i < p->week_count; i++) {
        const struct report_record *r = &p->weeks[i];
        const struct message *m = friday_message_of(&p->mails, r->id);
        if (is_superseded(p, i))
            continue;
        html_raw(h, "<li>");
        html_open(h, "a");
        html_attr(h, "href", arena_printf(a, "/divendres/%" PRId64, r->id));
        html_open(h, "span");
        part_day(c, r->day, words_weekday_date(a, c->lang, r->day));
        html_text(h, arena_printf(a, " · %s", words_distance(a, c->lang, r->day, p->v->day)));
        html_close(h);
        if (m != NULL)
            friday_message_state(c, m);
        else
            part_state(c, STATE_MUTED, call_tr(c, N_("made, without an e-mail")));
        html_close(h);
        html_raw(h, "</li>");
    }
    html_raw(h, "</ul>");
}

/* ------------------------------------------------------------------ one week */

struct week_page {
    const struct view *v;
    struct report_record report, before;
    struct report_line *now, *then;
    size_t now_count, then_count, mail_count;
    bool found, has_before;
    struct messages mails;
    struct report_mail *each; /* its messages, oldest first */
};

static bool load_week(struct call *c, struct week_page *p)
{
    struct arena *a = call_arena(c);
    struct tx tx = {0};
    struct report_record *past;
    size_t count = 0;
    const struct message_filter f = {.kinds = 1u << OUTBOX_REPORT | 1u << OUTBOX_COPY, .report_id = c->id};
    bool ok =
        tx_begin(c->desk->store, TX_READ, &tx, &c->err) && report_get(&tx, a, c->id, &p->report, &p->found, &c->err);
    if (ok && p->found) {
        ok = report_lines_load(&tx, a, c->id, &p->now, &p->now_count, &c->err) &&
             messages_load(&tx, a, &f, &p->mails, &c->err) &&
             (p->report.after == DAY_NONE || reports_load(&tx, a, p->report.after, 1, &past, &count, &c->err));
        p->has_before = ok && count == 1;
        if (p->has_before)
            p->before = past[0];
        ok = ok && (!p->has_before || report_lines_load(&tx, a, p->before.id, &p->then, &p->then_count, &c->err));
        p->each = arena_array(a, struct report_mail, p->mails.count + 1);
        for (size_t i = 0; ok && i < p->mails.count; i++)
            ok = friday_mail_load(c, &tx, &p->mails.items[i], &p->each[p->mail_count++]);
    }
    tx_rollback(&tx);
    return ok;
}

static const struct report_line *line_of(const struct report_line *list, size_t count, int64_t body_id)
{
    for (size_t i = 0; i < count; i++) {
        if (list[i].body_id == body_id)
            return &list[i];
    }
    return NULL;
}

/* The bodies of `list` that were so, and in `other` were not. */
static void write_difference(struct call *c, const struct week_page *p, bool down, bool came, const char *label)
{
    struct html *h = &c->html;
    const struct report_line *list = came ? p->now : p->then, *other = came ? p->then : p->now;
    size_t count = came ? p->now_count : p->then_count, other_count = came ? p->then_count : p->now_count, n = 0;
    for (size_t i = 0; i < count; i++) {
        const struct report_line *x = line_of(other, other_count, list[i].body_id);
        const struct view_body *b = view_find(p->v, list[i].body_id);
        bool is = down ? list[i].down : list[i].soon, was = x != NULL && (down ? x->down : x->soon);
        if (!is || was || b == NULL)
            continue;
        if (n++ == 0) {
            html_open(h, "li");
            html_text(h, label);
        }
        html_text(h, n == 1 ? " " : ", ");
        part_link(c, layout_body_path(c, b->body->id), NULL, b->body->name);
    }
    if (n > 0)
        html_close(h);
}

static void write_week_changes(struct call *c, const struct week_page *p)
{
    if (!p->has_before)
        return;
    layout_section(c, "canvis", call_tr(c, N_("Since the report before it")),
                   words_weekday_date(call_arena(c), c->lang, p->before.day));
    html_raw(&c->html, "<ul class=\"changes\">");
    write_difference(c, p, true, true, call_tr(c, N_("Gone down:")));
    write_difference(c, p, true, false, call_tr(c, N_("Up again:")));
    write_difference(c, p, false, true, call_tr(c, N_("Newly about to expire:")));
    write_difference(c, p, false, false, call_tr(c, N_("No longer about to expire:")));
    size_t down = 0, soon = 0;
    for (size_t i = 0; i < p->now_count; i++) {
        down += p->now[i].down;
        soon += p->now[i].soon;
    }
    html_element(&c->html, "li", call_text(c, N_("In all: %zu down, %zu about to expire."), down, soon));
    html_raw(&c->html, "</ul>");
}

/* Each message of the week: what became of it, step by step. */
static void write_messages(struct call *c, const struct week_page *p)
{
    struct html *h = &c->html;
    for (size_t i = 0; i < p->mail_count; i++) {
        const struct report_mail *m = &p->each[i];
        html_raw(h, "<div class=\"card seen\"><p class=\"row\">");
        friday_message_state(c, &m->message);
        html_open(h, "span");
        html_attr(h, "class", "sub");
        html_text(h,
                  m->message.kind == OUTBOX_COPY ? call_tr(c, N_("a copy, for somebody's eyes")) : m->message.subject);
        html_close(h);
        html_raw(h, "</p><ul class=\"line\">");
        for (size_t k = 0; k < m->step_count; k++) {
            const struct message_step *s = &m->steps[k];
            html_open(h, "li");
            html_element(h, "strong", call_tr(c, outbox_state_words(s->state)));
            html_text(h, arena_printf(call_arena(c), " %s %s", friday_who_when(c, s->who, s->at), s->detail));
            html_close(h);
        }
        html_raw(h, "</ul></div>");
    }
}

void page_week(struct call *c)
{
    struct week_page p = {.v = call_view(c)};
    struct arena *a = call_arena(c);
    if (p.v == NULL)
        return;
    if (!load_week(c, &p)) {
        call_failed(c);
        return;
    }
    if (!p.found) {
        call_problem(c, 404, N_("There is no report with this number."));
        return;
    }
    const char *title = call_text(c, N_("Report of %s"), words_weekday_date(a, c->lang, p.report.day));
    layout_begin(c, title, "/divendres");
    layout_head_open(c, title, call_text(c, N_("made by %s"), friday_who_when(c, p.report.who, p.report.at)));
    part_link(c, "/divendres", "btn", call_tr(c, N_("This week")));
    layout_head_close(c);
    write_week_changes(c, &p);
    const struct message *m = friday_message_of(&p.mails, p.report.id);
    if (m == NULL) {
        part_empty(c, call_tr(c, N_("Of this report nothing but its lines is kept")),
                   call_tr(c, N_("It was made before e-mails were kept, or brought from elsewhere.")));
    } else {
        layout_section(c, "passos", call_tr(c, N_("What became of it")), "");
        write_messages(c, &p);
        layout_section(c, "correu", call_tr(c, N_("The e-mail")), "");
        for (size_t i = 0; i < p.mail_count; i++) {
            if (p.each[i].message.id == m->id)
                friday_preview(c, &p.each[i]);
        }
    }
    layout_end(c);
    call_page(c, 200);
}
