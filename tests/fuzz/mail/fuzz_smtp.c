/* An SMTP server may say anything: it is read within its limits or refused, and what is shown of it is one clean line.
 * How to run it: tests/unit/mail/meson.build. */
#include <stdint.h>

#include "mail/smtp_reply.h"
#include "served.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void clean(const char *text)
{
    struct str s = str_of(text);
    uint32_t c;
    if (!str_utf8_valid(s))
        abort();
    while (str_utf8_next(&s, &c))
        if (str_is_control(c))
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct served s = {(const char *)data, (const char *)data + size, 1};
    struct channel *c = channel_over(&served_source, &s);
    struct smtp_abilities can = {0};
    struct smtp_reply r = {0};
    enum smtp_heard heard;
    while ((heard = smtp_reply_read(c, &r, smtp_ability_read, &can)) == SMTP_HEARD) {
        clean(r.text);
        clean(r.enhanced);
        if (r.code < 200 || r.code > 599 || (r.enhanced[0] != '\0' && r.enhanced[0] - '0' != r.code / 100))
            abort();
    }
    if ((heard == SMTP_LOST) != (channel_fault(c) != CHANNEL_FINE))
        abort();
    channel_close(c);
    return 0;
}
