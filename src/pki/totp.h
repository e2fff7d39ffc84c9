/* One-time codes by time (RFC 6238 on RFC 4226): HMAC-SHA-1, 30 seconds, six digits, as every authenticator knows them.
 */
#ifndef TALAIA_PKI_TOTP_H
#define TALAIA_PKI_TOTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/day.h"

#define TOTP_KEY_BYTES 20
#define TOTP_KEY_TEXT_BYTES 33 /* base32 and its NUL */
#define TOTP_STEP_SECONDS 30

/* Base32 without padding (RFC 4648). */
void totp_key_text(const unsigned char key[TOTP_KEY_BYTES], char out[TOTP_KEY_TEXT_BYTES]);
bool totp_key_read(const char *text, unsigned char ret[TOTP_KEY_BYTES]);

/* The code of one step; 0 to 999999. */
uint32_t totp_code(const unsigned char key[TOTP_KEY_BYTES], int64_t step);

/* Whether `code` (six digits, spaces allowed) is that of now or of the step before or after, and of a later step than
 * `last_step` (a code counts once). *ret_step: which. */
bool totp_check(const unsigned char key[TOTP_KEY_BYTES], const char *code, instant_t now, int64_t last_step,
                int64_t *ret_step);

#endif
