/* Memory: checked allocation, arenas, growing arrays.
 *
 * An allocation that fails ends the process with one line on standard error and exit code 70.
 * This is safe because every lasting change is one transaction of the store, and simple because no
 * caller needs a path that can never be tried (docs/decisions.md, "Memory"). Sizes that foreign input decides
 * are bounded in limits.h before they get here. */
#ifndef TALAIA_BASE_MEM_H
#define TALAIA_BASE_MEM_H

#include <stddef.h>

#include "base/str.h"

/* Zero-filled; `count * size` is checked. Free with mem_free. */
void *mem_alloc(size_t count, size_t size) __attribute__((returns_nonnull, malloc));
/* The new part is not filled. */
void *mem_resize(void *p, size_t count, size_t size) __attribute__((returns_nonnull));
char *mem_dup_text(const char *text) __attribute__((returns_nonnull, malloc));
void mem_free(void *p); /* NULL is fine */
/* For a process that stays: large blocks go back to the system as they are freed. Left to itself the C library keeps as
 * much as the largest it ever gave: an upload of 3 MB for good. */
void mem_keep_little(void);

/* An arena hands out pieces that live until the arena is released: one per command, page or row.
 *
 *     struct arena a = {0};
 *     char *name = arena_text(&a, s);
 *     arena_release(&a);
 */
struct arena_chunk;
struct arena {
    struct arena_chunk *last;
    size_t used; /* bytes handed out since the last reset, for limits */
};

/* Zero-filled, aligned for any type. */
void *arena_alloc(struct arena *a, size_t count, size_t size) __attribute__((returns_nonnull));
/* A copy that ends in NUL. */
char *arena_text(struct arena *a, struct str s) __attribute__((returns_nonnull));
char *arena_strdup(struct arena *a, const char *text) __attribute__((returns_nonnull));
char *arena_printf(struct arena *a, const char *format, ...) __attribute__((format(printf, 2, 3), returns_nonnull));
/* Forgets all pieces but keeps the first chunk: for loops. */
void arena_reset(struct arena *a);
void arena_release(struct arena *a);

#define arena_new(arena, type) ((type *)arena_alloc((arena), 1, sizeof(type)))
#define arena_array(arena, type, count) ((type *)arena_alloc((arena), (count), sizeof(type)))

/* Growing arrays:  VEC(struct body) bodies = {0};  vec_push(&bodies, body);  vec_release(&bodies);
 * The items move when it grows: keep indexes, not pointers, while pushing. */
#define VEC(type)                                                                                                      \
    struct {                                                                                                           \
        type *items;                                                                                                   \
        size_t count, capacity;                                                                                        \
    }
#define vec_push(v, ...)                                                                                               \
    do {                                                                                                               \
        if ((v)->count == (v)->capacity) {                                                                             \
            (v)->capacity = (v)->capacity == 0 ? 16 : (v)->capacity * 2;                                               \
            (v)->items = mem_resize((v)->items, (v)->capacity, sizeof *(v)->items);                                    \
        }                                                                                                              \
        (v)->items[(v)->count++] = __VA_ARGS__;                                                                        \
    } while (0)
/* Moves the items to an arena, so that they stay when the array is released. */
#define vec_to_arena(v, arena)                                                                                         \
    memcpy(arena_alloc((arena), (v)->count, sizeof *(v)->items), (v)->count == 0 ? (const void *)"" : (v)->items,      \
           (v)->count * sizeof *(v)->items)
#define vec_release(v)                                                                                                 \
    do {                                                                                                               \
        mem_free((v)->items);                                                                                          \
        (v)->items = NULL;                                                                                             \
        (v)->count = (v)->capacity = 0;                                                                                \
    } while (0)

#endif
