/* QR codes (ISO/IEC 18004) as SVG. libqrencode is in a module of its own, loaded when a code is first drawn. */
#ifndef TALAIA_DRAW_QR_H
#define TALAIA_DRAW_QR_H

#include "draw/html.h"

#define QR_SIDE_MAX 177 /* modules of the largest symbol, version 40 */

struct qr {
    int side; /* modules */
    unsigned char dark[QR_SIDE_MAX][QR_SIDE_MAX];
};
/* What the module gives. */
struct qr_api {
    /* Level M: a telephone reads it from a screen with a reflection on it. False with a reason: too long. */
    bool (*encode)(const char *text, struct qr *ret, struct err *e);
};

/* <svg> with the quiet zone of four modules, black on white in every theme: readers want contrast. `title` is for those
 * who do not see. Nothing is written when it fails. */
bool qr_svg(struct html *h, const char *text, const char *title, struct err *e);

#endif
