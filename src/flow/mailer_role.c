/* The role mailer: a pass whenever somebody wakes it, when something that waits is due, and each minute; and a look
 * into the mailbox every mail.minutes. */
#include <errno.h>
#include <poll.h>

#include "flow/mail_server.h"
#include "flow/mailer.h"
#include "flow/replies.h"
#include "flow/wake.h"

#define LOOK_SECONDS 60

struct role {
    const struct desk_options *options;
    int stop_fd, wake_fd;
    prober_log *log;
    void *context;
    bool told;        /* that nothing can be sent, once */
    instant_t looked; /* into the mailbox, last; INSTANT_NONE: never */
};

static void tell(const struct role *r, struct arena *a, const struct mailer_report *report)
{
    struct buf line = BUF_INIT(LIMIT_ERR_BYTES);
    for (int i = 0; i < MAILER_COUNT_COUNT; i++) {
        if (report->of[i] > 0 && i != MAILER_WAITING)
            (void)buf_printf(&line, "%s%zu %s", line.n > 0 ? ", " : "", report->of[i],
                             mailer_count_code((enum mailer_count)i));
    }
    if (line.n > 0)
        r->log(r->context, arena_text(a, buf_str(&line)));
    if (report->server.code != ERR_NONE)
        r->log(r->context, report->server.log);
    buf_release(&line);
}

/* Answers. What keeps us from them is said, and never keeps what goes out. */
static void look(struct role *r, struct desk *d, struct arena *a)
{
    struct err e = {.lang = LANG_EN};
    struct replies_summary s = {0};
    instant_t every = config_int(d->config, KEY_MAIL_MINUTES) * 60 * INSTANT_PER_SECOND;
    bool soon = r->looked != INSTANT_NONE && d->by.at >= r->looked && d->by.at - r->looked < every;
    if (!desk_has_mail(d, KEY_MAIL_IMAP_URL) || soon)
        return;
    r->looked = d->by.at;
    bool ok = replies_poll(d, a, &s, &e);
    if (s.read > s.known)
        r->log(r->context,
               arena_printf(a, "%zu mails came in: %zu proposed, %zu queued, %zu confirmed, %zu addresses bounced",
                            s.read - s.known, s.state[INCOMING_PROPOSED], s.state[INCOMING_QUEUE],
                            s.state[INCOMING_CONFIRMED], s.bounced));
    if (!ok)
        r->log(r->context, e.log);
}

/* *ret_seconds until the next pass. */
static bool pass(struct role *r, int *ret_seconds, struct err *e)
{
    struct desk_options o = *r->options;
    struct clock now = clock_system();
    struct mailer_options how = {.patient = true, .stop_fd = r->stop_fd};
    struct mailer_report report;
    struct desk d;
    struct arena a = {0};
    o.by.day = now.today;
    o.by.at = now.now;
    if (!desk_open(&o, DESK_STORE, &d, e))
        return false;
    look(r, &d, &a);
    bool ok = mailer_run(&d, &how, &report, e);
    if (ok) {
        tell(r, &a, &report);
        int64_t wait = report.wake == INSTANT_NONE ? LOOK_SECONDS : (report.wake - now.now) / INSTANT_PER_SECOND + 1;
        *ret_seconds = wait < 1 ? 1 : wait > LOOK_SECONDS ? LOOK_SECONDS : (int)wait;
    }
    arena_release(&a);
    desk_close(&d);
    return ok;
}

static bool wait_or_stop(const struct role *r, int seconds)
{
    struct pollfd fds[] = {{.fd = r->stop_fd, .events = POLLIN}, {.fd = r->wake_fd, .events = POLLIN}};
    int got = poll(fds, 2, seconds * 1000);
    wake_drain(r->wake_fd);
    return (got > 0 && fds[0].revents != 0) || (got < 0 && errno != EINTR);
}

bool mailer_serve(const struct desk_options *o, int stop_fd, prober_log *log, void *context, struct err *e)
{
    struct role r = {.options = o, .stop_fd = stop_fd, .log = log, .context = context, .looked = INSTANT_NONE};
    struct desk d;
    if (!desk_open(o, DESK_STORE, &d, e))
        return false;
    r.wake_fd = wake_listen(&d);
    desk_close(&d);
    int seconds;
    do {
        struct err trouble = {.lang = LANG_EN};
        seconds = LOOK_SECONDS;
        bool ok = pass(&r, &seconds, &trouble);
        /* A desk without mail server says so once, not each minute. */
        if (!ok && !(r.told && trouble.code == ERR_CONFIG))
            log(context, trouble.log);
        r.told = !ok && trouble.code == ERR_CONFIG;
    } while (!wait_or_stop(&r, seconds));
    wake_close(r.wake_fd);
    return true;
}
