#include "flow/scheduler.h"

#include <errno.h>
#include <poll.h>

#include "core/calendar.h"
#include "flow/gateway.h"
#include "flow/onboard.h"
#include "flow/outbox.h"
#include "flow/public_status.h"
#include "flow/wake.h"

#define LOOK_SECONDS 60 /* the clock is looked at this often: it may jump, and it changes hour twice a year */

static int minute_of_day(instant_t now)
{
    int64_t seconds = now / INSTANT_PER_SECOND + madrid_offset(now);
    return (int)(seconds % 86400 / 60);
}

bool scheduler_is_due(const struct profile *p, instant_t now, day_t planned)
{
    day_t today = day_madrid(now);
    return today != planned && day_is_working(p, today) && minute_of_day(now) >= p->warning_minute;
}

static void tell(const struct outbox_lines *l, struct arena *a, prober_log *log, void *context)
{
    log(context, arena_printf(a,
                              "%zu warnings wait for approval, %zu approved, %zu wait for a second approval, %zu "
                              "have no contact, %zu are not due any more",
                              l->of[OUTBOX_RESULT_PLANNED], l->of[OUTBOX_RESULT_APPROVED], l->of[OUTBOX_RESULT_SECOND],
                              l->of[OUTBOX_RESULT_NO_CONTACT], l->of[OUTBOX_RESULT_CANCELLED]));
}

/* Once a day and at the beginning: what is too old is forgotten. */
static bool forget(struct desk *d, day_t *forgotten, prober_log *log, void *context, struct err *e)
{
    int64_t count = 0;
    if (*forgotten == d->by.day)
        return true;
    if (!gateway_forget(d, &count, e))
        return false;
    *forgotten = d->by.day;
    if (count > 0)
        log(context,
            arena_printf(&d->arena, "%lld rows of the gateway were too old and are forgotten", (long long)count));
    return true;
}

/* What was done when. */
struct done {
    day_t planned, forgotten; /* the last day on which it was planned, on which old rows were forgotten */
    instant_t status;         /* the public status page was written */
};

/* Its trouble is its own: whatever else there is to do goes on. */
static void write_status(struct desk *d, struct done *done, prober_log *log, void *context)
{
    struct err e = {.lang = LANG_EN};
    struct public_status s;
    instant_t every = (instant_t)config_int(d->config, KEY_STATUS_SECONDS) * INSTANT_PER_SECOND;
    bool due = done->status == INSTANT_NONE || d->by.at < done->status ||
               d->by.at - done->status + INSTANT_PER_SECOND >= every;
    if (config_text(d->config, KEY_STATUS_DIRECTORY)[0] == '\0' || !due)
        return;
    done->status = d->by.at;
    if (!public_status_export(d, config_path(&d->arena, d->config, KEY_STATUS_DIRECTORY), d->by.at, &s, &e))
        log(context, e.log);
}

/* Plans when it is time. */
static bool look(const struct desk_options *options, struct done *done, prober_log *log, void *context, struct err *e)
{
    struct desk_options o = *options;
    struct clock now = clock_system();
    struct desk d;
    struct arena a = {0};
    struct outbox_lines lines;
    o.by.day = now.today;
    o.by.at = now.now;
    if (!desk_open(&o, DESK_STORE, &d, e))
        return false;
    bool due = scheduler_is_due(&d.files.profile, now.now, done->planned);
    bool ok = !due || outbox_plan(&d, &a, &lines, e);
    if (ok && due) {
        done->planned = now.today;
        tell(&lines, &a, log, context);
        if (lines.of[OUTBOX_RESULT_APPROVED] > 0)
            wake_mailer(&d);
    }
    size_t reminders = 0;
    struct onboard_watched watched = {0};
    ok = ok && onboard_watch(&d, due, &watched, e) && (!due || onboard_remind(&d, &reminders, e)) &&
         forget(&d, &done->forgotten, log, context, e);
    if (watched.warned + watched.distrusted > 0)
        log(context, arena_printf(&d.arena,
                                  "%zu integrations are warned of a CDA that expires, %zu told that theirs was "
                                  "revoked",
                                  watched.warned, watched.distrusted));
    if (reminders > 0)
        log(context, arena_printf(&d.arena, "%zu integrations are reminded of what is missing", reminders));
    write_status(&d, done, log, context);
    arena_release(&a);
    desk_close(&d);
    return ok;
}

bool scheduler_run(const struct desk_options *o, int stop_fd, prober_log *log, void *context, struct err *e)
{
    struct desk d;
    if (!desk_open(o, DESK_STORE, &d, e))
        return false;
    desk_close(&d);
    struct done done = {DAY_NONE, DAY_NONE, INSTANT_NONE};
    for (;;) {
        struct err trouble = {.lang = LANG_EN};
        if (!look(o, &done, log, context, &trouble))
            log(context, trouble.log);
        struct pollfd fd = {.fd = stop_fd, .events = POLLIN};
        int got = poll(&fd, 1, LOOK_SECONDS * 1000);
        if (got > 0 || (got < 0 && errno != EINTR))
            return true;
    }
}
