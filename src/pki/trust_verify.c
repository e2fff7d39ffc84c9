/* One run of OpenSSL's path building and verification, its many complaints turned into our few. */
#include "pki/signature.h"
#include "pki/trust_store.h"

/* NIST SP 800-57: 112 bits of security, which RSA 2048 and SHA-224 have. OpenSSL calls it level 2. */
enum { AUTH_LEVEL = 2 };

static const struct {
    int error;
    enum verdict_code code;
    enum trust_cause cause;
} faults[] = {
    {X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, TRUST_SELF_SIGNED, CAUSE_LEAF},
    {X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, TRUST_UNKNOWN_CA, CAUSE_ISSUER},
    {X509_V_ERR_CERT_SIGNATURE_FAILURE, TRUST_BAD_CHAIN, CAUSE_SIGNATURE},
    {X509_V_ERR_UNABLE_TO_DECRYPT_CERT_SIGNATURE, TRUST_BAD_CHAIN, CAUSE_SIGNATURE},
    {X509_V_ERR_INVALID_CA, TRUST_BAD_CHAIN, CAUSE_NOT_CA},
    {X509_V_ERR_KEYUSAGE_NO_CERTSIGN, TRUST_BAD_CHAIN, CAUSE_NOT_CA},
    {X509_V_ERR_PATH_LENGTH_EXCEEDED, TRUST_BAD_CHAIN, CAUSE_PATH_LENGTH},
    {X509_V_ERR_CERT_CHAIN_TOO_LONG, TRUST_BAD_CHAIN, CAUSE_TOO_LONG},
    {X509_V_ERR_PERMITTED_VIOLATION, TRUST_BAD_CHAIN, CAUSE_NAME_CONSTRAINT},
    {X509_V_ERR_EXCLUDED_VIOLATION, TRUST_BAD_CHAIN, CAUSE_NAME_CONSTRAINT},
    {X509_V_ERR_SUBTREE_MINMAX, TRUST_BAD_CHAIN, CAUSE_NAME_CONSTRAINT},
    {X509_V_ERR_UNSUPPORTED_CONSTRAINT_TYPE, TRUST_BAD_CHAIN, CAUSE_NAME_CONSTRAINT},
    {X509_V_ERR_UNSUPPORTED_CONSTRAINT_SYNTAX, TRUST_BAD_CHAIN, CAUSE_NAME_CONSTRAINT},
    {X509_V_ERR_UNSUPPORTED_NAME_SYNTAX, TRUST_BAD_CHAIN, CAUSE_NAME_CONSTRAINT},
    {X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION, TRUST_BAD_CHAIN, CAUSE_CRITICAL},
    {X509_V_ERR_EE_KEY_TOO_SMALL, TRUST_WEAK_KEY, CAUSE_LEAF},
    {X509_V_ERR_CA_KEY_TOO_SMALL, TRUST_BAD_CHAIN, CAUSE_CA_KEY},
};

/* Dates are looked at by the caller, each time that a chain is judged. */
static bool is_about_time(int error)
{
    return error == X509_V_ERR_CERT_NOT_YET_VALID || error == X509_V_ERR_CERT_HAS_EXPIRED ||
           error == X509_V_ERR_ERROR_IN_CERT_NOT_BEFORE_FIELD || error == X509_V_ERR_ERROR_IN_CERT_NOT_AFTER_FIELD;
}

void chain_add_fault(struct chain *c, enum verdict_code code, enum trust_cause cause, int depth)
{
    for (size_t i = 0; i < c->fault_count; i++) {
        if (c->faults[i].code == code && c->faults[i].cause == cause && c->faults[i].depth == depth)
            return;
    }
    if (c->fault_count < LIMIT_CHAIN_FINDINGS)
        c->faults[c->fault_count++] = (struct fault){code, cause, depth};
}

static void add_error(struct chain *c, int error, int depth)
{
    switch (error) {
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE: c->issuer_missing = true; return;
    case X509_V_ERR_CA_MD_TOO_WEAK:
        if (depth == 0)
            chain_add_fault(c, TRUST_WEAK_SIGNATURE, CAUSE_LEAF, 0);
        else
            chain_add_fault(c, TRUST_BAD_CHAIN, CAUSE_CA_SIGNATURE, depth);
        return;
    default: break;
    }
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        if (faults[i].error == error) {
            chain_add_fault(c, faults[i].code, faults[i].cause, depth);
            return;
        }
    }
    chain_add_fault(c, TRUST_BAD_CHAIN, CAUSE_OTHER, depth);
}

