/* Alert mails of another monitor as evidence (procedure A4): which body each is about, what it says, and what follows.
 * What our own rounds saw after an alert weighs more than the alert. */
#include <stdlib.h>

#include "base/text.h"
#include "core/name.h"
#include "flow/import_run.h"
#include "mail/mailbox.h"
#include "mail/read.h"
#include "net/url.h"
#include "record/action.h"
#include "record/alert.h"
#include "record/outage.h"
#include "record/sweep.h"

#define SOURCE_MONITOR "monitor"

/* By what a body is recognised. */
struct trait {
    const char *text; /* host, or name folded with a space at each end */
    const struct body *body;
};
struct traits {
    struct trait *items;
    size_t count, capacity;
};

/* A mail that has been taken in and may open or close an outage. */
struct effect {
    struct alert alert;
    const struct body *body;
    size_t row;
};

struct alerts {
    struct import *im;
    int64_t import_id;
    struct traits hosts, names; /* hosts sorted */
    struct watch_record *watches;
    size_t watch_count;
    VEC(struct effect) effects;
    struct arena scratch; /* of one mail */
};

/* ------------------------------------------------------------------ whom it is about */

static int trait_compare(const void *a, const void *b)
{
    return strcmp(((const struct trait *)a)->text, ((const struct trait *)b)->text);
}

static char *padded_fold(struct arena *a, struct str s)
{
    return arena_printf(a, " %s ", text_fold(a, s));
}

static void traits_make(struct alerts *x, const struct bodies *bodies)
{
    struct arena *a = x->im->arena;
    for (size_t i = 0; i < bodies->count; i++) {
        const struct body *b = &bodies->items[i];
        struct err ignored = {0};
        struct url u;
        if (b->vanished != DAY_NONE)
            continue;
        if (url_parse(str_of(b->endpoint), &u, &ignored))
            vec_push(&x->hosts, (struct trait){arena_strdup(a, u.host), b});
        const char *natural = padded_fold(a, str_of(b->name)),
                   *brief = padded_fold(a, str_of(name_short(a, str_of(b->name))));
        vec_push(&x->names, (struct trait){natural, b});
        if (strcmp(natural, brief) != 0 && strlen(brief) > 2)
            vec_push(&x->names, (struct trait){brief, b});
    }
    if (x->hosts.count > 0)
        qsort(x->hosts.items, x->hosts.count, sizeof *x->hosts.items, trait_compare);
}

struct candidates {
    const struct body **items;
    size_t count, capacity;
};

static bool is_candidate(const struct candidates *c, const struct body *b)
{
    for (size_t i = 0; i < c->count; i++) {
        if (c->items[i] == b)
            return true;
    }
    return false;
}

static void candidate_add(struct candidates *c, const struct body *b)
{
    if (!is_candidate(c, b))
        vec_push(c, b);
}

static bool is_host_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
}

/* Bodies whose endpoint's host is written in the text; not as the domain of a mail address. */
static void by_host(const struct alerts *x, struct str text, struct candidates *to)
{
    for (size_t i = 0; i < text.n; i++) {
        size_t start = i, n = 0;
        char host[LIMIT_HOST_BYTES + 1];
        for (; i < text.n && is_host_char(text.p[i]); i++) {
            if (n < LIMIT_HOST_BYTES)
                host[n++] = (char)(text.p[i] >= 'A' && text.p[i] <= 'Z' ? text.p[i] + ('a' - 'A') : text.p[i]);
        }
        while (n > 0 && host[n - 1] == '.')
            n--;
        host[n] = '\0';
        if (n == 0 || i - start > LIMIT_HOST_BYTES || (start > 0 && text.p[start - 1] == '@'))
            continue;
        size_t low = 0, high = x->hosts.count;
        while (low < high) {
            size_t middle = low + (high - low) / 2;
            if (strcmp(x->hosts.items[middle].text, host) < 0)
                low = middle + 1;
            else
                high = middle;
        }
        for (; low < x->hosts.count && strcmp(x->hosts.items[low].text, host) == 0; low++)
            candidate_add(to, x->hosts.items[low].body);
    }
}

