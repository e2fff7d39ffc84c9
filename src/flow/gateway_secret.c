#include "flow/gateway_secret.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <unistd.h>

#include "base/file.h"
#include "core/gateway.h"
#include "record/audit.h"
#include "record/gateway.h"
#include "record/gateway_async.h"

#define KEY_BYTES crypto_generichash_KEYBYTES
#define FILE_TEXT_BYTES (2 * KEY_BYTES + 1)

struct gateway_secret {
    unsigned char ids[KEY_BYTES], seal[crypto_aead_xchacha20poly1305_ietf_KEYBYTES];
    char proof[GATEWAY_HASH_BYTES];
};

void gateway_secret_free(struct gateway_secret *s)
{
    if (s == NULL)
        return;
    sodium_memzero(s, sizeof *s);
    mem_free(s);
}

/* --- hashing and sealing --- */

/* Each use has a key of its own. */
static void derive(const unsigned char *key, const char *use, unsigned char *out, size_t n)
{
    crypto_generichash(out, n, (const unsigned char *)use, strlen(use), key, KEY_BYTES);
}

static void hash(const unsigned char key[KEY_BYTES], const char *kind, struct str first, struct str second,
                 char out[GATEWAY_HASH_BYTES])
{
    unsigned char bytes[(GATEWAY_HASH_BYTES - 1) / 2];
    uint64_t length = first.n;
    crypto_generichash_state state;
    crypto_generichash_init(&state, key, KEY_BYTES, sizeof bytes);
    crypto_generichash_update(&state, (const unsigned char *)kind, strlen(kind) + 1);
    /* With its length, so that no two pairs are written alike. */
    crypto_generichash_update(&state, (const unsigned char *)&length, sizeof length);
    crypto_generichash_update(&state, (const unsigned char *)(first.n == 0 ? "" : first.p), first.n);
    crypto_generichash_update(&state, (const unsigned char *)(second.n == 0 ? "" : second.p), second.n);
    crypto_generichash_final(&state, bytes, sizeof bytes);
    (void)sodium_bin2hex(out, GATEWAY_HASH_BYTES, bytes, sizeof bytes);
}

static struct gateway_secret *secret_of(const unsigned char key[KEY_BYTES])
{
    struct gateway_secret *s = mem_alloc(1, sizeof *s);
    unsigned char proof[KEY_BYTES];
    derive(key, "talaia gateway ids", s->ids, sizeof s->ids);
    derive(key, "talaia gateway seal", s->seal, sizeof s->seal);
    derive(key, "talaia gateway proof", proof, sizeof proof);
    hash(proof, "proof", str_of(""), str_of(""), s->proof);
    sodium_memzero(proof, sizeof proof);
    return s;
}

const char *gateway_hash_citizen(const struct gateway_secret *s, struct str id, char out[GATEWAY_HASH_BYTES])
{
    struct arena a = {0};
    const char *key = gateway_citizen_key(&a, id);
    out[0] = '\0';
    if (key[0] != '\0')
        hash(s->ids, "citizen", str_of(key), str_of(""), out);
    arena_release(&a);
    return out;
}

const char *gateway_hash_request(const struct gateway_secret *s, const char *ine10, struct str id,
                                 char out[GATEWAY_HASH_BYTES])
{
    hash(s->ids, "request", str_of(ine10), id, out);
    return out;
}

