/* A mail of any bytes is read or refused, and what is read is clean. How to run it: tests/unit/mail/meson.build. */
#include <stdint.h>

#include "mail/compose.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

extern const struct message_module talaia_module;

static void examine(const char *text, size_t most, bool lines)
{
    struct str s = str_of(text);
    uint32_t c;
    if (s.n > most || !str_utf8_valid(s))
        abort();
    while (str_utf8_next(&s, &c)) {
        if (str_is_control(c) && !(lines && c == '\n'))
            abort();
    }
}

static void examine_lines(const struct mail_lines *lines)
{
    if (lines->count > LIMIT_MAIL_LINES)
        abort();
    for (size_t i = 0; i < lines->count; i++)
        examine(lines->items[i], LIMIT_SUBJECT_BYTES, false);
}

static void examine_rest(const struct mail_seen *m)
{
    const char *const lines[] = {m->from_email,       m->auto_submitted, m->precedence,         m->suppress,
                                 m->autoreply,        m->list_id,        m->talaia_id,          m->original_id,
                                 m->report_type,      m->returned_id,    m->returned_talaia_id, m->returned_subject,
                                 m->failed_recipients};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        examine(lines[i], LIMIT_SUBJECT_BYTES, false);
    examine_lines(&m->to);
    examine_lines(&m->in_reply_to);
    examine_lines(&m->references);
    examine_lines(&m->files);
    examine_lines(&m->returned_to);
    if (m->delivery_count > LIMIT_MAIL_DELIVERIES)
        abort();
    for (size_t i = 0; i < m->delivery_count; i++) {
        examine(m->deliveries[i].recipient, LIMIT_SUBJECT_BYTES, false);
        examine(m->deliveries[i].action, LIMIT_SUBJECT_BYTES, false);
        examine(m->deliveries[i].status, LIMIT_SUBJECT_BYTES, false);
        examine(m->deliveries[i].diagnostic, LIMIT_SUBJECT_BYTES, false);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a = {0};
    struct err e = {.lang = LANG_EN};
    struct mail_seen m;
    bool good = mail_read_by(&talaia_module, str_part((const char *)data, size), &a, &m, &e);
    if (good != (e.code == ERR_NONE))
        abort();
    if (good) {
        examine(m.subject, LIMIT_SUBJECT_BYTES, false);
        examine(m.from, LIMIT_SUBJECT_BYTES, false);
        examine(m.message_id, LIMIT_SUBJECT_BYTES, false);
        examine(m.text, 3 * LIMIT_MAIL_TEXT_BYTES, true); /* composing letters may lengthen them */
        if (m.message_id[0] == '\0')
            abort();
        examine_rest(&m);
    }
    arena_release(&a);
    return 0;
}
