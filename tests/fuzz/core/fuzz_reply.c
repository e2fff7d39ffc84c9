/* Subjects and texts of any bytes: what is read of them is bounded and clean. How to run it:
 * tests/unit/core/meson.build. */
#include <stdint.h>
#include <stdlib.h>

#include "core/reply.h"
#include "core/subject.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const wrote[] = {"va escriure"}, *const from[] = {"de"}, *const fields[] = {"enviat", "per a"};
    static const struct profile p = {
        .reply_words =
            {[REPLY_WORDS_WROTE] = {wrote, 1}, [REPLY_WORDS_FROM] = {from, 1}, [REPLY_WORDS_FIELDS] = {fields, 2}},
    };
    struct arena a = {0};
    const char *text = arena_text(&a, str_part((const char *)data, strnlen((const char *)data, size)));
    struct subject_seen s;
    if (size < 4096 && subject_read(&a, text, &s)) {
        if (s.name_count > SUBJECT_NAMES ||
            (s.expires[CERT_CDS] == DAY_NONE && s.expires[CERT_CDA] == DAY_NONE && strlen(s.bad_date) > strlen(text)))
            abort();
    }
    if (size < 65536 && strlen(reply_new_text(&a, &p, text)) > strlen(text))
        abort();
    struct str bare = reply_subject_bare(str_of(text));
    if (bare.n > strlen(text))
        abort();
    arena_release(&a);
    return 0;
}
