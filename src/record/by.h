/* Who changes something and when: the provenance that every record keeps. */
#ifndef TALAIA_RECORD_BY_H
#define TALAIA_RECORD_BY_H

#include "base/day.h"

struct by {
    const char *who; /* account or system user; "talaia" for what the program does by itself */
    day_t day;       /* the day the rules use */
    instant_t at;
};

#endif
