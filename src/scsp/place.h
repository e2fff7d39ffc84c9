/* Where in the text of a message the elements of its remarks stand, so that they can be marked there. */
#ifndef TALAIA_SCSP_PLACE_H
#define TALAIA_SCSP_PLACE_H

#include "scsp/remark.h"

/* n 0: it is about the whole, or the place is not known (the text is not UTF-8). */
struct place_in_text {
    size_t at, n; /* bytes: the start tag; of an element without others in it, up to its end tag */
};

/* One for each remark of the list. `doc` is what xml_parse made of that very text, and not changed since. */
void places_find(const struct remarks *all, const xmlDoc *doc, struct str text, struct place_in_text *ret);

#endif
