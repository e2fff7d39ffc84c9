/* Against a real Dovecot, and, for what none says, a server that says what it is told (tests/servers). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sys/stat.h>

#include "../net/started.h"
#include "base/file.h"
#include "base/module.h"
#include "mail/imap.h"

#define FOLDER "Renovació certificats"

static struct arena arena;
static const char *work, *dovecot;
static int port, tls_port;

#define must(call, e)                                                                                                  \
    do {                                                                                                               \
        if (!(call))                                                                                                   \
            fail_msg("%s", (e).log);                                                                                   \
    } while (0)
#define must_say(e, with)                                                                                              \
    do {                                                                                                               \
        if (strstr((e).log, (with)) == NULL)                                                                           \
            fail_msg("'%s' does not say '%s'", (e).log, (with));                                                       \
    } while (0)

static struct imap *session_with(struct mail_settings settings, const char *url)
{
    struct err e = {0};
    struct mail_server *server = arena_new(&arena, struct mail_server);
    settings.url = url;
    settings.key = "mail.imap.url";
    must(mail_server_parse(&settings, &arena, server, &e), e);
    return imap_new(server, 3);
}

static struct imap *session(const char *user)
{
    return session_with((struct mail_settings){.plain = true},
                        arena_printf(&arena, "imap://%s@127.0.0.1:%d", user, port));
}

static const char mail[] = "From: <a@b.example>\r\nMessage-ID: <1@talaia.example>\r\nX-Talaia-Id: w-1\r\nSubject: "
                           "Prova\r\n\r\nHola {3}\r\n)\r\n.\r\n\tà\r\n";

/* ------------------------------------------------------------------ the ordinary ways */

static void test_folders(void **state)
{
    (void)state;
    struct imap *m = session("padro:s3cret");
    struct err e = {0};
    bool there = true;
    must(imap_exists(m, FOLDER, &there, &e), e);
    assert_false(there);
    must(imap_create(m, FOLDER, &e), e);
    must(imap_create(m, FOLDER, &e), e); /* an existing one is fine */
    must(imap_exists(m, FOLDER, &there, &e), e);
    assert_true(there);
    must(imap_create(m, "Ajuntaments/2026 \"R&D\" * % \\", &e), e);
    must(imap_exists(m, "Ajuntaments/2026 \"R&D\" * % \\", &there, &e), e);
    assert_true(there);
    must(imap_exists(m, "Ajuntaments/*", &there, &e), e);
    assert_false(there);
    must(imap_exists(m, "inbox", &there, &e), e);
    assert_true(there);
    imap_listing list = {0};
    struct arena a = {0};
    must(imap_folders(m, &a, &list, &e), e);
    size_t seen = 0;
    for (size_t i = 0; i < list.count; i++) {
        assert_int_equal(list.items[i].delimiter, '/');
        seen += strcmp(list.items[i].name, FOLDER) == 0 && !list.items[i].sent;
        seen += strcmp(list.items[i].name, "Sent") == 0 && list.items[i].sent;
    }
    assert_int_equal(seen, 2);
    vec_release(&list);
    arena_release(&a);
    assert_false(imap_create(m, "a\r\nb", &e));
    assert_int_equal(e.code, ERR_VALUE);
    imap_free(m);
}

