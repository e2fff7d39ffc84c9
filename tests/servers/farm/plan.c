/* Where the farm lives, who the invented bodies are, and how --many are numbered. */
#include <stdio.h>

#include "base/file.h"
#include "farm.h"

bool plan_write(const char *dir, const struct farm_plan *plan, struct err *e)
{
    struct arena a = {0};
    char address[16];
    const char *text = arena_printf(&a, "base %s\nport %d\nstatus-port %d\ndns-port %d\nseed %lld\nmade %lld\n",
                                    address_text(plan->base, address), plan->port, plan->status_port, plan->dns_port,
                                    (long long)plan->seed, (long long)plan->made);
    bool ok = file_write(path_join(&a, dir, "farm.conf"), str_of(text), e);
    arena_release(&a);
    return ok;
}

static bool base_parse(struct str s, uint32_t *ret)
{
    uint32_t address = 0;
    struct str part;
    for (int i = 0; i < 4; i++) {
        int64_t n;
        if (!str_split(&s, '.', &part) || !str_to_int64(part, 0, 255, &n))
            return false;
        address = address << 8 | (uint32_t)n;
    }
    *ret = address;
    return true;
}

static bool plan_line(struct str key, struct str value, struct farm_plan *p)
{
    int64_t n;
    if (str_is(key, "base"))
        return base_parse(value, &p->base);
    if (!str_to_int64(value, 0, INT64_MAX, &n))
        return false;
    if (str_is(key, "seed"))
        p->seed = n;
    else if (str_is(key, "made"))
        p->made = n;
    else if (n > 65535)
        return false;
    else if (str_is(key, "port"))
        p->port = (int)n;
    else if (str_is(key, "status-port"))
        p->status_port = (int)n;
    else if (str_is(key, "dns-port"))
        p->dns_port = (int)n;
    else
        return false;
    return true;
}

bool plan_read(const char *dir, struct farm_plan *ret, struct err *e)
{
    struct arena a = {0};
    struct buf text = BUF_INIT(4096);
    const char *path = path_join(&a, dir, "farm.conf");
    struct farm_plan p = FARM_PLAN_DEFAULT;
    bool ok = file_read(path, &text, e);
    struct str rest = buf_str(&text), line;
    while (ok && str_split(&rest, '\n', &line)) {
        struct str key;
        if (line.n > 0 && (!str_split(&line, ' ', &key) || !plan_line(key, line, &p)))
            ok = err_set(e, ERR_FORMAT, "%s: not as `talaia-farm make` writes it; make the farm again", path);
    }
    if (ok)
        *ret = p;
    buf_release(&text);
    arena_release(&a);
    return ok;
}

/* --- bodies --- */

static const char *const places[] = {"Vilaprova", "Montassaig", "Sant Exemple",  "Torremostra", "Castellfictici",
                                     "Riufals",   "Puigmodel",  "Vallinventada", "Bellprova",   "Rocassaig"};
static const char *const endings[] = {"",        " de Dalt", " de Baix",     " del Camp",    " de la Serra",
                                      " de Mar", " del Riu", " de la Farga", " de la Plana", " del Bosc"};

const char *body_name(const struct farm_plan *plan, size_t n, char out[96])
{
    size_t k = (n + (size_t)plan->seed * 37) % 100;
    (void)snprintf(out, 96, "Ajuntament de %s%s", places[k % 10], endings[k / 10]);
    return out;
}

/* Letter, province 99, five digits, and the control that belongs to them. */
static const char *nif_make(char letter, unsigned number, const char *controls, char out[16])
{
    (void)snprintf(out, 16, "%c99%05u", letter, number);
    int sum = 0;
    for (int i = 1; i <= 7; i++) {
        int digit = out[i] - '0';
        int twice = digit * 2;
        sum += i % 2 == 0 ? digit : twice / 10 + twice % 10;
    }
    out[8] = controls[(10 - sum % 10) % 10];
    out[9] = '\0';
    return out;
}

const char *body_nif(const struct farm_plan *plan, size_t n, char out[16])
{
    unsigned number = (unsigned)(((uint64_t)plan->seed * 104729u + n * 7919u) % 100000u);
    return nif_make('P', number, "JABCDEFGHI", out);
}

static size_t next_body(const struct farm_case *c)
{
    size_t next = case_body(c) + 1;
    for (size_t i = 0; c->shown_as != NULL && i < farm_case_count; i++) {
        if (farm_cases[i].body == c->shown_as)
            return case_body(&farm_cases[i]);
    }
    return next < farm_case_count ? case_body(&farm_cases[next]) : next;
}

const char *owner_name(const struct farm_plan *plan, const struct farm_case *c, char out[96])
{
    bool other = c->owner == OF_OTHER || c->owner == OF_OTHER_NAME;
    switch (c->owner) {
    case OF_COMPANY: return "Proveïdor de Mostra, SL";
    case OF_COUNTY: return "Consell Comarcal de Mostra";
    case OF_NOBODY: return NULL;
    default:
        if (c->shown_as != NULL)
            return c->shown_as;
        return c->body != NULL ? c->body : body_name(plan, other ? next_body(c) : case_body(c), out);
    }
}

const char *owner_nif(const struct farm_plan *plan, const struct farm_case *c, char out[16])
{
    switch (c->owner) {
    case OF_COMPANY: return nif_make('B', 99001, "0123456789", out);
    case OF_COUNTY: return nif_make('P', 99002, "JABCDEFGHI", out);
    case OF_NOBODY: return NULL;
    default: return body_nif(plan, c->owner == OF_OTHER ? next_body(c) : case_body(c), out);
    }
}

/* --- many --- */

const struct farm_case *many_case(int n, int bad_percent)
{
    static const char *const bad[] = {"many-refused", "many-hole",       "many-silent",     "many-truncated",
                                      "many-expired", "many-wrong-host", "many-self-signed"};
    /* The nth is bad when it lifts the whole part of n·percent/100: they are spread evenly. */
    int before = (int)((int64_t)(n - 1) * bad_percent / 100), after = (int)((int64_t)n * bad_percent / 100);
    return case_find(after > before ? bad[before % (int)(sizeof bad / sizeof bad[0])] : "many");
}

const char *many_host(int n, char out[64])
{
    (void)snprintf(out, 64, "m%04d." MANY_ZONE, n);
    return out;
}

uint32_t many_address(uint32_t base, int n)
{
    return (base & 0xffff0000u) + 0x10000u + (uint32_t)(n / 250 << 8) + (uint32_t)(n % 250) + 1;
}

const char *many_url(int n, int port, char out[256])
{
    char host[64];
    (void)snprintf(out, 256, "https://%s:%d/padro?wsdl", many_host(n, host), port);
    return out;
}