/* Bodies whose name stands in the subject and not inside the longer name of another: "Vilanova" in "Vilanova i la
 * Geltrú" is nobody's. With `among`, only those. */
static void by_name(struct alerts *x, const char *subject, const struct candidates *among, struct candidates *to)
{
    struct span {
        size_t start, end;
        const struct body *body;
    };
    VEC(struct span) spans = {0};
    for (size_t i = 0; i < x->names.count; i++) {
        const struct trait *t = &x->names.items[i];
        if (among->count > 0 && !is_candidate(among, t->body))
            continue;
        for (const char *at = strstr(subject, t->text); at != NULL; at = strstr(at + 1, t->text))
            vec_push(&spans, (struct span){(size_t)(at - subject), (size_t)(at - subject) + strlen(t->text), t->body});
    }
    for (size_t i = 0; i < spans.count; i++) {
        const struct span *s = &spans.items[i];
        bool inside = false;
        for (size_t k = 0; k < spans.count && !inside; k++) {
            const struct span *o = &spans.items[k];
            inside = o->start <= s->start && o->end >= s->end && o->end - o->start > s->end - s->start;
        }
        if (!inside)
            candidate_add(to, s->body);
    }
    vec_release(&spans);
}

/* The body, or NULL with the reason. */
static const struct body *recognise(struct alerts *x, const struct mail_seen *mail, struct err *why)
{
    struct candidates hosts = {0}, names = {0};
    by_host(x, str_of(mail->subject), &hosts);
    by_host(x, str_of(mail->text), &hosts);
    if (hosts.count != 1)
        by_name(x, padded_fold(&x->scratch, str_of(mail->subject)), &hosts, &names);
    const struct candidates *found = hosts.count == 1 || names.count == 0 ? &hosts : &names;
    const struct body *b = found->count == 1 ? found->items[0] : NULL;
    if (found->count == 0)
        err_set(why, ERR_UNKNOWN, N_("it names no endpoint and no body that the desk knows"));
    else if (found->count > 1)
        err_set(why, ERR_AMBIGUOUS, N_("it may be about several bodies: %s, %s"), found->items[0]->name,
                found->items[1]->name);
    vec_release(&hosts);
    vec_release(&names);
    return b;
}

/* ------------------------------------------------------------------ what it says */

static bool has_word(struct arena *a, const char *text, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strstr(text, arena_printf(a, " %s ", words[i])) != NULL)
            return true;
    }
    return false;
}

/* The subject decides; the text only where the subject says nothing. */
static enum alert_says says(struct alerts *x, const struct mail_seen *mail)
{
    const struct profile *p = &x->im->desk->files.profile;
    const char *const places[] = {mail->subject, mail->text};
    for (size_t i = 0; i < 2; i++) {
        const char *text = padded_fold(&x->scratch, str_of(places[i]));
        if (has_word(&x->scratch, text, p->alert_down, p->alert_down_count))
            return ALERT_DOWN;
        if (has_word(&x->scratch, text, p->alert_up, p->alert_up_count))
            return ALERT_UP;
    }
    return ALERT_UNCLEAR;
}

/* ------------------------------------------------------------------ taking it in */

