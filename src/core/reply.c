/* What kind of mail it is and what it seems to say. The order of the questions is the rule: the first that holds wins.
 */
#include "core/reply.h"

#include "base/text.h"

static const struct {
    const char *code, *words;
} kinds[REPLY_KINDS] = {
#define X(name, code, words) [REPLY_##name] = {code, words},
    REPLY_KIND_LIST(X)
#undef X
};
static const struct {
    const char *code, *words;
} sayings[REPLY_SAYS_COUNT] = {
#define X(name, code, words) [REPLY_SAYS_##name] = {code, words},
    REPLY_SAYS_LIST(X)
#undef X
};

const char *reply_kind_code(enum reply_kind k)
{
    return kinds[k].code;
}

const char *reply_kind_words(enum reply_kind k)
{
    return kinds[k].words;
}

bool reply_kind_parse(const char *code, enum reply_kind *ret)
{
    for (size_t i = 0; i < REPLY_KINDS; i++) {
        if (strcmp(kinds[i].code, code) == 0) {
            *ret = (enum reply_kind)i;
            return true;
        }
    }
    return false;
}

const char *reply_says_code(enum reply_says s)
{
    return sayings[s].code;
}

const char *reply_says_words(enum reply_says s)
{
    return sayings[s].words;
}

bool reply_says_parse(const char *code, enum reply_says *ret)
{
    for (size_t i = 0; i < REPLY_SAYS_COUNT; i++) {
        if (strcmp(sayings[i].code, code) == 0) {
            *ret = (enum reply_says)i;
            return true;
        }
    }
    return false;
}

/* ------------------------------------------------------------------ words */

/* The first of those words that stands in the text (folded, with a space at each end), or NULL. */
static const char *word_found(struct arena *a, const struct word_list *w, const char *padded)
{
    for (size_t i = 0; i < w->count; i++) {
        if (strstr(padded, arena_printf(a, " %s ", w->items[i])) != NULL)
            return w->items[i];
    }
    return NULL;
}

static const char *padded_fold(struct arena *a, struct str s)
{
    return arena_printf(a, " %s ", text_fold(a, s));
}

static bool begins_with(const struct word_list *w, const char *fold)
{
    for (size_t i = 0; i < w->count; i++) {
        size_t n = strlen(w->items[i]);
        if (strncmp(fold, w->items[i], n) == 0 && (fold[n] == ' ' || fold[n] == '\0'))
            return true;
    }
    return false;
}

/* ------------------------------------------------------------------ reports of delivery */

/* Which failures say that the address itself takes no mail (RFC 3463 §3.2, and the codes that Exchange Online gives to
 * recipients that do not exist). Any other failure of class 5 may be the message's fault or pass: a full mailbox, a
 * filter. */
static bool is_for_good(const char *status, const char *diagnostic)
{
    static const char *const lasting[] = {"5.1.0",  "5.1.1",   "5.1.2", "5.1.3",   "5.1.4", "5.1.6",
                                          "5.1.10", "5.1.351", "5.2.1", "5.4.310", "5.4.4"};
    for (size_t i = 0; i < sizeof lasting / sizeof *lasting; i++) {
        if (strcmp(status, lasting[i]) == 0)
            return true;
    }
    /* Old servers say 5.0.0 or nothing exact for everything; their words follow RFC 5321 §4.2.3. */
    static const char *const said[] = {" user unknown ",        " unknown user ",
                                       " no such user ",        " does not exist ",
                                       " mailbox unavailable ", " recipient rejected ",
                                       " unknown recipient ",   " recipient address rejected access denied ",
                                       " invalid recipient ",   " no such recipient ",
                                       " user doesn t exist ",  " account that you tried to reach "};
    bool vague = strcmp(status, "5.0.0") == 0 || strcmp(status, "5.4.1") == 0 || strcmp(status, "5.5.0") == 0 ||
                 status[0] == '\0';
    for (size_t i = 0; vague && i < sizeof said / sizeof *said; i++) {
        if (strstr(diagnostic, said[i]) != NULL)
            return true;
    }
    return false;
}

/* "5.1.1" or "4.4.7" somewhere in the text; "" when there is none. */
static const char *status_in(struct arena *a, const char *text)
{
    for (const char *p = text; *p != '\0'; p++) {
        if ((*p != '4' && *p != '5') || (p > text && ((p[-1] >= '0' && p[-1] <= '9') || p[-1] == '.')))
            continue;
        size_t n = strspn(p, "0123456789.");
        int dots = 0;
        for (size_t i = 0; i < n; i++)
            dots += p[i] == '.';
        if (n > 0 && p[n - 1] == '.')
            n--, dots--;
        if (dots == 2 && p[1] == '.' && n >= 5 && n <= 9)
            return arena_text(a, str_part(p, n));
    }
    return "";
}

