/* Where the probes stand now, as pages, the API and the public status page show it; and one of them with its past.
 *
 * "No answer" never reads as good: what has not run, what was not run for longer than it should, what was blind, and
 * everything while nobody watches, is unknown. */
#ifndef TALAIA_FLOW_PROBE_LOOK_H
#define TALAIA_FLOW_PROBE_LOOK_H

#include "conf/probes.h"
#include "core/body.h"
#include "flow/desk.h"
#include "record/incident.h"
#include "record/probe.h"

/* X(NAME, "code", look, words), the worst first. `look`: its glyph and colour. */
#define PROBE_STANDING_LIST(X)                                                                                         \
    X(DOWN, "down", STATE_DOWN, N_("Down"))                                                                            \
    X(FAILING, "failing", STATE_DOWN, N_("Fails, not down yet"))                                                       \
    X(UNKNOWN, "unknown", STATE_UNKNOWN, N_("Unknown"))                                                                \
    X(FLAPPING, "flapping", STATE_SOON, N_("It keeps changing"))                                                       \
    X(DEGRADED, "degraded", STATE_SOON, N_("Degraded"))                                                                \
    X(PAUSED, "paused", STATE_MUTED, N_("Maintenance"))                                                                \
    X(RESTING, "resting", STATE_MUTED, N_("Outside its hours"))                                                        \
    X(GOOD, "good", STATE_GOOD, N_("Good"))
enum probe_standing {
#define X(name, code, look, words) STANDING_##name,
    PROBE_STANDING_LIST(X)
#undef X
        STANDING_COUNT
};
const char *probe_standing_code(enum probe_standing s);
const char *probe_standing_words(enum probe_standing s); /* English, for tr() */
enum body_state probe_standing_look(enum probe_standing s);

#define PROBE_STRIP_HOURS 24
struct probe_line {
    const struct probe *probe; /* NULL: the profile has it no more */
    struct probe_now now;      /* id 0: the watch does not know it yet */
    enum probe_standing standing;
    const char *why;                       /* it is unknown: English, for tr(); "" */
    const struct probe_maintenance *pause; /* in force, NULL */
    int64_t incident;                      /* that is open, 0 */
    struct probe_tally month;              /* of this month, up to the last full hour */
    const struct probe_part *hours;        /* of the last PROBE_STRIP_HOURS, those that were summed up; oldest first */
    size_t hour_count;
};
struct probe_lines {
    const struct probe_line *items; /* in the order of the file */
    size_t count;
    size_t in[STANDING_COUNT];
    instant_t at;    /* that this is true of */
    instant_t seen;  /* when the watcher was last at work; INSTANT_NONE: never */
    instant_t blind; /* our own network fails since then; INSTANT_NONE */
};
/* `name` NULL: those of the profile; else that one, of the profile or only of the past (ERR_UNKNOWN when it is of
 * neither). In the arena. */
bool probe_lines_read(struct desk *d, struct arena *a, const char *name, instant_t at, struct probe_lines *ret,
                      struct err *e);

/* ------------------------------------------------------------------ one, with its past */

#define PROBE_MONTHS 13
/* X(NAME, code of an address, spans that are drawn, spans of the table, days back, label) */
#define PROBE_RANGE_LIST(X)                                                                                            \
    X(DAY, "dia", SPAN_HOUR, SPAN_HOUR, 1, N_("Day"))                                                                  \
    X(WEEK, "setmana", SPAN_HOUR, SPAN_DAY, 7, N_("Week"))                                                             \
    X(MONTH, "mes", SPAN_DAY, SPAN_DAY, 31, N_("Month"))                                                               \
    X(YEAR, "any", SPAN_DAY, SPAN_MONTH, 365, N_("Year"))
enum probe_range {
#define X(name, code, drawn, table, days, label) RANGE_##name,
    PROBE_RANGE_LIST(X)
#undef X
        RANGE_COUNT
};
struct probe_range_of {
    const char *code, *label;
    enum probe_span drawn, table;
    int days;
};
extern const struct probe_range_of probe_ranges[RANGE_COUNT];

struct probe_whole {
    struct probe_line line;
    instant_t from, until;        /* of the range; from the beginning of a span on */
    const struct probe_sum *sums; /* that are drawn; what is missing nobody knows */
    size_t sum_count;
    const struct probe_sum *rows; /* of the table */
    size_t row_count;
    struct probe_tally tally; /* of the range */
    struct probe_times_of times;
    const struct probe_run *runs; /* of a day, each with its phases, newest first */
    size_t run_count;
    const struct probe_sum *months; /* the last PROBE_MONTHS, oldest first */
    size_t month_count;
    const struct probe_down *downs; /* in these months, oldest first */
    size_t down_count;
    const struct probe_blind *blind; /* in the range */
    size_t blind_count;
    const struct probe_maintenance *maintenance; /* in the range, and what is planned */
    size_t maintenance_count;
    struct incidents incidents; /* the newest */
    bool has_bad;
    struct probe_run bad; /* the last bad run of the week */
};
bool probe_whole_read(struct desk *d, struct arena *a, const char *name, enum probe_range range, instant_t at,
                      struct probe_whole *ret, struct err *e);

/* ------------------------------------------------------------------ maintenance */

#define PROBE_PAUSE_MINUTES_MAX (7 * 24 * 60)
/* Of one probe of the profile, from `from` (INSTANT_NONE: now) on: it runs, and does not go down. ERR_VALUE says what
 * is wrong with time, length (1 … PROBE_PAUSE_MINUTES_MAX) or note. */
bool probe_pause(struct desk *d, const char *name, instant_t from, int64_t minutes, const char *note, struct err *e);
/* Ends the one of that number, of that probe, which is in force or planned; `id` 0: all that are in force. ERR_STATE
 * when there is none. */
bool probe_resume(struct desk *d, const char *name, int64_t id, const char *note, struct err *e);

#endif
