/* libqrencode. Not responsible for drawing: qr.c. */
#include <errno.h>
#include <qrencode.h>
#include <string.h>

#include "draw/qr.h"

static bool encode(const char *text, struct qr *ret, struct err *e)
{
    QRcode *code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M);
    if (code == NULL)
        return err_set(e, errno == ERANGE ? ERR_LIMIT : ERR_INTERNAL, N_("the text is too long for a QR code"));
    ret->side = code->width <= QR_SIDE_MAX ? code->width : QR_SIDE_MAX;
    for (int y = 0; y < ret->side; y++) {
        for (int x = 0; x < ret->side; x++)
            ret->dark[y][x] = code->data[y * code->width + x] & 1;
    }
    QRcode_free(code);
    return true;
}

__attribute__((visibility("default"))) extern const struct qr_api talaia_module;
const struct qr_api talaia_module = {.encode = encode};
