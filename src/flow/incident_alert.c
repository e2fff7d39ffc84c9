/* Alerts of another monitor that arrive by mail (procedure C: OMI). A From line proves little, so that only addresses
 * that the runbook names are believed, and what they can do is open and close incidents of probes that are known. */
#include "base/text.h"
#include "conf/probes.h"
#include "conf/runbook.h"
#include "core/mail_seen.h"
#include "flow/incident.h"

#define OLD_SECONDS (24 * 3600)

static bool is_believed(const struct runbooks *books, const struct mail_seen *m)
{
    for (size_t i = 0; i < books->alert_count; i++) {
        if (m->from_email != NULL && str_is_nocase(str_of(m->from_email), books->alerts[i]))
            return true;
    }
    return false;
}

static bool is_name_char(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

/* As a word of its own: OCSP is not in OCSP_AOC. */
static bool names(const char *text, const char *probe)
{
    size_t n = strlen(probe);
    for (const char *at = strstr(text, probe); at != NULL; at = strstr(at + 1, probe)) {
        if ((at == text || !is_name_char(at[-1])) && !is_name_char(at[n]))
            return true;
    }
    return false;
}

/* The one probe that the text names; NULL when it names none, or several. */
static const char *probe_in(const struct runbooks *books, const struct probes *probes, const char *text)
{
    const char *found = NULL;
    for (size_t i = 0; i < probes->count; i++) {
        if (!names(text, probes->items[i].name))
            continue;
        if (found != NULL)
            return NULL;
        found = probes->items[i].name;
    }
    for (size_t i = 0; i < books->count; i++) {
        for (size_t k = 0; k < books->items[i].probe_count; k++) {
            const char *name = books->items[i].probes[k];
            if ((found != NULL && strcmp(found, name) == 0) || !names(text, name))
                continue;
            if (found != NULL)
                return NULL;
            found = name;
        }
    }
    return found;
}

static bool has_word(struct arena *a, const char *text, const char *const *words, size_t count)
{
    const char *folded = arena_printf(a, " %s ", text_fold(a, str_of(text)));
    for (size_t i = 0; i < count; i++) {
        if (strstr(folded, arena_printf(a, " %s ", words[i])) != NULL)
            return true;
    }
    return false;
}

/* 1: down, -1: up, 0: neither. The subject decides; the text only where the subject says nothing. */
static int says(struct desk *d, const struct mail_seen *m)
{
    const struct profile *p = &d->files.profile;
    const char *const places[] = {m->subject, m->text};
    for (size_t i = 0; i < 2; i++) {
        if (has_word(&d->arena, places[i], p->alert_down, p->alert_down_count))
            return 1;
        if (has_word(&d->arena, places[i], p->alert_up, p->alert_up_count))
            return -1;
    }
    return 0;
}

bool incident_alert_mail(struct desk *d, struct tx *tx, const struct mail_seen *m, struct err *e)
{
    struct runbooks books;
    struct probes probes;
    int64_t id;
    struct err unread = {.lang = e->lang};
    instant_t now = d->by.at;
    bool old = m->date == INSTANT_NONE || m->date < now - OLD_SECONDS * INSTANT_PER_SECOND;
    /* A file with a mistake keeps no mail from coming in; `talaia config check` says what is wrong with it. */
    if (old || !runbooks_load(&d->arena, &d->files, &books, &unread) || !is_believed(&books, m) ||
        !probes_load(&d->arena, &d->files, &probes, &unread))
        return true;
    const char *probe = probe_in(&books, &probes, m->subject);
    if (probe == NULL)
        probe = probe_in(&books, &probes, m->text);
    int what = says(d, m);
    if (probe == NULL || what == 0)
        return true;
    const struct incident_alert x = {.probe = probe,
                                     .service = "",
                                     .target = "",
                                     .source = INCIDENT_FROM_MAIL,
                                     .seen = m->subject,
                                     .since = m->date < now ? m->date : now};
    if (what < 0)
        return incident_recover_told(d, tx, probe, x.since, &id, e);
    /* Mails overtake one another: what was over when this one was written does not begin anew. */
    struct incident last;
    bool found;
    return incident_last(tx, &d->arena, probe, &last, &found, e) &&
           ((found && last.closed != INSTANT_NONE && x.since < last.recovered) ||
            incident_begin(d, tx, &x, &id, NULL, e));
}
