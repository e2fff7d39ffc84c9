/* Delimited text: every case is the bytes of a file and what must be read of it. */
#include <errno.h>
#include <sys/mman.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/mem.h"
#include "sample.h"
#include "table/csv_text.h"
#include "table/reader.h"

#define CASE(name, bytes, wanted)                                                                                      \
    {                                                                                                                  \
        name, bytes, sizeof(bytes) - 1, wanted                                                                         \
    }

/* Name, bytes, and rows or error; "sheet 0" is left out. */
static const struct {
    const char *name, *bytes;
    size_t n;
    const char *wanted;
} files[] = {
    CASE("semicolons", "Ens;Dies\r\nVic;5\r\n", "1: \"Ens\" \"Dies\"\n2: \"Vic\" \"5\"\n"),
    CASE("tabs", "Ens\tNota\nVic\ta, b; c\n", "1: \"Ens\" \"Nota\"\n2: \"Vic\" \"a, b; c\"\n"),
    CASE("commas", "Ens,Dies\nVic,5", "1: \"Ens\" \"Dies\"\n2: \"Vic\" \"5\"\n"),
    CASE("bars", "Ens|Dies\nVic|5", "1: \"Ens\" \"Dies\"\n2: \"Vic\" \"5\"\n"),
    CASE("inverted names are not separated", "Ens;Mun\nPrat, Ajuntament del;1\nVic, Ajuntament de;2\n",
         "1: \"Ens\" \"Mun\"\n2: \"Prat, Ajuntament del\" \"1\"\n3: \"Vic, Ajuntament de\" \"2\"\n"),
    CASE("one column of inverted names", "Ens\nPrat, Ajuntament del\nVic, Ajuntament de\n",
         "1: \"Ens\"\n2: \"Prat, Ajuntament del\"\n3: \"Vic, Ajuntament de\"\n"),
    CASE("more prose than separators", "Ens\tNota\nVic\ta, b, c; d; e\nOlot\tf, g, h; i; j\n",
         "1: \"Ens\" \"Nota\"\n2: \"Vic\" \"a, b, c; d; e\"\n3: \"Olot\" \"f, g, h; i; j\"\n"),
    CASE("separators with spaces", "a, b, c\n1, 2, 3\n", "1: \"a\" \" b\" \" c\"\n2: \"1\" \" 2\" \" 3\"\n"),
    CASE("only a header", "Ens;Provincia, Municipi;Data\n", "1: \"Ens\" \"Provincia, Municipi\" \"Data\"\n"),
    CASE("decimal commas", "Ens;Import\nVic;1,5\nOlot;2,5\n",
         "1: \"Ens\" \"Import\"\n2: \"Vic\" \"1,5\"\n3: \"Olot\" \"2,5\"\n"),
    CASE("title above the header", "Llistat, novembre\n\nEns;A;B\nVic;1;2\nOlot;3;4\n",
         "1: \"Llistat, novembre\"\n3: \"Ens\" \"A\" \"B\"\n4: \"Vic\" \"1\" \"2\"\n5: \"Olot\" \"3\" \"4\"\n"),
    CASE("one row, no line end", "a;b", "1: \"a\" \"b\"\n"),
    CASE("one cell", "a", "1: \"a\"\n"),
    CASE("told separator", "sep=|\nEns|Mun;a\nVic|1;b", "2: \"Ens\" \"Mun;a\"\n3: \"Vic\" \"1;b\"\n"),
    CASE("told separator, quoted, CRLF", "\"SEP=;\"\r\na;b,c,d\r\n", "2: \"a\" \"b,c,d\"\n"),
    CASE("told separator after a mark", "\xef\xbb\xbfsep=,\na;x,b\n", "2: \"a;x\" \"b\"\n"),
    CASE("no told separator", "sep=\na;b\n", "1: \"sep=\"\n2: \"a\" \"b\"\n"),
    CASE("quotes", "a;\"b;\"\"c\"\"\";\"\"\n", "1: \"a\" \"b;\\\"c\\\"\" -\n"),
    CASE("quoted line ends count as lines", "\"a\r\nb\rc\nd\";1\nx;2\n",
         "1: \"a\\x0d\\nb\\x0dc\\nd\" \"1\"\n5: \"x\" \"2\"\n"),
    CASE("stray quotes are text", "a\"b;c\"\";5\" tv\n", "1: \"a\\\"b\" \"c\\\"\\\"\" \"5\\\" tv\"\n"),
    CASE("text after a closing quote", "\"a\"b;\"c\" ;\"d\"\"\"e\nx;y;z\n",
         "1: \"ab\" \"c\" \"d\\\"e\"\n2: \"x\" \"y\" \"z\"\n"),
    CASE("quote closed by the end", "a;\"b\"", "1: \"a\" \"b\"\n"),
    CASE("doubled quote at the end", "a;\"b\"\"\"", "1: \"a\" \"b\\\"\"\n"),
    CASE("formula quotes", "=\"0805690004\";\"=\"\"08\"\"\";=\"\";=\"a\"&\"b\";=1\n",
         "1: \"0805690004\" \"08\" - \"=\\\"a\\\"&\\\"b\\\"\" \"=1\"\n"),
    CASE("CR alone", "a;b\rc;d\r", "1: \"a\" \"b\"\n2: \"c\" \"d\"\n"),
    CASE("blank rows", "a;b\n\n;\n  ;\xc2\xa0\n\"\";\" \"\n\r\nc;d\n\n\n", "1: \"a\" \"b\"\n7: \"c\" \"d\"\n"),
    CASE("only blank rows", "\n\n ; \n", ""),
    CASE("short and long rows", "a;b;c\n1\n1;2;3;4\n", "1: \"a\" \"b\" \"c\"\n2: \"1\"\n3: \"1\" \"2\" \"3\" \"4\"\n"),
    CASE("end of a DOS file", "a;b\n1;2\n\x1a", "1: \"a\" \"b\"\n2: \"1\" \"2\"\n"),
    CASE("UTF-8", "Ens;N\nL\xc2\xb7l\xc3\xa0;1\n", "1: \"Ens\" \"N\"\n2: \"L·là\" \"1\"\n"),
    CASE("UTF-8 with a mark", "\xef\xbb\xbf\"Ens\";N\n", "1: \"Ens\" \"N\"\n"),
    CASE("Windows-1252", "Ens;N\nVall\xe8s\x92 \x80;\xb7\n", "1: \"Ens\" \"N\"\n2: \"Vallès’ €\" \"·\"\n"),
    CASE("Latin-1 in the last byte", "Ens;N\n1;Vic\xe0", "1: \"Ens\" \"N\"\n2: \"1\" \"Vicà\"\n"),
    CASE("one Latin-1 name in UTF-8", "\xc3\xa0;\xc3\xa8\n\xe0;\xc3\xb2\n\xc3\xa9;1\n",
         "1: \"à\" \"è\"\n2: \"à\" \"ò\"\n3: \"é\" \"1\"\n"),
    CASE("Latin-1 that could be UTF-8", "\xe0;\xe8\n\xe9;\xed\nA\xc3\xb1;1\n",
         "1: \"à\" \"è\"\n2: \"é\" \"í\"\n3: \"AÃ±\" \"1\"\n"),
    CASE("undefined in Windows-1252", "a\x81\xe0z;b\n", "1: \"a\xc2\x81àz\" \"b\"\n"),
    CASE("unclosed quote", "a;b\n1;\"2\n3;4\n",
         "1: \"a\" \"b\"\nerror T-FORMAT x.csv: row 2, column B: the quote that opens here is never closed; the file "
         "may "
         "be truncated\n"),
    CASE("unclosed after quoted lines", "\"a\nb\";\"c\nd",
         "error T-FORMAT x.csv: row 2, column B: the quote that opens here is never closed; the file may be "
         "truncated\n"),
    CASE("zero byte", "a;b\n1;2\n3;\0;5\n",
         "1: \"a\" \"b\"\n2: \"1\" \"2\"\nerror T-FORMAT x.csv: row 3: there is a zero byte, so this is not a text "
         "file, "
         "or it is damaged; export it again\n"),
    CASE("zero byte in quotes", "a;\"b\n\0\";\n",
         "error T-FORMAT x.csv: row 1: there is a zero byte, so this is not a text file, or it is damaged; export it "
         "again\n"),
    CASE("UTF-16",
         "\xff\xfe"
         "a\0;\0\xe0\0\n\0"
         "b\0;\0=\xd8\x00\xde",
         "1: \"a\" \"à\"\n2: \"b\" \"😀\"\n"),
    CASE("UTF-16, big end first", "\xfe\xff\0a\0;\0\xe0\0\n\0b\0;\0c", "1: \"a\" \"à\"\n2: \"b\" \"c\"\n"),
    CASE("UTF-16 without a mark", "a\0;\0\xe0\0\n\0", "1: \"a\" \"à\"\n"),
    CASE("UTF-16, half a pair",
         "\xff\xfe"
         "a\0;\0\x3d\xd8"
         "b\0\n\0",
         "1: \"a\" \"\xef\xbf\xbd"
         "b\"\n"),
    CASE("UTF-16 cut in a character",
         "\xff\xfe"
         "a\0;\0"
         "b\0\n\0c",
         "1: \"a\" \"b\"\nerror T-FORMAT x.csv: row 2: the file ends in the middle of a character: it is truncated; "
         "copy "
         "it again\n"),
    CASE("UTF-16 with a zero",
         "\xff\xfe"
         "a\0;\0\n\0\0\0",
         "1: \"a\" -\nerror T-FORMAT x.csv: row 2: there is a zero byte, so this is not a text file, or it is damaged; "
         "export it again\n"),
    CASE(
        "random bytes", "\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
        "1: \"‰PNG\"\nerror T-FORMAT x.csv: row 3: there is a zero byte, so this is not a text file, or it is damaged; "
        "export it again\n"),
};

