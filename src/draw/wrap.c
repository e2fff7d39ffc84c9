#include "draw/wrap.h"

#include "base/text.h"

/* The longest front of the word that fits, at least one character. */
static size_t cut_at(struct str word, int width)
{
    struct str rest = word;
    uint32_t c;
    size_t good = 0;
    while (rest.n > 0 && str_utf8_next(&rest, &c)) {
        size_t n = word.n - rest.n;
        if (good > 0 && text_width(str_part(word.p, n)) > width)
            break;
        good = n;
    }
    return good > 0 ? good : word.n;
}

bool wrap_next(struct str *rest, int width, bool hard, struct str *ret_line)
{
    if (rest->p == NULL)
        return false;
    size_t end = str_find(*rest, '\n'); /* of this line as it is written */
    size_t taken = 0;                   /* of it, what fits */
    int columns = 0;
    while (taken < end) {
        size_t word = taken;
        while (word < end && rest->p[word] == ' ')
            word++;
        size_t stop = word;
        while (stop < end && rest->p[stop] != ' ')
            stop++;
        int more = text_width(str_part(rest->p + taken, stop - taken));
        if (columns + more <= width) {
            columns += more;
            taken = stop;
            continue;
        }
        if (taken == 0) {
            bool too_long = text_width(str_part(rest->p + word, stop - word)) > width;
            taken = hard && too_long ? word + cut_at(str_part(rest->p + word, stop - word), width) : stop;
        }
        break;
    }
    *ret_line = str_trim(str_part(rest->p, taken));
    size_t next = taken;
    while (next < end && rest->p[next] == ' ')
        next++;
    if (next < end)
        *rest = str_part(rest->p + next, rest->n - next);
    else if (end < rest->n)
        *rest = str_part(rest->p + end + 1, rest->n - end - 1);
    else
        *rest = (struct str){0};
    return true;
}

bool wrap_text(struct buf *to, const char *first, const char *text, int width)
{
    int indent = text_width(str_of(first));
    struct str rest = str_of(text), line;
    for (bool begin = true; wrap_next(&rest, width > 0 ? width - indent : INT32_MAX, false, &line); begin = false) {
        if (begin)
            buf_add_text(to, first);
        else if (line.n > 0)
            buf_printf(to, "%*s", indent, "");
        buf_add_str(to, line);
        buf_add_char(to, '\n');
    }
    return !buf_full(to);
}
