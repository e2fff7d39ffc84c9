/* Workbooks. Bytes that begin like a ZIP are one; any others become the parts of a sound archive, divided by zero
 * bytes: sheet, shared texts, styles, workbook, relations of the workbook, custom properties. A part that is missing or
 * empty gets an ordinary one. So the fuzzer reaches the cells without first learning to compute checksums.
 * How to run it: tests/unit/table/meson.build. */
#include <stdint.h>

#include "base/buf.h"
#include "examine.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define REL "<Relationship Id=\""
#define TYPE "\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/"

static const struct {
    const char *name, *usual;
} parts[] = {
    {"xl/worksheets/sheet1.xml", "<worksheet><sheetData><row><c t=\"s\"><v>0</v></c></row></sheetData></worksheet>"},
    {"xl/sharedStrings.xml", "<sst><si><t>a</t></si></sst>"},
    {"xl/styles.xml", "<styleSheet><numFmts><numFmt numFmtId=\"164\" formatCode=\"d/m/yy\"/></numFmts><cellXfs><xf/>"
                      "<xf numFmtId=\"14\"/><xf numFmtId=\"164\"/><xf numFmtId=\"20\"/></cellXfs></styleSheet>"},
    {"xl/workbook.xml", "<workbook xmlns:r=\"r\"><sheets><sheet name=\"a\" r:id=\"r1\"/></sheets></workbook>"},
    {"xl/_rels/workbook.xml.rels",
     "<Relationships>" REL "r1" TYPE "worksheet\" Target=\"worksheets/sheet1.xml\"/>" REL "r2" TYPE
     "sharedStrings\" Target=\"sharedStrings.xml\"/>" REL "r3" TYPE "styles\" Target=\"styles.xml\"/></Relationships>"},
    {"docProps/custom.xml", "<Properties><property name=\"talaia-report\"><lpwstr>x</lpwstr></property></Properties>"},
    {"_rels/.rels", "<Relationships>" REL "r1" TYPE "officeDocument\" Target=\"xl/workbook.xml\"/>" REL "r2" TYPE
                    "custom-properties\" Target=\"docProps/custom.xml\"/></Relationships>"},
};
#define PARTS (sizeof parts / sizeof *parts)

static uint32_t checksum(struct str s)
{
    uint32_t crc = UINT32_MAX;
    for (size_t i = 0; i < s.n; i++) {
        crc ^= (unsigned char)s.p[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (UINT32_C(0xedb88320) & -(crc & 1));
    }
    return ~crc;
}

static void put(struct buf *b, uint64_t value, int bytes)
{
    for (int i = 0; i < bytes; i++, value >>= 8)
        buf_add_char(b, (char)(value & 0xff));
}

/* The fields that the local and the central header of a stored entry have in common (APPNOTE 4.3.7, 4.3.12). */
static void put_common(struct buf *b, const char *name, struct str content)
{
    put(b, 20, 2);                   /* version needed */
    put(b, 0, 2);                    /* flags */
    put(b, 0, 2);                    /* method: stored */
    put(b, UINT32_C(0x5b740000), 4); /* time and date */
    put(b, checksum(content), 4);
    put(b, content.n, 4);
    put(b, content.n, 4);
    put(b, strlen(name), 2);
    put(b, 0, 2); /* extra */
}

static void archive(struct buf *b, const struct str contents[PARTS])
{
    size_t offsets[PARTS];
    for (size_t i = 0; i < PARTS; i++) {
        offsets[i] = b->n;
        buf_add_text(b, "PK\x03\x04");
        put_common(b, parts[i].name, contents[i]);
        buf_add_text(b, parts[i].name);
        buf_add_str(b, contents[i]);
    }
    size_t central = b->n;
    for (size_t i = 0; i < PARTS; i++) {
        buf_add_text(b, "PK\x01\x02");
        put(b, 20, 2);
        put_common(b, parts[i].name, contents[i]);
        put(b, 0, 2 + 2 + 2 + 4); /* comment, disk, attributes */
        put(b, offsets[i], 4);
        buf_add_text(b, parts[i].name);
    }
    size_t size = b->n - central;
    buf_add_text(b, "PK\x05\x06");
    put(b, 0, 4);
    put(b, PARTS, 2);
    put(b, PARTS, 2);
    put(b, size, 4);
    put(b, central, 4);
    put(b, 0, 2);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size >= 4 && memcmp(data, "PK", 2) == 0) {
        (void)table_examine(data, size);
        return 0;
    }
    struct str contents[PARTS], rest = size == 0 ? str_of("") : str_part((const char *)data, size), given;
    for (size_t i = 0; i < PARTS; i++) {
        contents[i] = str_of(parts[i].usual);
        if (i < PARTS - 1 && str_split(&rest, '\0', &given) && given.n > 0)
            contents[i] = given;
    }
    struct buf b = BUF_INIT(64u << 20);
    archive(&b, contents);
    (void)table_examine(b.p, b.n);
    buf_release(&b);
    return 0;
}
