#include "report/picture_png.h"

#include <png.h>
#include <setjmp.h>

#include "base/mem.h"
#include "draw/tokens.h"

#define PALETTE_MAX 256
#define COARSE 4096 /* colours of four bits a channel */

struct palette {
    png_color colours[PALETTE_MAX];
    int count;
    int16_t of_coarse[COARSE]; /* -1: not met yet */
    uint32_t exact[TOKEN_COUNT];
    int last_index; /* most pixels are like the one before */
    uint32_t last;
};

static int palette_add(struct palette *p, uint32_t c)
{
    if (p->count == PALETTE_MAX)
        return -1;
    p->colours[p->count] = (png_color){(png_byte)(c >> 16), (png_byte)(c >> 8), (png_byte)c};
    return p->count++;
}

static void palette_start(struct palette *p)
{
    p->count = 0;
    p->last = UINT32_MAX;
    memset(p->of_coarse, 0xff, sizeof p->of_coarse);
    for (int t = 0; t < TOKEN_COUNT; t++) {
        p->exact[t] = token_colour((enum token)t, THEME_LIGHT);
        palette_add(p, p->exact[t]);
    }
}

/* The nearest of 16 steps, back on the scale of 256. */
static uint32_t step(uint32_t channel)
{
    return (channel * 15 + 127) / 255;
}

/* The colour's place in the palette; -1 when that is full. */
static int palette_find(struct palette *p, uint32_t c)
{
    if (c == p->last)
        return p->last_index;
    int index = -1;
    for (int t = 0; index < 0 && t < TOKEN_COUNT; t++)
        if (p->exact[t] == c)
            index = t;
    if (index < 0) {
        uint32_t r = step(c >> 16 & 0xff), g = step(c >> 8 & 0xff), b = step(c & 0xff), key = r << 8 | g << 4 | b;
        if (p->of_coarse[key] < 0)
            p->of_coarse[key] = (int16_t)palette_add(p, r * 17 << 16 | g * 17 << 8 | b * 17);
        index = p->of_coarse[key];
    }
    p->last = c;
    p->last_index = index;
    return index;
}

static uint32_t pixel(const unsigned char *row, unsigned x)
{
    uint32_t c;
    memcpy(&c, row + 4 * (size_t)x, sizeof c);
    return c & 0xffffff;
}

/* Each pixel's place in the palette; false when the picture has too many colours. */
static bool index_pixels(const struct pixels *in, struct palette *p, png_byte *to)
{
    for (unsigned y = 0; y < in->height; y++) {
        const unsigned char *row = in->bytes + (size_t)y * in->stride;
        for (unsigned x = 0; x < in->width; x++) {
            int index = palette_find(p, pixel(row, x));
            if (index < 0)
                return false;
            to[(size_t)y * in->width + x] = (png_byte)index;
        }
    }
    return true;
}

/* More colours than a palette holds (a picture of emoji, say): three bytes a pixel. */
static void plain_pixels(const struct pixels *in, png_byte *to)
{
    for (unsigned y = 0; y < in->height; y++) {
        for (unsigned x = 0; x < in->width; x++) {
            uint32_t c = pixel(in->bytes + (size_t)y * in->stride, x);
            *to++ = (png_byte)(c >> 16);
            *to++ = (png_byte)(c >> 8);
            *to++ = (png_byte)c;
        }
    }
}

struct writing {
    struct buf *to;
    jmp_buf failed;
    char why[128];
};

static void write_bytes(png_structp png, png_bytep bytes, size_t n)
{
    struct writing *w = png_get_io_ptr(png);
    if (!buf_add(w->to, bytes, n))
        png_error(png, "full");
}

static void flush_nothing(png_structp png)
{
    (void)png;
}

_Noreturn static void keep_error(png_structp png, png_const_charp message)
{
    struct writing *w = png_get_error_ptr(png);
    snprintf(w->why, sizeof w->why, "%s", message);
    longjmp(w->failed, 1);
}

static void ignore_warning(png_structp png, png_const_charp message)
{
    (void)png;
    (void)message;
}

/* Between setjmp and longjmp nothing here owns memory but libpng, whose own is freed afterwards. */
static bool write_png(const struct pixels *in, const struct palette *palette, const png_byte *bytes, struct writing *w)
{
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, w, keep_error, ignore_warning);
    png_infop info = png == NULL ? NULL : png_create_info_struct(png);
    volatile bool good = info != NULL;
    size_t row = (size_t)in->width * (palette == NULL ? 3 : 1);
    if (good && setjmp(w->failed) == 0) {
        png_set_write_fn(png, w, write_bytes, flush_nothing);
        png_set_IHDR(png, info, in->width, in->height, 8, palette == NULL ? PNG_COLOR_TYPE_RGB : PNG_COLOR_TYPE_PALETTE,
                     PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
        if (palette != NULL) {
            png_set_PLTE(png, info, palette->colours, palette->count);
            png_set_filter(png, 0, PNG_FILTER_NONE); /* differences of palette places mean nothing */
        }
        png_set_compression_level(png, 9);
        png_set_pHYs(png, info, in->per_metre, in->per_metre, PNG_RESOLUTION_METER);
        png_write_info(png, info);
        for (unsigned y = 0; y < in->height; y++)
            png_write_row(png, bytes + y * row);
        png_write_end(png, NULL);
    } else {
        good = false;
    }
    png_destroy_write_struct(&png, &info);
    return good;
}

bool pixels_to_png(const struct pixels *p, struct buf *png, struct err *e)
{
    struct palette palette;
    struct writing w = {.to = png, .why = "no memory"};
    size_t before = png->n;
    png_byte *bytes = mem_alloc((size_t)p->width * p->height, 3);
    palette_start(&palette);
    bool indexed = index_pixels(p, &palette, bytes);
    if (!indexed)
        plain_pixels(p, bytes);
    bool good = write_png(p, indexed ? &palette : NULL, bytes, &w);
    mem_free(bytes);
    if (good)
        return true;
    png->n = before;
    if (buf_full(png))
        return err_set(e, ERR_LIMIT, N_("the picture is larger than %zu bytes"), png->max);
    return err_set(e, ERR_INTERNAL, N_("the picture cannot be written: %s"), w.why);
}
