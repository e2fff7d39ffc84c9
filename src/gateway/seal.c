#include "gateway/seal.h"

#include <stdio.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "gateway/child.h"
#include "gateway/parcel.h"
#include "scsp/answer.h"
#include "scsp/volant.h"

#define HASH_BYTES 32
#define ANSWER_BYTES 8192 /* a signature, or the certificate, at most */
#define LIFE_SECONDS 300  /* of the Timestamp of an answer, as recorded */

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

/* Sends the question and reads so many answers. They stay until the next question. */
static bool ask(struct seal *s, struct str question, size_t count, struct str *ret_answers)
{
    buf_clear(&s->in);
    if (!parcel_write_all(s->fd, question))
        return false;
    for (size_t got = 0; got < count;) {
        struct str rest;
        enum parcel_state state = PARCEL_WHOLE;
        if (!parcel_read_some(s->fd, &s->in))
            return false;
        rest = buf_str(&s->in);
        for (got = 0; got < count && state == PARCEL_WHOLE; got += state == PARCEL_WHOLE)
            state = parcel_next(&rest, ANSWER_BYTES, &ret_answers[got]);
        if (state == PARCEL_BAD || (got == count && rest.n > 0))
            return false;
    }
    return true;
}

static bool hashes_sign(struct seal *s, const unsigned char *hashes, size_t count, struct str *ret_signatures,
                        struct err *e)
{
    unsigned char question[SEAL_TOGETHER][PARCEL_HEAD + HASH_BYTES];
    for (size_t i = 0; i < count; i++) {
        parcel_head(question[i], HASH_BYTES);
        memcpy(question[i] + PARCEL_HEAD, hashes + i * HASH_BYTES, HASH_BYTES);
    }
    for (int tries = 0; tries < 2; tries++) {
        if (!begin(s, e))
            return false;
        if (ask(s, str_part((const char *)question, count * sizeof *question), count, ret_signatures))
            return true;
        fallen(s);
    }
    return err_set(e, ERR_INTERNAL, N_("the signature cannot be made"));
}

static bool hash_sign(void *seal, const unsigned char hash[HASH_BYTES], struct buf *signature, struct err *e)
{
    struct str one;
    return hashes_sign(seal, hash, 1, &one, e) && buf_add_str(signature, one);
}

/* Whatever volants are in it are signed first, one by one: they are rare. */
static bool item_begin(struct sealing *i, const struct answer_signing *how, unsigned char hash[HASH_BYTES],
                       struct err *e)
{
    i->with_volants = i->info = (struct buf)BUF_INIT(2 * LIMIT_HTTP_ANSWER_BYTES);
    if (volant_is_in(i->answer)) {
        if (!volant_sign(&i->with_volants, i->answer, how, e))
            return false;
        i->answer = buf_str(&i->with_volants);
    }
    return answer_sign_begin(&i->info, i->answer, hash, e);
}

void seal_answers(struct seal *s, struct sealing *items, size_t count, instant_t now, struct err *e)
{
    const struct answer_signing how = {
        .token = s->token, .now = now, .life_seconds = LIFE_SECONDS, .sign = hash_sign, .context = s};
    unsigned char hashes[SEAL_TOGETHER * HASH_BYTES];
    struct str signatures[SEAL_TOGETHER];
    size_t of[SEAL_TOGETHER], asked = 0;
    for (size_t i = 0; i < count; i++) {
        items[i].good = false;
        if (item_begin(&items[i], &how, hashes + asked * HASH_BYTES, e))
            of[asked++] = i;
    }
    bool signatures_made = asked > 0 && hashes_sign(s, hashes, asked, signatures, e);
    for (size_t n = 0; signatures_made && n < asked; n++) {
        struct sealing *i = &items[of[n]];
        i->good = answer_sign_end(&i->to, i->answer, &how, buf_str(&i->info), signatures[n], e);
    }
    for (size_t i = 0; i < count; i++) {
        buf_release(&items[i].info);
        buf_release(&items[i].with_volants);
    }
}

/* The signer has read the certificate: who holds no key needs no library for it. */
static bool token_take(struct seal *s, struct err *e)
{
    static const char nothing[PARCEL_HEAD] = {0};
    struct str token;
    if (!ask(s, str_part(nothing, sizeof nothing), 1, &token) || token.n == 0)
        return err_set(e, ERR_INTERNAL, N_("a process of the gateway ended while it was starting"));
    s->token = str_part(arena_text(&s->arena, token), token.n);
    return true;
}

bool seal_open(const char *key, const char *certificate, gateway_log *log, void *log_context, struct seal **ret,
               struct err *e)
{
    struct seal *s = mem_alloc(1, sizeof *s);
    s->in = (struct buf)BUF_INIT(256u * 1024u);
    s->log = log;
    s->log_context = log_context;
    s->arguments[0] = CHILD_SIGNER;
    s->arguments[1] = arena_strdup(&s->arena, key);
    s->arguments[2] = arena_strdup(&s->arena, certificate);
    if (begin(s, e) && token_take(s, e)) {
        *ret = s;
        return true;
    }
    seal_close(s);
    return false;
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
