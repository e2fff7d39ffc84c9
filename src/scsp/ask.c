/* The value of a request as bytes. What they are made from is ask_make.c's business. */
#include "scsp/ask.h"

#include "base/limits.h"
#include "scsp/frame.h"

#define ASK_VERSION 1
#define FIELD_LEAST 8 /* two empty texts */
#define FILE_LEAST 16
#define ITEM_LEAST 64

/* The texts of an item and of the message, in the order in which they are written. */
#define ITEM_TEXTS(X)                                                                                                  \
    X(code)                                                                                                            \
    X(id)                                                                                                              \
    X(expedient)                                                                                                       \
    X(requester) X(requester_name) X(purpose) X(procedure) X(consent) X(holder_kind) X(holder) X(full_name) X(name)    \
        X(surname_1) X(surname_2) X(root) X(echo)
#define ASK_TEXTS(X) X(id) X(code) X(product) X(stamp) X(own) X(own_name) X(purpose) X(original) X(echo)

struct str ask_value(const struct ask_item *item, const char *path)
{
    for (size_t i = 0; i < item->field_count; i++)
        if (str_is(item->fields[i].path, path))
            return item->fields[i].value;
    return (struct str){NULL, 0};
}

bool ask_has(const struct ask_item *item, const char *path)
{
    return ask_value(item, path).p != NULL;
}

static void item_write(struct buf *to, const struct ask_item *item)
{
#define X(text) frame_add_text(to, item->text);
    ITEM_TEXTS(X)
#undef X
    frame_add_count(to, item->field_count);
    for (size_t i = 0; i < item->field_count; i++) {
        frame_add_text(to, item->fields[i].path);
        frame_add_text(to, item->fields[i].value);
    }
    frame_add_count(to, item->file_count);
    for (size_t i = 0; i < item->file_count; i++) {
        frame_add_text(to, item->files[i].name);
        frame_add_text(to, item->files[i].id);
        frame_add_number(to, (int64_t)item->files[i].bytes);
    }
    frame_add_byte(to, (item->pdf ? 1u : 0u) | (item->evidence ? 2u : 0u));
    frame_add_number(to, item->answer);
}

bool ask_write(struct buf *to, const struct ask *ask)
{
    frame_add_byte(to, ASK_VERSION);
    frame_add_byte(to, ask->kind);
#define X(text) frame_add_text(to, ask->text);
    ASK_TEXTS(X)
#undef X
    frame_add_number(to, ask->elements);
    frame_add_count(to, ask->count);
    for (size_t i = 0; i < ask->count; i++)
        item_write(to, &ask->items[i]);
    return !buf_full(to);
}

static void fields_read(struct arena *a, struct frame *f, struct ask_item *ret)
{
    ret->field_count = frame_count(f, FIELD_LEAST, LIMIT_ASK_FIELDS);
    struct ask_field *fields = arena_array(a, struct ask_field, ret->field_count + 1);
    for (size_t i = 0; i < ret->field_count; i++) {
        fields[i].path = frame_text(f);
        fields[i].value = frame_text(f);
    }
    ret->fields = fields;
    ret->file_count = frame_count(f, FILE_LEAST, LIMIT_ASK_FILES);
    struct ask_file *files = arena_array(a, struct ask_file, ret->file_count + 1);
    for (size_t i = 0; i < ret->file_count; i++) {
        files[i].name = frame_text(f);
        files[i].id = frame_text(f);
        files[i].bytes = (uint64_t)frame_number(f);
    }
    ret->files = files;
}

static void item_read(struct arena *a, struct frame *f, struct ask_item *ret)
{
#define X(text) ret->text = frame_text(f);
    ITEM_TEXTS(X)
#undef X
    fields_read(a, f, ret);
    unsigned marks = frame_byte(f);
    ret->pdf = (marks & 1) != 0;
    ret->evidence = (marks & 2) != 0;
    ret->answer = (int)frame_number(f);
}

bool ask_read(struct arena *a, struct str bytes, struct ask *ret, struct err *e)
{
    struct frame f = {.rest = bytes};
    struct ask ask = {0};
    bool known = frame_byte(&f) == ASK_VERSION;
    unsigned kind = frame_choice(&f, ASK_SOLICITUD + 1);
    if (!known || kind == 0)
        return err_set(e, ERR_FORMAT, N_("what was kept of a request is not of a kind that this version reads"));
    ask.kind = (enum ask_kind)kind;
#define X(text) ask.text = frame_text(&f);
    ASK_TEXTS(X)
#undef X
    ask.elements = frame_number(&f);
    ask.count = frame_count(&f, ITEM_LEAST, LIMIT_SOLICITUDES);
    struct ask_item *items = arena_array(a, struct ask_item, ask.count + 1);
    for (size_t i = 0; i < ask.count && !f.bad; i++)
        item_read(a, &f, &items[i]);
    ask.items = items;
    if (f.bad || f.rest.n > 0)
        return err_set(e, ERR_FORMAT, N_("what was kept of a request is damaged"));
    *ret = ask;
    return true;
}
