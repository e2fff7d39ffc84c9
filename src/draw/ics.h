/* A calendar as other programs read it: iCalendar, RFC 5545. All-day events only, so no time zone is needed.
 *
 *     struct ics c = ICS_INIT(&buffer);
 *     ics_begin(&c, "Talaia", "ca", now);
 *     ics_event(&c, &event);
 *     if (!ics_end(&c, e)) …
 *
 * Lines end in CR LF and are folded at 75 octets, never inside a character (3.1); texts are escaped (3.3.11); what is
 * no UTF-8 or a control is left out. */
#ifndef TALAIA_DRAW_ICS_H
#define TALAIA_DRAW_ICS_H

#include "base/buf.h"
#include "base/day.h"
#include "base/err.h"

struct ics {
    struct buf *to;
    instant_t stamp;
};
#define ICS_INIT(buffer)                                                                                               \
    {                                                                                                                  \
        .to = (buffer)                                                                                                 \
    }

struct ics_event {
    const char *uid; /* the same for the same thing for ever: whoever subscribes moves it instead of adding one */
    day_t day;
    int days; /* how many, 1 for one day */
    const char *summary;
    const char *description; /* "" none; may have lines */
    const char *category;    /* "" none */
};

/* `stamp`: when the events were made (DTSTAMP). */
void ics_begin(struct ics *c, const char *name, const char *lang, instant_t stamp);
void ics_event(struct ics *c, const struct ics_event *event);
/* False when the buffer was too small. */
bool ics_end(struct ics *c, struct err *e);

#endif
