/* Runs a fuzz target over its corpus in the ordinary tests:  replay DIRECTORY…  Every file of each directory is given
 * once whole, in a block of exactly its size, so that a sanitizer sees any read beyond it. The target decides by not
 * crashing; an empty directory is a mistake, because it would test nothing. */
#include <dirent.h>
#include <stdint.h>

#include "base/file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool file_replay(const char *path)
{
    struct err e = {.lang = LANG_EN};
    struct buf content = BUF_INIT(64u << 20);
    bool good = file_read(path, &content, &e);
    if (good) {
        uint8_t *exact = mem_alloc(content.n == 0 ? 1 : content.n, 1);
        if (content.n > 0)
            memcpy(exact, content.p, content.n);
        (void)LLVMFuzzerTestOneInput(exact, content.n);
        mem_free(exact);
    } else {
        fprintf(stderr, "%s\n", e.log);
    }
    buf_release(&content);
    return good;
}

int main(int argc, char **argv)
{
    bool good = argc > 1;
    for (int i = 1; i < argc; i++) {
        size_t files = 0;
        DIR *dir = opendir(argv[i]);
        for (struct dirent *d; dir != NULL && (d = readdir(dir)) != NULL;) {
            if (d->d_name[0] == '.')
                continue;
            struct arena a = {0};
            good = file_replay(path_join(&a, argv[i], d->d_name)) && good;
            arena_release(&a);
            files++;
        }
        if (dir != NULL)
            closedir(dir);
        printf("%s: %zu files\n", argv[i], files);
        good = good && files > 0;
    }
    return good ? 0 : 1;
}
