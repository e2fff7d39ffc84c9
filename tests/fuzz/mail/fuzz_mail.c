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
    }
    arena_release(&a);
    return 0;
}
