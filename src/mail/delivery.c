/* The machine's part of a report of delivery. Not here: what a status means for a contact (src/core/reply.c). */
#include "base/buf.h"
#include "mail/message_read.h"

/* One field, unfolded (RFC 5322 §2.2.3), off the front of *rest. False at the end; an empty line gives an empty name.
 */
static bool field_next(struct arena *a, struct str *rest, struct str *name, const char **value)
{
    struct str line;
    if (!str_split(rest, '\n', &line))
        return false;
    line = str_ends(line, "\r") ? str_part(line.p, line.n - 1) : line;
    size_t colon = str_find(line, ':');
    *name = str_trim(str_part(line.p, colon));
    struct buf all = BUF_INIT(LIMIT_MAIL_REPORT_BYTES);
    if (colon < line.n)
        buf_add_str(&all, str_trim(str_part(line.p + colon + 1, line.n - colon - 1)));
    while (rest->n > 0 && (rest->p[0] == ' ' || rest->p[0] == '\t') && str_split(rest, '\n', &line)) {
        buf_add_char(&all, ' ');
        buf_add_str(&all, str_trim(line));
    }
    *value = arena_text(a, buf_str(&all));
    buf_release(&all);
    return true;
}

/* "rfc822; Joan.Puig@example.cat" → the address. */
static const char *typed_value(const char *value)
{
    const char *semicolon = strchr(value, ';');
    value = semicolon == NULL ? value : semicolon + 1;
    return value + strspn(value, " \t<");
}

static const char *address_of(struct arena *a, const char *value)
{
    const char *start = typed_value(value);
    char *text = arena_text(a, str_part(start, strcspn(start, "> \t")));
    for (char *p = text; *p != '\0'; p++)
        *p = *p >= 'A' && *p <= 'Z' ? (char)(*p + ('a' - 'A')) : *p;
    return text;
}

/* "failed (delivery)" → "failed"; "5.1.1 (user unknown)" → "5.1.1". */
static const char *first_word(struct arena *a, const char *value)
{
    char *text = arena_text(a, str_part(value, strcspn(value, " \t(;")));
    for (char *p = text; *p != '\0'; p++)
        *p = *p >= 'A' && *p <= 'Z' ? (char)(*p + ('a' - 'A')) : *p;
    return text;
}

void delivery_read(struct str fields, struct arena *a, struct mail_seen *ret)
{
    VEC(struct mail_delivery) found = {0};
    struct mail_delivery now = {"", "", "", ""};
    bool more = true;
    while (more && found.count < LIMIT_MAIL_DELIVERIES) {
        struct str name = {0};
        const char *value = "";
        more = field_next(a, &fields, &name, &value);
        if (!more || name.n == 0) {
            if (now.recipient[0] != '\0')
                vec_push(&found, now);
            now = (struct mail_delivery){"", "", "", ""};
        } else if (str_is_nocase(name, "Final-Recipient") ||
                   (str_is_nocase(name, "Original-Recipient") && now.recipient[0] == '\0')) {
            now.recipient = address_of(a, value);
        } else if (str_is_nocase(name, "Action")) {
            now.action = first_word(a, value);
        } else if (str_is_nocase(name, "Status")) {
            now.status = first_word(a, value);
        } else if (str_is_nocase(name, "Diagnostic-Code")) {
            now.diagnostic = typed_value(value);
        }
    }
    ret->deliveries = vec_to_arena(&found, a);
    ret->delivery_count = found.count;
    vec_release(&found);
}
