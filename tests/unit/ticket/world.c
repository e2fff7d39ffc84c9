#include "world.h"

#include <fcntl.h>
#include <jansson.h>
#include <regex.h>
#include <signal.h>
#include <stdio.h>

#include "base/file.h"
#include "base/module.h"

struct world world;

static void jira_start(void)
{
    const char *source = getenv("TALAIA_TEST_SOURCE");
    const char *script = path_join(&fix.arena, source != NULL ? source : ".", "tests/servers/jira.py");
    const char *const argv[] = {"python3", script, "--dir", fix.dir, NULL};
    world.server = spawn(argv, &world.server_out);
    char line[256];
    size_t n = 0;
    while (n < sizeof line - 1 && read(world.server_out, line + n, 1) == 1 && line[n] != '\n')
        n++;
    line[n] = '\0';
    assert_true(n > 0);
    world.options.url = arena_strdup(&fix.arena, line);
    world.options.token = "secret-of-the-tests";
    world.faults = fix.dir;
    world.user = "joana";
    world.reader = "reads-only";
    world.making = "^POST [^?]*/issue( |$)";
    world.noting = "^POST .*/comment( |$)";
    world.linking = "^POST .*/issueLink( |$)";
    world.attaching = "^POST .*/attachments( |$)";
    world.moving = "^POST .*/transitions( |$)";
    world.pending = "10956";
}

static void redmine_take(const char *url, const char *dir)
{
    json_error_t wrong;
    json_t *facts = json_load_file(path_join(&fix.arena, dir, "redmine.json"), 0, &wrong);
    assert_non_null(facts);
    world.options.kind = TRACKER_REDMINE;
    world.options.url = url;
    world.options.project = "st";
    world.options.token = arena_strdup(&fix.arena, json_string_value(json_object_get(facts, "token")));
    world.options.template_key = arena_strdup(&fix.arena, json_string_value(json_object_get(facts, "template")));
    world.reader = arena_strdup(&fix.arena, json_string_value(json_object_get(facts, "reader")));
    world.user = arena_strdup(&fix.arena, json_string_value(json_object_get(facts, "user")));
    world.pending =
        arena_printf(&fix.arena, "%lld",
                     (long long)json_integer_value(json_object_get(json_object_get(facts, "queries"), "pending")));
    json_decref(facts);
    world.faults = dir;
    world.making = "^POST /issues.json";
    world.noting = "^PUT /issues/[0-9]+.json";
    world.linking = "^POST .*/relations.json";
    world.attaching = "^PUT /issues/[0-9]+.json";
    world.moving = "^PUT /issues/[0-9]+.json";
}

int world_start(int argc, char **argv)
{
    const char *kind = argc > 1 ? argv[1] : "sqlite";
    int status = fixture_start(strcmp(kind, "postgresql") == 0 ? kind : "sqlite");
    if (status != 0)
        return status;
    world.options = (struct tracker_options){
        .by = &world.by,
        .project = "ST",
        .template_key = "ST-8949",
        .url = "",
        .token = "",
        .type = "",
        .date_field = "Data Estimada",
        .close = "",
        .ca = "",
    };
    world.user = "joana";
    if (strcmp(kind, "jira") == 0 || strcmp(kind, "redmine") == 0)
        module_init(path_join(&fix.arena, getenv("TALAIA_TEST_BUILD"), "src/net"));
    if (strcmp(kind, "jira") == 0) {
        world.options.kind = TRACKER_JIRA;
        jira_start();
    } else if (strcmp(kind, "redmine") == 0) {
        assert_int_equal(argc, 4);
        redmine_take(argv[2], argv[3]);
    }
    world.kind = world.options.kind;
    return 0;
}

void world_stop(void)
{
    if (world.server != 0) {
        kill(world.server, SIGTERM);
        (void)reap(world.server);
        close(world.server_out);
    }
    fixture_stop();
}