static void test_file_and_find(void **state)
{
    (void)state;
    struct imap *m = session("padro:s3cret");
    struct err e = {0};
    struct imap_folder f;
    uint32_t uid = 0, second = 0;
    must(imap_create(m, FOLDER, &e), e);
    must(imap_append(m, FOLDER, str_of(mail), IMAP_SEEN, (instant_t)1795162320 * INSTANT_PER_SECOND, &uid, &e), e);
    assert_int_not_equal(uid, 0);
    must(imap_append(m, FOLDER, str_of("Subject: b\r\n\r\n"), 0, INSTANT_NONE, &second, &e), e);
    assert_true(second > uid);
    must(imap_select(m, FOLDER, IMAP_READ, &f, &e), e);
    assert_int_not_equal(f.uid_validity, 0);
    assert_int_equal(f.uid_next, second + 1);
    assert_int_equal(f.exists, 2);

    imap_uids uids = {0};
    must(imap_search(m, &(struct imap_query){.header = "X-Talaia-Id", .value = "w-1"}, &uids, &e), e);
    assert_int_equal(uids.count, 1);
    assert_int_equal(uids.items[0], uid);
    must(imap_search(m, &(struct imap_query){.header = "Message-ID", .value = "<1@talaia.example>"}, &uids, &e), e);
    assert_int_equal(uids.count, 1);
    must(imap_search(m, &(struct imap_query){.header = "Message-ID", .value = "no\"body\\"}, &uids, &e), e);
    assert_int_equal(uids.count, 0);
    must(imap_search(m, &(struct imap_query){0}, &uids, &e), e);
    assert_int_equal(uids.count, 2);
    must(imap_search(m, &(struct imap_query){.uid_first = second}, &uids, &e), e);
    assert_int_equal(uids.count, 1);
    must(imap_search(m, &(struct imap_query){.uid_first = second + 1}, &uids, &e), e);
    assert_int_equal(uids.count, 0); /* though the server lists the last one */
    must(imap_search(m, &(struct imap_query){.unseen = true}, &uids, &e), e);
    assert_int_equal(uids.count, 1);
    day_t day = day_from_civil(2026, 11, 20);
    must(imap_search(m, &(struct imap_query){.since = day, .header = "X-Talaia-Id", .value = "w"}, &uids, &e), e);
    assert_int_equal(uids.count, 1);
    must(imap_search(m, &(struct imap_query){.since = day + 1, .header = "X-Talaia-Id", .value = "w"}, &uids, &e), e);
    assert_int_equal(uids.count, 0);
    assert_false(imap_search(m, &(struct imap_query){.header = "Subject", .value = "à\r\n"}, &uids, &e));
    e = (struct err){0};
    vec_release(&uids);

    struct buf b = BUF_INIT(LIMIT_MAIL_BYTES);
    must(imap_fetch(m, uid, &b, &e), e);
    assert_string_equal(buf_text(&b), mail);
    buf_clear(&b);
    must(imap_fetch_head(m, uid, &b, &e), e);
    assert_true(str_starts(buf_str(&b), "From: <a@b.example>\r\n") && str_ends(buf_str(&b), "Prova\r\n\r\n"));
    struct imap_state s;
    must(imap_state(m, uid, &s, &e), e);
    assert_int_equal(s.size, strlen(mail));
    assert_int_equal(s.flags & IMAP_SEEN, IMAP_SEEN);
    must(imap_state(m, second, &s, &e), e);
    assert_int_equal(s.flags & IMAP_SEEN, 0); /* reading leaves it unread */

    struct buf small = BUF_INIT(20);
    assert_false(imap_fetch(m, uid, &small, &e));
    assert_int_equal(imap_fault(m), MAIL_LARGE);
    e = (struct err){0};
    assert_false(imap_fetch(m, 4000000000u, &b, &e));
    assert_int_equal(imap_fault(m), MAIL_GONE);
    e = (struct err){0};
    buf_clear(&b);
    must(imap_fetch(m, second, &b, &e), e); /* the session goes on */
    assert_string_equal(buf_text(&b), "Subject: b\r\n\r\n");
    assert_false(imap_flag(m, uid, IMAP_FLAGGED, true, &e) && (imap_state(m, uid, &s, &e), s.flags & IMAP_FLAGGED));
    buf_release(&b);
    buf_release(&small);
    imap_free(m);
}

