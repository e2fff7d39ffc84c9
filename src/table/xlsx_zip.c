#include "table/xlsx_zip.h"

#include <zip.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/mem.h"

struct xlsx_zip {
    zip_t *archive;
    const char *name;
    size_t inflated;
};

struct xlsx_part {
    struct xlsx_zip *zip;
    zip_file_t *file;
    char *name;
    size_t inflated, stored, max;
};

bool xlsx_zip_open(int fd, const char *name, struct xlsx_zip **ret, struct err *e)
{
    int why = 0;
    zip_t *archive = zip_fdopen(fd, 0, &why);
    if (archive == NULL) {
        os.close(fd);
        /* The caller has seen a ZIP's first bytes, so what is missing is its end. */
        return err_set(e, ERR_FORMAT,
                       N_("%s is a truncated or damaged workbook (its directory is missing); copy it again"), name);
    }
    if (zip_get_num_entries(archive, 0) > LIMIT_XLSX_ENTRIES) {
        err_set(e, ERR_LIMIT, N_("%s holds more than %d parts; no workbook does"), name, LIMIT_XLSX_ENTRIES);
        zip_discard(archive);
        return false;
    }
    struct xlsx_zip *z = mem_alloc(1, sizeof *z);
    *z = (struct xlsx_zip){.archive = archive, .name = name};
    *ret = z;
    return true;
}

void xlsx_zip_close(struct xlsx_zip *z)
{
    if (z == NULL)
        return;
    zip_discard(z->archive); /* never written to */
    mem_free(z);
}

const char *xlsx_zip_name(const struct xlsx_zip *z)
{
    return z->name;
}

size_t xlsx_zip_inflated(const struct xlsx_zip *z)
{
    return z->inflated;
}

bool xlsx_zip_has(const struct xlsx_zip *z, const char *part)
{
    return zip_name_locate(z->archive, part, ZIP_FL_NOCASE) >= 0;
}

size_t xlsx_zip_size(const struct xlsx_zip *z, const char *part)
{
    zip_stat_t st;
    if (zip_stat(z->archive, part, ZIP_FL_NOCASE, &st) != 0 || (st.valid & ZIP_STAT_SIZE) == 0)
        return 0;
    return st.size;
}

static bool part_error(const struct xlsx_zip *z, const char *part, zip_error_t *why, struct err *e)
{
    switch (zip_error_code_zip(why)) {
    case ZIP_ER_NOENT:
        return err_set(e, ERR_FORMAT, N_("%s: the workbook names its part %s but does not hold it; save it again"),
                       z->name, part);
    case ZIP_ER_NOPASSWD:
    case ZIP_ER_WRONGPASSWD:
        return err_set(e, ERR_FORMAT, N_("%s is an archive protected by a password; unpack it first"), z->name);
    case ZIP_ER_CRC:
        return err_set(e, ERR_FORMAT, N_("%s: the part %s is damaged (its checksum is wrong); copy the file again"),
                       z->name, part);
    default:
        return err_set(e, ERR_FORMAT, N_("%s: the part %s is damaged (%s); copy the file again"), z->name, part,
                       zip_error_strerror(why));
    }
}

bool xlsx_part_open(struct xlsx_zip *z, const char *part, size_t max, struct xlsx_part **ret, struct err *e)
{
    zip_stat_t st;
    zip_file_t *file = NULL;
    if (zip_stat(z->archive, part, ZIP_FL_NOCASE, &st) == 0)
        file = zip_fopen_index(z->archive, st.index, 0);
    if (file == NULL)
        return part_error(z, part, zip_get_error(z->archive), e);
    struct xlsx_part *p = mem_alloc(1, sizeof *p);
    *p = (struct xlsx_part){.zip = z, .file = file, .name = mem_dup_text(part), .max = max};
    p->stored = (st.valid & ZIP_STAT_COMP_SIZE) != 0 ? st.comp_size : 0;
    *ret = p;
    return true;
}

static bool within_limits(const struct xlsx_part *p, struct err *e)
{
    const char *name = p->zip->name;
    if (p->inflated > LIMIT_XLSX_RATIO_FLOOR_BYTES && p->inflated / LIMIT_XLSX_RATIO > p->stored)
        return err_set(e, ERR_LIMIT,
                       N_("%s: the part %s inflates to more than %d times its size, as only malicious files do"), name,
                       p->name, LIMIT_XLSX_RATIO);
    if (p->inflated > p->max)
        return err_set(e, ERR_LIMIT, N_("%s: the part %s is larger than %zu MiB"), name, p->name, p->max >> 20);
    if (p->zip->inflated > LIMIT_XLSX_INFLATED_BYTES)
        return err_set(e, ERR_LIMIT, N_("%s inflates to more than %llu MiB; split it"), name,
                       LIMIT_XLSX_INFLATED_BYTES >> 20);
    return true;
}

bool xlsx_part_read(struct xlsx_part *p, void *to, size_t n, size_t *ret_n, struct err *e)
{
    zip_int64_t got = zip_fread(p->file, to, n);
    if (got < 0)
        return part_error(p->zip, p->name, zip_file_get_error(p->file), e);
    p->inflated += (size_t)got;
    p->zip->inflated += (size_t)got;
    if (!within_limits(p, e))
        return false;
    *ret_n = (size_t)got;
    return true;
}

void xlsx_part_close(struct xlsx_part *p)
{
    if (p == NULL)
        return;
    zip_fclose(p->file);
    mem_free(p->name);
    mem_free(p);
}
