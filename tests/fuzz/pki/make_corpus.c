/* Writes the corpora of this room and sample.h, with new keys:  make_corpus tests/fuzz  — once in a while, by hand. */
#include "../../unit/pki/maker.h"

#include "base/file.h"

static const char *top;

static void put(const char *name, struct str bytes)
{
    struct err e = {.lang = LANG_EN};
    if (!file_write(path_join(maker_arena(), top, name), bytes, &e)) {
        fprintf(stderr, "%s\n", e.log);
        exit(1);
    }
}

static void put_array(struct buf *to, const char *name, struct str bytes)
{
    buf_printf(to, "static const unsigned char %s[] = {", name);
    for (size_t i = 0; i < bytes.n; i++)
        buf_printf(to, "%s0x%02x,", i % 20 == 0 ? "\n    " : " ", (unsigned char)bytes.p[i]);
    buf_add_text(to, "\n};\n");
}

static void certificates(const struct made *ca, const struct made *leaf)
{
    struct made seal =
        MAKE(.names = {{"CN", "Segell"}, {"organizationIdentifier", "VATES-P0800000B"}, {"SN", "Mostra"}}, .issuer = ca,
             .key = MAKER_RSA,
             .extensions = MAKER_LEAF "subjectAltName=dirName:e,email:a@example.org\n[e]\n"
                                      "0.2.16.724.1.3.5.6.2.3=P0800000B\n1.2.16.724.1.3.5.6.2.4=00000000T\n");
    struct made bmp = MAKE(.names = {{"O", "\0A\0j\0\xb7\x20\x2e", 8, V_ASN1_BMPSTRING},
                                     {"CN", "a\0b", 3},
                                     {"OU", "\xe0\xe9", 2, V_ASN1_T61STRING}},
                           .issuer = ca);
    struct made limits = MAKE(.cn = "Limitada", .issuer = ca,
                              .extensions = MAKER_CA "nameConstraints=critical,permitted;DNS:altre.example\n"
                                                     "policyConstraints=requireExplicitPolicy:3\n");
    struct made odd =
        MAKE(.cn = "odd", .issuer = ca, .from = "00000101000000Z", .to = "99991231235959Z",
             .extensions = "2.5.29.17=DER:04:03:01:02\n1.3.6.1.5.5.7.1.1=DER:30:80\n2.5.29.31=DER:30:00\n");
    struct made ed = MAKE(.cn = "ed", .issuer = ca, .key = MAKER_ED25519), self = MAKE(.cn = "self");
    const struct made *all[] = {leaf, ca, &seal, &bmp, &limits, &odd, &ed, &self};
    for (size_t i = 0; i < COUNT(all); i++)
        put(arena_printf(maker_arena(), "corpus/x509/%zu.der", i), all[i]->der);
    put("corpus/x509/two.pem", maker_pem((const struct made *const[]){leaf, ca}, 2));
    put("corpus/x509/broken.pem", str_of("-----BEGIN CERTIFICATE-----\nMIIB!\n-----END CERTIFICATE-----\n"));
    PKCS7 *p7 = PKCS7_new();
    PKCS7_set_type(p7, NID_pkcs7_signed);
    PKCS7_content_new(p7, NID_pkcs7_data);
    PKCS7_add_certificate(p7, leaf->cert);
    unsigned char *der = NULL;
    int n = i2d_PKCS7(p7, &der);
    put("corpus/x509/two.p7b", str_part((char *)der, (size_t)n));
    OPENSSL_free(der);
    PKCS7_free(p7);
}

