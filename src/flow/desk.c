#include "flow/desk.h"

#include "flow/texts.h"

bool desk_open(const struct desk_options *o, enum desk_how how, struct desk *ret, struct err *e)
{
    static const enum store_open_how store_how[] = {
        [DESK_STORE] = STORE_OPEN, [DESK_CREATE] = STORE_CREATE, [DESK_EXAMINE] = STORE_EXAMINE};
    struct desk d = {.by = o->by, .lang = o->lang};
    bool ok = config_load(o->config_path, o->overrides, o->override_count, &d.config, NULL, e);
    if (ok && !o->lang_given && lang_parse(config_text(d.config, KEY_LANGUAGE), &d.lang))
        e->lang = d.lang;
    ok = ok &&
         profile_load(&d.arena, config_text(d.config, KEY_PROFILE), config_dir(d.config), o->data_dir, &d.files, e) &&
         (how == DESK_CONFIG || store_open(config_store_url(&d.arena, d.config), store_how[how], &d.store, e)) &&
         (how == DESK_CONFIG || how == DESK_EXAMINE || texts_read(&d, e));
    if (!ok) {
        desk_close(&d);
        return false;
    }
    *ret = d;
    return true;
}

void desk_close(struct desk *d)
{
    store_close(d->store);
    config_free(d->config);
    arena_release(&d->arena);
    *d = (struct desk){0};
}