static void test_cases(void **state)
{
    (void)state;
    static const char head[] = "sheet 0 \"\"\n";
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char *found = sample_dump_bytes("x.csv", files[i].bytes, files[i].n);
        const char *rows = strncmp(found, head, strlen(head)) == 0 ? found + strlen(head) : found;
        if (strcmp(rows, files[i].wanted) != 0)
            fail_msg("%s:\n%s\nshould be\n%s", files[i].name, rows, files[i].wanted);
        free(found);
    }
}

/* Rows that read buffers cut: every length of a row meets every place of the cut. */
static void test_buffer_edges(void **state)
{
    (void)state;
    for (size_t shift = 0; shift < 96; shift++) {
        struct buf b = BUF_INIT(1 << 20), wanted = BUF_INIT(1 << 20);
        buf_printf(&b, "h;i\n%0*d;%0*d;\"x\"\r\n", 65536, 0, (int)(4096 + 131072 - 65536 - 90 + shift),
                   0); /* what the reader has read by then, less the row */
        buf_add_text(&b, "a;\"b\"\"c\nd\";\xc3\xa0\r\ne;f;\"g\"\r\n");
        char *found = sample_dump_bytes("x.csv", b.p, b.n);
        buf_add_text(&wanted, "3: \"a\" \"b\\\"c\\nd\" \"à\"\n5: \"e\" \"f\" \"g\"\n");
        const char *rest = strstr(found, "\n3: ");
        assert_non_null(rest);
        rest++;
        assert_string_equal(rest, buf_text(&wanted));
        free(found);
        buf_release(&b);
        buf_release(&wanted);
    }
}