struct recipients {
    struct reply_recipient *items;
    size_t count, capacity;
};

static void recipient_add(struct arena *a, struct recipients *to, const char *address, const char *status,
                          const char *diagnostic)
{
    const char *fold = padded_fold(a, str_of(diagnostic));
    vec_push(to, (struct reply_recipient){
                     .address = address,
                     .for_good = is_for_good(status, fold),
                     .reason = arena_text(a, str_trim(str_of(arena_printf(a, "%s %s", status, diagnostic))))});
}

/* A report with its machine's part: what happened to each recipient. */
static enum reply_kind judge_deliveries(struct arena *a, const struct mail_seen *m, struct recipients *to)
{
    bool delayed = false, good = false;
    for (size_t i = 0; i < m->delivery_count; i++) {
        const struct mail_delivery *d = &m->deliveries[i];
        if (strcmp(d->action, "failed") == 0 || (d->action[0] == '\0' && d->status[0] == '5'))
            recipient_add(a, to, d->recipient, d->status, d->diagnostic);
        delayed = delayed || strcmp(d->action, "delayed") == 0 || (d->action[0] == '\0' && d->status[0] == '4');
    }
    for (size_t i = 0; i < to->count; i++)
        good = good || to->items[i].for_good;
    if (to->count > 0)
        return good ? REPLY_BOUNCE : REPLY_UNDELIVERED;
    return delayed ? REPLY_DELAYED : REPLY_AUTOMATIC;
}

/* A report in words alone: whom it is about is named by X-Failed-Recipients, else by what it returns. */
static enum reply_kind judge_words(struct arena *a, const struct mail_seen *m, struct recipients *to)
{
    const char *status = status_in(a, m->text), *subject = status_in(a, m->subject);
    status = status[0] == '\0' ? subject : status;
    struct str rest = str_of(m->failed_recipients), one;
    while (m->failed_recipients[0] != '\0' && to->count < LIMIT_MAIL_DELIVERIES && str_split(&rest, ',', &one)) {
        if (str_trim(one).n > 0)
            recipient_add(a, to, arena_text(a, str_trim(one)), status, m->text);
    }
    for (size_t i = 0; to->count == 0 && i < m->returned_to.count; i++) {
        if (strstr(m->text, m->returned_to.items[i]) != NULL || m->returned_to.count == 1)
            recipient_add(a, to, m->returned_to.items[i], status, m->text);
    }
    for (size_t i = 0; i < to->count; i++) {
        to->items[i].reason = status;
        if (to->items[i].for_good)
            return REPLY_BOUNCE;
    }
    return status[0] == '4' ? REPLY_DELAYED : REPLY_UNDELIVERED;
}

/* RFC 5321 §4.5.1 and custom: who writes reports. */
static bool is_daemon(const char *email)
{
    struct str local = str_part(email, strcspn(email, "@"));
    return str_is(local, "mailer-daemon") || str_is(local, "postmaster") ||
           str_starts(local, "microsoftexchange329e71ec88ae4615bbc36ab6ce41109e");
}

/* ------------------------------------------------------------------ which kind */

static bool is_own(const struct mail_lines *own, const char *email)
{
    for (size_t i = 0; i < own->count; i++) {
        if (email[0] != '\0' && strcmp(own->items[i], email) == 0)
            return true;
    }
    return false;
}

static bool precedence_is(const struct mail_seen *m, const char *word)
{
    return str_is_nocase(str_trim(str_of(m->precedence)), word);
}

static bool auto_submitted(const struct mail_seen *m, const char *word)
{
    struct str value = str_of(m->auto_submitted);
    return str_is_nocase(str_trim(str_part(value.p, strcspn(value.p, ";( "))), word);
}

/* A machine wrote it; *ret says which way. */
static bool is_machine(struct arena *a, const struct profile *p, const struct mail_seen *m, bool in_thread,
                       enum reply_kind *ret)
{
    const struct word_list *away = &p->reply_words[REPLY_WORDS_AWAY];
    const char *subject = text_fold(a, str_of(m->subject));
    bool says_away = word_found(a, away, arena_printf(a, " %s ", subject)) != NULL;
    bool marked = auto_submitted(m, "auto-replied") || auto_submitted(m, "auto-generated") ||
                  auto_submitted(m, "auto-notified") || m->autoreply[0] != '\0' || precedence_is(m, "auto_reply");
    bool bulk = precedence_is(m, "bulk") || precedence_is(m, "junk");
    if (begins_with(away, subject) ||
        ((marked || bulk || str_is_nocase(str_trim(str_of(m->suppress)), "All")) && says_away) ||
        auto_submitted(m, "auto-replied")) {
        *ret = REPLY_AWAY;
        return true;
    }
    if (marked || (bulk && !in_thread)) {
        const char *text = padded_fold(a, str_utf8_cut(str_of(m->text), 2000));
        *ret = marked && word_found(a, away, text) != NULL ? REPLY_AWAY : REPLY_AUTOMATIC;
        return true;
    }
    return false;
}

