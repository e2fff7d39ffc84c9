#include "scsp/jwt.h"

#include <jansson.h>
#include <sodium.h>

#include "base/limits.h"

#define BASE64URL sodium_base64_VARIANT_URLSAFE_NO_PADDING

const char *jwt_fault_text(enum jwt_fault f)
{
    static const char *const texts[] = {
#define X(name, text) text,
        JWT_FAULTS(X)
#undef X
    };
    return texts[f];
}

bool jwt_secret_check(struct str secret, struct err *e)
{
    return secret.n >= LIMIT_JWT_SECRET_LEAST ||
           err_set(e, ERR_VALUE, N_("the secret is too short: HS256 needs %d bytes at least, and this one has %zu"),
                   LIMIT_JWT_SECRET_LEAST, secret.n);
}

static void sign(struct str secret, struct str text, unsigned char ret[crypto_auth_hmacsha256_BYTES])
{
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, (const unsigned char *)secret.p, secret.n);
    crypto_auth_hmacsha256_update(&state, (const unsigned char *)text.p, text.n);
    crypto_auth_hmacsha256_final(&state, ret);
    sodium_memzero(&state, sizeof state);
}

/* --- writing --- */

static void part_write(struct buf *to, struct str bytes)
{
    size_t room = sodium_base64_encoded_len(bytes.n, BASE64URL);
    char *at = buf_reserve(to, room);
    if (at == NULL)
        return;
    (void)sodium_bin2base64(at, room, (const unsigned char *)bytes.p, bytes.n, BASE64URL);
    to->n += room - 1; /* without its NUL */
}

bool jwt_write(struct buf *to, struct str secret, struct str json, struct err *e)
{
    unsigned char mac[crypto_auth_hmacsha256_BYTES];
    size_t before = to->n;
    if (!jwt_secret_check(secret, e))
        return false;
    part_write(to, str_of("{\"alg\":\"HS256\",\"typ\":\"JWT\"}"));
    (void)buf_add_char(to, '.');
    part_write(to, json);
    if (buf_full(to))
        return err_set(e, ERR_LIMIT, N_("the token would be larger than what is accepted"));
    sign(secret, str_part(to->p + before, to->n - before), mac);
    (void)buf_add_char(to, '.');
    part_write(to, str_part((const char *)mac, sizeof mac));
    return !buf_full(to) || err_set(e, ERR_LIMIT, N_("the token would be larger than what is accepted"));
}

/* --- reading --- */

/* The one form of base64url: no padding, no other letters, no bits left over. */
static bool part_read(struct arena *a, struct str text, struct str *ret)
{
    size_t n = 0;
    unsigned char *bytes = arena_alloc(a, text.n + 1, 1);
    const char *end = NULL;
    if (text.n == 0 || sodium_base642bin(bytes, text.n, text.p, text.n, NULL, &n, &end, BASE64URL) != 0 ||
        end != text.p + text.n)
        return false;
    *ret = str_part((const char *)bytes, n);
    return true;
}

static json_t *object_read(struct str text)
{
    json_t *value =
        str_utf8_valid(text) ? json_loadb(text.n == 0 ? "" : text.p, text.n, JSON_REJECT_DUPLICATES, NULL) : NULL;
    if (json_is_object(value))
        return value;
    json_decref(value);
    return NULL;
}

static enum jwt_fault header_judge(const json_t *header)
{
    static const char *const refused[] = {"crit", "zip", "b64", "jwk", "jku", "x5u", "x5c", "enc"};
    const json_t *alg = json_object_get(header, "alg"), *typ = json_object_get(header, "typ");
    if (!json_is_string(alg) || strcmp(json_string_value(alg), "HS256") != 0)
        return JWT_ALGORITHM;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        if (json_object_get(header, refused[i]) != NULL)
            return JWT_EXTENSION;
    return typ == NULL || (json_is_string(typ) && str_is_nocase(str_of(json_string_value(typ)), "JWT")) ? JWT_NONE
                                                                                                        : JWT_TYPE;
}

static enum jwt_fault header_check(struct str text)
{
    json_t *header = object_read(text);
    enum jwt_fault fault = header == NULL ? JWT_HEADER : header_judge(header);
    json_decref(header);
    return fault;
}

/* Seconds since 1970 (RFC 7519 §2, NumericDate); fractions are cut. */
static bool time_read(const json_t *content, const char *name, instant_t *ret)
{
    const json_t *value = json_object_get(content, name);
    *ret = INSTANT_NONE;
    if (value == NULL)
        return true;
    double seconds = json_number_value(value);
    if (!json_is_number(value) || !(seconds >= 0 && seconds < 1e11))
        return false;
    *ret = (instant_t)seconds * INSTANT_PER_SECOND;
    return true;
}

static enum jwt_fault times_check(const json_t *content, instant_t now, struct jwt_claims *claims)
{
    const instant_t skew = LIMIT_SKEW_SECONDS * INSTANT_PER_SECOND;
    instant_t from;
    if (!time_read(content, "iat", &claims->issued) || !time_read(content, "exp", &claims->expires) ||
        !time_read(content, "nbf", &from))
        return JWT_TIME;
    claims->dated = claims->issued != INSTANT_NONE || claims->expires != INSTANT_NONE;
    if (claims->expires != INSTANT_NONE && now - skew >= claims->expires)
        return JWT_EXPIRED;
    if (claims->expires == INSTANT_NONE && claims->issued != INSTANT_NONE &&
        now - skew - LIMIT_JWT_SECONDS * INSTANT_PER_SECOND >= claims->issued)
        return JWT_EXPIRED;
    if ((claims->issued != INSTANT_NONE && claims->issued > now + skew) || (from != INSTANT_NONE && from > now + skew))
        return JWT_EARLY;
    return JWT_NONE;
}

enum jwt_fault jwt_read(struct arena *a, struct str token, struct str secret, instant_t now, struct jwt_claims *ret)
{
    struct str rest = token, parts[3], header, mac, bytes;
    unsigned char ours[crypto_auth_hmacsha256_BYTES];
    struct jwt_claims claims = {0};
    if (token.n == 0 || token.n > LIMIT_JWT_BYTES || secret.n < LIMIT_JWT_SECRET_LEAST)
        return secret.n < LIMIT_JWT_SECRET_LEAST ? JWT_SIGNATURE : JWT_FORM;
    for (size_t i = 0; i < 3; i++)
        if (!str_split(&rest, '.', &parts[i]))
            return JWT_FORM;
    if (rest.p != NULL || !part_read(a, parts[0], &header) || !part_read(a, parts[1], &bytes))
        return JWT_FORM;
    enum jwt_fault fault = header_check(header);
    if (fault != JWT_NONE)
        return fault;
    if (!part_read(a, parts[2], &mac))
        return JWT_FORM;
    sign(secret, str_part(token.p, parts[0].n + 1 + parts[1].n), ours);
    if (mac.n != sizeof ours || sodium_memcmp(mac.p, ours, sizeof ours) != 0)
        return JWT_SIGNATURE;
    json_t *content = object_read(bytes);
    fault = content == NULL ? JWT_CONTENT : times_check(content, now, &claims);
    json_decref(content);
    claims.json = bytes;
    if (fault == JWT_NONE)
        *ret = claims;
    return fault;
}
