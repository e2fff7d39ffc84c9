/* A responder, asked about a certificate of which the answer is known (RFC 6960). Whatever is not exactly the expected
 * answer, believed as a client would believe it, has a verdict of its own; silence never reads as good. */
#include <sodium.h>

#include "base/file.h"
#include "probe/step.h"

/* ---------------------------------------------------------------- files and serial numbers */

static bool file_der(struct arena *a, const char *dir, const char *name, struct str *ret, struct err *e)
{
    const char *path = path_join(a, dir, name);
    struct buf bytes = BUF_INIT(LIMIT_CERTIFICATE_FILE_BYTES);
    const struct str *all;
    size_t count;
    bool good = file_read(path, &bytes, e);
    if (good && !certificates_split(a, buf_str(&bytes), &all, &count, e)) {
        err_where(e, "%s", path);
        good = false;
    }
    if (good)
        *ret = str_part(arena_text(a, all[0]), all[0].n);
    buf_release(&bytes);
    return good;
}

static int hex_value(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
}

bool step_ocsp_serial(struct arena *a, struct str hex, struct str *ret)
{
    enum { MOST = 21 };
    unsigned char bytes[2 + 1 + MOST] = {2};
    size_t n = (hex.n + 1) / 2, at = 3;
    if (hex.n == 0 || n > MOST)
        return false;
    for (size_t i = 0; i < hex.n; i++) {
        int value = hex_value(hex.p[i]);
        size_t place = at + (i + hex.n % 2) / 2;
        if (value < 0)
            return false;
        bytes[place] = (unsigned char)((bytes[place] << 4) | value);
    }
    bool high = (bytes[at] & 0x80) != 0; /* a positive number needs a zero in front then */
    size_t from = high ? 2 : 3;
    while (!high && n > 1 && bytes[from] == 0 && (bytes[from + 1] & 0x80) == 0)
        from++, n--;
    unsigned char *out = arena_alloc(a, 2 + n + high, 1);
    out[0] = 2;
    out[1] = (unsigned char)(n + high);
    memcpy(out + 2, bytes + from, n + high);
    *ret = str_part((const char *)out, 2 + n + high);
    return true;
}

bool step_ocsp_open(struct step *s, const char *dir, bool revoked, struct err *e)
{
    const char *about = revoked ? s->check->revoked : s->check->good;
    s->wants_revoked = revoked;
    s->ask.body_type = "application/ocsp-request";
    s->ask.accept = "application/ocsp-response";
    if (!file_der(s->arena, dir, s->check->issuer, &s->issuer, e))
        return false;
    if (!str_starts(str_of(about), "0x"))
        return file_der(s->arena, dir, about, &s->subject, e);
    return step_ocsp_serial(s->arena, str_of(about + 2), &s->subject) ||
           err_set(e, ERR_VALUE, N_("\"%s\" is no serial number: write it as 0x and up to 40 hexadecimal digits"),
                   about);
}

bool step_ocsp_begin(struct step *s, struct err *e)
{
    unsigned char *nonce;
    nonce = arena_alloc(&s->one, LIMIT_NONCE_BYTES, 1);
    randombytes_buf(nonce, LIMIT_NONCE_BYTES);
    s->nonce = str_part((const char *)nonce, LIMIT_NONCE_BYTES);
    return ocsp_request(&s->one, s->subject, s->issuer, s->nonce, &s->ask.body, e);
}

/* ---------------------------------------------------------------- the answer */

static enum probe_verdict status_verdict(int status)
{
    static const enum probe_verdict verdicts[] = {
        [1] = PROBE_VERDICT_OCSP_MALFORMED, [2] = PROBE_VERDICT_OCSP_INTERNAL,     [3] = PROBE_VERDICT_OCSP_LATER,
        [5] = PROBE_VERDICT_OCSP_SIGNED,    [6] = PROBE_VERDICT_OCSP_UNAUTHORIZED,
    };
    size_t i = status > 0 ? (size_t)status : 0;
    return i < sizeof verdicts / sizeof *verdicts && verdicts[i] != 0 ? verdicts[i] : PROBE_VERDICT_OCSP_GARBAGE;
}

static enum probe_verdict fault_verdict(const struct ocsp_answer *a)
{
    static const enum probe_verdict verdicts[OCSP_FAULT_COUNT] = {
        [OCSP_FAULT_SIZE] = PROBE_VERDICT_OCSP_SIZE,
        [OCSP_FAULT_FORMAT] = PROBE_VERDICT_OCSP_GARBAGE,
        [OCSP_FAULT_CERTIFICATE] = PROBE_VERDICT_OCSP_CERTIFICATE,
        [OCSP_FAULT_OTHER] = PROBE_VERDICT_OCSP_OTHER,
        [OCSP_FAULT_SIGNER] = PROBE_VERDICT_OCSP_SIGNER,
        [OCSP_FAULT_SIGNER_EXPIRED] = PROBE_VERDICT_OCSP_SIGNER_EXPIRED,
        [OCSP_FAULT_SIGNATURE] = PROBE_VERDICT_OCSP_SIGNATURE,
        [OCSP_FAULT_WEAK] = PROBE_VERDICT_OCSP_WEAK,
        [OCSP_FAULT_FUTURE] = PROBE_VERDICT_OCSP_FUTURE,
        [OCSP_FAULT_EXPIRED] = PROBE_VERDICT_OCSP_STALE,
        [OCSP_FAULT_NONCE] = PROBE_VERDICT_OCSP_NONCE,
        [OCSP_FAULT_CRITICAL] = PROBE_VERDICT_OCSP_CRITICAL,
    };
    if (a->fault == OCSP_FAULT_LATER || a->fault == OCSP_FAULT_REFUSED)
        return status_verdict(a->status);
    return verdicts[a->fault];
}