const char *gateway_seal(const struct gateway_secret *s, struct arena *a, const char *bound, struct str bytes)
{
    const size_t nonce = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
    size_t n = nonce + bytes.n + crypto_aead_xchacha20poly1305_ietf_ABYTES;
    unsigned char *box = mem_alloc(n, 1);
    unsigned long long length;
    randombytes_buf(box, nonce);
    crypto_aead_xchacha20poly1305_ietf_encrypt(box + nonce, &length, (const unsigned char *)bytes.p, bytes.n,
                                               (const unsigned char *)bound, strlen(bound), NULL, box, s->seal);
    size_t room = sodium_base64_encoded_len(n, sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
    char *text = arena_alloc(a, room, 1);
    (void)sodium_bin2base64(text, room, box, n, sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
    mem_free(box);
    return text;
}

bool gateway_unseal(const struct gateway_secret *s, struct arena *a, const char *bound, const char *sealed,
                    struct str *ret, struct err *e)
{
    const size_t nonce = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
    size_t room = strlen(sealed), n = 0;
    unsigned char *box = mem_alloc(room + 1, 1), *out = arena_alloc(a, room + 1, 1);
    unsigned long long length = 0;
    bool ok =
        sodium_base642bin(box, room, sealed, room, NULL, &n, NULL, sodium_base64_VARIANT_ORIGINAL_NO_PADDING) == 0 &&
        n >= nonce + crypto_aead_xchacha20poly1305_ietf_ABYTES &&
        crypto_aead_xchacha20poly1305_ietf_decrypt(out, &length, NULL, box + nonce, n - nonce,
                                                   (const unsigned char *)bound, strlen(bound), box, s->seal) == 0;
    mem_free(box);
    if (!ok)
        return err_set(e, ERR_STATE,
                       N_("what was sealed with the gateway's secret cannot be opened: the file gateway.secret_file is "
                          "another one, or the store was changed by hand"));
    *ret = str_part((const char *)out, (size_t)length);
    return true;
}

/* --- the file --- */

static bool private_file(int fd, const char *path, struct err *e)
{
    struct stat st;
    if (os.fstat(fd, &st) != 0)
        return err_set(e, ERR_FILE, N_("%s: %s"), path, err_system(e, errno));
    return (st.st_mode & 077) == 0 ||
           err_set(e, ERR_FILE,
                   N_("%s can be read by others than its owner: chmod 600 it, and `talaia gateway secret "
                      "--renew` when somebody may have read it"),
                   path);
}

static bool read_secret(const char *path, unsigned char key[KEY_BYTES], struct err *e)
{
    struct buf text = BUF_INIT(4 * FILE_TEXT_BYTES);
    size_t size, n = 0;
    int fd;
    if (!file_open_read(path, &fd, &size, e))
        return false;
    bool ok = private_file(fd, path, e);
    (void)os.close(fd);
    ok = ok && file_read(path, &text, e);
    struct str line = str_trim(buf_str(&text));
    if (ok)
        ok = (line.n == 2 * KEY_BYTES && sodium_hex2bin(key, KEY_BYTES, line.p, line.n, NULL, &n, NULL) == 0 &&
              n == KEY_BYTES) ||
             err_set(e, ERR_FORMAT, N_("%s is not a secret of the gateway: %zu hexadecimal digits are expected"), path,
                     (size_t)(2 * KEY_BYTES));
    if (text.p != NULL)
        sodium_memzero(text.p, text.n);
    buf_release(&text);
    return ok;
}

static bool write_all(int fd, const char *text, size_t n)
{
    while (n > 0) {
        ssize_t got = os.write(fd, text, n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        text += got;
        n -= (size_t)got;
    }
    return os.fsync(fd) == 0;
}

/* Beside its place first, so that it is there whole or not at all; readable by its owner from the first moment. */
static bool make_secret(struct arena *a, const char *path, unsigned char key[KEY_BYTES], struct err *e)
{
    char text[FILE_TEXT_BYTES + 1];
    const char *fresh = arena_printf(a, "%s.new", path);
    randombytes_buf(key, KEY_BYTES);
    (void)sodium_bin2hex(text, FILE_TEXT_BYTES, key, KEY_BYTES);
    text[FILE_TEXT_BYTES - 1] = '\n';
    (void)os.unlink(fresh); /* of somebody who was killed: nobody else is here, the store is locked */
    int fd = os.open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool ok = fd >= 0 && write_all(fd, text, FILE_TEXT_BYTES);
    int why = errno;
    if (fd >= 0 && os.close(fd) != 0 && ok) {
        why = errno;
        ok = false;
    }
    if (ok && os.rename(fresh, path) != 0) {
        why = errno;
        ok = false;
    }
    sodium_memzero(text, sizeof text);
    if (ok)
        return true;
    (void)os.unlink(fresh);
    return err_set(e, ERR_FILE, N_("the gateway's secret %s cannot be written: %s"), path, err_system(e, why));
}

/* --- the file and its proof --- */

static bool open_locked(struct desk *d, struct tx *tx, const char *path, bool renew, struct gateway_secret **ret,
                        struct err *e)
{
    unsigned char key[KEY_BYTES];
    const char *proof = "";
    bool there = file_exists(path);
    if (!tx_lock(tx, "gateway-secret", e) || !gateway_proof_get(tx, &d->arena, &proof, e))
        return false;
    if (!there && proof[0] != '\0' && !renew)
        return err_set(
            e, ERR_STATE,
            N_("the gateway's secret %s is missing, and this store was used with one: bring the file back (it "
               "is the same on every machine of one store); if it is lost, `talaia gateway secret --renew`"),
            path);
    bool ok = there && !renew ? read_secret(path, key, e) : make_secret(&d->arena, path, key, e);
    struct gateway_secret *s = ok ? secret_of(key) : NULL;
    sodium_memzero(key, sizeof key);
    if (ok && proof[0] != '\0' && !renew && strcmp(proof, s->proof) != 0)
        ok = err_set(e, ERR_STATE,
                     N_("the gateway's secret %s is not the one that this store was used with: bring that one back, or "
                        "`talaia gateway secret --renew`"),
                     path);
    ok = ok && ((proof[0] != '\0' && !renew) || gateway_proof_put(tx, s->proof, d->by.at, e));
    if (!ok) {
        gateway_secret_free(s);
        return false;
    }
    *ret = s;
    return true;
}

bool gateway_secret_open_in(struct desk *d, struct tx *tx, struct gateway_secret **ret, struct err *e)
{
    return open_locked(d, tx, config_path(&d->arena, d->config, KEY_GATEWAY_SECRET_FILE), false, ret, e);
}

bool gateway_secret_open(struct desk *d, struct gateway_secret **ret, struct err *e)
{
    const char *path = config_path(&d->arena, d->config, KEY_GATEWAY_SECRET_FILE);
    struct gateway_secret *s = NULL;
    struct tx tx = {0};
    bool ok = tx_begin(d->store, TX_WRITE, &tx, e) && open_locked(d, &tx, path, false, &s, e) && tx_commit(&tx, e);
    tx_rollback(&tx);
    if (!ok) {
        gateway_secret_free(s);
        return false;
    }
    *ret = s;
    return true;
}

bool gateway_secret_renew(struct desk *d, int64_t *ret_lost, struct err *e)
{
    const char *path = config_path(&d->arena, d->config, KEY_GATEWAY_SECRET_FILE);
    struct gateway_secret *s = NULL;
    struct tx tx = {0};
    int64_t lost = 0;
    bool ok = tx_begin(d->store, TX_WRITE, &tx, e) && open_locked(d, &tx, path, true, &s, e) &&
              gateway_async_give_up(&tx, &lost, e) &&
              audit_add(&tx, &d->by, "gateway-secret-renew", 0,
                        arena_printf(&d->arena, "%lld asynchronous requests given up", (long long)lost), e) &&
              tx_commit(&tx, e);
    tx_rollback(&tx);
    gateway_secret_free(s);
    if (ok)
        *ret_lost = lost;
    return ok;
}
