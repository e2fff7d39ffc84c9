#include "report/picture_png.h"

#include <png.h>

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

/* Where the header chunk ends: eight bytes of signature, then 25. */
#define AFTER_HEADER 33
#define PHYS_BYTES 21

static void big_endian(unsigned char *to, uint32_t n)
{
    for (int i = 0; i < 4; i++)
        to[i] = (unsigned char)(n >> (24 - 8 * i));
}

/* CRC-32 of ISO 3309, as PNG's chunks end with. */
static uint32_t crc32_of(const unsigned char *bytes, size_t n)
{
    uint32_t crc = 0xffffffff;
    for (size_t i = 0; i < n; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ ((crc & 1) != 0 ? 0xedb88320u : 0);
    }
    return ~crc;
}

/* The chunk that tells the resolution: without it a document would show the picture twice as large as it is meant. */
static void phys_chunk(unsigned per_metre, unsigned char out[PHYS_BYTES])
{
    big_endian(out, 9);
    memcpy(out + 4, "pHYs", 4);
    big_endian(out + 8, per_metre);
    big_endian(out + 12, per_metre);
    out[16] = 1; /* per metre */
    big_endian(out + 17, crc32_of(out + 4, 13));
}

static bool write_png(const struct pixels *in, const struct palette *palette, const png_byte *bytes, struct buf *png,
                      struct err *e)
{
    png_image image = {.version = PNG_IMAGE_VERSION, .width = in->width, .height = in->height};
    image.format = palette == NULL ? PNG_FORMAT_RGB : PNG_FORMAT_RGB_COLORMAP;
    image.colormap_entries = palette == NULL ? 0 : (png_uint_32)palette->count;
    png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
    char *out = mem_alloc(size, 1);
    unsigned char phys[PHYS_BYTES];
    phys_chunk(in->per_metre, phys);
    bool good =
        png_image_write_to_memory(&image, out, &size, 0, bytes, 0, palette == NULL ? NULL : palette->colours) != 0;
    if (!good)
        err_set(e, ERR_INTERNAL, N_("the picture cannot be written: %s"), image.message);
    png_image_free(&image);
    if (good && (size < AFTER_HEADER || size + PHYS_BYTES > png->max - png->n))
        good = err_set(e, ERR_LIMIT, N_("the picture is larger than %zu bytes"), png->max);
    if (good) {
        buf_add(png, out, AFTER_HEADER);
        buf_add(png, phys, PHYS_BYTES);
        buf_add(png, out + AFTER_HEADER, size - AFTER_HEADER);
    }
    mem_free(out);
    return good;
}

bool pixels_to_png(const struct pixels *p, struct buf *png, struct err *e)
{
    struct palette palette;
    png_byte *bytes = mem_alloc((size_t)p->width * p->height, 3);
    palette_start(&palette);
    bool indexed = index_pixels(p, &palette, bytes);
    if (!indexed)
        plain_pixels(p, bytes);
    bool good = write_png(p, indexed ? &palette : NULL, bytes, png, e);
    mem_free(bytes);
    return good;
}
