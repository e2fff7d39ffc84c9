/* Module talaia-workbook: from the model to a file on disk. What the sheets hold is in workbook_sheets.c. */
#include <errno.h>
#include <fcntl.h>

#include "base/file.h"
#include "report/sheet.h"

static const char *const sheet_names[SHEET_COUNT] = {"Query", "OK", "KO", "Certificats"};

static void (*const sheet_fill[SHEET_COUNT])(struct sheet *) = {[SHEET_QUERY] = sheet_query,
                                                                [SHEET_OK] = sheet_ok,
                                                                [SHEET_KO] = sheet_ko,
                                                                [SHEET_CERTIFICATES] = sheet_certificates};

/* The library takes char * for texts that it only reads. */
static char *lent(const char *text)
{
    union {
        const char *is;
        char *as;
    } u = {.is = text};
    return u.as;
}

static lxw_error describe(lxw_workbook *workbook, const struct report *r, struct arena *a)
{
    char day[DAY_TEXT_BYTES];
    const char *title = arena_printf(a, "ResumAjuntaments %s", day_dmy(r->day, day));
    const char *author = r->profile->from.name == NULL ? "" : r->profile->from.name;
    lxw_doc_properties properties = {
        .title = lent(title),
        .author = lent(str_utf8_cut(str_of(author), 255).n == strlen(author) ? author : ""),
        .created = r->made / INSTANT_PER_SECOND, /* not the clock: the same report gives the same bytes */
    };
    lxw_error error = workbook_set_properties(workbook, &properties);
    if (error == LXW_NO_ERROR)
        error = workbook_set_custom_property_string(workbook, WORKBOOK_PROPERTY, r->id);
    if (error == LXW_NO_ERROR)
        error = workbook_define_name(workbook, WORKBOOK_DATE_NAME, "=Query!$B$2");
    return error;
}

static lxw_error fill(lxw_workbook *workbook, const struct report *r, const struct workbook_words *words,
                      struct arena *a)
{
    struct formats formats;
    lxw_worksheet *worksheets[SHEET_COUNT];
    const char *state_text[STATE_COUNT];
    formats_make(workbook, &formats);
    for (int s = 0; s < STATE_COUNT; s++)
        state_text[s] = arena_printf(a, "%s %s", body_state_glyph((enum body_state)s),
                                     tr(r->lang, body_state_word((enum body_state)s)));
    for (int i = 0; i < SHEET_COUNT; i++) {
        worksheets[i] = workbook_add_worksheet(workbook, sheet_names[i]);
        if (worksheets[i] == NULL)
            return LXW_ERROR_MEMORY_MALLOC_FAILED;
    }
    lxw_error error = describe(workbook, r, a);
    for (int i = 0; i < SHEET_COUNT && error == LXW_NO_ERROR; i++) {
        struct sheet sheet = {.to = worksheets[i], .formats = &formats, .report = r, .words = words};
        memcpy(sheet.state_text, state_text, sizeof state_text);
        sheet_fill[i](&sheet);
        error = sheet.error;
    }
    return error;
}

static bool write_failed(const char *path, lxw_error error, int why, struct err *e)
{
    switch (error) {
    case LXW_ERROR_CREATING_TMPFILE:
    case LXW_ERROR_READING_TMPFILE:
        return err_set(e, ERR_FILE,
                       N_("cannot write %s: the directory for temporary files is full or cannot be written (%s); set "
                          "TMPDIR to one with room"),
                       path, err_system(e, why));
    case LXW_ERROR_CREATING_XLSX_FILE:
    case LXW_ERROR_ZIP_FILE_OPERATION:
    case LXW_ERROR_ZIP_FILE_ADD:
    case LXW_ERROR_ZIP_CLOSE:
    case LXW_ERROR_ZIP_INTERNAL_ERROR:
    case LXW_ERROR_ZIP_BAD_ZIP_FILE:
        return err_set(e, ERR_FILE, N_("cannot write %s: %s; nothing was changed"), path,
                       why == 0 ? lxw_strerror(error) : err_system(e, why));
    case LXW_ERROR_ZIP_PARAMETER_ERROR:
    case LXW_ERROR_WORKSHEET_INDEX_OUT_OF_RANGE:
        return err_set(e, ERR_LIMIT, N_("cannot write %s: a sheet has more rows than a workbook can hold (%d)"), path,
                       LXW_ROW_MAX);
    default: return err_set(e, ERR_INTERNAL, N_("cannot write %s: %s"), path, lxw_strerror(error));
    }
}