/* Notes the complaint and goes on, so that all of them are heard. */
static int on_verify(int good, X509_STORE_CTX *context)
{
    if (!good) {
        int error = X509_STORE_CTX_get_error(context);
        if (!is_about_time(error))
            add_error(X509_STORE_CTX_get_app_data(context), error, X509_STORE_CTX_get_error_depth(context));
        X509_STORE_CTX_set_error(context, X509_V_OK); /* an error that stays hides those that come later */
    }
    return 1;
}

/* OpenSSL leaves out the signature of the last of a path, which is the leaf when its issuer is missing. */
static void look_at_leaf_digest(struct chain *c, X509 *leaf)
{
    bool self_issued = X509_NAME_cmp(X509_get_subject_name(leaf), X509_get_issuer_name(leaf)) == 0;
    if (!self_issued && !signature_is_strong(x509_signature_algorithm(leaf)))
        chain_add_fault(c, TRUST_WEAK_SIGNATURE, CAUSE_LEAF, 0);
}

static void run(struct trust *t, STACK_OF(X509) * candidates, X509 *leaf, instant_t now, struct chain *ret)
{
    X509_STORE_CTX_cleanup(t->context);
    if (X509_STORE_CTX_init(t->context, t->store, leaf, candidates) != 1) {
        chain_add_fault(ret, TRUST_BAD_CHAIN, CAUSE_OTHER, 0);
        return;
    }
    X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(t->context);
    X509_VERIFY_PARAM_set_time(param, (time_t)(now / INSTANT_PER_SECOND));
    X509_VERIFY_PARAM_set_depth(param, LIMIT_CHAIN_CERTS);
    X509_VERIFY_PARAM_set_auth_level(param, AUTH_LEVEL);
    X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_TRUSTED_FIRST | (t->partial ? X509_V_FLAG_PARTIAL_CHAIN : 0));
    X509_STORE_CTX_set_app_data(t->context, ret);
    X509_STORE_CTX_set_verify_cb(t->context, on_verify);
    bool good = X509_verify_cert(t->context) == 1;
    ret->path = X509_STORE_CTX_get0_chain(t->context);
    int count = ret->path == NULL ? 0 : sk_X509_num(ret->path);
    ret->anchored = X509_STORE_CTX_get_num_untrusted(t->context);
    if (ret->anchored > count || ret->anchored < 0)
        ret->anchored = count;
    if ((!good || count == 0) && ret->fault_count == 0 && !ret->issuer_missing)
        chain_add_fault(ret, TRUST_BAD_CHAIN, CAUSE_OTHER, 0);
}

void chain_verify(struct trust *t, STACK_OF(X509) * sent, bool with_known, instant_t now, struct chain *ret)
{
    *ret = (struct chain){0};
    AUTO_STACK *candidates = with_known ? sk_X509_dup(sent) : NULL;
    for (size_t i = 0; candidates != NULL && i < t->known_count; i++)
        sk_X509_push(candidates, t->known[i].cert);
    X509 *leaf = sk_X509_value(sent, 0);
    run(t, candidates == NULL ? sent : candidates, leaf, now, ret);
    look_at_leaf_digest(ret, leaf);
    bool ends_well = ret->path != NULL && ret->anchored < sk_X509_num(ret->path);
    bool said = ret->issuer_missing;
    for (size_t i = 0; i < ret->fault_count; i++)
        said = said || ret->faults[i].code == TRUST_SELF_SIGNED || ret->faults[i].code == TRUST_UNKNOWN_CA;
    if (!ends_well && !said) /* whatever OpenSSL thinks: a path that ends nowhere is never silent */
        chain_add_fault(ret, TRUST_UNKNOWN_CA, CAUSE_ISSUER, ret->path == NULL ? 0 : sk_X509_num(ret->path) - 1);
    openssl_forget();
}
