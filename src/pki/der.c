#include "pki/der.h"

bool der_next(struct str *s, struct der *ret)
{
    if (s->n < 2 || (s->p[0] & 0x1f) == 0x1f)
        return false;
    size_t n = (unsigned char)s->p[1], header = 2;
    if (n >= 0x80) {
        size_t octets = n & 0x7f;
        if (octets == 0 || octets > 4 || s->n < 2 + octets)
            return false;
        n = 0;
        for (size_t i = 0; i < octets; i++)
            n = n << 8 | (unsigned char)s->p[2 + i];
        header += octets;
    }
    if (n > s->n - header)
        return false;
    *ret = (struct der){
        .tag = (unsigned char)s->p[0], .whole = str_part(s->p, header + n), .content = str_part(s->p + header, n)};
    *s = str_part(s->p + header + n, s->n - header - n);
    return true;
}

bool der_take(struct str *s, unsigned tag, struct der *ret)
{
    struct str rest = *s;
    struct der d;
    if (!der_next(&rest, &d) || d.tag != tag)
        return false;
    *s = rest;
    *ret = d;
    return true;
}

/* RFC 5280 §4.1 */
bool der_certificate(struct str bytes, struct der_certificate *ret)
{
    struct der whole, body, serial, issuer, subject, info, key, skipped;
    if (!der_take(&bytes, DER_SEQUENCE, &whole) || bytes.n > 0 || !der_take(&whole.content, DER_SEQUENCE, &body))
        return false;
    struct str s = body.content;
    (void)der_take(&s, DER_TAG_0, &skipped); /* version */
    if (!der_take(&s, DER_INTEGER, &serial) || !der_take(&s, DER_SEQUENCE, &skipped) ||
        !der_take(&s, DER_SEQUENCE, &issuer) || !der_take(&s, DER_SEQUENCE, &skipped) ||
        !der_take(&s, DER_SEQUENCE, &subject) || !der_take(&s, DER_SEQUENCE, &info))
        return false;
    s = info.content;
    if (!der_take(&s, DER_SEQUENCE, &skipped) || !der_take(&s, DER_BITS, &key) || key.content.n < 1 ||
        key.content.p[0] != 0) /* unused bits at its end: no key has any */
        return false;
    *ret = (struct der_certificate){.serial = serial.whole,
                                    .issuer = issuer.whole,
                                    .subject = subject.whole,
                                    .key = str_part(key.content.p + 1, key.content.n - 1)};
    return true;
}

/* RFC 6960 §4.2.1 */
bool der_ocsp(struct str bytes, struct der_ocsp *ret)
{
    struct der whole, status, tagged, inside, type, octets, basic, data, algorithm, signature, list;
    if (!der_take(&bytes, DER_SEQUENCE, &whole) || !der_take(&whole.content, DER_ENUMERATED, &status) ||
        status.content.n != 1)
        return false;
    *ret = (struct der_ocsp){.status = (unsigned char)status.content.p[0]};
    if (ret->status != 0)
        return true;
    if (!der_take(&whole.content, DER_TAG_0, &tagged) || !der_take(&tagged.content, DER_SEQUENCE, &inside) ||
        !der_take(&inside.content, DER_OID, &type) || !der_take(&inside.content, DER_OCTETS, &octets) ||
        !der_take(&octets.content, DER_SEQUENCE, &basic) || octets.content.n > 0)
        return false;
    if (!der_take(&basic.content, DER_SEQUENCE, &data) || !der_take(&basic.content, DER_SEQUENCE, &algorithm) ||
        !der_take(&basic.content, DER_BITS, &signature))
        return false;
    ret->type = type.content;
    ret->data = data.whole;
    ret->algorithm = algorithm.whole;
    ret->signature = signature.whole;
    if (der_take(&basic.content, DER_TAG_0, &tagged)) {
        if (!der_take(&tagged.content, DER_SEQUENCE, &list))
            return false;
        ret->certificates = list.content;
    }
    return true;
}

static bool take_time(struct str *s, struct der *ret)
{
    return der_take(s, DER_UTC_TIME, ret) || der_take(s, DER_GENERALIZED_TIME, ret);
}

/* RFC 5280 §5.1 */
bool der_crl(struct str bytes, struct der_crl *ret)
{
    struct der whole, body, algorithm, signature, inner, skipped;
    if (!der_take(&bytes, DER_SEQUENCE, &whole) || bytes.n > 0 || !der_take(&whole.content, DER_SEQUENCE, &body) ||
        !der_take(&whole.content, DER_SEQUENCE, &algorithm) || !der_take(&whole.content, DER_BITS, &signature) ||
        whole.content.n > 0)
        return false;
    struct str s = body.content;
    (void)der_take(&s, DER_INTEGER, &skipped); /* version */
    if (!der_take(&s, DER_SEQUENCE, &inner) || !der_take(&s, DER_SEQUENCE, &skipped) || !take_time(&s, &skipped))
        return false;
    (void)take_time(&s, &skipped); /* nextUpdate */
    *ret = (struct der_crl){.body = body.whole,
                            .before = str_part(body.content.p, body.content.n - s.n),
                            .algorithm = algorithm.whole,
                            .inner_algorithm = inner.whole,
                            .signature = signature.whole};
    if (der_take(&s, DER_SEQUENCE, &skipped))
        ret->entries = skipped.content;
    ret->after = s;
    return true;
}

bool der_entry(struct str *entries, struct der_entry *ret)
{
    struct der whole, serial, skipped;
    if (!der_take(entries, DER_SEQUENCE, &whole))
        return false;
    struct str s = whole.content;
    if (!der_take(&s, DER_INTEGER, &serial) || serial.content.n == 0 || !take_time(&s, &skipped))
        return false;
    *ret = (struct der_entry){.whole = whole.whole, .serial = serial.content};
    return true;
}