static void test_move(void **state)
{
    (void)state;
    struct imap *m = session("padro:s3cret");
    struct err e = {0};
    struct imap_folder f;
    uint32_t uid, there = 0;
    must(imap_create(m, FOLDER, &e), e);
    must(imap_append(m, "Sent", str_of(mail), 0, INSTANT_NONE, &uid, &e), e);
    must(imap_select(m, "Sent", IMAP_WRITE, &f, &e), e);
    struct imap_state s;
    must(imap_flag(m, uid, IMAP_FLAGGED | IMAP_ANSWERED, true, &e), e);
    must(imap_state(m, uid, &s, &e), e);
    assert_int_equal(s.flags & (IMAP_FLAGGED | IMAP_ANSWERED | IMAP_SEEN), IMAP_FLAGGED | IMAP_ANSWERED);
    must(imap_flag(m, uid, IMAP_FLAGGED, false, &e), e);
    must(imap_copy(m, uid, FOLDER, &there, &e), e);
    assert_int_not_equal(there, 0);
    assert_false(imap_move(m, uid, "Not there", &there, &e));
    assert_int_equal(imap_fault(m), MAIL_NO_FOLDER);
    must_say(e, "Not there");
    e = (struct err){0};
    must(imap_move(m, uid, FOLDER, &there, &e), e);
    assert_false(imap_state(m, uid, &s, &e));
    assert_int_equal(imap_fault(m), MAIL_GONE);
    e = (struct err){0};
    assert_false(imap_move(m, uid, FOLDER, &there, &e));
    assert_int_equal(imap_fault(m), MAIL_GONE);
    e = (struct err){0};
    must(imap_select(m, FOLDER, IMAP_READ, &f, &e), e);
    struct buf b = BUF_INIT(LIMIT_MAIL_BYTES);
    must(imap_fetch(m, there, &b, &e), e);
    assert_string_equal(buf_text(&b), mail);
    buf_release(&b);
    imap_free(m);
}

static void test_missing_and_full(void **state)
{
    (void)state;
    struct err e = {0};
    struct imap_folder f;
    (void)started_output(&arena,
                         (const char *const[]){"tests/servers/dovecot.sh", "user", dovecot, "petit", "x", NULL});
    (void)started_output(&arena,
                         (const char *const[]){"tests/servers/dovecot.sh", "quota", dovecot, "petit", "10", NULL});
    struct imap *m = session("petit:x");
    assert_false(imap_append(m, FOLDER, str_of(mail), 0, INSTANT_NONE, NULL, &e));
    assert_int_equal(imap_fault(m), MAIL_NO_FOLDER);
    must_say(e, FOLDER);
    e = (struct err){0};
    assert_false(imap_select(m, FOLDER, IMAP_READ, &f, &e));
    assert_int_equal(imap_fault(m), MAIL_NO_FOLDER);
    struct buf big = BUF_INIT(LIMIT_MAIL_BYTES);
    buf_add_text(&big, "Subject: x\r\n\r\n");
    for (int i = 0; i < 2000; i++)
        buf_add_text(&big, "0123456789\r\n");
    e = (struct err){0};
    assert_false(imap_append(m, "INBOX", buf_str(&big), 0, INSTANT_NONE, NULL, &e));
    assert_int_equal(imap_fault(m), MAIL_FULL);
    must_say(e, "full");
    e = (struct err){0};
    must(imap_append(m, "INBOX", str_of(mail), 0, INSTANT_NONE, NULL, &e), e); /* a small one fits */
    must(imap_select(m, "INBOX", IMAP_READ, &f, &e), e);
    assert_int_equal(f.exists, 1);
    buf_release(&big);
    imap_free(m);
}

static void test_large(void **state)
{
    (void)state;
    struct err e = {0};
    struct imap_folder f;
    uint32_t uid;
    struct imap *m = session("padro:s3cret");
    struct buf big = BUF_INIT(LIMIT_MAIL_BYTES), back = BUF_INIT(LIMIT_MAIL_BYTES);
    buf_add_text(&big, "Subject: x\r\n\r\n");
    while (big.n < 5u << 20)
        buf_printf(&big, "%zu {12}\r\n", big.n);
    must(imap_append(m, "Sent", buf_str(&big), 0, INSTANT_NONE, &uid, &e), e);
    must(imap_select(m, "Sent", IMAP_READ, &f, &e), e);
    must(imap_fetch(m, uid, &back, &e), e);
    assert_true(str_equal(buf_str(&big), buf_str(&back)));
    buf_release(&big);
    buf_release(&back);
    imap_free(m);
}

/* ------------------------------------------------------------------ logins, TLS */

