#include "flow/served.h"

#include <sodium.h>

#include "record/history.h"

#define FIRST_SLOTS 256 /* a power of two */
#define HASHED_BYTES 24 /* from the end, which is the signature: as good as random */

/* Whoever makes certificates that collide makes their own round slow, and bounded by the size of a round. */
static size_t hash_of(struct str der)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325) ^ der.n; /* FNV-1a */
    for (size_t i = der.n < HASHED_BYTES ? 0 : der.n - HASHED_BYTES; i < der.n; i++)
        hash = (hash ^ (unsigned char)der.p[i]) * UINT64_C(0x100000001b3);
    return (size_t)(hash ^ hash >> 32);
}

/* The slot of these bytes: theirs, or the empty one where they belong. */
static size_t *slot_of(const struct served *s, struct str der)
{
    size_t at = hash_of(der) & (s->slot_count - 1);
    while (s->slots[at] != 0) {
        const struct str *known = &s->entries.items[s->slots[at] - 1]->certificate.der;
        if (known->n == der.n && memcmp(known->p, der.p, der.n) == 0)
            break;
        at = (at + 1) & (s->slot_count - 1);
    }
    return &s->slots[at];
}

static void grow(struct served *s)
{
    if (s->slot_count > 0 && s->entries.count * 2 < s->slot_count)
        return;
    mem_free(s->slots);
    s->slot_count = s->slot_count == 0 ? FIRST_SLOTS : s->slot_count * 2;
    s->slots = mem_alloc(s->slot_count, sizeof *s->slots);
    for (size_t i = 0; i < s->entries.count; i++)
        *slot_of(s, s->entries.items[i]->certificate.der) = i + 1;
}

struct served_entry *served_see(struct served *s, struct str der)
{
    struct err ignored = {0};
    if (der.n == 0)
        return NULL;
    grow(s);
    size_t *slot = slot_of(s, der);
    if (*slot == 0) {
        char *bytes = memcpy(arena_alloc(s->arena, der.n, 1), der.p, der.n);
        struct str kept = str_part(bytes, der.n);
        struct served_entry *entry = arena_new(s->arena, struct served_entry);
        entry->readable = certificate_parse(s->arena, kept, &entry->certificate, &ignored);
        entry->certificate.der = kept;
        vec_push(&s->entries, entry);
        *slot = s->entries.count;
    }
    struct served_entry *found = s->entries.items[*slot - 1];
    return found->readable ? found : NULL;
}

struct served_certificate served_record(struct arena *a, const struct certificate *c)
{
    size_t room = sodium_base64_ENCODED_LEN(c->der.n, sodium_base64_VARIANT_ORIGINAL);
    char *base64 = arena_alloc(a, room, 1);
    sodium_bin2base64(base64, room, (const unsigned char *)c->der.p, c->der.n, sodium_base64_VARIANT_ORIGINAL);
    return (struct served_certificate){
        .fingerprint = arena_strdup(a, c->fingerprint_hex),
        .subject = arena_strdup(a, c->subject),
        .issuer = arena_strdup(a, c->issuer),
        .serial = arena_strdup(a, c->serial),
        .names = certificate_names(a, c),
        .organisation = arena_strdup(a, c->organisation),
        .nif = arena_strdup(a, c->nif),
        .key = arena_strdup(a, c->key_name),
        .signature = arena_strdup(a, c->signature),
        .not_before = c->not_before == INSTANT_NONE ? 0 : c->not_before,
        .not_after = c->not_after == INSTANT_NONE ? 0 : c->not_after,
        .der_base64 = base64,
    };
}

/* False when what is kept cannot be read: another version's, or damaged. */
static bool read_record(struct arena *a, const struct served_certificate *s, struct certificate *ret)
{
    struct err ignored = {0};
    size_t room = strlen(s->der_base64), n;
    unsigned char *bytes = arena_alloc(a, room + 1, 1);
    return sodium_base642bin(bytes, room, s->der_base64, room, NULL, &n, NULL, sodium_base64_VARIANT_ORIGINAL) == 0 &&
           certificate_parse(a, str_part((const char *)bytes, n), ret, &ignored);
}

bool served_chain_load(struct tx *tx, struct arena *a, const char *fingerprints, struct certificate **ret,
                       size_t *ret_count, struct err *e)
{
    struct certificate *list = arena_array(a, struct certificate, LIMIT_PROBE_CHAIN);
    struct str rest = str_of(fingerprints), one;
    size_t count = 0;
    while (count < LIMIT_PROBE_CHAIN && rest.n > 0 && str_split(&rest, ' ', &one)) {
        struct served_certificate kept;
        bool found;
        if (!served_certificate_get(tx, a, arena_text(a, one), true, &kept, &found, e))
            return false;
        count += found && read_record(a, &kept, &list[count]);
    }
    *ret = list;
    *ret_count = count;
    return true;
}

void served_release(struct served *s)
{
    mem_free(s->slots);
    vec_release(&s->entries);
    *s = (struct served){.arena = s->arena};
}
