/* Only the writing; what stands in a calendar is decided in src/flow. */
#include "draw/ics.h"

#include <stdio.h>

#include "base/str.h"

#define FOLD_OCTETS 75 /* RFC 5545, 3.1: "SHOULD NOT be longer than 75 octets, excluding the line break" */

/* One content line; `value` is escaped already. A continuation begins with a space, which counts. */
static void add_folded(struct ics *c, struct str line)
{
    size_t room = FOLD_OCTETS;
    while (line.n > room) {
        struct str part = str_utf8_cut(line, room);
        buf_add_str(c->to, part);
        buf_add_text(c->to, "\r\n ");
        line = str_part(line.p + part.n, line.n - part.n);
        room = FOLD_OCTETS - 1;
    }
    buf_add_str(c->to, line);
    buf_add_text(c->to, "\r\n");
}

/* Adds a text as 3.3.11 wants it: \\ \; \, \n. */
static void add_escaped(struct buf *to, const char *text)
{
    struct str s = str_of(text);
    uint32_t code;
    while (s.n > 0) {
        const char *start = s.p;
        if (!str_utf8_next(&s, &code)) {
            s = str_part(s.p + 1, s.n - 1);
            continue;
        }
        if (code == '\n')
            buf_add_text(to, "\\n");
        else if (code == '\\' || code == ';' || code == ',')
            buf_printf(to, "\\%c", (char)code);
        else if (!str_is_control(code))
            buf_add(to, start, (size_t)(s.p - start));
    }
}

static void add_text(struct ics *c, const char *name, const char *text)
{
    struct buf line = BUF_INIT(LIMIT_ICS_VALUE_BYTES);
    buf_printf(&line, "%s:", name);
    add_escaped(&line, text);
    add_folded(c, buf_str(&line));
    buf_release(&line);
}

static void add_day(struct ics *c, const char *name, day_t day)
{
    struct civil d = day_to_civil(day);
    buf_printf(c->to, "%s;VALUE=DATE:%04d%02d%02d\r\n", name, d.year, d.month, d.day);
}

/* "20261120T080000Z" */
static void add_stamp(struct ics *c)
{
    char text[INSTANT_TEXT_BYTES];
    buf_add_text(c->to, "DTSTAMP:");
    for (const char *p = instant_iso(c->stamp, text); *p != '\0'; p++) {
        if (*p != '-' && *p != ':')
            buf_add_char(c->to, *p);
    }
    buf_add_text(c->to, "\r\n");
}

void ics_begin(struct ics *c, const char *name, const char *lang, instant_t stamp)
{
    c->stamp = stamp;
    buf_add_text(c->to, "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n");
    buf_printf(c->to, "PRODID:-//Talaia//Talaia//%s\r\n", lang);
    buf_add_text(c->to, "CALSCALE:GREGORIAN\r\nMETHOD:PUBLISH\r\n");
    add_text(c, "X-WR-CALNAME", name);
}

void ics_event(struct ics *c, const struct ics_event *event)
{
    buf_add_text(c->to, "BEGIN:VEVENT\r\n");
    add_text(c, "UID", event->uid);
    add_stamp(c);
    add_day(c, "DTSTART", event->day);
    add_day(c, "DTEND", event->day + event->days); /* the day after the last: 3.6.1 */
    add_text(c, "SUMMARY", event->summary);
    if (event->description[0] != '\0')
        add_text(c, "DESCRIPTION", event->description);
    if (event->category[0] != '\0')
        add_text(c, "CATEGORIES", event->category);
    buf_add_text(c->to, "TRANSP:TRANSPARENT\r\nEND:VEVENT\r\n");
}

bool ics_end(struct ics *c, struct err *e)
{
    buf_add_text(c->to, "END:VCALENDAR\r\n");
    return !buf_full(c->to) ||
           err_set(e, ERR_LIMIT, N_("the calendar has more than %u bytes; ask for fewer days"), (unsigned)c->to->max);
}