static enum reply_kind kind_of(struct arena *a, const struct profile *p, const struct mail_seen *m,
                               const struct mail_lines *own, bool in_thread, struct recipients *to)
{
    enum reply_kind kind;
    const struct word_list *failed = &p->reply_words[REPLY_WORDS_FAILED];
    if (m->talaia_id[0] != '\0' && is_own(own, m->from_email))
        return REPLY_COPY;
    if (m->delivery_count > 0 && (strcmp(m->report_type, "delivery-status") == 0 || is_daemon(m->from_email)))
        return judge_deliveries(a, m, to);
    if (m->report_type[0] != '\0' && strcmp(m->report_type, "delivery-status") != 0)
        return REPLY_AUTOMATIC; /* receipts (RFC 8098), complaints (RFC 5965) */
    if (strcmp(m->report_type, "delivery-status") == 0 || m->failed_recipients[0] != '\0' ||
        ((is_daemon(m->from_email) || m->null_sender) &&
         word_found(a, failed, padded_fold(a, str_of(m->subject))) != NULL))
        return judge_words(a, m, to);
    if (is_own(own, m->from_email))
        return REPLY_COPY;
    if (is_machine(a, p, m, in_thread, &kind))
        return kind;
    if (is_daemon(m->from_email))
        return REPLY_AUTOMATIC;
    if (!in_thread && (m->list_id[0] != '\0' || precedence_is(m, "list")))
        return REPLY_LIST;
    return m->from_email[0] == '\0' ? REPLY_UNKNOWN : REPLY_ANSWER;
}

/* ------------------------------------------------------------------ what it says */

/* Sentence by sentence: "no hem pogut renovar" is no renewal, though the next sentence may be one. */
static enum reply_says says_of(struct arena *a, const struct profile *p, const char *text, const char **ret_word)
{
    const struct word_list *words = p->reply_words;
    const char *found[REPLY_SAYS_COUNT] = {0};
    bool denied = false, asks = false;
    for (const char *at = text; *at != '\0';) {
        size_t n = strcspn(at, ".!?;");
        const char *fold = padded_fold(a, str_part(at, n));
        bool asked = at[n] == '?', no = word_found(a, &words[REPLY_WORDS_NOT], fold) != NULL;
        const char *way = word_found(a, &words[REPLY_WORDS_UNDER_WAY], fold);
        const char *done = word_found(a, &words[REPLY_WORDS_RENEWED], fold);
        const char *question = word_found(a, &words[REPLY_WORDS_QUESTION], fold);
        asks = asks || asked;
        if (question != NULL)
            found[REPLY_SAYS_QUESTION] = question;
        if ((way != NULL || done != NULL) && (no || asked))
            denied = true;
        else if (done != NULL)
            found[REPLY_SAYS_RENEWED] = done;
        else if (way != NULL)
            found[REPLY_SAYS_UNDER_WAY] = way;
        at += n + (at[n] != '\0');
    }
    enum reply_says says = REPLY_SAYS_UNSURE;
    bool answers = found[REPLY_SAYS_RENEWED] != NULL || found[REPLY_SAYS_UNDER_WAY] != NULL;
    if (!answers && !denied && (asks || found[REPLY_SAYS_QUESTION] != NULL))
        says = REPLY_SAYS_QUESTION;
    else if (answers && !denied && !asks && found[REPLY_SAYS_QUESTION] == NULL)
        says = found[REPLY_SAYS_RENEWED] != NULL ? REPLY_SAYS_RENEWED : REPLY_SAYS_UNDER_WAY;
    *ret_word = found[says] == NULL ? "" : found[says];
    return says;
}

void reply_judge(struct arena *a, const struct profile *p, const struct mail_seen *m, const struct mail_lines *own,
                 bool in_thread, struct reply *ret)
{
    struct recipients to = {0};
    struct reply r = {.says = REPLY_SAYS_NOTHING, .word = ""};
    r.kind = kind_of(a, p, m, own, in_thread, &to);
    r.text = reply_new_text(a, p, m->text);
    if (r.kind == REPLY_ANSWER)
        r.says = says_of(a, p, r.text, &r.word);
    r.recipients = vec_to_arena(&to, a);
    r.recipient_count = to.count;
    vec_release(&to);
    *ret = r;
}
