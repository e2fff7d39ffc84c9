/* The desk's mail servers, out of its configuration. */
#ifndef TALAIA_FLOW_MAIL_SERVER_H
#define TALAIA_FLOW_MAIL_SERVER_H

#include "flow/desk.h"
#include "mail/server.h"

/* `url` is KEY_MAIL_SMTP_URL or KEY_MAIL_IMAP_URL. Everything lives in `a`. ERR_CONFIG when it is not set, with what to
 * write where. */
bool desk_mail_server(const struct desk *d, struct arena *a, enum config_key url, struct mail_server *ret,
                      struct err *e);
/* Whether that one is configured at all. */
bool desk_has_mail(const struct desk *d, enum config_key url);

#endif
