/* A registry as the team's query gives it, whose endpoints are the farm's: a desk can be made of it. */
#include "base/buf.h"
#include "base/file.h"
#include "farm.h"

enum { REGISTRY_MOST = 64 << 20, NAMES_FILE_MOST = 4 << 20, FIRST_ID = 1001 };

struct named {
    struct str name;
    int64_t province, municipality;
};

/* Bodies that the shipped profile leaves out: an endpoint under such a name would not be watched. */
static bool is_left_out(struct str name)
{
    static const char *const towns[] = {"Esparreguera,", "Martorell,", "Manresa,", "Tarragona,"};
    for (size_t i = 0; i < sizeof towns / sizeof towns[0]; i++) {
        if (str_starts(name, towns[i]))
            return true;
    }
    return memmem(name.p, name.n, ", Ajuntament", strlen(", Ajuntament")) == NULL;
}

/* One line of share/demo/registry.csv: id,"Name, Ajuntament de",platform,url,province,municipality,… */
static bool named_parse(struct str line, struct named *ret)
{
    struct str cell;
    if (!str_split(&line, ',', &cell) || line.n == 0 || line.p[0] != '"')
        return false;
    const char *end = memchr(line.p + 1, '"', line.n - 1);
    if (end == NULL)
        return false;
    ret->name = str_part(line.p + 1, (size_t)(end - line.p - 1));
    line = str_part(end + 1, line.n - ret->name.n - 2);
    for (int column = 0; column < 3; column++) /* what is left before the comma, the platform, the address */
        (void)str_split(&line, ',', &cell);
    return str_split(&line, ',', &cell) && str_to_int64(cell, 1, 52, &ret->province) && str_split(&line, ',', &cell) &&
           str_to_int64(cell, 1, 999, &ret->municipality) && !is_left_out(ret->name);
}

static bool named_next(struct str *rest, struct named *ret)
{
    struct str line;
    while (str_split(rest, '\n', &line)) {
        if (named_parse(line, ret))
            return true;
    }
    return false;
}

struct registry {
    struct buf out;
    struct str names; /* not yet used */
    const struct farm_plan *plan;
    size_t rows;
    day_t today;
};

/* The last day of what the server really shows, as a registry in order declares it. */
static day_t expiry_of(const struct farm_case *c, day_t today)
{
    if (!case_has_certificate(c))
        return today + 290;
    return today + (c->from == 0 && c->until == 0 ? 265 : c->until);
}

static void row_add(struct registry *r, const struct farm_case *c, const char *url)
{
    struct named n;
    char invented[96], cds[DAY_TEXT_BYTES], cda[DAY_TEXT_BYTES], inverted[128];
    if (!named_next(&r->names, &n)) {
        (void)snprintf(inverted, sizeof inverted, "%s %zu, Ajuntament de",
                       body_name(r->plan, r->rows, invented) + strlen("Ajuntament de "), r->rows);
        n = (struct named){.name = str_of(inverted), .province = 8, .municipality = (int64_t)(r->rows % 999 + 1)};
    }
    (void)buf_printf(&r->out, "%zu;%.*s;%lld;%lld;%zu;%s;%s;%s\n", FIRST_ID + r->rows, STR_ARG(n.name),
                     (long long)n.province, (long long)n.municipality, r->rows % 3 % 2, url,
                     day_dmy(expiry_of(c, r->today), cds), day_dmy(r->today + 200 + (day_t)(r->rows * 37 % 900), cda));
    r->rows++;
}

bool farm_registry(const struct farm_plan *plan, int many, int bad_percent, const char *names, const char *file,
                   struct err *e)
{
    struct buf names_text = BUF_INIT(NAMES_FILE_MOST);
    struct registry r = {.out = BUF_INIT(REGISTRY_MOST), .plan = plan, .today = clock_system().today};
    char url[256];
    bool ok = names == NULL || file_read(names, &names_text, e);
    r.names = buf_str(&names_text);
    (void)buf_add_text(&r.out, "ID;DESCRIPCIO;CODI_PROVINCIA;CODI_MUNICIPI;PLATAFORMA;URL_WSDL;DATA_CDS;DATA_CDA\n");
    for (size_t i = 0; ok && i < farm_case_count; i++) {
        if (!farm_cases[i].part)
            row_add(&r, &farm_cases[i], case_url(&farm_cases[i], plan->base, plan->port, url));
    }
    for (int n = 1; ok && n <= many; n++)
        row_add(&r, many_case(n, bad_percent), many_url(n, plan->port, url));
    ok = ok && (!buf_full(&r.out) || err_set(e, ERR_LIMIT, "--many is too large")) &&
         file_write(file, buf_str(&r.out), e);
    buf_release(&names_text);
    buf_release(&r.out);
    return ok;
}

bool farm_list(const struct farm_plan *plan, const char *file, struct err *e)
{
    struct buf out = BUF_INIT(REGISTRY_MOST);
    char nif[16], invented[96];
    bool given = false;
    for (size_t i = 0; i < farm_case_count; i++)
        given = given || farm_cases[i].body != NULL;
    (void)buf_add_text(&out, "name;nif\n");
    for (size_t i = 0; i < farm_case_count; i++) {
        const struct farm_case *c = &farm_cases[i];
        if (!c->part && case_body(c) == i && (c->body != NULL) == given)
            (void)buf_printf(&out, "%s;%s\n", given ? c->body : body_name(plan, i, invented), body_nif(plan, i, nif));
    }
    bool ok = (!buf_full(&out) || err_set(e, ERR_LIMIT, "too many bodies")) && file_write(file, buf_str(&out), e);
    buf_release(&out);
    return ok;
}