/* The first accent may come after the sample that was looked at when the file was opened. */
static void test_late_accent(void **state)
{
    (void)state;
    static const struct {
        const char *bytes, *wanted;
    } ends[] = {{"\xe0;\xe8\n", "\"à\" \"è\"\n"}, {"\xc3\xa0;\xc3\xa8\n", "\"à\" \"è\"\n"}};
    for (size_t i = 0; i < 2; i++) {
        struct buf b = BUF_INIT(1 << 22);
        for (int row = 0; row < 20000; row++)
            buf_printf(&b, "Ajuntament %d;nota\n", row);
        buf_add_text(&b, ends[i].bytes);
        char *found = sample_dump_bytes("x.csv", b.p, b.n);
        assert_string_equal(strstr(found, "20001: ") + 7, ends[i].wanted);
        free(found);
        buf_release(&b);
    }
}

static void check_limit(struct buf *b, const char *wanted)
{
    char *found = sample_dump_bytes("x.csv", b->p, b->n);
    const char *error = strstr(found, "error ");
    assert_non_null(error);
    if (strncmp(error, wanted, strlen(wanted)) != 0)
        fail_msg("%.300s\nshould begin with\n%s", error, wanted);
    free(found);
    buf_release(b);
}

static void test_limits(void **state)
{
    (void)state;
    struct buf b = BUF_INIT(1 << 23);
    buf_printf(&b, "a;b\n1;%0*d\n", (int)LIMIT_TABLE_CELL_BYTES + 1, 0);
    check_limit(&b, "error T-LIMIT x.csv: row 2, column B: the cell is longer");
    buf_add_text(&b, "a;b\n\"");
    for (int i = 0; i < 300000; i++)
        buf_add_text(&b, "1234567\n");
    check_limit(&b, "error T-LIMIT x.csv: row 2 is longer than 1024 KiB; a quote");
    buf_add_text(&b, "a;b\n");
    for (int i = 0; i < 300000; i++)
        buf_add_text(&b, "12345678");
    check_limit(&b, "error T-LIMIT x.csv: row 2 is longer than 1024 KiB");
    buf_add_text(&b, "a;b\n");
    for (int i = 0; i <= LIMIT_TABLE_COLUMNS; i++)
        buf_add_text(&b, ";");
    check_limit(&b, "error T-LIMIT x.csv: row 2 has more than 1024 columns; is its separator \";\"?");
    for (size_t i = 0; i < (1 << 23) - 1; i++)
        buf_add_char(&b, '\n');
    char *found = sample_dump_bytes("x.csv", b.p, b.n);
    assert_string_equal(found, "sheet 0 \"\"\n");
    free(found);
    buf_release(&b);
}

