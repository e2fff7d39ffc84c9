#include "core/ticket.h"

#include "base/limits.h"

#define PREFIX "talaia-"
#define UUID_CHARS 36

bool ticket_uid_valid(struct str s)
{
    if (!str_starts(s, PREFIX) || s.n != sizeof PREFIX - 1 + UUID_CHARS)
        return false;
    const char *p = s.p + sizeof PREFIX - 1;
    for (size_t i = 0; i < UUID_CHARS; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        bool hex = (p[i] >= '0' && p[i] <= '9') || (p[i] >= 'a' && p[i] <= 'f');
        if (dash ? p[i] != '-' : !hex)
            return false;
    }
    return true;
}

const char *ticket_uid_write(const unsigned char random[16], char out[TICKET_UID_BYTES])
{
    static const char hex[] = "0123456789abcdef";
    size_t n = sizeof PREFIX - 1;
    memcpy(out, PREFIX, n);
    for (size_t i = 0; i < 16; i++) {
        unsigned char b = random[i];
        if (i == 6)
            b = (unsigned char)(0x40 | (b & 0x0f)); /* version 4, RFC 4122 §4.4 */
        if (i == 8)
            b = (unsigned char)(0x80 | (b & 0x3f));
        if (i == 4 || i == 6 || i == 8 || i == 10)
            out[n++] = '-';
        out[n++] = hex[b >> 4];
        out[n++] = hex[b & 0x0f];
    }
    out[n] = '\0';
    return out;
}

bool ticket_mark_split(struct str text, struct str *ret_rest, struct str *ret_uid, struct str *ret_word)
{
    struct str s = str_trim(text);
    if (s.n == 0 || s.p[s.n - 1] != ')')
        return false;
    size_t open = s.n;
    while (open > 0 && s.p[open - 1] != '(' && s.p[open - 1] != '\n')
        open--;
    if (open == 0 || s.p[open - 1] != '(' || (open > 1 && s.p[open - 2] != '\n'))
        return false;
    struct str inside = str_part(s.p + open, s.n - 1 - open), uid;
    (void)str_split(&inside, ' ', &uid);
    if (!ticket_uid_valid(uid))
        return false;
    *ret_uid = uid;
    *ret_word = inside.p == NULL ? str_of("") : inside;
    *ret_rest = str_trim(str_part(s.p, open - 1));
    return true;
}

bool ticket_key_is_project_number(struct str key)
{
    struct str number = key, project;
    (void)str_split(&number, '-', &project);
    if (project.n == 0 || number.n == 0 || key.n > LIMIT_TICKET_CHARS || project.p[0] < 'A' || project.p[0] > 'Z')
        return false;
    for (size_t i = 0; i < project.n; i++) {
        char c = project.p[i];
        if (!(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') && c != '_')
            return false;
    }
    int64_t n;
    return number.p[0] >= '1' && number.p[0] <= '9' && str_to_int64(number, 1, INT64_MAX, &n);
}
