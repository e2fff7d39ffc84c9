/* What the two HTML renderings share: the template's slots. Internal to the room. */
#ifndef TALAIA_REPORT_SLOTS_H
#define TALAIA_REPORT_SLOTS_H

#include "report/html.h"

struct html_slots {
    struct arena *arena;
    const struct report *report;
    void (*grid)(const struct html_slots *s, struct html *h, const struct grid *g);
    void (*changes)(const struct html_slots *s, struct html *h, const char *const *lines, size_t count);
    void (*left_out)(const struct html_slots *s, struct html *h, const char *const *lines, size_t count);
};

/* A template_slot_html with a struct html_slots as context. */
bool html_slot(const char *name, void *context, struct html *h, struct err *e);

#endif
