/* Having a document read: starting the process, and taking what it says. */
#include <errno.h>
#include <signal.h>
#include <sodium.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/process.h"
#include "base/text.h"
#include "document/child.h"
#include "document/document.h"

static const char *const *arguments_make(struct arena *a, const struct document_how *how, const char *what)
{
    const char **to = arena_array(a, const char *, how->anchor_count + 6);
    size_t n = 0;
    to[n++] = CHILD_DOCUMENT;
    to[n++] = what;
    to[n++] = lang_code(how->lang);
    to[n++] = arena_printf(a, "%lld", (long long)how->now);
    to[n++] = how->bundle;
    for (size_t i = 0; i < how->anchor_count; i++)
        to[n++] = how->anchors[i];
    return to;
}

/* child.h: descriptor 3. */
static bool learnt_write(int fd, const struct document_how *how)
{
    struct buf to = BUF_INIT(LIMIT_CHAIN_CERTS * (LIMIT_CERTIFICATE_FILE_BYTES + 4));
    for (size_t i = 0; i < how->learnt_count; i++) {
        for (int k = 0; k < 4; k++)
            buf_add_char(&to, (char)(how->learnt[i].n >> (8 * k) & 0xff));
        buf_add(&to, how->learnt[i].p, how->learnt[i].n);
    }
    bool good = process_file_write(fd, buf_str(&to));
    buf_release(&to);
    return good;
}

/* What the process said; NULL and *ret_died with the reason when it died of the file; NULL and `e` when it never got
 * so far. */
static json_t *ask(const struct document_how *how, const char *what, struct str bytes, struct arena *a,
                   const char **ret_died, struct err *e)
{
    int in = memfd_create("document", MFD_CLOEXEC), out = memfd_create("facts", MFD_CLOEXEC), code = 0;
    int learnt = memfd_create("authorities", MFD_CLOEXEC);
    enum process_end end = PROCESS_EXITED;
    struct buf text = BUF_INIT(LIMIT_DOCUMENT_TOLD_BYTES);
    json_t *value = NULL;
    const int files[] = {in, out, PROCESS_OURS, learnt};
    const struct process process = {.arguments = arguments_make(a, how, what),
                                    .environment = process_bare_environment(a),
                                    .files = files,
                                    .file_count = 4};
    int why = in < 0 || out < 0 || learnt < 0 || !process_file_write(in, bytes) || !learnt_write(learnt, how)
                  ? errno
                  : process_run(&process, LIMIT_DOCUMENT_WAIT_SECONDS, &end, &code);
    *ret_died = NULL;
    if (why != 0)
        err_set(e, ERR_INTERNAL, N_("the process that reads documents cannot begin: %s"), err_system(e, why));
    else if (end == PROCESS_LATE || (end == PROCESS_DIED && (code == SIGXCPU || code == SIGKILL)))
        *ret_died = N_("time");
    else if (end == PROCESS_DIED || code == EXIT_INTERNAL)
        *ret_died = end == PROCESS_DIED && code != SIGABRT ? N_("it failed") : N_("memory");
    else if (code != EXIT_OK)
        err_set(e, ERR_INTERNAL,
                N_("the process that reads documents cannot work (exit %d): `talaia doctor` looks at "
                   "the trust anchors and the modules"),
                code);
    else if (!process_file_read(out, &text))
        *ret_died = N_("it says too much");
    else if ((value = json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES, NULL)) == NULL)
        *ret_died = N_("it failed");
    if (in >= 0)
        close(in);
    if (out >= 0)
        close(out);
    if (learnt >= 0)
        close(learnt);
    buf_release(&text);
    return value;
}

static void say(struct arena *a, struct document *d, enum document_reason_code code, const char *what,
                const char *other)
{
    struct document_reason *list = arena_array(a, struct document_reason, d->reason_count + 1);
    for (size_t i = 0; i < d->reason_count; i++)
        list[i] = d->reasons[i];
    list[d->reason_count++] = (struct document_reason){.code = code,
                                                       .grade = document_reason_grade(code),
                                                       .signature = -1,
                                                       .what = what,
                                                       .other = other,
                                                       .day = DAY_NONE};
    d->reasons = list;
}

