/* How wide text is in a cell and how many lines it takes there. Spreadsheets do not fit rows that come with wrapped
 * text, at least not all of them, so heights are computed here, with the widths of the letters themselves. */
#include "report/sheet.h"

/* Advance widths of the printable ASCII characters in Arial and its metric twins, in thousandths of the font's size. */
static const short advance[95] = {278,  278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278,
                                  556,  556, 556, 556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556,
                                  1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778,
                                  667,  778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556,
                                  333,  556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556,
                                  556,  556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584};
#define ADVANCE_LATIN 580 /* other Latin letters: none is much wider */
#define ADVANCE_OTHER 1050

/* Adds the character at *p and moves on. Ill-formed bytes count one by one. */
static int advance_next(const char **p)
{
    unsigned char c = (unsigned char)**p;
    (*p)++;
    if (c >= 0x20 && c < 0x7f)
        return advance[c - 0x20];
    if (c < 0x80)
        return 0;
    while (((unsigned char)**p & 0xc0) == 0x80)
        (*p)++;
    return c < 0xca ? ADVANCE_LATIN : ADVANCE_OTHER;
}

/* Greedy, as spreadsheets do: words go on while they fit; one that is wider than the cell is cut. */
struct text_size text_measure(const char *text, int width)
{
    struct text_size size = {.widest = 0, .lines = 1};
    int line = 0, word = 0; /* up to the last break; since then */
    for (const char *p = text; *p != '\0';) {
        if (*p == '\n') {
            size.widest = line + word > size.widest ? line + word : size.widest;
            size.lines++;
            line = word = 0;
            p++;
            continue;
        }
        bool space = *p == ' ', hyphen = *p == '-';
        int more = advance_next(&p);
        if (width > 0 && !space && line + word + more > width) {
            size.widest = width;
            size.lines++;
            if (line == 0)
                word = 0; /* the word alone is too wide: cut before this character */
            line = 0;
        }
        word += more;
        if (space || hyphen) {
            line += word;
            word = 0;
        }
    }
    size.widest = line + word > size.widest ? line + word : size.widest;
    return size;
}
