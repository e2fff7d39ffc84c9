#include "record/blob.h"

#include <sodium.h>

#include "base/mem.h"

char *blob_text(struct str bytes)
{
    size_t room = sodium_base64_encoded_len(bytes.n, sodium_base64_VARIANT_ORIGINAL);
    char *text = mem_alloc(room, 1);
    (void)sodium_bin2base64(text, room, (const unsigned char *)bytes.p, bytes.n, sodium_base64_VARIANT_ORIGINAL);
    return text;
}

bool blob_read(struct str text, struct buf *to)
{
    size_t n = 0;
    char *room = buf_reserve(to, text.n + 1);
    if (room == NULL || sodium_base642bin((unsigned char *)room, text.n + 1, text.p, text.n, NULL, &n, NULL,
                                          sodium_base64_VARIANT_ORIGINAL) != 0)
        return false;
    to->n += n;
    to->p[to->n] = '\0';
    return true;
}