static enum probe_verdict answer_verdict(const struct step *s, const struct ocsp_answer *a)
{
    if (a->fault != OCSP_FAULT_NONE || a->outcome == OCSP_UNUSABLE)
        return fault_verdict(a);
    if (s->check->nonce && !a->nonce_matched)
        return PROBE_VERDICT_OCSP_NO_NONCE;
    if (a->outcome == OCSP_UNKNOWN)
        return s->wants_revoked ? PROBE_VERDICT_OCSP_REVOKED_UNKNOWN : PROBE_VERDICT_OCSP_GOOD_UNKNOWN;
    if (a->outcome == OCSP_REVOKED)
        return s->wants_revoked ? PROBE_VERDICT_OK : PROBE_VERDICT_OCSP_GOOD_REVOKED;
    return s->wants_revoked ? PROBE_VERDICT_OCSP_REVOKED_GOOD : PROBE_VERDICT_OK;
}

static const char *answer_detail(struct arena *a, enum probe_verdict v, const struct ocsp_answer *answer)
{
    char text[INSTANT_TEXT_BYTES];
    if (v == PROBE_VERDICT_OCSP_GOOD_REVOKED)
        return answer->revoked_at == INSTANT_NONE ? "?" : arena_strdup(a, instant_madrid(answer->revoked_at, text));
    if (v == PROBE_VERDICT_OCSP_STALE) {
        instant_t at = answer->next_update != INSTANT_NONE ? answer->next_update : answer->this_update;
        return arena_printf(a, "%s %s", answer->next_update != INSTANT_NONE ? "nextUpdate" : "thisUpdate",
                            at == INSTANT_NONE ? "?" : instant_madrid(at, text));
    }
    if (v == PROBE_VERDICT_OCSP_FUTURE)
        return arena_printf(a, "thisUpdate %s",
                            answer->this_update == INSTANT_NONE ? "?" : instant_madrid(answer->this_update, text));
    return "";
}

static const char *fact_instant(struct step *s, const char *what, instant_t t)
{
    char text[INSTANT_TEXT_BYTES];
    return arena_printf(&s->one, "%s %s", what, t == INSTANT_NONE ? "—" : instant_madrid(t, text));
}

/* Names of fields as RFC 6960 has them. */
static void answer_facts(struct step *s, const struct ocsp_answer *a, const struct step_how *how)
{
    static const char *const outcomes[] = {
        [OCSP_UNUSABLE] = "—", [OCSP_UNKNOWN] = "unknown", [OCSP_GOOD] = "good", [OCSP_REVOKED] = "revoked"};
    if (a->status < 0)
        return;
    const char *asked =
        s->wants_revoked ? N_("of the revoked certificate it says: %s") : N_("of the good certificate it says: %s");
    step_fact(s, arena_printf(&s->one, tr(how->lang, asked), outcomes[a->outcome]));
    step_fact(s, fact_instant(s, "producedAt", a->produced));
    step_fact(s, fact_instant(s, "thisUpdate", a->this_update));
    step_fact(s, fact_instant(s, "nextUpdate", a->next_update));
    step_fact(s, a->nonce_matched ? tr(how->lang, N_("with our nonce")) : tr(how->lang, N_("without a nonce")));
    if (a->delegated)
        step_fact(s, arena_printf(&s->one, tr(how->lang, N_("signed by the responder %s")), a->responder));
    else
        step_fact(s, tr(how->lang, N_("signed by the authority itself")));
}

void step_ocsp_judge(struct step *s, const struct probe_observation *o, const struct step_how *how)
{
    char text[16], slow[STEP_SAID_BYTES];
    struct ocsp_answer answer;
    struct arena a = {0};
    if (o->status != 200) {
        (void)snprintf(text, sizeof text, "%d", o->status);
        step_say(s, PROBE_VERDICT_OCSP_HTTP, text, how);
        return;
    }
    ocsp_read_with(how->signers, &a, o->body, s->subject, s->issuer, s->nonce, how->now, &answer);
    answer_facts(s, &answer, how);
    enum probe_verdict v = answer_verdict(s, &answer);
    int64_t ms = s->result.times.total_us / 1000;
    const char *detail = answer_detail(&a, v, &answer);
    if (v == PROBE_VERDICT_OK && s->check->slow_ms > 0 && ms > s->check->slow_ms) {
        v = PROBE_VERDICT_SLOW;
        step_slow_text(s, ms, how, slow);
        detail = slow;
    }
    step_say(s, v, detail, how);
    arena_release(&a);
}
