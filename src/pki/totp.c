#include "pki/totp.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

void totp_key_text(const unsigned char key[TOTP_KEY_BYTES], char out[TOTP_KEY_TEXT_BYTES])
{
    unsigned bits = 0, have = 0;
    size_t n = 0;
    for (size_t i = 0; i < TOTP_KEY_BYTES; i++) {
        bits = bits << 8 | key[i];
        for (have += 8; have >= 5; have -= 5)
            out[n++] = alphabet[bits >> (have - 5) & 31];
    }
    out[n] = '\0';
}

bool totp_key_read(const char *text, unsigned char ret[TOTP_KEY_BYTES])
{
    unsigned char key[TOTP_KEY_BYTES];
    unsigned bits = 0, have = 0;
    size_t n = 0;
    if (strlen(text) != TOTP_KEY_TEXT_BYTES - 1)
        return false;
    for (const char *p = text; *p != '\0'; p++) {
        const char *at = strchr(alphabet, *p);
        if (at == NULL)
            return false;
        bits = bits << 5 | (unsigned)(at - alphabet);
        have += 5;
        if (have >= 8) {
            have -= 8;
            key[n++] = (unsigned char)(bits >> have);
        }
    }
    memcpy(ret, key, sizeof key);
    return true;
}

uint32_t totp_code(const unsigned char key[TOTP_KEY_BYTES], int64_t step)
{
    unsigned char counter[8], mac[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    for (int i = 0; i < 8; i++)
        counter[i] = (unsigned char)((uint64_t)step >> (56 - 8 * i));
    if (HMAC(EVP_sha1(), key, TOTP_KEY_BYTES, counter, sizeof counter, mac, &n) == NULL || n != 20)
        return UINT32_MAX; /* no code is that */
    const unsigned char *at = mac + (mac[19] & 15);
    uint32_t whole = (uint32_t)(at[0] & 0x7f) << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
    return whole % 1000000;
}

bool totp_check(const unsigned char key[TOTP_KEY_BYTES], const char *code, instant_t now, int64_t last_step,
                int64_t *ret_step)
{
    uint32_t given = 0;
    int digits = 0;
    for (; *code != '\0'; code++) {
        if (*code == ' ')
            continue;
        if (*code < '0' || *code > '9' || ++digits > 6)
            return false;
        given = given * 10 + (uint32_t)(*code - '0');
    }
    int64_t step = now / INSTANT_PER_SECOND / TOTP_STEP_SECONDS;
    bool found = false;
    for (int64_t s = step - 1; digits == 6 && s <= step + 1; s++) {
        if (totp_code(key, s) == given && s > last_step && !found) {
            *ret_step = s;
            found = true;
        }
    }
    return found;
}
