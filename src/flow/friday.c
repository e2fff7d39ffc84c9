#include "flow/friday.h"

#include "base/buf.h"
#include "base/file.h"
#include "flow/friday_model.h"
#include "flow/friday_send.h"
#include "mail/compose.h"
#include "record/audit.h"
#include "report/html.h"
#include "report/picture.h"
#include "report/text.h"
#include "report/workbook.h"

#define XLSX_TYPE "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

static const struct {
    enum report_table table;
    const char *file;
} pictures[] = {{REPORT_OK, "ok.png"}, {REPORT_KO, "ko.png"}, {REPORT_CERTIFICATES, "certificats.png"}};
enum { PICTURES = sizeof pictures / sizeof *pictures };

/* The workbook, the pictures, the texts, the message. */
#define STEPS (PICTURES + 3)

struct building {
    struct friday_progress progress;
    size_t done;
    struct desk *desk;
    struct arena *arena;
    const char *dir;
    const struct report *report;
    struct report_texts texts;
    const char *subject, *message_id; /* of the message */
    struct buf page, mail, text, bytes, workbook, png[PICTURES];
    VEC(const char *) paths;
    struct err *e;
};

static bool step(struct building *b)
{
    if (b->progress.told != NULL)
        b->progress.told(b->progress.context, ++b->done, STEPS);
    return true;
}

static bool put(struct building *b, const char *name, struct str content)
{
    const char *path = path_join(b->arena, b->dir, name);
    if (!file_write(path, content, b->e))
        return false;
    vec_push(&b->paths, path);
    return true;
}

static bool draw_pictures(struct building *b)
{
    for (size_t i = 0; i < PICTURES; i++) {
        if (!report_table_png(b->report, pictures[i].table, &b->png[i], b->e))
            return false;
        step(b);
    }
    return true;
}

static bool write_workbook(struct building *b)
{
    const char *path = path_join(b->arena, b->dir, WORKBOOK_FILE_NAME);
    if (!report_workbook_write(b->report, path, b->e) || !file_read(path, &b->workbook, b->e))
        return false;
    vec_push(&b->paths, path);
    return true;
}

static bool compose(struct building *b)
{
    struct report_pictures shown = {0};
    struct mail_part parts[PICTURES];
    for (size_t i = 0; i < PICTURES; i++) {
        shown.png[pictures[i].table] = buf_str(&b->png[i]);
        parts[i] = (struct mail_part){
            .name = pictures[i].file,
            .type = "image/png",
            .cid = report_picture_id(b->arena, b->report, pictures[i].table),
            .bytes = buf_str(&b->png[i]),
        };
    }
    if (!report_html_mail(b->report, &b->texts, &shown, &b->mail, b->e))
        return false;
    const struct profile *p = b->report->profile;
    const char *at = strchr(p->from.email, '@');
    const struct mail_part attachment = {.name = WORKBOOK_FILE_NAME, .type = XLSX_TYPE, .bytes = buf_str(&b->workbook)};
    struct mail_message m = {
        .from = p->from,
        .to = p->to,
        .to_count = p->to_count,
        .cc = p->cc,
        .cc_count = p->cc_count,
        .subject = report_subject(b->arena, b->report, b->e),
        .date = b->report->made,
        .message_id = arena_printf(b->arena, "%s@%s", b->report->id, at == NULL ? "localhost" : at + 1),
        .talaia_id = b->report->id,
        .language = lang_code(b->report->lang),
        .text = buf_str(&b->text),
        .html = buf_str(&b->mail),
        .inline_parts = parts,
        .inline_count = PICTURES,
        .attachments = &attachment,
        .attachment_count = 1,
    };
    b->subject = m.subject;
    b->message_id = m.message_id;
    return m.subject != NULL && mail_compose(&m, &b->bytes, b->e);
}