/* The last cell that a row may have, and the longest. */
static void test_within_limits(void **state)
{
    (void)state;
    struct buf b = BUF_INIT(1 << 22);
    for (int i = 1; i < LIMIT_TABLE_COLUMNS; i++)
        buf_add_text(&b, "x;");
    buf_printf(&b, "y\n%0*d;2\n", (int)LIMIT_TABLE_CELL_BYTES, 0);
    char *found = sample_dump_bytes("x.csv", b.p, b.n);
    assert_null(strstr(found, "error"));
    assert_non_null(strstr(found, "\"y\"\n2: \"000"));
    free(found);
    buf_release(&b);
}

static void test_progress(void **state)
{
    (void)state;
    struct err e = {0};
    struct table *t;
    const struct table_sheet *sheet;
    const struct table_row *row;
    int fd = memfd_create("x", 0);
    assert_int_equal(write(fd, "a;b\nc;d\n", 8), 8);
    lseek(fd, 0, SEEK_SET);
    assert_true(table_open_fd(fd, 8, "x", &t, &e));
    size_t done, total;
    assert_true(table_next_sheet(t, &sheet, &e));
    assert_true(table_next_row(t, &row, &e));
    table_progress(t, &done, &total);
    assert_int_equal(done, 4);
    assert_int_equal(total, 8);
    assert_string_equal(table_property(t, "talaia-report"), "");
    assert_true(table_next_row(t, &row, &e));
    assert_false(table_next_row(t, &row, &e));
    assert_false(table_next_row(t, &row, &e));
    assert_false(table_next_sheet(t, &sheet, &e));
    assert_int_equal(e.code, ERR_NONE);
    table_close(t);
}

/* The disk fails at the Nth read, or a signal interrupts every read. */
static int reads_left;

static ssize_t failing_read(int fd, void *to, size_t n)
{
    if (reads_left-- > 0)
        return read(fd, to, n);
    errno = EIO;
    return -1;
}

static ssize_t interrupted_read(int fd, void *to, size_t n)
{
    if (reads_left++ % 2 == 0)
        return read(fd, to, n < 100 ? n : 100);
    errno = EINTR;
    return -1;
}

