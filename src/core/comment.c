/* Text of a comment, as lines. Where it is kept, and who is told of a conflict, is decided elsewhere. */
#include "core/comment.h"

#include <string.h>

#include "base/buf.h"
#include "base/text.h"

/* Clean text whose lines end in '\n' (Excel on old Macs ended them with '\r'), blank lines dropped. */
static char *tidy(struct arena *a, const char *text)
{
    if (text == NULL)
        return arena_strdup(a, "");
    char *copy = arena_strdup(a, text);
    for (char *p = copy; *p != '\0'; p++) {
        if (*p == '\r')
            *p = '\n';
    }
    return text_clean(a, str_of(copy), true);
}

char *comment_add_line(struct arena *a, const char *comment, day_t d, const char *text)
{
    char day[DAY_TEXT_BYTES];
    char *kept = tidy(a, comment);
    char *line = text_clean(a, str_of(text), false);
    return arena_printf(a, "%s%s%s: %s", kept, kept[0] == '\0' ? "" : "\n", day_dmy(d, day), line);
}

char *comment_replace_line(struct arena *a, const char *comment, day_t d, const char *old, day_t now_day,
                           const char *now, bool *ret_found)
{
    const char *wanted = comment_add_line(a, "", d, old);
    const char *instead = now == NULL ? "" : comment_add_line(a, "", now_day, now);
    struct str rest = str_of(comment), line;
    struct buf kept = BUF_INIT(strlen(comment) * (strlen(instead) + 2) + 1);
    *ret_found = false;
    while (str_split(&rest, '\n', &line)) {
        bool is = str_is(line, wanted);
        *ret_found = *ret_found || is;
        if (is && instead[0] == '\0')
            continue;
        if (kept.n > 0)
            buf_add_char(&kept, '\n');
        buf_add_str(&kept, is ? str_of(instead) : line);
    }
    char *text = arena_text(a, buf_str(&kept));
    buf_release(&kept);
    return text;
}

/* Neither white space nor where the lines end counts. */
static bool same(struct arena *a, const char *x, const char *y)
{
    return strcmp(text_clean(a, str_of(x), false), text_clean(a, str_of(y), false)) == 0;
}

/* `part` stands in `whole`, as whole words. */
static bool contains(struct arena *a, const char *whole, const char *part)
{
    const char *w = arena_printf(a, " %s ", text_clean(a, str_of(whole), false));
    const char *p = arena_printf(a, " %s ", text_clean(a, str_of(part), false));
    return strstr(w, p) != NULL;
}

static size_t count_line(const char *text, struct str line)
{
    size_t count = 0;
    struct str rest = str_of(text), each;
    while (str_split(&rest, '\n', &each))
        count += str_equal(each, line);
    return count;
}

/* What `ours` has after the lines of `base`; false when it does not begin with them. */
static bool added_lines(const char *base, const char *ours, struct str *ret)
{
    size_t n = strlen(base);
    if (strncmp(base, ours, n) != 0 || (n > 0 && ours[n] != '\n'))
        return false;
    *ret = str_of(ours + n + (n > 0));
    return true;
}

static enum merge merge_without_base(struct arena *a, const char *ours, const char *theirs, const char **ret)
{
    if (ours[0] == '\0' || (theirs[0] != '\0' && contains(a, theirs, ours))) {
        *ret = theirs;
        return MERGE_TAKE;
    }
    return theirs[0] == '\0' || contains(a, ours, theirs) ? MERGE_NOTHING : MERGE_CONFLICT;
}

enum merge comment_merge(struct arena *a, const char *base, const char *ours, const char *theirs, const char **ret)
{
    const char *our = tidy(a, ours), *their = tidy(a, theirs);
    *ret = our;
    if (same(a, our, their))
        return MERGE_NOTHING;
    if (base == NULL)
        return merge_without_base(a, our, their, ret);

    const char *old = tidy(a, base);
    if (same(a, their, old))
        return MERGE_NOTHING;
    if (same(a, our, old)) {
        *ret = their;
        return MERGE_TAKE;
    }
    struct str added, line;
    if (!added_lines(old, our, &added))
        return MERGE_CONFLICT;

    /* Both changed, ours only at the end: our lines follow theirs, but for those that they already copied. */
    size_t max = strlen(their) + added.n + 1;
    struct buf joined = BUF_INIT(max);
    buf_add_text(&joined, their);
    bool grew = false;
    while (str_split(&added, '\n', &line)) {
        if (count_line(their, line) >= count_line(our, line))
            continue;
        if (joined.n > 0)
            buf_add_char(&joined, '\n');
        buf_add_str(&joined, line);
        grew = true;
    }
    *ret = arena_text(a, buf_str(&joined));
    buf_release(&joined);
    return grew ? MERGE_JOINED : MERGE_TAKE;
}