/* Creates the draft beside the target, so that a missing permission is told with its reason and at once. */
static bool draft_create(const char *draft, const char *path, struct err *e)
{
    int fd = os.open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (fd < 0 && errno == EEXIST) { /* left by a killed process that had our number */
        os.unlink(draft);
        fd = os.open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
    }
    if (fd < 0 || os.close(fd) != 0)
        return err_set(e, ERR_FILE, N_("cannot write %s: %s; nothing was changed"), path, err_system(e, errno));
    return true;
}

static bool draft_keep(const char *draft, const char *path, struct err *e)
{
    int fd = os.open(draft, O_RDONLY | O_CLOEXEC | O_NOFOLLOW, 0);
    bool good = fd >= 0 && os.fsync(fd) == 0;
    int why = errno;
    if (fd >= 0)
        os.close(fd);
    if (good && os.rename(draft, path) != 0) {
        why = errno;
        good = false;
    }
    return good || err_set(e, ERR_FILE, N_("cannot write %s: %s; nothing was changed"), path, err_system(e, why));
}

/* libxlsxwriter tells its own errors to standard error, in its own words; ours are enough. */
static lxw_error close_quietly(lxw_workbook *workbook, int *ret_why)
{
    fflush(stderr);
    int kept = dup(STDERR_FILENO), nowhere = os.open("/dev/null", O_WRONLY | O_CLOEXEC, 0);
    bool turned = kept >= 0 && nowhere >= 0 && dup2(nowhere, STDERR_FILENO) >= 0;
    errno = 0;
    lxw_error error = workbook_close(workbook); /* frees it, come what may */
    *ret_why = errno;
    fflush(stderr);
    if (turned)
        dup2(kept, STDERR_FILENO);
    if (kept >= 0)
        os.close(kept);
    if (nowhere >= 0)
        os.close(nowhere);
    return error;
}

/* What goes into the file: the report, or a list. */
struct content {
    const struct report *report;
    const struct workbook_words *words;
    const struct workbook_list *list;
};

static bool write_draft(const struct content *x, const char *draft, const char *path, struct err *e)
{
    struct arena a = {0};
    /* Its temporary files go where TMPDIR says; zip64 would spoil Excel 2007 and is never needed below 4 GB. */
    lxw_workbook *workbook = workbook_new(draft);
    lxw_error error = LXW_ERROR_MEMORY_MALLOC_FAILED;
    int why = 0;
    if (workbook != NULL) {
        error = x->list != NULL ? workbook_list_fill(workbook, x->list) : fill(workbook, x->report, x->words, &a);
        lxw_error closing = close_quietly(workbook, &why);
        error = error == LXW_NO_ERROR ? closing : error;
    }
    arena_release(&a);
    if (error != LXW_NO_ERROR)
        return write_failed(path, error, why, e);
    if (workbook_is_whole(draft, e))
        return true;
    err_where(e, "%s", path);
    return false;
}

static bool write_content(const struct content *x, const char *path, struct err *e)
{
    struct arena a = {0};
    const char *draft = arena_printf(&a, "%s.%ld.part", path, (long)getpid());
    bool good = draft_create(draft, path, e);
    if (good) {
        good = write_draft(x, draft, path, e) && draft_keep(draft, path, e);
        if (!good)
            os.unlink(draft);
    }
    arena_release(&a);
    return good;
}

static bool write_workbook(const struct report *r, const struct workbook_words *words, const char *path, struct err *e)
{
    return write_content(&(struct content){.report = r, .words = words}, path, e);
}

static bool write_list(const struct workbook_list *x, const char *path, struct err *e)
{
    return write_content(&(struct content){.list = x}, path, e);
}

__attribute__((visibility("default"))) extern const struct workbook_module talaia_module;
const struct workbook_module talaia_module = {.write = write_workbook, .write_list = write_list};
