/* The processes beside the front: each reads messages from descriptor 3 and answers them in their order. */
#include <unistd.h>

#include "base/file.h"
#include "base/sandbox.h"
#include "gateway/child.h"
#include "gateway/gateway.h"
#include "gateway/parcel.h"
#include "net/xml_safe.h"
#include "scsp/verify.h"
#include "scsp/wss_sign.h"

/* The first message of each: ready, and what protects it; or why it cannot be. */
static bool hello(bool good, const char *text)
{
    struct buf out = BUF_INIT(LIMIT_ERR_BYTES + 64);
    size_t began = parcel_begin(&out);
    (void)buf_add_char(&out, good ? CHILD_READY : CHILD_FAILED);
    (void)buf_add_text(&out, text);
    parcel_end(&out, began);
    bool said = parcel_write_all(CHILD_FD, buf_str(&out));
    buf_release(&out);
    return said && good;
}

/* In the sandbox or not at all. */
static bool ready(bool good, const struct err *e)
{
    char text[SANDBOX_TEXT_BYTES] = "";
    if (!good)
        return hello(false, e->log);
    if (!sandbox_enter(text))
        return hello(false, "the filter of system calls cannot be put in force");
    return hello(true, text);
}

/* Answers whatever whole messages have come, then sends the answers together. */
typedef bool child_answer(void *context, struct str message, struct buf *out);
static void serve(child_answer *answer, void *context, size_t most_in, size_t most_out)
{
    struct buf in = BUF_INIT(most_in + LIMIT_GATEWAY_KEPT_BYTES), out = BUF_INIT(2 * most_out);
    while (parcel_read_some(CHILD_FD, &in)) {
        struct str rest = buf_str(&in), message;
        enum parcel_state state;
        while ((state = parcel_next(&rest, most_in, &message)) == PARCEL_WHOLE) {
            if (!answer(context, message, &out))
                return;
            if (out.n > LIMIT_GATEWAY_KEPT_BYTES / 2) {
                if (!parcel_write_all(CHILD_FD, buf_str(&out)))
                    return;
                buf_clear(&out);
            }
        }
        parcel_keep(&in, rest);
        if (state == PARCEL_BAD || !parcel_write_all(CHILD_FD, buf_str(&out)))
            return;
        parcel_keep(&out, str_part(NULL, 0));
    }
}

/* --- the verifier --- */

static bool question_answer(void *context, struct str message, struct buf *out)
{
    struct checker *c = context;
    struct question q;
    struct err e = {.lang = LANG_EN};
    if (!question_read(message, &q, &e))
        return false;
    size_t began = parcel_begin(out);
    if (!opinion_make(c, &q, out))
        return false; /* it does not fit: the front treats it as what brings verifiers down */
    parcel_end(out, began);
    return true;
}

/* argv: name, directory of share, anchors… */
static int verifier_run(int argc, char **argv)
{
    struct arena a = {0};
    struct modalities known;
    struct checker c = {.known = &known};
    struct err e = {.lang = LANG_EN};
    xml_init();
    wss_begin();
    bool good = modalities_load(&a, path_join(&a, argv[1], "scsp"), &known, &e) &&
                (argc < 3 || trust_open(NULL, (const char *const *)argv + 2, (size_t)argc - 2, &c.trust, &e));
    c.keys = wss_keys_new();
    (void)tr(LANG_CA, remark_sentence(REMARK_XML_SIZE)); /* faults are in Catalan: its catalogue is read now or never */
    if (ready(good, &e))
        serve(question_answer, &c, LIMIT_GATEWAY_QUESTION_BYTES, LIMIT_OPINION_BYTES);
    return good ? 0 : 1;
}

/* --- the signer --- */

/* Nothing asks for the certificate, 32 bytes for their signature. */
static bool hash_sign(void *context, struct str message, struct buf *out)
{
    const struct wss_signer *signer = context;
    struct err e = {.lang = LANG_EN};
    if (message.n != 32 && message.n != 0)
        return false;
    size_t began = parcel_begin(out);
    if (message.n == 0 ? !wss_signer_token(signer, out)
                       : !wss_signer_hash(signer, (const unsigned char *)message.p, out, &e))
        return false;
    parcel_end(out, began);
    return true;
}

/* argv: name, key, certificate. */
static int signer_run(int argc, char **argv)
{
    struct buf key = BUF_INIT(LIMIT_CERTIFICATE_FILE_BYTES), certificate = BUF_INIT(LIMIT_CERTIFICATE_FILE_BYTES);
    struct wss_signer *signer = NULL;
    struct err e = {.lang = LANG_EN};
    unsigned char trial[32] = {0};
    struct buf signature = BUF_INIT(8192);
    wss_begin();
    bool good = argc == 3 && file_read(argv[1], &key, &e) && file_read(argv[2], &certificate, &e) &&
                wss_signer_open(buf_str(&key), buf_str(&certificate), &signer, &e) &&
                wss_signer_hash(signer, trial, &signature, &e); /* whatever it loads for that, it loads now */
    if (key.p != NULL)
        explicit_bzero(key.p, key.capacity);
    buf_release(&key);
    buf_release(&certificate);
    buf_release(&signature);
    if (ready(good, &e))
        serve(hash_sign, signer, 32, 8192);
    wss_signer_free(signer);
    return good ? 0 : 1;
}

/* --- which it is --- */

void gateway_child(int argc, char **argv)
{
    bool verifier = argc >= 2 && strcmp(argv[0], CHILD_VERIFIER) == 0;
    bool signer = argc == 3 && strcmp(argv[0], CHILD_SIGNER) == 0;
    if (verifier || signer)
        /* Nothing is left to be written, and leaving by main would ask the system for more than is allowed. */
        _exit(verifier ? verifier_run(argc, argv) : signer_run(argc, argv));
}
