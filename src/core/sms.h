/* The text of an SMS. Pure.
 *
 * Gateways cut what is too long, and a letter that the alphabet of 3GPP TS 23.038 §6.2.1 has not makes all of it more
 * than twice as long: what matters stands at the end of ours, the link, and would be lost. So the text keeps to that
 * alphabet and to LIMIT_SMS_SEPTETS, and the middle is what is left out. */
#ifndef TALAIA_CORE_SMS_H
#define TALAIA_CORE_SMS_H

#include "base/mem.h"

/* `text`, as much of it as there is room for, then `end`, whole. Letters that an SMS has not become those they look
 * like, all else '?'. In the arena. */
const char *sms_text(struct arena *a, const char *text, const char *end);

#endif
