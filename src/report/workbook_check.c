/* Reads the finished workbook back: every XML part must end with the end tag of its root. libxlsxwriter writes each
 * sheet to a temporary file first and looks at no error there, so a full disk would otherwise give a damaged workbook.
 */
#include <zip.h>

#include "report/sheet.h"

#define TAIL 64

/* The name of the root element in the first bytes of a part; empty when there is none. */
static struct str root_name(struct str head)
{
    for (size_t i = 0; i + 1 < head.n; i++) {
        if (head.p[i] != '<' || head.p[i + 1] == '?' || head.p[i + 1] == '!')
            continue;
        size_t end = i + 1;
        while (end < head.n && strchr(" />\n", head.p[end]) == NULL)
            end++;
        return str_part(head.p + i + 1, end - i - 1);
    }
    return (struct str){0};
}

/* "…</name>", or "<name …/>" for a root without content. */
static bool ends_well(struct str tail, struct str name)
{
    struct str rest = str_trim(tail);
    if (str_ends(rest, "/>") && tail.n < TAIL)
        return true;
    if (rest.n < name.n + 3 || rest.p[rest.n - 1] != '>')
        return false;
    const char *start = rest.p + rest.n - 1 - name.n;
    return memcmp(start, name.p, name.n) == 0 && start[-1] == '/' && start[-2] == '<';
}

static bool part_is_whole(zip_t *zip, zip_uint64_t index)
{
    zip_file_t *part = zip_fopen_index(zip, index, 0);
    if (part == NULL)
        return false;
    char head[256], tail[TAIL], piece[32768];
    size_t head_n = 0, tail_n = 0;
    zip_int64_t n;
    while ((n = zip_fread(part, piece, sizeof piece)) > 0) {
        size_t got = (size_t)n;
        if (head_n == 0) {
            head_n = got < sizeof head ? got : sizeof head;
            memcpy(head, piece, head_n);
        }
        if (got >= TAIL) {
            memcpy(tail, piece + got - TAIL, TAIL);
            tail_n = TAIL;
        } else {
            size_t keep = tail_n + got > TAIL ? TAIL - got : tail_n;
            memmove(tail, tail + tail_n - keep, keep);
            memcpy(tail + keep, piece, got);
            tail_n = keep + got;
        }
    }
    struct str name = root_name(str_part(head, head_n));
    bool good = n == 0 && name.n > 0 && name.n + 3 < TAIL && ends_well(str_part(tail, tail_n), name);
    return zip_fclose(part) == 0 && good;
}

bool workbook_is_whole(const char *path, struct err *e)
{
    int code;
    zip_t *zip = zip_open(path, ZIP_RDONLY, &code);
    bool good = zip != NULL && zip_get_num_entries(zip, 0) > 0;
    for (zip_int64_t i = 0; good && i < zip_get_num_entries(zip, 0); i++)
        good = part_is_whole(zip, (zip_uint64_t)i);
    if (zip != NULL)
        zip_discard(zip);
    return good ||
           err_set(e, ERR_FILE,
                   N_("the workbook came out damaged: the disk or the directory for temporary files (TMPDIR) is "
                      "probably full; nothing was changed"));
}
