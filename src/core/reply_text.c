/* What is new in the text of an answer, and what its subject carries. */
#include "base/buf.h"
#include "base/text.h"
#include "core/reply.h"

struct line {
    struct str text;
    const char *fold; /* with a space at each end */
};
struct lines {
    struct line *items;
    size_t count, capacity;
};

static bool words_in(const struct word_list *w, struct arena *a, const char *padded)
{
    for (size_t i = 0; i < w->count; i++) {
        if (strstr(padded, arena_printf(a, " %s ", w->items[i])) != NULL)
            return true;
    }
    return false;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* A date with a year ("2026", "23/11/26") and a time ("8:30"): what tells the line above a quotation from a sentence
 * about somebody's letter. */
static bool has_moment(struct str s)
{
    bool year = false, time = false;
    for (size_t i = 0; i + 3 < s.n; i++) {
        const char *p = s.p + i;
        bool begins = i == 0 || !is_digit(p[-1]);
        year = year || (begins && p[0] == '2' && p[1] == '0' && is_digit(p[2]) && is_digit(p[3])) ||
               (is_digit(p[0]) && p[1] == '/' && is_digit(p[2]));
        time = time || (is_digit(p[0]) && p[1] == ':' && is_digit(p[2]) && is_digit(p[3]));
    }
    return year && time;
}

/* Whether these lines together say "on that day so-and-so wrote:". */
static bool says_who_wrote(struct arena *a, const struct profile *p, const struct lines *l, size_t first, size_t last)
{
    struct buf all = BUF_INIT(16384);
    for (size_t i = first; i <= last; i++) {
        buf_add_str(&all, l->items[i].text);
        buf_add_char(&all, ' ');
    }
    bool says = has_moment(buf_str(&all)) &&
                words_in(&p->reply_words[REPLY_WORDS_WROTE], a, arena_printf(a, " %s ", text_fold(a, buf_str(&all))));
    buf_release(&all);
    return says;
}

/* How many lines from `i` on introduce a quotation; 0 when they do not. They are wrapped at times; the fewest lines
 * that say it are it. */
static size_t attribution(struct arena *a, const struct profile *p, const struct lines *l, size_t i)
{
    enum { MOST_LINES = 4 };
    for (size_t last = i; last < i + MOST_LINES && last < l->count; last++) {
        if (str_starts(l->items[last].text, ">"))
            return 0;
        if (!str_ends(l->items[last].text, ":"))
            continue;
        for (size_t later = i + 1; later <= last; later++) {
            if (says_who_wrote(a, p, l, later, last))
                return 0; /* it begins further down */
        }
        return says_who_wrote(a, p, l, i, last) ? last - i + 1 : 0;
    }
    return 0;
}

/* Whether the line is "Word: something" with one of those words before the colon. */
static bool is_field(struct arena *a, const struct word_list *w, struct str line)
{
    size_t colon = str_find(line, ':');
    if (colon == line.n || colon > 40)
        return false;
    const char *fold = text_fold(a, str_part(line.p, colon));
    for (size_t i = 0; i < w->count; i++) {
        if (strcmp(fold, w->items[i]) == 0)
            return true;
    }
    return false;
}

/* The header that Outlook, Zimbra and webmails put above what they quote: a sender and two more fields close by. */
static bool is_header_block(struct arena *a, const struct profile *p, const struct lines *l, size_t i)
{
    enum { NEAR_LINES = 8 };
    size_t more = 0;
    if (!is_field(a, &p->reply_words[REPLY_WORDS_FROM], l->items[i].text))
        return false;
    for (size_t n = 1; n <= NEAR_LINES && i + n < l->count; n++)
        more += is_field(a, &p->reply_words[REPLY_WORDS_FIELDS], l->items[i + n].text);
    return more >= 2;
}

/* "-----Missatge original-----" */
static bool is_original(const struct profile *p, const struct line *l)
{
    const struct word_list *w = &p->reply_words[REPLY_WORDS_ORIGINAL];
    if (!str_starts(l->text, "--"))
        return false;
    for (size_t i = 0; i < w->count; i++) {
        size_t n = strlen(w->items[i]);
        if (strlen(l->fold) == n + 2 && strncmp(l->fold + 1, w->items[i], n) == 0)
            return true;
    }
    return false;
}

static struct lines lines_split(struct arena *a, const char *text)
{
    struct lines l = {0};
    struct str rest = str_of(text), line;
    while (str_split(&rest, '\n', &line)) {
        line = str_trim(line);
        vec_push(&l, (struct line){line, arena_printf(a, " %s ", text_fold(a, line))});
    }
    return l;
}

static bool is_rule(struct str line)
{
    for (size_t i = 0; i < line.n; i++) {
        if (line.p[i] != '_' && line.p[i] != '-' && line.p[i] != '*')
            return false;
    }
    return line.n >= 3;
}

char *reply_new_text(struct arena *a, const struct profile *p, const char *text)
{
    struct lines l = lines_split(a, text);
    VEC(struct str) kept = {0};
    size_t i = 0;
    while (i < l.count) {
        struct str line = l.items[i].text;
        size_t said = attribution(a, p, &l, i);
        if (str_is(line, "--") || is_original(p, &l.items[i]) || is_header_block(a, p, &l, i))
            break;
        if (said > 0) {
            i += said;
            if (i < l.count && !str_starts(l.items[i].text, ">"))
                break; /* a quotation without marks: nobody can say where it ends */
            continue;
        }
        if (!str_starts(line, ">") && line.n > 0)
            vec_push(&kept, line);
        i++;
    }
    while (kept.count > 0 && is_rule(kept.items[kept.count - 1]))
        kept.count--;
    struct buf out = BUF_INIT(4 * LIMIT_MAIL_TEXT_BYTES);
    for (size_t k = 0; k < kept.count; k++) {
        if (k > 0)
            buf_add_char(&out, '\n');
        buf_add_str(&out, kept.items[k]);
    }
    char *result = kept.count > 0 ? arena_text(a, buf_str(&out)) : arena_strdup(a, text);
    buf_release(&out);
    vec_release(&kept);
    vec_release(&l);
    return result;
}

/* ------------------------------------------------------------------ subject */

struct str reply_subject_bare(struct str subject)
{
    static const char *const marks[] = {"re", "rv", "fw", "fwd", "res", "resp", "rif", "aw", "wg", "tr", "enc"};
    bool found = true;
    subject = str_trim(subject);
    while (found) {
        size_t colon = str_find(subject, ':'), n = 0;
        found = false;
        while (n < colon && ((subject.p[n] | 32) >= 'a' && (subject.p[n] | 32) <= 'z'))
            n++;
        /* "RE[2]:" counts them. */
        size_t end = n;
        if (end < colon && subject.p[end] == '[')
            end += str_find(str_part(subject.p + end, colon - end), ']') + 1;
        while (end < colon && subject.p[end] == ' ')
            end++;
        for (size_t i = 0; colon < subject.n && end == colon && !found && i < sizeof marks / sizeof *marks; i++)
            found = str_is_nocase(str_part(subject.p, n), marks[i]);
        if (found)
            subject = str_trim(str_part(subject.p + colon + 1, subject.n - colon - 1));
    }
    return subject;
}

static bool is_key(struct str s)
{
    size_t n = 0, digits = 0;
    while (n < s.n &&
           ((s.p[n] >= 'A' && s.p[n] <= 'Z') || (n > 0 && (s.p[n] == '_' || (s.p[n] >= '0' && s.p[n] <= '9')))))
        n++;
    if (n < s.n && n > 0 && s.p[n] == '-')
        n++;
    else
        n = s.n > 1 && s.p[0] == '#' ? 1 : 0; /* Redmine's "#123" */
    while (n + digits < s.n && s.p[n + digits] >= '0' && s.p[n + digits] <= '9')
        digits++;
    return n > 0 && digits > 0 && n + digits == s.n && s.n <= LIMIT_TICKET_CHARS;
}

const char *reply_ticket(struct arena *a, const char *subject, const char *project)
{
    const char *found = NULL;
    for (const char *p = strchr(subject, '['); p != NULL; p = strchr(p + 1, '[')) {
        struct str key = str_trim(str_part(p + 1, strcspn(p + 1, "]")));
        bool closed = p[1 + strcspn(p + 1, "]")] == ']';
        bool ours = project[0] == '\0' || (key.n > 0 && key.p[0] == '#') ||
                    (str_starts(key, project) && key.n > strlen(project) && key.p[strlen(project)] == '-');
        if (closed && is_key(key) && ours)
            found = arena_text(a, key);
    }
    return found;
}
