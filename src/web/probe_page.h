/* What the pages of the probes share. Internal to the web. */
#ifndef TALAIA_WEB_PROBE_PAGE_H
#define TALAIA_WEB_PROBE_PAGE_H

#include "draw/probe_strip.h"
#include "flow/probe_look.h"
#include "web/layout.h"

#define PROBES "/sondes"

const char *probe_path(struct call *c, const char *name); /* "/sondes/OCSP_AOC" */
/* Glyph, colour and words; "Down", with since when below it. */
void part_standing(struct call *c, const struct probe_line *x, instant_t at);
/* Why it stands like that, as a sentence; "" when all is well. */
const char *probe_why(struct call *c, const struct probe_line *x);
/* "99,950 %"; "—" when nothing is known. */
const char *probe_percent(struct call *c, int permille);
/* "7,4 ms", "124 ms", "12,4 s"; "—" for -1. */
const char *probe_ms(struct call *c, int64_t us);
/* "dv. 20 nov. 2026, 2:58", without the day when it is today. */
const char *probe_when(struct call *c, instant_t t);
/* "Of 24 hours: …" out of slots. */
const char *probe_strip_words(struct call *c, const char *of, const struct probe_slot *slots, size_t count);
/* <table> of numbers: titles (English) to the right but the first. Ends with list_close(). */
void numbers_open(struct call *c, const char *caption, const char *const *titles, size_t count);
void number_cell(struct call *c, const char *title, const char *text);
/* Tabs of the period, availability, times, and both as a table. */
void probe_charts(struct call *c, const struct probe_whole *w, enum probe_range range);

#endif
