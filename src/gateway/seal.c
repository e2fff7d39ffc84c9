#include "gateway/seal.h"

#include <stdio.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "base/file.h"
#include "gateway/child.h"
#include "gateway/parcel.h"
#include "pki/certificate.h"
#include "scsp/answer.h"
#include "scsp/volant.h"

#define LIFE_SECONDS 300 /* of the Timestamp of an answer, as recorded */

struct seal {
    struct arena arena;
    const char *arguments[4];
    struct str token;
    pid_t pid; /* 0: it does not run */
    int fd;
    struct buf in;
    gateway_log *log;
    void *log_context;
};

static void fallen(struct seal *s)
{
    if (s->pid == 0)
        return;
    child_end(s->pid, s->fd);
    s->pid = 0;
    buf_clear(&s->in);
    s->log(s->log_context, "the signer is replaced");
}

static bool begin(struct seal *s, struct err *e)
{
    char text[LIMIT_ERR_BYTES], line[LIMIT_ERR_BYTES + 32];
    const struct timeval patience = {.tv_sec = LIMIT_GATEWAY_VERIFY_SECONDS};
    if (s->pid != 0)
        return true;
    if (!child_start(s->arguments, &s->pid, &s->fd, e))
        return false;
    if (!child_greet(s->fd, text, sizeof text, e)) {
        child_end(s->pid, s->fd);
        s->pid = 0;
        return false;
    }
    (void)setsockopt(s->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    (void)snprintf(line, sizeof line, "signer ready: %s", text);
    s->log(s->log_context, line);
    return true;
}

static bool ask(struct seal *s, const unsigned char hash[32], struct buf *signature)
{
    unsigned char message[PARCEL_HEAD + 32];
    struct str rest, got;
    enum parcel_state state;
    parcel_head(message, 32);
    memcpy(message + PARCEL_HEAD, hash, 32);
    if (!parcel_write_all(s->fd, str_part((const char *)message, sizeof message)))
        return false;
    do {
        if (!parcel_read_some(s->fd, &s->in))
            return false;
        rest = buf_str(&s->in);
        state = parcel_next(&rest, 8192, &got);
    } while (state == PARCEL_PART);
    bool good = state == PARCEL_WHOLE && rest.n == 0 && buf_add_str(signature, got);
    buf_clear(&s->in);
    return good;
}

static bool hash_sign(void *seal, const unsigned char hash[32], struct buf *signature, struct err *e)
{
    struct seal *s = seal;
    for (int tries = 0; tries < 2; tries++) {
        if (!begin(s, e))
            return false;
        if (ask(s, hash, signature))
            return true;
        fallen(s);
    }
    return err_set(e, ERR_INTERNAL, N_("the signature cannot be made"));
}

bool seal_answer(struct seal *s, struct str answer, instant_t now, struct buf *to, struct err *e)
{
    const struct answer_signing how = {
        .token = s->token, .now = now, .life_seconds = LIFE_SECONDS, .sign = hash_sign, .context = s};
    struct buf with_volants = BUF_INIT(2 * LIMIT_HTTP_ANSWER_BYTES);
    bool has = volant_is_in(answer);
    bool good = (!has || volant_sign(&with_volants, answer, &how, e)) &&
                answer_sign(to, has ? buf_str(&with_volants) : answer, &how, e);
    buf_release(&with_volants);
    return good;
}

bool seal_open(const char *key, const char *certificate, gateway_log *log, void *log_context, struct seal **ret,
               struct err *e)
{
    struct seal *s = mem_alloc(1, sizeof *s);
    struct buf file = BUF_INIT(LIMIT_CERTIFICATE_FILE_BYTES);
    struct certificate c;
    s->in = (struct buf)BUF_INIT(256u * 1024u);
    s->log = log;
    s->log_context = log_context;
    s->arguments[0] = CHILD_SIGNER;
    s->arguments[1] = arena_strdup(&s->arena, key);
    s->arguments[2] = arena_strdup(&s->arena, certificate);
    bool good = file_read(certificate, &file, e) && certificate_parse(&s->arena, buf_str(&file), &c, e);
    if (good) {
        s->token = str_part(arena_text(&s->arena, c.der), c.der.n);
        good = begin(s, e);
    }
    buf_release(&file);
    if (good)
        *ret = s;
    else
        seal_close(s);
    return good;
}

void seal_close(struct seal *s)
{
    if (s == NULL)
        return;
    if (s->pid != 0)
        child_end(s->pid, s->fd);
    buf_release(&s->in);
    arena_release(&s->arena);
    mem_free(s);
}
