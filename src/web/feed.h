/* The calendar as other programs read it: downloaded, or subscribed to with a token of its own. Internal to the web. */
#ifndef TALAIA_WEB_FEED_H
#define TALAIA_WEB_FEED_H

#include "web/layout.h"

/* The last section of the page and its end: one's subscriptions, and the form for another. `refused` as in body_show;
 * `made`: the address of the one that was just made, NULL none. False after an answer. */
bool feed_section(struct call *c, const struct form *refused, const char *made);

#endif
