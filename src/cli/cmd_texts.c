/* talaia texts, text show|set|restore: the words of warnings and report. */
#include <stdio.h>

#include "base/file.h"
#include "cli/commands.h"
#include "flow/change.h"
#include "flow/texts.h"

static bool run_texts(struct cli *c, struct err *e)
{
    static const struct cli_column columns[] = {
        {N_("Text"), ALIGN_LEFT, 12, 20}, {N_("Language"), ALIGN_LEFT, 2, 4}, {N_("Version"), ALIGN_RIGHT, 3, 8},
        {N_("Who"), ALIGN_LEFT, 6, 14},   {N_("Where"), ALIGN_LEFT, 10, 60},
    };
    struct desk d;
    if (!cli_open(c, DESK_STORE, &d, e))
        return false;
    bool ok = true;
    json_t *list = json_array();
    struct cli_table *t = cli_table_new(c, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; ok && i < text_kind_count; i++) {
        for (int lang = 0; ok && lang < LANG_COUNT; lang++) {
            struct text_now now;
            ok = texts_get(&d, &text_kinds[i], (enum lang)lang, &now, e);
            if (!ok)
                break;
            json_array_append_new(list, json_pack("{s:s,s:s,s:I,s:b,s:s,s:s}", "name", text_kinds[i].name, "language",
                                                  lang_code((enum lang)lang), "version", (json_int_t)now.version,
                                                  "at_desk", (int)now.at_desk, "where", now.where, "who", now.who));
            cli_cell(t, text_kinds[i].name, NULL);
            cli_cell(t, lang_code((enum lang)lang), NULL);
            cli_cellf(t, "%lld", (long long)now.version);
            cli_cell(t, now.who, NULL);
            cli_cell(t, now.where, NULL);
        }
    }
    if (ok && c->json)
        ok = cli_json(json_incref(list), e);
    else if (ok)
        cli_table_print(t);
    json_decref(list);
    cli_table_free(t);
    desk_close(&d);
    return ok;
}

const struct command command_texts = {
    .name = "texts",
    .task = TASK_LOOK,
    .usage = "",
    .summary = N_("the texts of warnings and report: where each is in force"),
    .options = {OPT_END},
    .run = run_texts,
};

/* NAME and --language. */
static bool which(struct cli *c, const struct text_kind **ret, enum lang *ret_lang, struct err *e)
{
    const struct text_kind *k = text_kind_find(c->words[0]);
    *ret_lang = LANG_CA;
    if (k == NULL)
        return err_set(e, ERR_USAGE, N_("there is no text \"%s\"; `talaia texts` lists them"), c->words[0]);
    if (c->value[OPT_LANGUAGE] != NULL && !lang_parse(c->value[OPT_LANGUAGE], ret_lang))
        return err_set(e, ERR_USAGE, N_("the language is ca, es or en"));
    *ret = k;
    return true;
}

/* As it would come out for a body. */
static bool show_for_body(struct cli *c, struct desk *d, const struct text_kind *k, enum lang lang, const char *text,
                          struct err *e)
{
    const struct body *b;
    struct text_preview p;
    struct buf words = BUF_INIT(LIMIT_MAIL_BYTES);
    bool ok = change_find_body(d, c->value[OPT_BODY], &b, e) && texts_preview(d, k, lang, text, b, NULL, &words, &p, e);
    if (ok && c->json)
        ok = cli_json(json_pack("{s:s,s:s,s:s}", "subject", p.subject, "to", p.to, "text", buf_text(&words)), e);
    else if (ok)
        printf("%s\n%s\n\n%s", p.subject, p.to, buf_text(&words));
    buf_release(&words);
    return ok;
}

static bool show_history(struct cli *c, struct desk *d, const struct text_kind *k, enum lang lang, struct err *e)
{
    struct text_version *all;
    size_t count;
    if (!texts_history(d, k, lang, &all, &count, e))
        return false;
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        char when[INSTANT_TEXT_BYTES];
        json_array_append_new(list, json_pack("{s:I,s:s,s:s,s:s,s:o}", "version", (json_int_t)all[i].id, "at",
                                              instant_iso(all[i].at, when), "who", all[i].who, "reason", all[i].reason,
                                              "text", all[i].text == NULL ? json_null() : json_string(all[i].text)));
        if (!c->json)
            printf("%lld  %s  %s  %s%s\n", (long long)all[i].id, instant_madrid(all[i].at, when), all[i].who,
                   all[i].reason, all[i].text == NULL ? tr(c->lang, N_(" (the profile's file)")) : "");
    }
    bool ok = !c->json || cli_json(json_incref(list), e);
    if (!c->json && count == 0)
        cli_say(c, N_("Nobody has written it at the desk: the profile's file is in force."));
    json_decref(list);
    return ok;
}

