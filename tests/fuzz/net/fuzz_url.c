/* Any bytes as an address, as a reference seen from another, and as a range of addresses: what is accepted is regular,
 * printable, stays as it is when read again, and never has more than its limits. */
#include <stdint.h>
#include <stdlib.h>

#include "net/guard.h"
#include "net/url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void url_check(const struct url *u)
{
    struct url again;
    struct err e = {.lang = LANG_EN};
    size_t n = strlen(u->text);
    must(n <= LIMIT_URL_BYTES && u->port > 0 && u->port <= 65535 && url_target(u)[0] == '/');
    for (size_t i = 0; i < n; i++)
        must(u->text[i] > ' ' && u->text[i] < 0x7F && strchr("\\\"<>^`{|}#", u->text[i]) == NULL);
    must(strstr(url_target(u), "/../") == NULL || strchr(url_target(u), '?') != NULL);
    must(url_parse(str_of(u->text), &again, &e) && strcmp(again.text, u->text) == 0 && url_same_place(&again, u));
    char authority[URL_AUTHORITY_BYTES], shown[URL_SHOWN_BYTES];
    must(strlen(url_authority(u, true, authority)) < sizeof authority && strpbrk(authority, "@/?# ") == NULL);
    must(strlen(url_shown(u, shown)) < sizeof shown);
    struct sockaddr_storage address;
    socklen_t length = 0;
    must(url_address(u, &address, &length) == (u->kind != URL_NAME));
    const struct guard nothing = {0};
    if (u->kind != URL_NAME)
        (void)guard_address(&nothing, (struct sockaddr *)&address);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str s = str_part((const char *)data, size), front;
    struct url u, base;
    struct cidr range;
    struct err e = {.lang = LANG_EN};
    if (url_parse(s, &u, &e))
        url_check(&u);
    err_clear(&e);
    must(url_parse(str_of("https://a.example:8443/b/c/d;p?q"), &base, &e));
    if (url_resolve(&base, s, &u, &e))
        url_check(&u);
    /* "base reference" */
    struct str rest = s;
    err_clear(&e);
    if (str_split(&rest, ' ', &front) && rest.p != NULL && url_parse(front, &base, &e) &&
        url_resolve(&base, rest, &u, &e))
        url_check(&u);
    err_clear(&e);
    if (cidr_parse(s, &range, &e))
        must(range.bits >= 0 && range.bits <= 128);
    return 0;
}
