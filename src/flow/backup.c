#include "flow/backup.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>

#include "base/file.h"
#include "record/audit.h"

#define PREFIX "talaia-"
#define STAMP_CHARS 16 /* 20261120T090211Z */

const char *backup_dir(struct desk *d)
{
    return config_path(&d->arena, d->config, KEY_BACKUP_DIR);
}

static const char *ending(const struct desk *d)
{
    return store_kind(d->store) == STORE_SQLITE ? ".db" : ".dump";
}

static int64_t number(const char *text, size_t n)
{
    int64_t value = 0;
    return str_to_int64(str_part(text, n), 0, 9999, &value) ? value : -1;
}

/* Only what backup_make gives: no path, nothing hidden. */
static bool read_name(const char *name, instant_t *ret_at)
{
    size_t n = strlen(PREFIX);
    if (strncmp(name, PREFIX, n) != 0 || strlen(name) < n + STAMP_CHARS + 3)
        return false;
    const char *s = name + n, *end = s + STAMP_CHARS;
    if (s[8] != 'T' || s[15] != 'Z' || (strcmp(end, ".db") != 0 && strcmp(end, ".dump") != 0))
        return false;
    const int64_t part[] = {number(s, 4),     number(s + 4, 2),  number(s + 6, 2),
                            number(s + 9, 2), number(s + 11, 2), number(s + 13, 2)};
    char iso[DAY_TEXT_BYTES];
    day_t day;
    if (part[3] < 0 || part[3] > 23 || part[4] < 0 || part[4] > 59 || part[5] < 0 || part[5] > 59)
        return false;
    (void)snprintf(iso, sizeof iso, "%.4s-%.2s-%.2s", s, s + 4, s + 6);
    if (!day_parse_iso(str_of(iso), &day))
        return false;
    *ret_at = ((int64_t)day * 86400 + part[3] * 3600 + part[4] * 60 + part[5]) * INSTANT_PER_SECOND;
    return true;
}

/* ------------------------------------------------------------------ hashes */

static bool hash_file(const char *path, char out[65], int64_t *ret_size, struct err *e)
{
    int fd;
    size_t size;
    crypto_hash_sha256_state state;
    unsigned char hash[crypto_hash_sha256_BYTES], *piece;
    if (!file_open_read(path, &fd, &size, e))
        return false;
    piece = mem_alloc(1, LIMIT_SERVER_PIECE_BYTES);
    crypto_hash_sha256_init(&state);
    ssize_t n;
    int64_t total = 0;
    while ((n = os.read(fd, piece, LIMIT_SERVER_PIECE_BYTES)) > 0 || (n < 0 && errno == EINTR)) {
        if (n < 0)
            continue;
        crypto_hash_sha256_update(&state, piece, (unsigned long long)n);
        total += n;
    }
    bool ok = n == 0 || err_set(e, ERR_FILE, N_("%s cannot be read: %s"), path, strerror(errno));
    os.close(fd);
    mem_free(piece);
    crypto_hash_sha256_final(&state, hash);
    if (ok) {
        sodium_bin2hex(out, 65, hash, sizeof hash);
        *ret_size = total;
    }
    return ok;
}

static const char *hash_path(struct desk *d, const char *name)
{
    return path_join(&d->arena, backup_dir(d), arena_printf(&d->arena, "%s.sha256", name));
}

/* "" when it is not there or is none. */
static const char *kept_hash(struct desk *d, const char *name)
{
    struct buf text = BUF_INIT(1024);
    struct err ignored = {0};
    const char *out = "";
    const char *path = hash_path(d, name);
    if (file_exists(path) && file_read(path, &text, &ignored) && text.n >= 64 &&
        strspn(buf_text(&text), "0123456789abcdef") == 64)
        out = arena_text(&d->arena, str_part(buf_text(&text), 64));
    buf_release(&text);
    return out;
}

/* ------------------------------------------------------------------ making, listing */

/* "talaia-20261120T090211Z.db" */
static const char *name_at(struct desk *d, instant_t at)
{
    char iso[INSTANT_TEXT_BYTES], stamp[STAMP_CHARS + 1];
    size_t n = 0;
    instant_iso(at, iso); /* 2026-11-20T09:02:11Z, perhaps with a fraction */
    for (const char *p = iso; *p != '\0' && *p != '.' && n < STAMP_CHARS - 1; p++) {
        if (*p != '-' && *p != ':' && *p != 'Z')
            stamp[n++] = *p;
    }
    stamp[n++] = 'Z';
    stamp[n] = '\0';
    return arena_printf(&d->arena, PREFIX "%s%s", stamp, ending(d));
}