static bool build(struct building *b)
{
    const char *file;
    const char *text = profile_message(b->arena, &b->desk->files, "report-mail", b->report->lang, &file, b->e);
    if (text == NULL)
        return false;
    b->texts = (struct report_texts){.text = str_of(text), .file = file};
    if (!file_make_dirs(b->dir, b->e) || !write_workbook(b) || !step(b) || !draw_pictures(b) ||
        !report_text(b->report, &b->texts, &b->text, b->e) || !report_html_page(b->report, &b->texts, &b->page, b->e) ||
        !step(b) || !compose(b) || !step(b) || !put(b, "report.eml", buf_str(&b->bytes)) ||
        !put(b, "report.html", buf_str(&b->page)) || !put(b, "report.txt", buf_str(&b->text)))
        return false;
    for (size_t i = 0; i < PICTURES; i++) {
        if (!put(b, pictures[i].file, buf_str(&b->png[i])))
            return false;
    }
    return true;
}

/* The message waits in the outbox until a person sends it. */
static bool keep(struct building *b, struct tx *tx)
{
    const struct friday_mail mail = {
        .uid = b->report->id,
        .subject = b->subject,
        .message_id = b->message_id,
        .date = b->report->made,
        .text = buf_str(&b->text),
        .bytes = buf_str(&b->bytes),
    };
    return friday_keep(b->desk, tx, b->arena, &mail, b->e);
}

bool friday_build(struct desk *d, struct arena *a, const char *dir, struct friday_progress progress, struct report *ret,
                  struct friday_files *ret_files, struct err *e)
{
    struct report report;
    struct building b = {
        .progress = progress,
        .desk = d,
        .arena = a,
        .dir = dir,
        .report = &report,
        .page = BUF_INIT(LIMIT_MAIL_BYTES),
        .mail = BUF_INIT(LIMIT_MAIL_BYTES),
        .text = BUF_INIT(LIMIT_MAIL_BYTES),
        .bytes = BUF_INIT(LIMIT_MAIL_BYTES),
        .workbook = BUF_INIT(LIMIT_MAIL_BYTES),
        .e = e,
    };
    for (size_t i = 0; i < PICTURES; i++)
        b.png[i] = (struct buf)BUF_INIT(LIMIT_MAIL_BYTES);
    struct tx tx = {0};
    char day[DAY_TEXT_BYTES];
    bool ok =
        tx_begin(d->store, TX_WRITE, &tx, e) && friday_model(d, &tx, a, true, &report, e) && build(&b) &&
        keep(&b, &tx) &&
        audit_add(&tx, &d->by, "report-build", 0, arena_printf(a, "%s, %s", report.id, day_iso(report.day, day)), e) &&
        tx_commit(&tx, e);
    tx_rollback(&tx);
    if (ok) {
        *ret = report;
        *ret_files = (struct friday_files){.paths = vec_to_arena(&b.paths, a), .count = b.paths.count};
    }
    struct buf *bufs[] = {&b.page, &b.mail, &b.text, &b.bytes, &b.workbook};
    for (size_t i = 0; i < sizeof bufs / sizeof *bufs; i++)
        buf_release(bufs[i]);
    for (size_t i = 0; i < PICTURES; i++)
        buf_release(&b.png[i]);
    vec_release(&b.paths);
    return ok;
}

bool friday_look(struct desk *d, struct tx *tx, struct arena *a, struct report *ret, struct err *e)
{
    return friday_model(d, tx, a, false, ret, e);
}

bool friday_says(struct desk *d, const struct report *r, struct str words, bool *ret, struct err *e)
{
    const char *file;
    struct buf now = BUF_INIT(LIMIT_MAIL_BYTES);
    const char *text = profile_message(&d->arena, &d->files, "report-mail", r->lang, &file, e);
    bool ok = text != NULL;
    if (ok) {
        const struct report_texts texts = {.text = str_of(text), .file = file};
        ok = report_text(r, &texts, &now, e);
    }
    if (ok)
        *ret = str_equal(buf_str(&now), words);
    buf_release(&now);
    return ok;
}
