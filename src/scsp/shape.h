/* How a message is built, as data, and whether one is built so. The same engine checks the envelope's messages (tables
 * in message_shapes.c) and the payloads of the modalities (files of share/scsp).
 *
 * A shape is an element, or a group of elements without a name of its own. Inside one element each name occurs in one
 * place only (all the platform's schemas are so), so what belongs where is never a guess. In a SEQUENCE the order
 * counts, in an ALL it does not; elsewhere order is a remark and never a reason not to read on. Every remark of the
 * group SCHEMA means that an XML Schema processor refuses the message, and there is one whenever it does. */
#ifndef TALAIA_SCSP_SHAPE_H
#define TALAIA_SCSP_SHAPE_H

#include "scsp/remark.h"
#include "scsp/value.h"

enum shape_kind {
    SHAPE_VALUE,    /* text only */
    SHAPE_SEQUENCE, /* elements in this order */
    SHAPE_ALL,      /* elements in any order */
    SHAPE_CHOICE,   /* one of them; as an unnamed group only */
    SHAPE_LAX,      /* any elements, which somebody else looks at, but no text */
    SHAPE_ANY,      /* whatever */
};

struct shape {
    const char *name; /* NULL: a group */
    enum shape_kind kind;
    bool optional, many;
    struct value_rule value; /* SHAPE_VALUE */
    const char *uri;         /* NULL: the parent's */
    enum grade missing;      /* how grave it is when it is missing; GRADE_DEFAULT: an error */
    enum grade wrong;        /* when its value or place is wrong; the same */
    bool personal;           /* a citizen's data */
    int answer;              /* code that the service answers to a wrong value; 0: not known */
    const char *attributes;  /* "Id=V1|Version=02.00": those that we write, not checked; NULL: none */
    const struct shape *parts;
    size_t count;
};

/* Checks the element `n`, which is of that shape, against namespace `uri`. */
void shape_check(struct remarks *all, const xmlNode *n, const struct shape *shape, const char *uri);
/* The same for an element whose name may be nearly right (capitals, namespace): says what is wrong with the name first.
 */
void shape_check_root(struct remarks *all, const xmlNode *n, const struct shape *shape, const char *uri);
/* Whether `n` is meant to be such an element: its name apart from capitals, in whatever namespace. */
bool shape_meant(const xmlNode *n, const struct shape *shape);

/* What is nearly right about a namespace, as the detail of a remark; "" when nothing is. */
const char *namespace_near(const char *found, const char *must);

/* What the shape says of an element of that name in it, apart from capitals; groups are looked through. NULL: nothing.
 */
const struct shape *shape_leaf(const struct shape *shape, const char *name);

/* The child of that name, also when its capitals or its namespace are wrong; NULL when there is none. */
const xmlNode *shape_find(const xmlNode *parent, const char *name);
/* The trimmed text of that child; empty when there is none. */
struct str shape_text(struct arena *a, const xmlNode *parent, const char *name);

#endif
