#include "scsp/writer.h"

void write_bytes(struct writer *w, struct str text)
{
    if (!buf_add_str(w->to, text) && !w->failed)
        w->failed = !err_set(w->e, ERR_LIMIT, N_("the message would be larger than what is accepted"));
}

void write_raw(struct writer *w, const char *text)
{
    write_bytes(w, str_of(text));
}

static void tag(struct writer *w, const char *begin, const char *prefix, const char *name)
{
    size_t begins = strlen(begin), prefixes = strlen(prefix), names = strlen(name), all = begins + prefixes + names + 1;
    char *to = buf_reserve(w->to, all);
    if (to == NULL) {
        write_raw(w, begin); /* it says that there is no room */
        return;
    }
    memcpy(to, begin, begins);
    memcpy(to + begins, prefix, prefixes);
    memcpy(to + begins + prefixes, name, names);
    to[all - 1] = '>';
    to[all] = '\0';
    w->to->n += all;
}

void write_open(struct writer *w, const char *prefix, const char *name)
{
    tag(w, "<", prefix, name);
}

void write_close(struct writer *w, const char *prefix, const char *name)
{
    tag(w, "</", prefix, name);
}

/* Characters that XML 1.0 has, with those escaped that mean something: as the canonical form does. */
void write_text(struct writer *w, const char *name, struct str s)
{
    uint32_t c;
    const char *from = s.p; /* what was looked at and is not written yet */
    while (s.n > 0 && !w->failed) {
        const char *here = s.p;
        if (!str_utf8_next(&s, &c) || (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0xFFFE || c == 0xFFFF) {
            w->failed = !err_set(w->e, ERR_VALUE, N_("the value of %s has characters that XML cannot hold"), name);
            return;
        }
        const char *entity = c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '&' ? "&amp;" : c == '\r' ? "&#xD;" : NULL;
        if (entity != NULL) {
            write_bytes(w, str_part(from, (size_t)(here - from)));
            write_raw(w, entity);
            from = s.p;
        }
    }
    if (!w->failed)
        write_bytes(w, str_part(from, (size_t)(s.p - from)));
}

void write_element(struct writer *w, const char *prefix, const char *name, struct str text)
{
    write_open(w, prefix, name);
    write_text(w, name, text);
    write_close(w, prefix, name);
}