static bool keep(struct alerts *x, const struct mail_seen *mail, const struct body *b, size_t row)
{
    struct import *im = x->im;
    struct effect f = {
        .alert = {.message_id = mail->message_id,
                  .at = mail->date,
                  .day = day_madrid(mail->date),
                  .body_id = b == NULL ? 0 : b->id,
                  .says = says(x, mail),
                  .subject = arena_strdup(im->arena, mail->subject)},
        .body = b,
        .row = row,
    };
    enum alert_put what;
    if (!alert_put(im->tx, &f.alert, x->import_id, &what, im->e))
        return false;
    im->part->counts.added += b != NULL && what == ALERT_NEW;
    im->part->counts.changed += b != NULL && what == ALERT_RECOGNISED;
    im->part->counts.same += b != NULL && what == ALERT_SAME;
    if (b == NULL || what == ALERT_SAME)
        return true;
    if (f.alert.says == ALERT_UNCLEAR)
        import_note(
            im, IMPORT_REMARK, row, b->name,
            arena_printf(&x->scratch, tr(im->desk->lang, N_("it says neither that it is down nor that it is up: %s")),
                         f.alert.subject));
    f.alert.message_id = NULL; /* of one mail's arena */
    vec_push(&x->effects, f);
    return true;
}

static bool take(void *context, struct mailbox_mail *m)
{
    struct alerts *x = context;
    struct import *im = x->im;
    struct mail_seen mail = {.subject = ""};
    struct err *why = &m->unread;
    arena_reset(&x->scratch);
    im->part->counts.rows++;
    if (im->options->progress != NULL && m->number % 100 == 0)
        im->options->progress(im->options->progress_context, m->number, 0);
    bool read = why->code == ERR_NONE && mail_read(m->bytes, &x->scratch, &mail, why);
    if (why->code == ERR_MODULE)
        return err_set(im->e, ERR_MODULE, "%s", why->text);
    if (read && mail.date == INSTANT_NONE)
        read = err_set(why, ERR_VALUE, N_("the mail has no date"));
    else if (read && day_madrid(mail.date) > im->desk->by.day)
        read = err_set(why, ERR_VALUE, N_("the mail has a date in the future"));
    const struct body *b = read ? recognise(x, &mail, why) : NULL;
    bool ok = !read || keep(x, &mail, b, m->number);
    if (b == NULL)
        import_refuse(im, m->number, str_of(mail.subject), why);
    return ok;
}

/* ------------------------------------------------------------------ what follows */

static int effect_compare(const void *a, const void *b)
{
    const struct effect *x = a, *y = b;
    if (x->alert.at != y->alert.at)
        return x->alert.at < y->alert.at ? -1 : 1;
    return (x->row > y->row) - (x->row < y->row);
}

static bool round_after(const struct alerts *x, const struct alert *alert)
{
    for (size_t i = 0; i < x->watch_count; i++) {
        if (x->watches[i].body_id == alert->body_id)
            return x->watches[i].watch.last > alert->at;
    }
    return false;
}

/* Whether nothing that the desk knows speaks against an outage from that day on. */
static bool may_open(struct alerts *x, const struct effect *f, bool *ret)
{
    struct import *im = x->im;
    struct outage *known;
    struct silence *silences;
    size_t count, silent;
    bool later;
    *ret = false;
    if (f->body->excluded != NULL || (f->alert.day != im->desk->by.day && round_after(x, &f->alert)))
        return true;
    if (!alert_after(im->tx, f->body->id, ALERT_UP, f->alert.at, &later, im->e) ||
        !outages_load(im->tx, &x->scratch, f->body->id, im->desk->by.day, false, &known, &count, im->e) ||
        !silences_load(im->tx, &x->scratch, f->alert.day, &silences, &silent, im->e))
        return false;
    bool may = !later;
    for (size_t i = 0; i < count; i++) {
        bool ours = strcmp(known[i].source, SOURCE_MONITOR) == 0;
        /* What a person or a round closed that day stays closed. */
        if (known[i].closed == DAY_NONE || known[i].closed > f->alert.day || (known[i].closed == f->alert.day && !ours))
            may = false;
    }
    for (size_t i = 0; i < silent; i++)
        may = may && silences[i].body_id != f->body->id;
    *ret = may;
    return true;
}

/* The subject as the KO table shows it. */
static const char *shown_error(struct arena *a, const char *subject)
{
    struct str rest = str_of(subject);
    uint32_t c;
    for (int i = 0; i < LIMIT_ALERT_ERROR_CHARS && str_utf8_next(&rest, &c); i++)
        ;
    return arena_text(a, str_part(subject, (size_t)(rest.p - subject)));
}