bool backup_make(struct desk *d, struct backup *ret, struct err *e)
{
    const char *dir = backup_dir(d), *path;
    struct tx tx = {0};
    char hash[65];
    struct backup b = {.at = clock_system().now};
    /* Of two copies in one second the later has the name of the next. */
    for (;; b.at += INSTANT_PER_SECOND) {
        b.name = name_at(d, b.at);
        path = path_join(&d->arena, dir, b.name);
        if (!file_exists(path))
            break;
    }
    if (!file_make_dirs(dir, e) || !store_backup(d->store, path, e) || !hash_file(path, hash, &b.size, e))
        return false;
    b.sha256 = arena_strdup(&d->arena, hash);
    const char *line = arena_printf(&d->arena, "%s  %s\n", hash, b.name);
    bool ok = file_write(hash_path(d, b.name), str_of(line), e) && tx_begin(d->store, TX_WRITE, &tx, e) &&
              audit_add(&tx, &d->by, "backup", 0, arena_printf(&d->arena, "%s, %s", b.name, hash), e) &&
              tx_commit(&tx, e);
    tx_rollback(&tx);
    if (ok)
        *ret = b;
    return ok;
}

static int newest_first(const void *a, const void *b, void *context)
{
    (void)context;
    return strcmp(((const struct backup *)b)->name, ((const struct backup *)a)->name);
}

bool backups_list(struct desk *d, struct backup **ret, size_t *ret_count, struct err *e)
{
    VEC(struct backup) list = {0};
    const char *path = backup_dir(d);
    DIR *dir = opendir(path);
    if (dir == NULL && errno != ENOENT)
        return err_set(e, ERR_FILE, N_("%s cannot be read: %s"), path, strerror(errno));
    for (struct dirent *x; dir != NULL && list.count < LIMIT_BACKUPS && (x = readdir(dir)) != NULL;) {
        struct backup b;
        struct stat st;
        if (!read_name(x->d_name, &b.at))
            continue;
        b.name = arena_strdup(&d->arena, x->d_name);
        if (stat(path_join(&d->arena, path, b.name), &st) != 0 || !S_ISREG(st.st_mode))
            continue;
        b.size = st.st_size;
        b.sha256 = kept_hash(d, b.name);
        vec_push(&list, b);
    }
    if (dir != NULL)
        closedir(dir);
    if (list.count > 1)
        qsort_r(list.items, list.count, sizeof *list.items, newest_first, NULL);
    *ret = vec_to_arena(&list, &d->arena);
    *ret_count = list.count;
    vec_release(&list);
    return true;
}

static bool known(struct desk *d, const char *name, const char **ret_path, struct err *e)
{
    instant_t at;
    *ret_path = read_name(name, &at) ? path_join(&d->arena, backup_dir(d), name) : "";
    return (*ret_path[0] != '\0' && file_exists(*ret_path)) ||
           err_set(e, ERR_UNKNOWN, N_("there is no backup \"%.80s\""), name);
}

bool backup_verify(struct desk *d, const char *name, struct err *e)
{
    const char *path;
    char hash[65];
    int64_t size;
    if (!known(d, name, &path, e))
        return false;
    const char *kept = kept_hash(d, name);
    if (kept[0] == '\0')
        return err_set(e, ERR_STORE, N_("%s has no hash beside it: it cannot be said whether it is whole"), name);
    if (!hash_file(path, hash, &size, e))
        return false;
    return strcmp(hash, kept) == 0 ||
           err_set(e, ERR_STORE, N_("%s is not what was written: do not restore it, and make another one now"), name);
}

bool backup_open(struct desk *d, const char *name, int *ret_fd, size_t *ret_size, struct err *e)
{
    const char *path;
    return known(d, name, &path, e) && file_open_read(path, ret_fd, ret_size, e);
}

bool backup_told(struct desk *d, const char *name, struct err *e)
{
    struct tx tx = {0};
    bool ok =
        tx_begin(d->store, TX_WRITE, &tx, e) && audit_add(&tx, &d->by, "backup-taken", 0, name, e) && tx_commit(&tx, e);
    tx_rollback(&tx);
    return ok;
}