static void test_logins(void **state)
{
    (void)state;
    struct err e = {0};
    (void)started_output(&arena, (const char *const[]){"tests/servers/dovecot.sh", "user", dovecot, "estrany@x.example",
                                                       "p\"\\ à:{}%@/", "ey.Good", NULL});
    struct imap *m = session("estrany%40x.example:p%22%5C%20%C3%A0%3A%7B%7D%25%40%2F");
    must(imap_connect(m, &e), e);
    assert_true(imap_can(m, "UIDPLUS") && imap_can(m, "MOVE") && imap_can(m, "QUOTA") && !imap_can(m, "UID"));
    imap_free(m);
    m = session("padro:wrong-word");
    assert_false(imap_connect(m, &e));
    assert_int_equal(imap_fault(m), MAIL_LOGIN);
    assert_int_equal(e.code, ERR_LOGIN);
    must_say(e, "padro");
    assert_null(strstr(e.log, "wrong-word"));
    imap_free(m);

    const char *file = path_join(&arena, work, "token");
    struct mail_settings settings = {.plain = true, .xoauth2 = true, .token_file = file};
    e = (struct err){0};
    must(file_write(file, str_of("ey.old\n"), &e), e);
    m = session_with(settings, arena_printf(&arena, "imap://estrany%%40x.example@127.0.0.1:%d", port));
    assert_false(imap_connect(m, &e));
    assert_int_equal(imap_fault(m), MAIL_LOGIN);
    assert_null(strstr(e.log, "ey.old"));
    e = (struct err){0};
    must(file_write(file, str_of("ey.Good\n"), &e), e);
    must(imap_connect(m, &e), e);
    imap_free(m);
    settings.token_file = "/nonexistent/token";
    m = session_with(settings, arena_printf(&arena, "imap://padro@127.0.0.1:%d", port));
    assert_false(imap_connect(m, &e));
    assert_int_equal(imap_fault(m), MAIL_SETUP);
    imap_free(m);
}

static void test_tls(void **state)
{
    (void)state;
    struct err e = {0};
    const char *ca = path_join(&arena, dovecot, "certs/ca.pem");
    struct mail_settings trusted = {.ca_file = ca};
    struct imap *m = session_with(trusted, arena_printf(&arena, "imap://padro:s3cret@127.0.0.1:%d", port));
    must(imap_connect(m, &e), e); /* STARTTLS */
    imap_free(m);
    m = session_with(trusted, arena_printf(&arena, "imaps://padro:s3cret@localhost:%d", tls_port));
    must(imap_connect(m, &e), e);
    bool there;
    must(imap_exists(m, "INBOX", &there, &e), e);
    imap_free(m);
    const char *const urls[] = {arena_printf(&arena, "imaps://padro:s3cret@127.0.0.2:%d", tls_port),
                                arena_printf(&arena, "imap://padro:s3cret@127.0.0.2:%d", port)};
    for (size_t i = 0; i < 2; i++) {
        e = (struct err){0};
        m = session_with(trusted, urls[i]);
        assert_false(imap_connect(m, &e));
        assert_int_equal(imap_fault(m), MAIL_CERTIFICATE);
        must_say(e, "127.0.0.2");
        must_say(e, "mail.ca");
        imap_free(m);
    }
    e = (struct err){0};
    m = session_with((struct mail_settings){0}, urls[0]); /* the system's authorities */
    assert_false(imap_connect(m, &e));
    assert_int_equal(imap_fault(m), MAIL_CERTIFICATE);
    imap_free(m);
    e = (struct err){0};
    m = session_with((struct mail_settings){.plain = true}, "imap://127.0.0.1:1");
    assert_false(imap_connect(m, &e));
    assert_int_equal(imap_fault(m), MAIL_UNREACHED);
    imap_free(m);
}

/* ------------------------------------------------------------------ what no real server says */

static struct started scripted(const char *rules, struct imap **ret)
{
    struct err e = {0};
    const char *file = path_join(&arena, work, "rules");
    must(file_write(file, str_of(rules), &e), e);
    struct started s = started_run((const char *const[]){"tests/servers/imap_script.py", file, NULL});
    *ret = session_with((struct mail_settings){.plain = true}, arena_printf(&arena, "imap://u:p@127.0.0.1:%d", s.port));
    return s;
}

