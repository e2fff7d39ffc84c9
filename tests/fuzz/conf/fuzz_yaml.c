/* The YAML loaders, talaia.yaml, profile.yaml, probes.yaml and runbook.yaml, on any bytes. How to
 * run it: tests/unit/conf/meson.build. */
#include <stdint.h>

#include "conf/config.h"
#include "conf/probes.h"
#include "conf/profile_file.h"
#include "conf/runbook.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What must hold of any result: findings have a place and a reason, and a failure has at least one. */
static void findings_examine(const struct config_findings *all, bool good, const struct err *e)
{
    if (good != (all->count == 0) || good != (e->code == ERR_NONE))
        abort();
    for (size_t i = 0; i < all->count; i++) {
        const struct config_finding *f = &all->items[i];
        if (f->line == 0 || f->column == 0 || f->reason.log[0] == '\0' || !str_utf8_valid(str_of(f->reason.log)))
            abort();
        if (i > 0 && f->line < all->items[i - 1].line)
            abort();
    }
}

static void config_try(struct str text)
{
    struct err e = {.lang = LANG_EN};
    struct config *c = NULL;
    struct config_findings all;
    bool good = config_load_text(text, "talaia.yaml", NULL, 0, &c, &all, &e);
    findings_examine(&all, good, &e);
    if (good && (config_int(c, KEY_REGISTRY_SECONDS) < 1 || config_int(c, KEY_IMPORT_MAX_LOSS) > 100))
        abort();
    config_findings_release(&all);
    config_free(c);
}

static void profile_try(struct str text)
{
    struct err e = {.lang = LANG_EN};
    struct arena a = {0};
    struct profile_files p;
    struct config_findings all;
    bool good = profile_load_text(&a, text, "profile.yaml", "x", &p, &all, &e);
    findings_examine(&all, good, &e);
    for (size_t i = 1; good && i < p.profile.threshold_count; i++) {
        if (p.profile.thresholds[i] >= p.profile.thresholds[i - 1])
            abort();
    }
    config_findings_release(&all);
    arena_release(&a);
}

static void probes_try(struct str text)
{
    struct err e = {.lang = LANG_EN};
    struct arena a = {0};
    struct probes all;
    struct finder f = {.lang = LANG_EN, .code = ERR_PROFILE};
    bool good = probes_load_text(&a, text, &f, &all);
    findings_sort(&f.found);
    if (!good)
        (void)findings_fail(&f.found, "probes.yaml", &e);
    findings_examine(&f.found, good, &e);
    for (size_t i = 0; good && i < all.count; i++) {
        const struct probe *p = &all.items[i];
        if (p->check_count == 0 || p->rule.seconds < 5 || p->rule.failures < 1 || p->rule.recoveries < 1 ||
            (!p->hours.always && (p->hours.days == 0 || p->hours.from >= p->hours.until || p->hours.until > 1440)))
            abort();
    }
    config_findings_release(&f.found);
    arena_release(&a);
}

static void runbooks_try(struct str text)
{
    struct err e = {.lang = LANG_EN};
    struct arena a = {0};
    struct runbooks all;
    struct finder f = {.lang = LANG_EN, .code = ERR_PROFILE};
    bool good = runbooks_load_text(&a, text, &f, &all);
    findings_sort(&f.found);
    if (!good)
        (void)findings_fail(&f.found, "runbook.yaml", &e);
    findings_examine(&f.found, good, &e);
    for (size_t i = 0; good && i < all.count; i++) {
        const struct runbook *r = &all.items[i];
        if (r->step_count == 0 || r->probe_count == 0 || runbook_of(&all, r->probes[0]) != r)
            abort();
        for (size_t k = 0; k < r->level_count; k++) {
            if (r->levels[k].count == 0 || (k > 0 && r->levels[k].minutes <= r->levels[k - 1].minutes))
                abort();
        }
    }
    config_findings_release(&f.found);
    arena_release(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = str_part((const char *)data, size);
    config_try(text);
    profile_try(text);
    probes_try(text);
    runbooks_try(text);
    return 0;
}