static void answers(const struct made *ca, const struct made *leaf)
{
    struct made delegate = MAKE(.cn = "Responedor", .issuer = ca, .extensions = "extendedKeyUsage=OCSPSigning\n");
    put("corpus/ocsp/good", MAKE_OCSP(.leaf = leaf, .issuer = ca));
    put("corpus/ocsp/revoked", MAKE_OCSP(.leaf = leaf, .issuer = ca, .status = V_OCSP_CERTSTATUS_REVOKED, .reason = 1));
    put("corpus/ocsp/unknown",
        MAKE_OCSP(.leaf = leaf, .issuer = ca, .status = V_OCSP_CERTSTATUS_UNKNOWN, .by_key = true));
    put("corpus/ocsp/delegate",
        MAKE_OCSP(.leaf = leaf, .issuer = ca, .signer = &delegate, .nonce = str_of("0123456789abcdef")));
    put("corpus/ocsp/expired",
        MAKE_OCSP(.leaf = leaf, .issuer = ca, .from = "20200101000000Z", .to = "20200102000000Z"));
    put("corpus/ocsp/two", MAKE_OCSP(.leaf = leaf, .issuer = ca, .also = leaf, .id_digest = EVP_sha256(), .to = ""));
    put("corpus/ocsp/other", MAKE_OCSP(.leaf = &delegate, .issuer = ca, .digest = EVP_sha1()));
    put("corpus/ocsp/later", str_part("\x30\x03\x0a\x01\x03", 5));
    put("corpus/ocsp/empty", str_part("\x30\x03\x0a\x01\x00", 5));
}

static void lists(const struct made *ca, const struct made *leaf)
{
    put("corpus/crl/empty", MAKE_CRL(.issuer = ca));
    put("corpus/crl/revoked", MAKE_CRL(.issuer = ca, .revoked = {leaf}, .reason = 4, .fill = 20));
    put("corpus/crl/removed", MAKE_CRL(.issuer = ca, .revoked = {leaf}, .reason = 8, .to = ""));
    put("corpus/crl/part", MAKE_CRL(.issuer = ca, .reason = -1,
                                    .extensions = "issuingDistributionPoint=critical,@i\n[i]\n"
                                                  "fullname=URI:http://crl.example/ca.crl\nonlyuser=TRUE\n"));
    put("corpus/crl/delta", MAKE_CRL(.issuer = ca, .extensions = "2.5.29.27=critical,DER:02:01:05\n"));
    put("corpus/crl/forged", MAKE_CRL(.issuer = ca, .sign_key = leaf->key));
    put("corpus/crl/text.pem", str_of("-----BEGIN X509 CRL-----\nMIIB\n-----END X509 CRL-----\n"));
}

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    top = argv[1];
    struct made ca =
        MAKE(.names = {{"C", "ES"}, {"O", "Autoritat d'Exemple"}, {"CN", "EC Exemple"}}, .extensions = MAKER_CA,
             .digest = EVP_sha1(), .serial = -0x11d4c2142bde21ebL, .to = "20990101000000Z");
    struct made leaf =
        MAKE(.names = {{"C", "ES"}, {"O", "Ajuntament d'Exemple"}, {"CN", "seu.example"}}, .issuer = &ca,
             .to = "20980101000000Z",
             .extensions = MAKER_LEAF "subjectAltName=DNS:seu.example,DNS:*.tramits.example,IP:2001:db8::1\n"
                                      "certificatePolicies=1.3.6.1.4.1.15096.1.3.2.91.1\n"
                                      "authorityInfoAccess=OCSP;URI:http://ocsp.example/,"
                                      "caIssuers;URI:http://aia.example/ca.crt\n"
                                      "crlDistributionPoints=URI:http://crl.example/ca.crl\n");
    certificates(&ca, &leaf);
    answers(&ca, &leaf);
    lists(&ca, &leaf);
    struct buf header = BUF_INIT(100000);
    buf_add_text(&header, "/* Written by make_corpus.c: whom the answers and lists of the corpora are about. */\n"
                          "#ifndef TALAIA_FUZZ_PKI_SAMPLE_H\n#define TALAIA_FUZZ_PKI_SAMPLE_H\n\n");
    put_array(&header, "sample_ca", ca.der);
    put_array(&header, "sample_leaf", leaf.der);
    buf_add_text(&header, "#define SAMPLE(array) str_part((const char *)(array), sizeof(array))\n"
                          "#define SAMPLE_NOW (INSTANT_PER_SECOND * 1795161600)\n\n#endif\n");
    put("pki/sample.h", buf_str(&header));
    buf_release(&header);
    maker_release();
    return 0;
}
