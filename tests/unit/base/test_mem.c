#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#endif

#include "base/limits.h"
#include "check.h"

static void allocations_are_empty(void **state)
{
    (void)state;
    for (size_t n = 0; n < 300; n += 7) {
        unsigned char *p = mem_alloc(n, 3);
        for (size_t i = 0; i < n * 3; i++)
            assert_int_equal(p[i], 0);
        mem_free(p);
    }
    mem_free(NULL);
    char *text = mem_dup_text("àbc");
    assert_string_equal(text, "àbc");
    text = mem_resize(text, 1000, 1);
    assert_string_equal(text, "àbc");
    mem_free(text);
}

/* Runs in a child: what it would take ends the process with 70 and one line. */
static void check_gives_up(void (*take)(void), const char *wanted)
{
    int out[2];
    assert_int_equal(pipe(out), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        (void)dup2(out[1], STDERR_FILENO);
        take();
        _exit(0);
    }
    (void)close(out[1]);
    char said[256] = "";
    ssize_t n = 0, more;
    while ((more = read(out[0], said + n, sizeof said - 1 - (size_t)n)) > 0)
        n += more;
    (void)close(out[0]);
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 70);
    assert_true(n > 0);
    assert_non_null(strstr(said, wanted));
    assert_ptr_equal(strchr(said, '\n'), said + n - 1);
}

/* Written so that the compiler cannot see the sizes and warn about them. */
static volatile size_t huge = SIZE_MAX / 2, over = LIMIT_ALLOC_BYTES + 1u;

static void take_overflow(void)
{
    mem_free(mem_alloc(huge, 16));
}
static void take_too_much(void)
{
    mem_free(mem_alloc(over, 1));
}
static void resize_too_much(void)
{
    mem_free(mem_resize(NULL, over, 1));
}
static void arena_overflow(void)
{
    struct arena a = {0};
    (void)arena_alloc(&a, huge, 16);
}

static void impossible_sizes_end_the_process(void **state)
{
    (void)state;
    check_gives_up(take_overflow, "out of bounds");
    check_gives_up(take_too_much, "out of bounds");
    check_gives_up(resize_too_much, "out of bounds");
    check_gives_up(arena_overflow, "out of bounds");
}

static void pieces_of_an_arena(void **state)
{
    (void)state;
    struct arena a = {0};
    unsigned char *pieces[500];
    size_t total = 0;
    for (size_t i = 0; i < COUNT(pieces); i++) {
        size_t n = i * 13 % 900 + (i % 100 == 99 ? 2 * LIMIT_ARENA_CHUNK_BYTES : 0);
        pieces[i] = arena_alloc(&a, n, 1);
        assert_int_equal((uintptr_t)pieces[i] % _Alignof(max_align_t), 0);
        for (size_t k = 0; k < n; k++)
            assert_int_equal(pieces[i][k], 0);
        memset(pieces[i], (int)(i & 0xff), n);
        total += n;
        assert_true(a.used >= total);
    }
    for (size_t i = 0; i < COUNT(pieces); i++) { /* nobody wrote over anybody */
        size_t n = i * 13 % 900 + (i % 100 == 99 ? 2 * LIMIT_ARENA_CHUNK_BYTES : 0);
        for (size_t k = 0; k < n; k++)
            assert_int_equal(pieces[i][k], i & 0xff);
    }
    arena_reset(&a);
    assert_int_equal(a.used, 0);
    int *again = arena_array(&a, int, 100); /* memory that was used before is empty again */
    for (int i = 0; i < 100; i++)
        assert_int_equal(again[i], 0);
    arena_release(&a);
    assert_null(a.last);
    arena_release(&a); /* twice is fine */
    arena_reset(&a);
    assert_string_equal(arena_strdup(&a, "and it may be used again"), "and it may be used again");
    arena_release(&a);
}

/* What was handed out may be touched, what lies between or was given back may not; AddressSanitizer stops whoever does.
 */
static void arenas_are_watched(void **state)
{
    (void)state;
#ifdef __SANITIZE_ADDRESS__
    struct arena a = {0};
    char *one = arena_alloc(&a, 5, 1), *other = arena_alloc(&a, 3 * LIMIT_ARENA_CHUNK_BYTES, 1);
    assert_null(__asan_region_is_poisoned(one, 5));
    assert_null(__asan_region_is_poisoned(other, 3 * LIMIT_ARENA_CHUNK_BYTES));
    assert_true(__asan_address_is_poisoned(one + 5));
    assert_true(__asan_address_is_poisoned(one + sizeof(max_align_t)));
    arena_reset(&a);
    assert_true(__asan_address_is_poisoned(one) && __asan_address_is_poisoned(other));
    assert_ptr_equal(arena_alloc(&a, 5, 1), one);
    assert_false(__asan_address_is_poisoned(one));
    arena_release(&a);
#else
    skip(); /* nothing watches */
#endif
}

static void texts_of_an_arena(void **state)
{
    (void)state;
    struct arena a = {0};
    assert_string_equal(arena_text(&a, str_part("abcdef", 3)), "abc");
    assert_string_equal(arena_text(&a, (struct str){0}), "");
    assert_string_equal(arena_strdup(&a, ""), "");
    assert_string_equal(arena_printf(&a, "%s-%d", "x", 7), "x-7");
    char *longer = arena_printf(&a, "%0200000d", 5);
    assert_int_equal(strlen(longer), 200000);
    arena_release(&a);
}

static void arrays_grow(void **state)
{
    (void)state;
    struct point {
        int x, y;
    };
    VEC(struct point) v = {0};
    for (int i = 0; i < 5000; i++)
        vec_push(&v, (struct point){i, -i});
    assert_int_equal(v.count, 5000);
    assert_true(v.capacity >= v.count);
    for (int i = 0; i < 5000; i++) {
        assert_int_equal(v.items[i].x, i);
        assert_int_equal(v.items[i].y, -i);
    }
    vec_release(&v);
    assert_null(v.items);
    assert_int_equal(v.count + v.capacity, 0);
    vec_push(&v, (struct point){1, 2});
    assert_int_equal(v.items[0].y, 2);
    vec_release(&v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(allocations_are_empty), cmocka_unit_test(impossible_sizes_end_the_process),
        cmocka_unit_test(pieces_of_an_arena),    cmocka_unit_test(texts_of_an_arena),
        cmocka_unit_test(arrays_grow),           cmocka_unit_test(arenas_are_watched),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