static void test_refusals(void **state)
{
    static const struct {
        const char *rules;
        enum mail_fault fault;
        enum err_code code;
    } cases[] = {
        {"[[\"^APPEND\",\"{tag} NO [NOPERM] not you\"]]", MAIL_FORBIDDEN, ERR_REMOTE},
        {"[[\"^APPEND\",\"{tag} NO [OVERQUOTA] full\"]]", MAIL_FULL, ERR_REMOTE},
        {"[[\"^APPEND\",\"{tag} NO [UNAVAILABLE] later\"]]", MAIL_UNREACHED, ERR_NET},
        {"[[\"^APPEND\",\"{tag} NO because\"],[\"^LIST\",\"* LIST () \\\"/\\\" F\\r\\n{tag} OK\"]]", MAIL_REFUSED,
         ERR_REMOTE},
        {"[[\"^APPEND\",\"{tag} NO because\"],[\"^LIST\",\"{tag} OK\"]]", MAIL_NO_FOLDER, ERR_REMOTE},
        {"[[\"^APPEND\",\"{tag} BAD what\"],[\"^LIST\",\"* LIST () NIL {1}\\r\\nF\\r\\n{tag} OK\"]]", MAIL_REFUSED,
         ERR_REMOTE},
        {"[[\"^APPEND\",\"{tag} OK at once\"]]", MAIL_BROKEN, ERR_NET},
        {"[[\"^APPEND\",\"b9 OK another tag\"]]", MAIL_BROKEN, ERR_NET},
        {"[[\"^APPEND\",\"* BYE enough\\r\\n{close}\"]]", MAIL_UNREACHED, ERR_NET},
        {"[[\"^APPEND\",null]]", MAIL_UNREACHED, ERR_NET},
        {"[[\"^APPEND\",\"* 5 EXISTS\"]]", MAIL_UNREACHED, ERR_NET}, /* and then nothing */
        {"[[\"^APPEND\",\"\\u0000\"]]", MAIL_BROKEN, ERR_NET},
        {"[[\"^APPEND\",\"* LIST (((((((((((((((((((((( \"]]", MAIL_BROKEN, ERR_NET},
        {"[[\"^APPEND\",\"* LIST {99999999999}\"]]", MAIL_BROKEN, ERR_NET},
        {"[[\"^APPEND\",\"* LIST {70000}\"]]", MAIL_BROKEN, ERR_NET},
        {"[[\"^CAPABILITY\",\"* CAPABILITY LOGINDISABLED\\r\\n{tag} OK\"]]", MAIL_SETUP, ERR_CONFIG},
        {"[[\"^LOGIN\",\"{tag} NO no\"]]", MAIL_LOGIN, ERR_REMOTE},
        {"[[\"^LOGIN\",\"{tag} NO [AUTHENTICATIONFAILED] no\"]]", MAIL_LOGIN, ERR_LOGIN},
        {"[[\"^$\",\"* BYE go away{close}\"]]", MAIL_UNREACHED, ERR_NET},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct imap *m;
        struct started s = scripted(cases[i].rules, &m);
        struct err e = {0};
        if (imap_append(m, "F", str_of(mail), 0, INSTANT_NONE, NULL, &e) || imap_fault(m) != cases[i].fault ||
            e.code != cases[i].code)
            fail_msg("%s: fault %d: %s", cases[i].rules, imap_fault(m), e.log);
        must_say(e, "127.0.0.1");
        imap_free(m);
        started_end(&s);
    }
}

