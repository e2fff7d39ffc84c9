#include "mail/mailbox.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>

#include "base/file.h"

/* ------------------------------------------------------------------ which kind */

static bool is_dir(struct arena *a, const char *path, const char *name)
{
    struct stat st;
    return stat(path_join(a, path, name), &st) == 0 && S_ISDIR(st.st_mode);
}

/* The first bytes of an ordinary file; none when it cannot be read. */
static struct str beginning(struct arena *a, const char *path)
{
    struct err ignored = {0};
    int fd;
    size_t size, n = 0;
    if (!file_open_read(path, &fd, &size, &ignored))
        return (struct str){0};
    char *bytes = arena_alloc(a, LIMIT_MAILBOX_TELL_BYTES, 1);
    ssize_t got;
    while (n < LIMIT_MAILBOX_TELL_BYTES &&
           ((got = os.read(fd, bytes + n, LIMIT_MAILBOX_TELL_BYTES - n)) > 0 || (got < 0 && errno == EINTR)))
        n += got > 0 ? (size_t)got : 0;
    os.close(fd);
    return str_part(bytes, n);
}

static const char *const known_headers[] = {
    "Received", "Return-Path",  "Delivered-To", "From",         "To",     "Date",
    "Subject",  "MIME-Version", "Message-ID",   "Content-Type", "Sender", "X-Mailer",
};

/* A header of a mail: every line "Name: …" or a continuation, and two names at least that mails have. A header without
 * end is judged by what was seen of it. */
static bool is_mail(struct str bytes)
{
    struct str line;
    size_t known = 0, lines = 0;
    bool whole = bytes.n < LIMIT_MAILBOX_TELL_BYTES;
    while (str_split(&bytes, '\n', &line)) {
        bool last = bytes.p == NULL;
        if (line.n == 0 || (line.n == 1 && line.p[0] == '\r'))
            break;
        if (last && !whole)
            break; /* cut */
        if (lines++ > 0 && (line.p[0] == ' ' || line.p[0] == '\t'))
            continue;
        struct str name = str_part(line.p, str_find(line, ':'));
        for (size_t i = 0; i < name.n; i++) {
            if (name.p[i] <= ' ' || name.p[i] > '~')
                return false;
        }
        if (name.n == 0 || name.n == line.n)
            return false;
        for (size_t i = 0; i < sizeof known_headers / sizeof *known_headers; i++)
            known += str_is_nocase(name, known_headers[i]) ? 1 : 0;
    }
    return known >= 2;
}

enum mailbox_kind mailbox_tell(const char *path)
{
    struct arena a = {0};
    enum mailbox_kind kind = MAILBOX_NONE;
    if (is_dir(&a, path, "cur") && is_dir(&a, path, "new")) {
        kind = MAILBOX_MAILDIR;
    } else {
        struct str first = beginning(&a, path);
        size_t end = str_find(first, '\n');
        if (str_starts(first, "From ") && end < first.n && is_mail(str_part(first.p + end + 1, first.n - end - 1)))
            kind = MAILBOX_MBOX;
        else if (is_mail(first))
            kind = MAILBOX_MESSAGE;
    }
    arena_release(&a);
    return kind;
}

/* ------------------------------------------------------------------ their mails */

typedef bool take_function(void *context, struct mailbox_mail *m);

/* An mbox: the line "From …" is no part of the mail. */
static bool each_of_mbox(struct str all, take_function *take, void *context, struct err *e)
{
    struct mailbox_mail m = {.unread.lang = e->lang};
    const char *start = NULL, *end = all.p + all.n;
    struct str line;
    bool empty = true, ok = true;
    while (ok && str_split(&all, '\n', &line)) {
        if (empty && str_starts(line, "From ")) {
            if (start != NULL) {
                m.number++;
                m.bytes = str_part(start, (size_t)(line.p - start));
                ok = take(context, &m);
            }
            start = all.p == NULL ? end : all.p;
        }
        empty = line.n == 0 || (line.n == 1 && line.p[0] == '\r');
    }
    if (ok && start != NULL) {
        m.number++;
        m.bytes = str_part(start, (size_t)(end - start));
        ok = take(context, &m);
    }
    return ok;
}

static bool each_of_file(const char *path, enum mailbox_kind kind, take_function *take, void *context, struct err *e)
{
    struct buf all = BUF_INIT(kind == MAILBOX_MBOX ? LIMIT_MAILBOX_BYTES : LIMIT_MAIL_BYTES);
    bool ok = file_read(path, &all, e);
    struct mailbox_mail m = {.number = 1, .bytes = buf_str(&all), .unread.lang = e->lang};
    if (ok)
        ok = kind == MAILBOX_MBOX ? each_of_mbox(buf_str(&all), take, context, e) : take(context, &m);
    buf_release(&all);
    return ok;
}

struct name {
    const char *name, *path;
};
struct names {
    struct name *items;
    size_t count, capacity;
};

static int name_compare(const void *a, const void *b)
{
    const struct name *x = a, *y = b;
    int order = strcmp(x->name, y->name);
    return order != 0 ? order : strcmp(x->path, y->path);
}

static bool list_names(struct arena *a, const char *path, const char *sub, struct names *to, struct err *e)
{
    const char *dir = path_join(a, path, sub);
    DIR *d = opendir(dir);
    if (d == NULL)
        return err_set(e, ERR_FILE, N_("cannot open %s: %s"), dir, err_system(e, errno));
    bool ok = true;
    struct dirent *entry;
    while (ok && (entry = readdir(d)) != NULL) {
        if (entry->d_name[0] == '.')
            continue;
        struct name n = {.name = arena_strdup(a, entry->d_name), .path = path_join(a, dir, entry->d_name)};
        if (to->count >= LIMIT_MAILBOX_MESSAGES)
            ok = err_set(e, ERR_LIMIT, N_("%s has more than %d mails"), path, LIMIT_MAILBOX_MESSAGES);
        else
            vec_push(to, n);
    }
    closedir(d);
    return ok;
}

static bool each_of_maildir(const char *path, take_function *take, void *context, struct err *e)
{
    struct arena a = {0};
    struct names names = {0};
    struct buf bytes = BUF_INIT(LIMIT_MAIL_BYTES);
    bool ok = list_names(&a, path, "new", &names, e) && list_names(&a, path, "cur", &names, e);
    if (ok && names.count > 0)
        qsort(names.items, names.count, sizeof *names.items, name_compare);
    for (size_t i = 0; ok && i < names.count; i++) {
        struct mailbox_mail m = {.number = i + 1, .unread.lang = e->lang};
        buf_clear(&bytes);
        if (file_read(names.items[i].path, &bytes, &m.unread))
            m.bytes = buf_str(&bytes);
        ok = take(context, &m);
    }
    buf_release(&bytes);
    vec_release(&names);
    arena_release(&a);
    return ok;
}

bool mailbox_each(const char *path, enum mailbox_kind kind, take_function *take, void *context, struct err *e)
{
    return kind == MAILBOX_MAILDIR ? each_of_maildir(path, take, context, e)
                                   : each_of_file(path, kind, take, context, e);
}
