/* Shows what the readers of foreign tables see, one line a row: the golden files of the tests are its output, and
 * `time dump -q FILE` measures them.
 *
 *     dump [-q] [-p PROPERTY] FILE…
 *     dump [-q] [-s SECONDS] -o CONNECTION SQL        (modules are looked for in $TALAIA_MODULES)
 *
 * Exit 1 on an error. */
#include "base/module.h"
#include "dump_table.h"

static int finish(struct table *t, const struct err *e)
{
    table_close(t);
    if (e->code == ERR_NONE)
        return 0;
    dump_error(stdout, e);
    return 1;
}

int main(int argc, char **argv)
{
    bool quiet = false;
    const char *property = NULL;
    struct table_odbc source = {0};
    int option, status = 0;
    while ((option = getopt(argc, argv, "qp:o:s:")) != -1) {
        int64_t seconds;
        if (option == 'q')
            quiet = true;
        else if (option == 'p')
            property = optarg;
        else if (option == 'o')
            source.connection = optarg;
        else if (option == 's' && str_to_int64(str_of(optarg), 0, 3600, &seconds))
            source.seconds = (int)seconds;
        else
            return 2;
    }
    lang_init("");
    if (getenv("TALAIA_MODULES") != NULL)
        module_init(getenv("TALAIA_MODULES"));
    for (int i = optind; i < argc; i++) {
        struct err e = {0};
        struct table *t = NULL;
        source.sql = argv[i];
        bool opened = source.connection != NULL ? table_open_odbc(&source, &t, &e) : table_open(argv[i], &t, &e);
        if (opened && property != NULL)
            printf("property %s = \"%s\"\n", property, table_property(t, property));
        if (opened)
            dump_table(stdout, t, quiet, &e);
        status |= finish(t, &e);
    }
    return status;
}
