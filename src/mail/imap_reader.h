/* What an IMAP server says, one answer at a time (RFC 3501 §7), bounded in every direction. Private to mail; the fuzz
 * target uses it too.
 *
 * Answers about states ("OK", "NO" …) come apart into code and text; FETCH, LIST and other data into tokens; SEARCH and
 * CAPABILITY, which may be long, stay text. Everything lives in the reader until the next answer. */
#ifndef TALAIA_MAIL_IMAP_READER_H
#define TALAIA_MAIL_IMAP_READER_H

#include "base/mem.h"
#include "net/channel.h"

enum imap_status { IMAP_NONE, IMAP_OK, IMAP_NO, IMAP_BAD, IMAP_BYE, IMAP_PREAUTH };
enum imap_token_kind { IMAP_ATOM, IMAP_STRING, IMAP_BODY, IMAP_OPEN, IMAP_CLOSE };

struct imap_token {
    enum imap_token_kind kind;
    struct str text; /* of a string: without quotes and escapes; IMAP_BODY: none, it is in the reader's body */
};

struct imap_answer {
    struct str tag; /* "a1"; "*" for what comes without being asked; "+": go on */
    enum imap_status status;
    struct str code, code_text; /* "[APPENDUID 1 2] …": "APPENDUID" and "1 2" */
    struct str text;            /* of a status, and of "+" */
    bool numbered;
    uint32_t number; /* "12 FETCH …" */
    struct str word; /* "FETCH", "LIST", "SEARCH" */
    struct str rest; /* after the word, of SEARCH, ESEARCH, CAPABILITY and FLAGS */
    const struct imap_token *tokens;
    size_t token_count;
};

struct imap_reader {
    struct channel *channel;
    struct arena arena;
    struct buf body; /* the literal after BODY[…]; its maximum is set by who asks */
    VEC(struct imap_token) tokens;
};

enum imap_heard {
    IMAP_HEARD,
    IMAP_LOST,  /* the channel is broken */
    IMAP_NOISE, /* no IMAP, or beyond a limit: nothing after it can be trusted */
};
enum imap_heard imap_read(struct imap_reader *r, struct imap_answer *ret);
void imap_reader_release(struct imap_reader *r); /* the channel stays */

/* A decimal number of 32 bits that is the whole text. */
bool imap_number(struct str s, uint32_t *ret);

#endif