static bool run_text_show(struct cli *c, struct err *e)
{
    struct desk d;
    const struct text_kind *k;
    enum lang lang;
    struct text_now now;
    if (!which(c, &k, &lang, e) || !cli_open(c, DESK_STORE, &d, e))
        return false;
    bool ok = texts_get(&d, k, lang, &now, e);
    if (ok && c->value[OPT_HISTORY] != NULL)
        ok = show_history(c, &d, k, lang, e);
    else if (ok && c->value[OPT_BODY] != NULL)
        ok = show_for_body(c, &d, k, lang, now.text, e);
    else if (ok && c->json)
        ok = cli_json(json_pack("{s:s,s:s,s:I,s:s,s:s,s:s}", "name", k->name, "language", lang_code(lang), "version",
                                (json_int_t)now.version, "where", now.where, "fields", k->fields, "text", now.text),
                      e);
    else if (ok)
        fputs(now.text, stdout);
    desk_close(&d);
    return ok;
}

const struct command command_text_show = {
    .name = "text show",
    .task = TASK_LOOK,
    .usage = N_("NAME"),
    .summary = N_("a text as it is in force; with --body as it would come out"),
    .min_words = 1,
    .max_words = 1,
    .options = {OPT_LANGUAGE, OPT_BODY, OPT_HISTORY, OPT_END},
    .run = run_text_show,
};

static bool said(struct cli *c, struct desk *d, bool ok, int64_t version, struct err *e)
{
    if (ok && c->json)
        ok = cli_json(json_pack("{s:I}", "version", (json_int_t)version), e);
    else if (ok)
        cli_say(c, N_("Version %lld is in force."), (long long)version);
    desk_close(d);
    return ok;
}

static bool run_text_set(struct cli *c, struct err *e)
{
    struct desk d;
    const struct text_kind *k;
    enum lang lang;
    int64_t version = 0;
    if (!which(c, &k, &lang, e) || !cli_open(c, DESK_STORE, &d, e))
        return false;
    struct buf text = BUF_INIT(LIMIT_TEMPLATE_BYTES);
    bool ok = file_read(c->words[1], &text, e) &&
              texts_save(&d, k, lang, buf_text(&text), cli_text(c, OPT_REASON), -1, &version, e);
    buf_release(&text);
    return said(c, &d, ok, version, e);
}

const struct command command_text_set = {
    .name = "text set",
    .task = TASK_KEEP,
    .usage = N_("NAME FILE"),
    .summary = N_("write a text of the profile at the desk; it is checked first, and the one before is kept"),
    .min_words = 2,
    .max_words = 2,
    .options = {OPT_LANGUAGE, OPT_REASON, OPT_END},
    .run = run_text_set,
};

static bool run_text_restore(struct cli *c, struct err *e)
{
    struct desk d;
    const struct text_kind *k;
    enum lang lang;
    int64_t version = 0, wanted;
    if (!str_to_int64(str_of(c->words[1]), 0, INT64_MAX, &wanted))
        return err_set(e, ERR_USAGE, N_("\"%s\" is no version; `talaia text show NAME --history` lists them"),
                       c->words[1]);
    if (!which(c, &k, &lang, e) || !cli_open(c, DESK_STORE, &d, e))
        return false;
    bool ok = texts_restore(&d, k, lang, wanted, cli_text(c, OPT_REASON), &version, e);
    return said(c, &d, ok, version, e);
}

const struct command command_text_restore = {
    .name = "text restore",
    .task = TASK_KEEP,
    .usage = N_("NAME VERSION"),
    .summary = N_("a version of before again; 0 is the profile's file"),
    .min_words = 2,
    .max_words = 2,
    .options = {OPT_LANGUAGE, OPT_REASON, OPT_END},
    .run = run_text_restore,
};