static bool open_for(struct alerts *x, const struct effect *f, const char **ret_words)
{
    struct import *im = x->im;
    bool may;
    int64_t id;
    if (!may_open(x, f, &may) || !may)
        return im->e->code == ERR_NONE;
    if (im->desk->by.day - f->alert.day > LIMIT_ALERT_OPEN_DAYS) {
        *ret_words = N_("down long ago, and no mail says how it ended: kept, no outage is opened: %s");
        return true;
    }
    *ret_words = N_("down: an outage is opened: %s");
    return outage_open(im->tx, &im->desk->by, f->body->id, shown_error(&x->scratch, f->alert.subject), f->alert.day,
                       SOURCE_MONITOR, &id, im->e);
}

static bool close_for(struct alerts *x, const struct effect *f, const char **ret_words)
{
    struct import *im = x->im;
    struct outage *open;
    size_t count;
    bool fits, added;
    if (!outages_load(im->tx, &x->scratch, f->body->id, f->alert.day, true, &open, &count, im->e))
        return false;
    if (count == 0 || open[0].closed != DAY_NONE || strcmp(open[0].source, SOURCE_MONITOR) != 0)
        return true;
    if (!alert_down_between(im->tx, f->body->id, open[0].since, f->alert.at, &fits, im->e))
        return false;
    if (!fits)
        return true;
    const char *text = tr(im->desk->files.profile.language, N_("The service answers again."));
    struct action action = {.body_id = f->body->id,
                            .day = f->alert.day,
                            .group = GROUP_OUTAGE,
                            .text = text,
                            .ticket = "",
                            .source = SOURCE_MONITOR};
    *ret_words = N_("up again: its outage is closed: %s");
    return outage_close(im->tx, &im->desk->by, f->body->id, text, f->alert.day, im->e) &&
           action_add(im->tx, &im->desk->by, &action, &added, im->e);
}

/* In the order in which the mails were sent, whatever the order of the mailbox. */
static bool follow(struct alerts *x)
{
    bool ok = true;
    if (x->effects.count > 0)
        qsort(x->effects.items, x->effects.count, sizeof *x->effects.items, effect_compare);
    for (size_t i = 0; ok && i < x->effects.count; i++) {
        const struct effect *f = &x->effects.items[i];
        const char *words = N_("taken in: %s");
        arena_reset(&x->scratch);
        if (f->alert.says == ALERT_UNCLEAR)
            continue;
        ok = f->alert.says == ALERT_DOWN ? open_for(x, f, &words) : close_for(x, f, &words);
        if (ok)
            import_note(x->im, IMPORT_NEW, f->row, f->body->name,
                        arena_printf(&x->scratch, tr(x->im->desk->lang, words), f->alert.subject));
    }
    return ok;
}

bool import_alerts(struct import *im)
{
    struct alerts x = {.im = im};
    struct bodies bodies;
    const char *path = im->options->source;
    bool ok = import_part_begin(im, "alerts", "alerts", "", &x.import_id) &&
              bodies_load(im->tx, im->arena, &im->desk->files.profile, im->desk->by.day, &bodies, im->e);
    if (ok && bodies.count == 0)
        ok = err_set(im->e, ERR_UNKNOWN,
                     N_("the desk has no bodies yet; import the registry first (`talaia import FILE`)"));
    ok = ok && watches_load(im->tx, im->arena, 0, &x.watches, &x.watch_count, im->e);
    if (ok)
        traits_make(&x, &bodies);
    ok = ok && mailbox_each(path, mailbox_tell(path), take, &x, im->e) && im->e->code == ERR_NONE && follow(&x) &&
         import_set_counts(im->tx, x.import_id, &im->part->counts, im->e);
    vec_release(&x.hosts);
    vec_release(&x.names);
    vec_release(&x.effects);
    arena_release(&x.scratch);
    return ok;
}