int world_setup(void **state)
{
    struct err e = {0};
    world.by = (struct by){.who = "maria", .day = day_from_civil(2026, 11, 20), .at = clock_system().now};
    world.tests++;
    if (world.kind == TRACKER_LOCAL) {
        if (fixture_setup(state) != 0)
            return -1;
        must(store_open(fix.url, STORE_CREATE, &world.store, &e), &e);
    } else {
        faults_clear();
    }
    must(tracker_open(&world.options, &world.tracker, &e), &e);
    return 0;
}

int world_teardown(void **state)
{
    (void)state;
    tracker_close(world.tracker);
    store_close(world.store);
    world.tracker = NULL;
    world.store = NULL;
    arena_release(&world.arena);
    return 0;
}

struct tx *world_begin(struct tx *tx)
{
    if (world.store == NULL)
        return NULL;
    struct err e = {0};
    must(tx_begin(world.store, TX_WRITE, tx, &e), &e);
    return tx;
}

void world_end(struct tx *tx, bool ok, struct err *e)
{
    if (world.store == NULL)
        return;
    if (ok)
        must(tx_commit(tx, e), e);
    else
        tx_rollback(tx);
}

const char *uid(void)
{
    char out[TICKET_UID_BYTES];
    return arena_strdup(&world.arena, ticket_uid_make(out));
}

struct ticket_new plain(const char *of_uid)
{
    return (struct ticket_new){
        .uid = of_uid,
        .kind = GROUP_RENEWAL,
        .summary = "PRO - PADRO - Ajuntament de Vic - Recordatori data d'expiració CDS[04/12/2026]",
        .description = "Bon dia,\n\nel certificat caduca el 04/12/2026.",
        .due = day_from_civil(2026, 12, 4),
        .tried = INSTANT_NONE,
    };
}

void says(const char *part)
{
    const struct err *e = &world.why;
    if (strstr(e->log, part) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", e->log, part);
    assert_null(strchr(e->log, '\n'));
    if (world.options.token[0] != '\0')
        assert_null(strstr(e->log, world.options.token));
}

struct ticket seen(const char *key)
{
    struct ticket t = {0};
    bool found = false;
    TICKET(ticket_get(world.tracker, x, &world.arena, key, &t, &found, &e));
    if (!found)
        fail_msg("there is no ticket %s", key);
    return t;
}

size_t notes_with(const struct ticket *t, const char *text)
{
    size_t n = 0;
    for (size_t i = 0; i < t->note_count; i++)
        n += strstr(t->notes[i].text, text) != NULL;
    return n;
}

/* --- faults and the journal are files, so that the suite needs no second language to speak with the server --- */

static const char *order_file(void)
{
    return path_join(&world.arena, world.faults, "faults");
}

void fault(const char *pattern, const char *what, int count)
{
    struct err e = {0};
    struct buf all = BUF_INIT(8u << 20);
    if (file_exists(order_file()))
        must(file_read(order_file(), &all, &e), &e);
    buf_printf(&all, "%d\t%s\t%s\n", count, what, pattern);
    must(file_write(order_file(), buf_str(&all), &e), &e);
    buf_release(&all);
}

void index_lag(const char *seconds)
{
    struct err e = {0};
    must(file_write(path_join(&world.arena, world.faults, "lag"), str_of(seconds), &e), &e);
}

void faults_clear(void)
{
    struct err e = {0};
    index_lag("0");
    must(file_write(order_file(), str_of(""), &e), &e);
    must(file_write(path_join(&world.arena, world.faults, "journal"), str_of(""), &e), &e);
}

int journal_count(const char *pattern)
{
    struct err e = {0};
    struct buf all = BUF_INIT(16u << 20);
    must(file_read(path_join(&world.arena, world.faults, "journal"), &all, &e), &e);
    regex_t r;
    assert_int_equal(regcomp(&r, pattern, REG_EXTENDED | REG_NOSUB), 0);
    struct str rest = buf_str(&all), line;
    int n = 0;
    while (str_split(&rest, '\n', &line))
        n += line.n > 0 && regexec(&r, arena_text(&world.arena, line), 0, NULL, 0) == 0;
    regfree(&r);
    buf_release(&all);
    return n;
}
