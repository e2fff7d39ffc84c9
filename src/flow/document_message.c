#include "flow/document_message.h"

#include <errno.h>
#include <jansson.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/process.h"
#include "base/text.h"
#include "flow/signed_message.h"
#include "pki/certificate.h"

bool document_message_is(struct str bytes)
{
    return signed_message_is(bytes) && memmem(bytes.p, bytes.n < 1024 ? bytes.n : 1024, "%PDF-", 5) == NULL;
}

static struct document_reason reason(enum document_reason_code code, const char *what)
{
    return (struct document_reason){.code = code,
                                    .grade = document_reason_grade(code),
                                    .signature = -1,
                                    .what = what,
                                    .other = "",
                                    .day = DAY_NONE};
}

/* The explanation; NULL with a reason when there is none. */
static json_t *explain(struct arena *a, enum lang lang, struct str bytes, struct err *e)
{
    const char *const arguments[] = {"talaia", "gateway", "explain", "--json", "--lang", lang_code(lang), "-", NULL};
    int in = memfd_create("message", MFD_CLOEXEC), out = memfd_create("explanation", MFD_CLOEXEC), code = 0;
    enum process_end end = PROCESS_EXITED;
    struct buf text = BUF_INIT(LIMIT_EXAMINED_BYTES);
    json_t *value = NULL;
    const int files[] = {in, out, PROCESS_NOTHING};
    const struct process process = {
        .arguments = arguments, .environment = process_bare_environment(a), .files = files, .file_count = 3};
    int why = in < 0 || out < 0 || !process_file_write(in, bytes)
                  ? errno
                  : process_run(&process, LIMIT_EXAMINE_SECONDS, &end, &code);
    if (why != 0)
        err_set(e, ERR_INTERNAL, N_("the process that explains messages cannot begin: %s"), err_system(e, why));
    else if (end != PROCESS_EXITED || code > EXIT_FINDINGS || !process_file_read(out, &text) ||
             (value = json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES, NULL)) == NULL)
        err_set(e, ERR_INTERNAL, N_("the process that explains messages has failed (%s %d)"),
                end == PROCESS_EXITED ? "exit" : "signal", code);
    if (in >= 0)
        close(in);
    if (out >= 0)
        close(out);
    buf_release(&text);
    return value;
}

static struct str text_of(const json_t *o, const char *key)
{
    const json_t *v = json_object_get(o, key);
    return json_is_string(v) ? str_part(json_string_value(v), json_string_length(v)) : str_of("");
}

/* What stands against the signature, in words; NULL when nothing does. That messages are only taken for minutes is the
 * gateway's rule; what its content should be is not asked here. */
static const char *objection(struct arena *a, const json_t *told)
{
    const json_t *list = json_object_get(told, "remarks"), *one;
    size_t i;
    json_array_foreach(list, i, one)
    {
        struct str group = text_of(one, "group");
        if (str_is(text_of(one, "grade"), "error") && (str_is(group, "xml") || str_is(group, "security")) &&
            !str_is(text_of(one, "code"), "timestamp-expired"))
            return text_clean(a, str_utf8_cut(text_of(one, "sentence"), LIMIT_CERT_TEXT_BYTES), false);
    }
    return NULL;
}

bool document_message_read(struct desk *d, struct arena *a, struct str bytes, struct str *ret_der,
                           struct document_reason *ret_reason, struct err *e)
{
    struct err why = {.lang = d->lang};
    struct certificate c;
    struct str der;
    *ret_der = str_of("");
    if (!signed_message_certificate(a, bytes, &der, &why) || !certificate_parse(a, der, &c, &why)) {
        *ret_reason = reason(DOCUMENT_REASON_MESSAGE_BAD, arena_strdup(a, why.text));
        return true;
    }
    json_t *told = explain(a, d->lang, bytes, e);
    if (told == NULL)
        return false;
    const char *against = objection(a, told);
    if (against == NULL && !str_is(text_of(json_object_get(told, "certificate"), "fingerprint"), c.fingerprint_hex))
        against = N_("it was verified with another certificate");
    json_decref(told);
    *ret_der = c.der;
    *ret_reason = against == NULL ? reason(DOCUMENT_REASON_MESSAGE_PROVES, "")
                                  : reason(DOCUMENT_REASON_MESSAGE_UNPROVEN, against);
    return true;
}