/* Without MOVE and UIDPLUS; answers about other mails in between; no reconnection but between two questions. */
static void test_old_server(void **state)
{
    (void)state;
    struct imap *m;
    struct err e = {0};
    struct imap_folder f;
    uint32_t uid = 9;
    struct started s =
        scripted("[[\"^UID COPY\",\"{tag} OK\"],[\"^UID STORE\",\"* 1 FETCH (FLAGS ())\\r\\n{tag} OK\"],"
                 "[\"^UID FETCH 5\",\"* 2 FETCH (FLAGS (\\\\Seen) UID 4 BODY[] {2}\\r\\nno)\\r\\n* 9 EXISTS\\r\\n"
                 "* 3 FETCH (BODY[] {3}\\r\\nyes UID 5 X (UID 4))\\r\\n{tag} OK\"],"
                 "[\"^UID FETCH 6\",\"* 1 FETCH (UID 6 BODY[] \\\"q\\\\\\\"t\\\")\\r\\n{tag} OK\"],"
                 "[\"^UID FETCH 7\",\"* 1 FETCH (UID 7 BODY[] NIL)\\r\\n{tag} OK\"],"
                 "[\"^UID FETCH 8\",null],"
                 "[\"^UID SEARCH\",\"* SEARCH 8 3\\r\\n* SEARCH\\r\\n* SEARCH 3 5 \\r\\n{tag} OK\"],"
                 "[\"^APPEND\",\"{tag} OK\"]]",
                 &m);
    must(imap_select(m, "F", IMAP_WRITE, &f, &e), e);
    assert_int_equal(f.uid_validity, 7);
    assert_int_equal(f.uid_next, 30);
    must(imap_move(m, 5, "G", &uid, &e), e);
    assert_int_equal(uid, 0); /* it does not say */
    struct buf b = BUF_INIT(100);
    must(imap_fetch(m, 5, &b, &e), e);
    assert_string_equal(buf_text(&b), "yes");
    must(imap_fetch(m, 6, &b, &e), e);
    assert_string_equal(buf_text(&b), "yesq\"t");
    must(imap_fetch(m, 7, &b, &e), e);
    imap_uids uids = {0};
    must(imap_search(m, &(struct imap_query){0}, &uids, &e), e);
    assert_int_equal(uids.count, 3);
    assert_true(uids.items[0] == 3 && uids.items[1] == 5 && uids.items[2] == 8);
    vec_release(&uids);
    assert_false(imap_fetch(m, 8, &b, &e));
    assert_int_equal(imap_fault(m), MAIL_UNREACHED);
    e = (struct err){0};
    buf_clear(&b);
    must(imap_fetch(m, 5, &b, &e), e); /* over a new connection, the folder selected again */
    assert_string_equal(buf_text(&b), "yes");
    must(file_write(
             path_join(&arena, work, "rules"),
             str_of("[[\"^(SELECT|EXAMINE)\",\"* OK [UIDVALIDITY 8] x\\r\\n{tag} OK\"],[\"^UID FETCH 8\",null]]"), &e),
         e);
    assert_false(imap_fetch(m, 8, &b, &e));
    e = (struct err){0};
    assert_false(imap_fetch(m, 5, &b, &e)); /* the same UID would be another mail */
    assert_int_equal(imap_fault(m), MAIL_GONE);
    buf_release(&b);
    imap_free(m);
    started_end(&s);
}

static void test_goodbye(void **state)
{
    (void)state;
    struct imap *m;
    struct err e = {0};
    bool there = false;
    struct started s = scripted("[[\"^LIST\",\"* LIST () NIL F\\r\\n{tag} OK\\r\\n* BYE idle\\r\\n{close}\"]]", &m);
    for (int i = 0; i < 3; i++) {
        must(imap_exists(m, "F", &there, &e), e);
        assert_true(there);
        usleep(20000);
    }
    imap_free(m);
    started_end(&s);
}

static int start(void **state)
{
    (void)state;
    module_init(arena_printf(&arena, "%s/src/net", getenv("TALAIA_TEST_BUILD")));
    char template[] = "/tmp/talaia-imap-XXXXXX";
    work = arena_strdup(&arena, mkdtemp(template));
    if (chmod(work, 0755) != 0) /* root runs Dovecot as nobody */
        return 1;
    dovecot = path_join(&arena, work, "dovecot");
    struct str ports = str_trim(
        str_of(started_output(&arena, (const char *const[]){"tests/servers/dovecot.sh", "start", dovecot, NULL})));
    struct str first;
    int64_t a, b;
    if (!str_split(&ports, ' ', &first) || !str_to_int64(first, 1, 65535, &a) || !str_to_int64(ports, 1, 65535, &b))
        return 1;
    port = (int)a;
    tls_port = (int)b;
    return 0;
}

static int finish(void **state)
{
    (void)state;
    (void)started_output(&arena, (const char *const[]){"tests/servers/dovecot.sh", "stop", dovecot, NULL});
    started_remove(work);
    arena_release(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_folders),    cmocka_unit_test(test_file_and_find),
        cmocka_unit_test(test_move),       cmocka_unit_test(test_missing_and_full),
        cmocka_unit_test(test_large),      cmocka_unit_test(test_logins),
        cmocka_unit_test(test_tls),        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_old_server), cmocka_unit_test(test_goodbye),
    };
    return cmocka_run_group_tests(tests, start, finish);
}
