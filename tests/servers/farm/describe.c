/* Writes what the farm is for those who test with it: farm.json, hosts, many.txt. */
#include "base/buf.h"
#include "base/file.h"
#include "farm.h"

enum { DESCRIPTION_MOST = 64 << 20 };

static void json_text(struct buf *b, const char *text)
{
    (void)buf_add_char(b, '"');
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\')
            (void)buf_add_char(b, '\\');
        (void)buf_add_char(b, *text);
    }
    (void)buf_add_char(b, '"');
}

static void json_member(struct buf *b, const char *key, const char *text)
{
    (void)buf_printf(b, ", \"%s\": ", key);
    json_text(b, text);
}

static void json_verdict(struct buf *b, enum verdict_code connection, enum verdict_code trust,
                         enum verdict_code application)
{
    (void)buf_printf(b, "{\"connection\": \"%s\", \"trust\": \"%s\", \"application\": \"%s\"}", code_text(connection),
                     code_text(trust), code_text(application));
}

static void json_expect(struct buf *b, const struct farm_case *c)
{
    (void)buf_add_text(b, ", \"expect\": ");
    json_verdict(b, c->connection, c->trust, c->application);
    (void)buf_add_text(b, ", \"or\": [");
    if (c->or_connection != CONNECTION_OK)
        json_verdict(b, c->or_connection, c->trust, c->application);
    else if (c->or_trust != CONNECTION_OK)
        json_verdict(b, c->connection, c->or_trust, c->application);
    else if (c->may_stop) {
        json_verdict(b, c->connection, TRUST_NONE, APPLICATION_NONE);
        (void)buf_add_text(b, ", ");
        json_verdict(b, c->connection, c->trust, APPLICATION_NONE);
    }
    (void)buf_add_text(b, "]");
}

/* What each address of a host with two of them shows by itself. */
static void json_observations(struct buf *b, const struct farm_case *c, const struct farm_plan *plan)
{
    char address[16];
    const struct farm_case *second = case_find(c->also);
    (void)buf_printf(b, ", \"observations\": [{\"address\": \"%s\", \"expect\": ",
                     address_text(case_address(c, plan->base), address));
    if (c->place == AT_LISTENER)
        json_verdict(b, CONNECTION_OK, TRUST_OK, APPLICATION_OK);
    else
        json_verdict(b, c->place == AT_HOLE ? CONNECTION_TIMEOUT : CONNECTION_REFUSED, TRUST_NONE, APPLICATION_NONE);
    (void)buf_printf(b,
                     "}, {\"address\": \"%s\", \"expect\": ", address_text(case_address(second, plan->base), address));
    json_verdict(b, second->connection, second->trust, second->application);
    (void)buf_add_text(b, "}]");
}

static void json_case(struct buf *b, const struct farm_case *c, const struct farm_plan *plan)
{
    char url[256], host[64], address[16], body[96], nif[16];
    size_t n = (size_t)(c - farm_cases);
    (void)buf_add_text(b, "{\"case\": ");
    json_text(b, c->name);
    json_member(b, "url", case_url(c, plan->base, plan->port, url));
    json_member(b, "host", case_host(c, host));
    uint32_t first = case_address(c, plan->base);
    if (first == 0)
        (void)buf_add_text(b, ", \"address\": null, \"addresses\": []");
    else
        (void)buf_printf(b, ", \"address\": \"%s\", \"addresses\": [\"%s\"", address_text(first, address), address);
    if (first != 0 && c->also != NULL)
        (void)buf_printf(b, ", \"%s\"", address_text(case_address(case_find(c->also), plan->base), address));
    (void)buf_printf(b, "%s, \"port\": %d", first == 0 ? "" : "]", plan->port);
    json_expect(b, c);
    if (c->also != NULL)
        json_observations(b, c, plan);
    json_member(b, "body", c->body != NULL ? c->body : body_name(plan, n, body));
    json_member(b, "nif", body_nif(plan, n, nif));
    if (case_has_certificate(c))
        json_member(b, "certificate_nif", c->owner == OF_NOBODY ? "" : owner_nif(plan, c, nif));
    json_member(b, "note", c->note == NULL ? "" : c->note);
    (void)buf_add_text(b, "}");
}

static void json_many(struct buf *b, int n, const struct farm_plan *plan, const struct farm_serve *options)
{
    char url[256], host[64], address[16];
    const struct farm_case *c = many_case(n, options->bad_percent);
    (void)buf_add_text(b, "{\"case\": ");
    json_text(b, c->name);
    json_member(b, "url", many_url(n, plan->port, url));
    json_member(b, "host", many_host(n, host));
    json_member(b, "address", address_text(many_address(plan->base, n), address));
    (void)buf_printf(b, ", \"addresses\": [\"%s\"], \"port\": %d", address, plan->port);
    json_expect(b, c);
    json_member(b, "note", "one of many");
    (void)buf_add_text(b, "}");
}

static void hosts_line(struct buf *b, uint32_t address, const char *host)
{
    char text[16];
    if (address != 0 && host[0] != '\0')
        (void)buf_printf(b, "%s %s\n", address_text(address, text), host);
}

bool describe_farm(const char *dir, const struct farm_plan *plan, const struct farm_serve *options, struct err *e)
{
    struct arena a = {0};
    struct buf json = BUF_INIT(DESCRIPTION_MOST), hosts = BUF_INIT(DESCRIPTION_MOST), urls = BUF_INIT(DESCRIPTION_MOST);
    char host[64], url[256];
    const char *comma = "[\n";
    for (size_t i = 0; i < farm_case_count; i++) {
        const struct farm_case *c = &farm_cases[i];
        if (case_host(c, host)[0] != '*')
            hosts_line(&hosts, case_address(c, plan->base), host);
        if (c->part)
            continue;
        (void)buf_add_text(&json, comma);
        json_case(&json, c, plan);
        comma = ",\n";
    }
    (void)buf_add_text(&json, "\n]\n");
    bool ok = file_write(path_join(&a, dir, "farm.json"), buf_str(&json), e);
    buf_clear(&json);
    for (int n = 1; n <= options->many; n++) {
        hosts_line(&hosts, many_address(plan->base, n), many_host(n, host));
        (void)buf_printf(&urls, "%s\n", many_url(n, plan->port, url));
        (void)buf_add_text(&json, n == 1 ? "[\n" : ",\n");
        json_many(&json, n, plan, options);
    }
    (void)buf_add_text(&json, options->many > 0 ? "\n]\n" : "[]\n");
    ok = ok && (!buf_full(&json) || err_set(e, ERR_LIMIT, "--many is too large")) &&
         file_write(path_join(&a, dir, "many.json"), buf_str(&json), e) &&
         file_write(path_join(&a, dir, "many.txt"), buf_str(&urls), e) &&
         file_write(path_join(&a, dir, "hosts"), buf_str(&hosts), e);
    buf_release(&json);
    buf_release(&hosts);
    buf_release(&urls);
    arena_release(&a);
    return ok;
}
