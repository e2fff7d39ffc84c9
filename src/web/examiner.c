/* Message and explanation go through memory files, so that nobody waits for a pipe. */
#include "web/examiner.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/limits.h"
#include "web/child.h"

enum { MOST_ARGUMENTS = 20 };

struct arguments {
    char *list[MOST_ARGUMENTS];
    size_t count;
};

static void add(struct arguments *to, const char *text)
{
    if (to->count < MOST_ARGUMENTS - 1)
        to->list[to->count++] = (char *)(uintptr_t)text;
}

/* The anchors are paths: they are public, unlike much else in a configuration. */
static const char *anchors_text(struct arena *a, const struct config *config)
{
    const char *const *anchors = NULL, *text = "";
    size_t count = config_list(config, KEY_TRUST_ANCHORS, &anchors);
    for (size_t i = 0; i < count; i++)
        text = arena_printf(a, "%s%s%s", text, i == 0 ? "trust.anchors=" : ",", anchors[i]);
    return text;
}

static void arguments_make(struct arena *a, const struct examination *x, struct arguments *to)
{
    const char *anchors = anchors_text(a, x->config);
    add(to, "talaia");
    add(to, "gateway");
    add(to, "explain");
    add(to, "--json");
    add(to, "--lang");
    add(to, lang_code(x->lang));
    if (anchors[0] != '\0') {
        add(to, "--set");
        add(to, anchors);
    }
    if (x->body[0] != '\0') {
        add(to, "--as");
        add(to, x->body);
    }
    if (x->at[0] != '\0') {
        add(to, "--at");
        add(to, x->at);
    }
    if (x->allow_sha1)
        add(to, "--allow-sha1");
    add(to, "-");
}

/* True when it ended by itself with an explanation. */
static bool explain(struct arena *a, const struct examination *x, int in, int out, struct err *e)
{
    struct arguments arguments = {0};
    enum child_end end;
    int code;
    arguments_make(a, x, &arguments);
    const struct child child = {.arguments = (const char *const *)arguments.list,
                                .environment = process_bare_environment(a),
                                .in = in,
                                .out = out,
                                .err = PROCESS_OURS,
                                .seconds = LIMIT_EXAMINE_SECONDS};
    int why = child_run(&child, &end, &code);
    if (why != 0)
        return err_set(e, ERR_INTERNAL, N_("the process that explains messages cannot begin: %s"), err_system(e, why));
    if (end == CHILD_LATE)
        return err_set(e, ERR_LIMIT, N_("the message could not be explained within %d seconds"), LIMIT_EXAMINE_SECONDS);
    /* 1: there are findings. */
    if (end == CHILD_EXITED && code <= 1)
        return true;
    return err_set(e, ERR_INTERNAL, N_("the process that explains messages has failed (%s %d)"),
                   end == CHILD_EXITED ? "exit" : "signal", code);
}

static bool explanation_read(int fd, json_t **ret, struct err *e)
{
    struct buf text = BUF_INIT(LIMIT_EXAMINED_BYTES);
    json_t *value = child_read(fd, &text) ? json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES, NULL) : NULL;
    buf_release(&text);
    if (!json_is_object(value)) {
        json_decref(value);
        return err_set(e, ERR_LIMIT, N_("the explanation of the message is too large to be shown"));
    }
    *ret = value;
    return true;
}

bool examine(const struct examination *x, json_t **ret, struct err *e)
{
    struct arena a = {0};
    int in = memfd_create("message", MFD_CLOEXEC), out = memfd_create("explanation", MFD_CLOEXEC);
    bool good = in >= 0 && out >= 0 && child_write(in, x->message);
    if (!good)
        err_set(e, ERR_INTERNAL, N_("the process that explains messages cannot begin: %s"), err_system(e, errno));
    good = good && explain(&a, x, in, out, e) && explanation_read(out, ret, e);
    if (in >= 0)
        close(in);
    if (out >= 0)
        close(out);
    arena_release(&a);
    return good;
}
