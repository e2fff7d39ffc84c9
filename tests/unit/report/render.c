/* render DIR SCENARIO LANG: writes every rendering of a sample report into DIR, for the checks written in Python and
 * for people's eyes. TALAIA_TEST_SOURCE and TALAIA_TEST_BUILD say where templates and modules are. */
#include "base/file.h"
#include "base/module.h"
#include "mail/compose.h"
#include "report/html.h"
#include "report/picture.h"
#include "report/text.h"
#include "report/workbook.h"
#include "sample.h"

struct output {
    struct arena a;
    struct err e;
    const char *dir;
    const struct report *report;
    struct report_texts texts;
    struct buf page, mail, text, eml, xlsx, png[REPORT_TABLES];
};

static bool keep(struct output *o, const char *name, const struct buf *content)
{
    return file_write(path_join(&o->a, o->dir, name), buf_str(content), &o->e);
}

static const char *from_env(struct output *o, const char *variable, const char *path)
{
    const char *dir = getenv(variable);
    return path_join(&o->a, dir == NULL ? "." : dir, path);
}

static bool pictures(struct output *o)
{
    for (int t = 0; t < REPORT_TABLES; t++) {
        const char *name = arena_printf(&o->a, "%s.png", report_table_word((enum report_table)t));
        if (!report_table_png(o->report, (enum report_table)t, &o->png[t], &o->e) || !keep(o, name, &o->png[t]))
            return false;
    }
    return true;
}

static bool pages(struct output *o)
{
    struct report_pictures shown;
    for (int t = 0; t < REPORT_TABLES; t++)
        shown.png[t] = buf_str(&o->png[t]);
    return report_html_page(o->report, &o->texts, &o->page, &o->e) && keep(o, "report.html", &o->page) &&
           report_html_mail(o->report, &o->texts, &shown, &o->mail, &o->e) && keep(o, "mail.html", &o->mail) &&
           report_text(o->report, &o->texts, &o->text, &o->e) && keep(o, "report.txt", &o->text);
}

static bool workbook(struct output *o)
{
    const char *path = path_join(&o->a, o->dir, WORKBOOK_FILE_NAME);
    return report_workbook_write(o->report, path, &o->e) && file_read(path, &o->xlsx, &o->e);
}

static bool message(struct output *o)
{
    const struct profile *p = o->report->profile;
    struct mail_part shown[REPORT_TABLES],
        attached = {.name = WORKBOOK_FILE_NAME,
                    .type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                    .bytes = buf_str(&o->xlsx)};
    for (int t = 0; t < REPORT_TABLES; t++)
        shown[t] = (struct mail_part){.name = arena_printf(&o->a, "%s.png", report_table_word((enum report_table)t)),
                                      .type = "image/png",
                                      .cid = report_picture_id(&o->a, o->report, (enum report_table)t),
                                      .bytes = buf_str(&o->png[t])};
    struct mail_message m = {.from = p->from,
                             .to = p->to,
                             .to_count = p->to_count,
                             .cc = p->cc,
                             .cc_count = p->cc_count,
                             .subject = report_subject(&o->a, o->report, &o->e),
                             .date = o->report->made,
                             .message_id = "friday-2026-11-20.1@talaia.example",
                             .talaia_id = o->report->id,
                             .language = lang_code(o->report->lang),
                             .text = buf_str(&o->text),
                             .html = buf_str(&o->mail),
                             .inline_parts = shown,
                             .inline_count = REPORT_TABLES,
                             .attachments = &attached,
                             .attachment_count = 1};
    module_init(from_env(o, "TALAIA_TEST_BUILD", "src/mail"));
    return m.subject != NULL && mail_compose(&m, &o->eml, &o->e) && keep(o, "report.eml", &o->eml);
}

int main(int argc, char **argv)
{
    if (argc != 4)
        return EXIT_USAGE;
    static struct output o = {.page = BUF_INIT(LIMIT_MAIL_BYTES),
                              .mail = BUF_INIT(LIMIT_MAIL_BYTES),
                              .text = BUF_INIT(LIMIT_MAIL_BYTES),
                              .eml = BUF_INIT(LIMIT_MAIL_BYTES),
                              .xlsx = BUF_INIT(LIMIT_MAIL_BYTES)};
    enum lang lang;
    if (!lang_parse(argv[3], &lang))
        return EXIT_USAGE;
    o.dir = argv[1];
    o.e.lang = LANG_EN;
    for (int t = 0; t < REPORT_TABLES; t++)
        o.png[t].max = LIMIT_MAIL_BYTES;
    lang_init(from_env(&o, "TALAIA_TEST_BUILD", "po"));
    module_init(from_env(&o, "TALAIA_TEST_BUILD", "src/report"));
    o.report = sample_report(&o.a, argv[2], lang);
    struct buf text = BUF_INIT(LIMIT_TEMPLATE_BYTES);
    const char *name = arena_printf(&o.a, "report-mail.%s.txt", argv[3]);
    bool good = file_read(from_env(&o, "TALAIA_TEST_SOURCE", arena_printf(&o.a, "share/profile/aoc/messages/%s", name)),
                          &text, &o.e);
    o.texts = (struct report_texts){.text = buf_str(&text), .file = name};
    good = good && pictures(&o) && pages(&o) && workbook(&o) && message(&o);
    if (!good)
        fprintf(stderr, "%s: %s\n", err_code_text(o.e.code), o.e.log);
    struct buf *all[] = {&o.page, &o.mail, &o.text, &o.eml, &o.xlsx, &text};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        buf_release(all[i]);
    for (int t = 0; t < REPORT_TABLES; t++)
        buf_release(&o.png[t]);
    arena_release(&o.a);
    return good ? EXIT_OK : (int)err_exit_code(o.e.code);
}
