/* What is to be said about a message: each remark with how grave it is, where it is, what was found, what was expected
 * and how to mend it. It says nothing by itself: cli and web render it in a person's language.
 *
 *     struct remarks all = {.arena = &arena};
 *     remark_add(&all, REMARK_COUNT, node, .found = "2", .expected = "1");
 *     if (all.errors > 0) …
 *
 * GROUP is the step of the pipeline that says it; SCHEMA: the message is not valid against the schema as published
 * (repaired where it cannot be compiled), however lightly that is taken. GRADE: ERROR = the request is refused or
 * cannot succeed, WARNING = it is answered, INFO = good to know. A table may take one more or less gravely than the
 * list does. */
#ifndef TALAIA_SCSP_REMARK_H
#define TALAIA_SCSP_REMARK_H

#include <libxml/tree.h>

#include "base/lang.h"
#include "base/mem.h"
#include "scsp/remark_list.h"
#include "scsp/remark_security.h"

#define REMARK_GROUPS(X)                                                                                               \
    X(XML, "xml")                                                                                                      \
    X(ENVELOPE, "envelope")                                                                                            \
    X(SECURITY, "security")                                                                                            \
    X(CERTIFICATE, "certificate")                                                                                      \
    X(SCHEMA, "schema")                                                                                                \
    X(RULE, "rule")
#define REMARK_GRADES(X)                                                                                               \
    X(DEFAULT, "")                                                                                                     \
    X(INFO, "info")                                                                                                    \
    X(WARNING, "warning")                                                                                              \
    X(ERROR, "error")
#define REMARK_LIST(X)                                                                                                 \
    REMARKS_OF_XML(X)                                                                                                  \
    REMARKS_OF_ENVELOPE(X)                                                                                             \
    REMARKS_OF_SECURITY(X)                                                                                             \
    REMARKS_OF_CERTIFICATES(X)                                                                                         \
    REMARKS_OF_SCHEMA(X)                                                                                               \
    REMARKS_OF_RULES(X)

#define X(name, text) REMARK_GROUP_##name,
enum remark_group { REMARK_GROUPS(X) };
#undef X
#define X(name, text) GRADE_##name,
enum grade { REMARK_GRADES(X) };
#undef X
#define X(group, name, ...) REMARK_##name,
enum remark_code { REMARK_LIST(X) REMARK_CODE_COUNT };
#undef X

/* Texts live in the arena of the remarks and are safe to show (one line, bounded). `found` may hold a citizen's data
 * when `personal`: it is for who sent the message and is never stored. `expected` and `detail` may be English for tr().
 */
struct remark {
    enum remark_code code;
    enum grade grade;
    const xmlNode *node; /* lives as long as the document; NULL: the whole, or the document is elsewhere */
    const char *xpath;   /* with the prefixes of names.h; "/" for the whole. It selects the element in the message */
    int line;            /* from 1; 0 when it is about the whole */
    const char *name, *found, *expected, *detail; /* never NULL */
    int answer;                                   /* what the service answers because of it ("-1"); 0: not known */
    bool personal;
};

struct remarks {
    struct arena *arena;
    VEC(struct remark) list; /* in the order of the steps; released with remarks_release */
    size_t errors, warnings, infos;
    size_t left_out; /* beyond LIMIT_REMARKS; errors among them are counted */
};
void remarks_release(struct remarks *all);

/* What remark_add takes: the node, then by name what is not as usual. */
struct remark_more {
    const xmlNode *node; /* NULL: the whole message */
    enum grade grade;    /* GRADE_DEFAULT: the list's */
    const char *name;    /* NULL: the node's */
    const char *found, *expected, *detail;
    int line;   /* when there is no node */
    int answer; /* code with which the service will answer because of this; 0: not known */
    bool personal;
};
void remark_put(struct remarks *all, enum remark_code code, const struct remark_more *more);
#define remark_add(all, code, ...) remark_put((all), (code), &(const struct remark_more){__VA_ARGS__})

const char *remark_code_text(enum remark_code code); /* "element-case": stable */
const char *remark_sentence(enum remark_code code);  /* English with placeholders, for remark_fill */
const char *remark_advice(enum remark_code code);
enum remark_group remark_group(enum remark_code code);
const char *remark_group_text(enum remark_group g);
const char *remark_grade_text(enum grade g);
/* The sentence or advice in that language with the remark's texts in it: one line. */
const char *remark_fill(struct arena *a, const char *text, const struct remark *r, enum lang lang);

/* "/soap:Envelope/soap:Body/…", with [n] where brothers have the same name; names without a prefix of ours as
 * *[local-name()='x']. */
const char *node_xpath(struct arena *a, const xmlNode *n);
/* "pet:Peticion" or the plain name. */
const char *node_name(struct arena *a, const xmlNode *n);
/* The node behind `n` in the order of the document, staying inside `top`; NULL at its end. */
const xmlNode *node_after(const xmlNode *n, const xmlNode *top);
/* The prefixes of XPaths: all of them, and that of one namespace (NULL when none). */
struct namespace
{
    const char *prefix, *uri;
};
size_t namespace_count(void);
const struct namespace *namespace_at(size_t i);
const char *namespace_prefix(const char *uri);
/* A value out of a message, for a sentence: one line, at most LIMIT_REMARK_CHARS. */
const char *text_shown(struct arena *a, struct str s);
/* All the text directly in an element, in the arena unless it is one piece. Never NULL. */
struct str node_text(struct arena *a, const xmlNode *n);

#endif