static void test_faults(void **state)
{
    (void)state;
    struct buf b = BUF_INIT(1 << 20);
    for (int i = 0; i < 30000; i++)
        buf_printf(&b, "Vic %d;à\n", i);
    char *sound = sample_dump_bytes("x.csv", b.p, b.n);
    os.read = failing_read;
    for (int n = 0;; n++) {
        reads_left = n;
        char *found = sample_dump_bytes("x.csv", b.p, b.n);
        const char *error = strstr(found, "error ");
        bool whole = error == NULL;
        assert_int_equal(strncmp(found, sound, whole ? strlen(sound) : (size_t)(error - found)), 0);
        if (!whole)
            assert_string_equal(error, "error T-FILE cannot read x.csv: Input/output error\n");
        free(found);
        if (whole) {
            assert_true(n > 4);
            break;
        }
    }
    os.read = interrupted_read;
    reads_left = 0;
    char *found = sample_dump_bytes("x.csv", b.p, b.n);
    assert_string_equal(found, sound);
    free(found);
    os.read = read;
    free(sound);
    buf_release(&b);
}

static void test_column_names(void **state)
{
    (void)state;
    static const struct {
        size_t column;
        const char *name;
    } cases[] = {{0, "A"}, {25, "Z"}, {26, "AA"}, {51, "AZ"}, {52, "BA"}, {701, "ZZ"}, {702, "AAA"}, {16383, "XFD"}};
    char out[TABLE_COLUMN_NAME_BYTES];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(table_column_name(cases[i].column, out), cases[i].name);
    assert_int_equal(strlen(table_column_name(SIZE_MAX, out)), 7); /* cut, never overrun */
}

static void test_csv_field(void **state)
{
    (void)state;
    static const struct {
        const char *value, *written;
    } cases[] = {
        {"", ""},
        {"Vic", "Vic"},
        {"a;b", "\"a;b\""},
        {"a,b", "a,b"},
        {"a\"b\"", "\"a\"\"b\"\"\""},
        {"\"", "\"\"\"\""},
        {"a\nb", "\"a\nb\""},
        {" a", "\" a\""},
        {"=1+1", "'=1+1"},
        {"=HYPERLINK(\"x\";\"y\")", "\"'=HYPERLINK(\"\"x\"\";\"\"y\"\")\""},
        {"+34 600", "'+34 600"},
        {"@x", "'@x"},
        {"-1+cmd", "'-1+cmd"},
        {"--1", "'--1"},
        {"-", "'-"},
        {"-5", "-5"},
        {"-5.25", "-5.25"},
        {"-5.2.5", "'-5.2.5"},
        {"\tx", "\"'\tx\""},
        {"\rx", "\"'\rx\""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf b = BUF_INIT(100);
        table_csv_field(&b, str_of(cases[i].value), ';');
        assert_string_equal(buf_text(&b), cases[i].written);
        buf_release(&b);
    }
}

/* What table_csv_field writes, the reader gives back. */
static void test_round_trip(void **state)
{
    (void)state;
    static const char *const values[] = {"a", "b;\"c\"", "d\r\ne", " f ", "à\t", "\"\"", "x"};
    struct buf b = BUF_INIT(1000);
    for (size_t i = 0; i < 7; i++) {
        table_csv_field(&b, str_of(values[i]), ';');
        buf_add_char(&b, i < 6 ? ';' : '\n');
    }
    struct err e = {0};
    struct table *t;
    const struct table_sheet *sheet;
    const struct table_row *row;
    int fd = memfd_create("x", 0);
    assert_int_equal(write(fd, b.p, b.n), b.n);
    lseek(fd, 0, SEEK_SET);
    assert_true(table_open_fd(fd, b.n, "x", &t, &e));
    assert_true(table_next_sheet(t, &sheet, &e));
    assert_true(table_next_row(t, &row, &e));
    assert_int_equal(row->count, 7);
    for (size_t i = 0; i < 7; i++)
        assert_true(str_is(row->cells[i].text, values[i]));
    table_close(t);
    buf_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),      cmocka_unit_test(test_buffer_edges),  cmocka_unit_test(test_late_accent),
        cmocka_unit_test(test_limits),     cmocka_unit_test(test_within_limits), cmocka_unit_test(test_progress),
        cmocka_unit_test(test_faults),     cmocka_unit_test(test_column_names),  cmocka_unit_test(test_csv_field),
        cmocka_unit_test(test_round_trip),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