static bool has_reason(const struct document *d, enum document_reason_code code)
{
    for (size_t i = 0; i < d->reason_count; i++)
        if (d->reasons[i].code == code)
            return true;
    return false;
}

/* The text of what was signed, by another process: what draws text is larger than what verifies, and may fail alone. */
static bool read_text(const struct document_how *how, struct str bytes, struct arena *a, struct document *d,
                      struct err *e)
{
    const char *died;
    struct document text;
    if (has_reason(d, DOCUMENT_REASON_PDF_ENCRYPTED) || has_reason(d, DOCUMENT_REASON_PDF_DAMAGED))
        return true;
    json_t *value = ask(how, CHILD_TEXT, str_part(bytes.p, document_signed_bytes(d)), a, &died, e);
    if (value == NULL && died == NULL)
        return false;
    bool good = json_is_true(json_object_get(value, "good"));
    if (good) {
        /* It is cleaned as that of a document is. */
        json_object_set_new(value, "kind", json_string(document_kind_code(DOCUMENT_PDF)));
        json_object_set_new(value, "verdict", json_string(document_verdict_code(DOCUMENT_INVALID)));
        if (document_parse(a, value, &text))
            d->text = text.text;
    } else {
        say(a, d, DOCUMENT_REASON_PDF_TEXT_LOST, died != NULL ? died : N_("the pages cannot be read"), "");
    }
    if (good && str_trim(str_of(d->text)).n == 0)
        say(a, d, DOCUMENT_REASON_PDF_NO_TEXT, "", "");
    if (d->pages > LIMIT_DOCUMENT_PAGES)
        say(a, d, DOCUMENT_REASON_PDF_TEXT_CUT, arena_printf(a, "%d", LIMIT_DOCUMENT_PAGES), "");
    json_decref(value);
    return true;
}

void document_identify(struct arena *a, const char *name, struct str bytes, struct document *d)
{
    unsigned char hash[crypto_hash_sha256_BYTES];
    char *hex = arena_alloc(a, 2 * sizeof hash + 1, 1);
    crypto_hash_sha256(hash, (const unsigned char *)bytes.p, bytes.n);
    d->sha256 = sodium_bin2hex(hex, 2 * sizeof hash + 1, hash, sizeof hash);
    d->bytes = bytes.n;
    d->name = text_clean(a, str_utf8_cut(str_of(name), LIMIT_CERT_TEXT_BYTES), false);
}

bool document_read(const struct document_how *how, const char *name, struct str bytes, struct arena *a,
                   struct document *ret, struct err *e)
{
    struct document d = {.kind = DOCUMENT_OTHER, .verdict = DOCUMENT_INVALID, .signer = -1, .text = ""};
    const char *died = NULL;
    json_t *value = NULL;
    if (bytes.n > LIMIT_DOCUMENT_BYTES) { /* not even begun */
        say(a, &d, DOCUMENT_REASON_TOO_LARGE, arena_printf(a, "%zu", (bytes.n + (1u << 20) - 1) >> 20),
            arena_printf(a, "%u", LIMIT_DOCUMENT_BYTES >> 20));
        document_identify(a, name, bytes, &d);
        *ret = d;
        return true;
    }
    value = ask(how, CHILD_FACTS, bytes, a, &died, e);
    if (value == NULL && died == NULL)
        return false;
    if (value != NULL && !document_parse(a, value, &d))
        died = N_("it failed");
    json_decref(value);
    if (died != NULL)
        say(a, &d, DOCUMENT_REASON_EXHAUSTED, died, "");
    document_identify(a, name, bytes, &d);
    if (d.kind == DOCUMENT_PDF && died == NULL && !read_text(how, bytes, a, &d, e))
        return false;
    *ret = d;
    return true;
}
