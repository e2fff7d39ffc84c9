/* Whether mails can be sent, received and filed as the configuration says: what `talaia mail test` shows. Nothing is
 * changed anywhere, but for the mail that is sent when somebody asks for it. */
#ifndef TALAIA_FLOW_MAIL_TEST_H
#define TALAIA_FLOW_MAIL_TEST_H

#include "flow/desk.h"

/* X(name, "code", "what is looked at") */
#define MAIL_CHECKS(X)                                                                                                 \
    X(SENDING, "sending", N_("the server for sending takes us"))                                                       \
    X(MAIL, "mail", N_("a mail goes out"))                                                                             \
    X(MAILBOX, "mailbox", N_("the mailbox opens"))                                                                     \
    X(INBOX, "inbox", N_("folder of the answers"))                                                                     \
    X(SENT, "sent", N_("folder of what was sent"))                                                                     \
    X(WARNINGS, "warnings", N_("folder of the warnings"))                                                              \
    X(REPORTS, "reports", N_("folder of the reports"))
enum mail_check {
#define X(name, ...) MAIL_CHECK_##name,
    MAIL_CHECKS(X)
#undef X
        MAIL_CHECK_COUNT
};
const char *mail_check_code(enum mail_check c);
const char *mail_check_words(enum mail_check c); /* English, for tr() */

struct mail_report {
    struct {
        enum { MAIL_CHECK_NOT_ASKED, MAIL_CHECK_GOOD, MAIL_CHECK_BAD } result;
        const char *detail; /* where, or what is wrong and what to do, in the desk's language; "" when there is nothing
                               to say */
    } checks[MAIL_CHECK_COUNT];
};

/* `to` (may be NULL) gets a mail. In the arena. True also when something is bad; false when `to` is no address. */
bool desk_mail_test(struct desk *d, struct arena *a, const char *to, struct mail_report *ret, struct err *e);

#endif
