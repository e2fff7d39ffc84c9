/* What the tests of this room share: the findings of a text as lines, and directories that go away. */
#ifndef TALAIA_TESTS_CONF_SAMPLE_H
#define TALAIA_TESTS_CONF_SAMPLE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/file.h"
#include "conf/finding.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* "3:1 unknown key …\n" for each finding, in English. */
static inline const char *findings_text(const struct config_findings *all, struct buf *to)
{
    buf_clear(to);
    for (size_t i = 0; i < all->count; i++)
        buf_printf(to, "%zu:%zu %s\n", all->items[i].line, all->items[i].column, all->items[i].reason.log);
    return buf_text(to);
}

/* The project's own files. */
static inline const char *source_dir(void)
{
    const char *dir = getenv("TALAIA_TEST_SOURCE");
    return dir == NULL ? "." : dir;
}

static inline void text_write(const char *path, const char *text)
{
    struct err e = {.lang = LANG_EN};
    struct arena a = {0};
    if (!file_make_dirs(path_dir(&a, path), &e) || !file_write(path, str_of(text), &e))
        fail_msg("%s", e.log);
    arena_release(&a);
}

#endif
