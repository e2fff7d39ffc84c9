/* One signature of a PDF: what of the file it covers, and whether its bytes hold. Whom to believe is the chain's and
 * the rules' (core/document.c). Sources: ISO 32000-1 §12.8, ETSI EN 319 142-1; security.md "PDF signature". */
#include "document/parts.h"

#include "base/limits.h"
#include "pki/cms.h"

struct cover {
    struct str pieces[2];
    size_t end;
};

static int hex_value(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* What is left out is one string in hexadecimal, and it is the signature that the reader of the file sees. */
static const char *gap_fault(struct str gap, struct str contents)
{
    if (gap.n < 2 || gap.p[0] != '<' || gap.p[gap.n - 1] != '>')
        return N_("it is not one string");
    struct str digits = str_part(gap.p + 1, gap.n - 2);
    if (digits.n % 2 != 0 || digits.n / 2 != contents.n)
        return N_("its length is not that of the signature");
    for (size_t i = 0; i < contents.n; i++) {
        int high = hex_value(digits.p[2 * i]), low = hex_value(digits.p[2 * i + 1]);
        if (high < 0 || low < 0 || (unsigned char)contents.p[i] != (unsigned char)(high << 4 | low))
            return N_("it is not the signature");
    }
    return NULL;
}

static bool cover_judge(struct reading *r, int at, struct str bytes, const struct pdf_signature *s, struct cover *ret)
{
    const long long *x = s->ranges, n = (long long)bytes.n;
    const char *why;
    if (s->range_count != 4 || !s->ranges_whole) {
        reading_say(r, DOCUMENT_REASON_RANGE_FORM, at, arena_printf(r->arena, "%zu", s->range_count), "");
        return false;
    }
    const char *told = arena_printf(r->arena, "%lld %lld %lld %lld / %lld", x[0], x[1], x[2], x[3], n);
    if (x[0] != 0 || x[1] <= 0)
        reading_say(r, DOCUMENT_REASON_RANGE_START, at, told, "");
    else if (x[1] > n || x[2] < 0 || x[2] > n || x[3] <= 0 || x[3] > n - x[2])
        reading_say(r, DOCUMENT_REASON_RANGE_BEYOND, at, told, "");
    else if (x[2] <= x[1])
        reading_say(r, DOCUMENT_REASON_RANGE_GAP, at, N_("its parts overlap"), "");
    else if ((why = gap_fault(str_part(bytes.p + x[1], (size_t)(x[2] - x[1])), s->contents)) != NULL)
        reading_say(r, DOCUMENT_REASON_RANGE_GAP, at, why, "");
    else {
        *ret = (struct cover){.pieces = {str_part(bytes.p, (size_t)x[1]), str_part(bytes.p + x[2], (size_t)x[3])},
                              .end = (size_t)(x[2] + x[3])};
        return true;
    }
    return false;
}

/* --- time stamps --- */

static void stamp_bad(struct reading *r, int at, const char *why)
{
    reading_say(r, DOCUMENT_REASON_STAMP_BAD, at, why, "");
}

static bool stamp_read(struct reading *r, int at, const struct stamp_judgement *j, struct document_signature *to)
{
    struct document_certificate *c = &to->stamper;
    if (!j->good || !certificate_facts(r, j->certificates, j->certificate_count, c, NULL)) {
        stamp_bad(r, at, j->good ? N_("it cannot be read") : j->why);
        return false;
    }
    to->has_stamper = true;
    if (!j->may_stamp)
        stamp_bad(r, at, N_("its certificate is not for time stamps"));
    else if (c->trust != DOCUMENT_TRUST_GOOD || c->key_weak)
        stamp_bad(r, at, N_("its authority is not trusted"));
    else if (j->at < c->not_before || j->at > c->not_after || j->at > r->now + LIMIT_SKEW_SECONDS * INSTANT_PER_SECOND)
        stamp_bad(r, at, N_("it is outside of its certificate's time"));
    else
        to->stamped = j->at;
    if (to->stamped != INSTANT_NONE)
        read_inside(r, str_of(""), to->stamped, c);
    return to->stamped != INSTANT_NONE;
}

/* --- the bytes --- */

static const struct {
    enum cms_fault fault;
    enum document_reason_code code;
} faults[] = {
    {CMS_FORM, DOCUMENT_REASON_CMS_FORM},
    {CMS_BEHIND, DOCUMENT_REASON_CMS_BEHIND},
    {CMS_INSIDE, DOCUMENT_REASON_CMS_INSIDE},
    {CMS_SIGNERS, DOCUMENT_REASON_CMS_SIGNERS},
    {CMS_ATTRIBUTES, DOCUMENT_REASON_CMS_ATTRIBUTES},
    {CMS_DIGEST_WEAK, DOCUMENT_REASON_DIGEST_WEAK},
    {CMS_NO_CERTIFICATE, DOCUMENT_REASON_NO_CERTIFICATE},
    {CMS_CERTIFICATE_OTHER, DOCUMENT_REASON_CERTIFICATE_OTHER},
    {CMS_DIGEST_WRONG, DOCUMENT_REASON_DIGEST_WRONG},
    {CMS_SIGNATURE_WRONG, DOCUMENT_REASON_SIGNATURE_WRONG},
};

static void cms_say(struct reading *r, int at, const struct cms_judgement *j)
{
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
        if (faults[i].fault == j->fault)
            reading_say(r, faults[i].code, at,
                        j->fault == CMS_FORM && j->what[0] == '\0' ? N_("it is no CMS signature") : j->what, "");
}

static void read_person(struct reading *r, int at, const struct pdf_signature *s, const struct cover *cover,
                        struct document_signature *to)
{
    struct cms_judgement j;
    struct stamp_judgement stamp;
    cms_judge(r->arena, s->contents, cover->pieces, 2, &j);
    cms_say(r, at, &j);
    to->good = j.fault == CMS_GOOD;
    to->claimed = j.claimed;
    to->digest = j.digest;
    to->has_certificate = certificate_facts(r, j.certificates, j.certificate_count, &to->signer, NULL);
    if (to->good && !to->has_certificate) {
        to->good = false;
        reading_say(r, DOCUMENT_REASON_NO_CERTIFICATE, at, "", "");
    }
    if (to->good && !j.named && strcmp(s->subfilter, "ETSI.CAdES.detached") == 0)
        reading_say(r, DOCUMENT_REASON_CERTIFICATE_UNNAMED, at, "", "");
    if (to->good && j.stamp.n > 0) {
        stamp_judge(r->arena, j.stamp, &j.value, 1, &stamp);
        (void)stamp_read(r, at, &stamp, to);
    }
    if (to->good) /* by the later of its two times: a stamp may yet turn out to be nothing */
        read_inside(r, j.archive, to->stamped > to->claimed ? to->stamped : to->claimed, &to->signer);
}

static void read_document_stamp(struct reading *r, int at, const struct pdf_signature *s, const struct cover *cover,
                                struct document_signature *to)
{
    struct stamp_judgement stamp;
    to->stamp = true;
    stamp_judge(r->arena, s->contents, cover->pieces, 2, &stamp);
    to->good = stamp_read(r, at, &stamp, to);
}

void read_signature(struct reading *r, struct str bytes, const struct pdf_signature *s)
{
    int at = (int)r->signatures.count;
    struct cover cover = {.end = 0};
    struct document_signature to = {.field = s->field,
                                    .certifies = s->certifies,
                                    .permits = s->permits,
                                    .claimed = INSTANT_NONE,
                                    .stamped = INSTANT_NONE,
                                    .digest = ""};
    bool stamp = strcmp(s->subfilter, "ETSI.RFC3161") == 0;
    bool known = strcmp(s->type, stamp ? "DocTimeStamp" : "Sig") == 0 || s->type[0] == '\0';
    if (s->fields != 1)
        reading_say(r, DOCUMENT_REASON_SIGNATURE_LOST, at, s->fields == 0 ? "0" : s->field, "");
    if (!known || (!stamp && strcmp(s->subfilter, "ETSI.CAdES.detached") != 0 &&
                   strcmp(s->subfilter, "adbe.pkcs7.detached") != 0))
        reading_say(r, DOCUMENT_REASON_SIGNATURE_KIND, at, s->subfilter[0] == '\0' ? "?" : s->subfilter, "");
    else if (!s->has_contents)
        reading_say(r, DOCUMENT_REASON_CMS_FORM, at, N_("there is none"), "");
    else if (cover_judge(r, at, bytes, s, &cover)) {
        to.signed_end = cover.end;
        to.whole = cover.end == bytes.n;
        if (stamp)
            read_document_stamp(r, at, s, &cover, &to);
        else
            read_person(r, at, s, &cover, &to);
    }
    if (s->fields != 1)
        to.good = false;
    if (s->certifies)
        reading_say(r, DOCUMENT_REASON_CERTIFIES, at,
                    s->permits == 1   ? N_("none")
                    : s->permits == 3 ? N_("forms, remarks")
                                      : N_("forms"),
                    "");
    vec_push(&r->signatures, to);
}
