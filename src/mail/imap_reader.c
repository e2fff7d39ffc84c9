#include "mail/imap_reader.h"

void imap_reader_release(struct imap_reader *r)
{
    arena_release(&r->arena);
    buf_release(&r->body);
    vec_release(&r->tokens);
}

bool imap_number(struct str s, uint32_t *ret)
{
    int64_t n;
    if (s.n == 0 || s.p[0] < '0' || s.p[0] > '9' || !str_to_int64(s, 0, UINT32_MAX, &n))
        return false;
    *ret = (uint32_t)n;
    return true;
}

/* Takes a word off the front; what remains begins after one space. */
static struct str word_take(struct str *s)
{
    size_t at = str_find(*s, ' ');
    struct str word = str_part(s->p, at);
    *s = at == s->n ? str_part(s->p + at, 0) : str_part(s->p + at + 1, s->n - at - 1);
    return word;
}

/* ------------------------------------------------------------------ states */

static const char *const statuses[] = {
    [IMAP_OK] = "OK", [IMAP_NO] = "NO", [IMAP_BAD] = "BAD", [IMAP_BYE] = "BYE", [IMAP_PREAUTH] = "PREAUTH"};

static enum imap_status status_of(struct str word)
{
    for (enum imap_status s = IMAP_OK; s <= IMAP_PREAUTH; s++)
        if (str_is_nocase(word, statuses[s]))
            return s;
    return IMAP_NONE;
}

/* "[CODE more] text" or "text". */
static void status_text(struct str rest, struct imap_answer *a)
{
    size_t end = str_find(rest, ']');
    if (rest.n > 0 && rest.p[0] == '[' && end < rest.n) {
        a->code_text = str_part(rest.p + 1, end - 1);
        a->code = word_take(&a->code_text);
        rest = str_part(rest.p + end + 1, rest.n - end - 1);
    }
    a->text = str_trim(rest);
}

/* ------------------------------------------------------------------ data */

/* "{123}" or "{123+}" at the end of a line: how many bytes follow it. */
static bool literal_size(struct str line, size_t *ret_at, uint32_t *ret_size)
{
    if (line.n < 3 || line.p[line.n - 1] != '}')
        return false;
    size_t at = line.n - 1;
    while (at > 0 && line.p[at] != '{')
        at--;
    struct str digits = str_part(line.p + at + 1, line.n - at - 2);
    if (digits.n > 0 && digits.p[digits.n - 1] == '+')
        digits.n--;
    *ret_at = at;
    for (size_t i = 0; i < digits.n; i++)
        if (digits.p[i] < '0' || digits.p[i] > '9')
            return false;
    if (line.p[at] != '{' || digits.n == 0)
        return false;
    if (!imap_number(digits, ret_size))
        *ret_size = UINT32_MAX; /* more than is ever accepted */
    return true;
}

static bool token_add(struct imap_reader *r, enum imap_token_kind kind, struct str text)
{
    if (r->tokens.count >= LIMIT_IMAP_TOKENS)
        return false;
    vec_push(&r->tokens, (struct imap_token){kind, text});
    return true;
}

/* From after the quote; takes it off the line. */
static bool quoted_take(struct imap_reader *r, struct str *s)
{
    size_t end = 0, n = 0;
    while (end < s->n && s->p[end] != '"')
        end += s->p[end] == '\\' ? 2 : 1;
    if (end >= s->n)
        return false;
    char *out = arena_alloc(&r->arena, end + 1, 1);
    for (size_t i = 0; i < end; i++) {
        i += s->p[i] == '\\';
        out[n++] = s->p[i];
    }
    *s = str_part(s->p + end + 1, s->n - end - 1);
    return token_add(r, IMAP_STRING, str_part(out, n));
}

/* A word up to a space or a parenthesis; what stands in brackets belongs to it: BODY[HEADER.FIELDS (DATE)]. */
static bool atom_take(struct imap_reader *r, struct str *s)
{
    size_t i = 0;
    bool brackets = false;
    for (; i < s->n && (brackets || memchr(" ()\"", s->p[i], 4) == NULL); i++) {
        if (s->p[i] == '[')
            brackets = true;
        else if (s->p[i] == ']')
            brackets = false;
    }
    struct str text = str_part(s->p, i);
    *s = str_part(s->p + i, s->n - i);
    return token_add(r, IMAP_ATOM, text);
}

static bool line_tokens(struct imap_reader *r, struct str s, int *depth)
{
    bool good = true;
    while (good && s.n > 0) {
        char c = s.p[0];
        if (c == ' ' || c == '(' || c == ')' || c == '"')
            s = str_part(s.p + 1, s.n - 1);
        if (c == ' ')
            continue;
        if (c == '(') {
            good = ++*depth <= LIMIT_IMAP_DEPTH && token_add(r, IMAP_OPEN, (struct str){0});
        } else if (c == ')') {
            good = --*depth >= 0 && token_add(r, IMAP_CLOSE, (struct str){0});
        } else {
            good = c == '"' ? quoted_take(r, &s) : atom_take(r, &s);
        }
    }
    return good;
}

static bool after_body(const struct imap_reader *r)
{
    const struct imap_token *last = r->tokens.count > 0 ? &r->tokens.items[r->tokens.count - 1] : NULL;
    return last != NULL && last->kind == IMAP_ATOM && last->text.n >= 5 &&
           str_is_nocase(str_part(last->text.p, 5), "BODY[");
}

/* The bytes of a literal: a mail's into the body, as far as it takes them; others are short. */
static enum imap_heard literal_take(struct imap_reader *r, uint32_t size)
{
    if (size > LIMIT_IMAP_LITERAL_BYTES)
        return IMAP_NOISE;
    if (after_body(r)) {
        if (!token_add(r, IMAP_BODY, (struct str){0}))
            return IMAP_NOISE;
        bool fits = size <= r->body.max - r->body.n;
        r->body.full = r->body.full || !fits;
        return channel_bytes(r->channel, size, fits ? &r->body : NULL) ? IMAP_HEARD : IMAP_LOST;
    }
    if (size > LIMIT_IMAP_STRING_BYTES)
        return IMAP_NOISE;
    struct buf b = BUF_INIT(LIMIT_IMAP_STRING_BYTES);
    bool good = channel_bytes(r->channel, size, &b);
    bool added = good && token_add(r, IMAP_STRING, str_of(arena_text(&r->arena, buf_str(&b))));
    buf_release(&b);
    return !good ? IMAP_LOST : added ? IMAP_HEARD : IMAP_NOISE;
}

/* Tokens of this line and of those that follow its literals. */
static enum imap_heard tokens_read(struct imap_reader *r, struct str line)
{
    int depth = 0;
    for (;;) {
        size_t at = 0;
        uint32_t size = 0;
        bool literal = literal_size(line, &at, &size);
        if (!line_tokens(r, literal ? str_part(line.p, at) : line, &depth))
            return IMAP_NOISE;
        if (!literal)
            return depth == 0 ? IMAP_HEARD : IMAP_NOISE;
        enum imap_heard heard = literal_take(r, size);
        if (heard != IMAP_HEARD)
            return heard;
        if (!channel_line(r->channel, LIMIT_IMAP_STRING_BYTES, &line))
            return IMAP_LOST;
        line = str_of(arena_text(&r->arena, line));
    }
}

static bool is_long(struct str word)
{
    static const char *const words[] = {"SEARCH", "ESEARCH", "CAPABILITY", "FLAGS"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_is_nocase(word, words[i]))
            return true;
    return false;
}

/* After "* ". */
static enum imap_heard untagged_read(struct imap_reader *r, struct str rest, struct imap_answer *a)
{
    a->word = word_take(&rest);
    a->status = status_of(a->word);
    if (a->status != IMAP_NONE) {
        status_text(rest, a);
        return IMAP_HEARD;
    }
    if (imap_number(a->word, &a->number)) {
        a->numbered = true;
        a->word = word_take(&rest);
    }
    a->rest = rest;
    if (a->word.n == 0)
        return IMAP_NOISE;
    return is_long(a->word) ? IMAP_HEARD : tokens_read(r, rest);
}

enum imap_heard imap_read(struct imap_reader *r, struct imap_answer *ret)
{
    struct imap_answer a = {0};
    struct str line;
    arena_reset(&r->arena);
    buf_clear(&r->body);
    r->tokens.count = 0;
    if (!channel_line(r->channel, LIMIT_IMAP_LINE_BYTES, &line))
        return IMAP_LOST;
    if (memchr(line.p, '\0', line.n) != NULL)
        return IMAP_NOISE;
    line = str_of(arena_text(&r->arena, line));
    a.tag = word_take(&line);
    enum imap_heard heard = IMAP_HEARD;
    if (str_is(a.tag, "+")) {
        a.text = line;
    } else if (str_is(a.tag, "*")) {
        heard = untagged_read(r, line, &a);
    } else {
        a.word = word_take(&line);
        a.status = status_of(a.word);
        status_text(line, &a);
        if (a.tag.n == 0 || a.status < IMAP_OK || a.status > IMAP_BAD)
            heard = IMAP_NOISE;
    }
    if (heard == IMAP_HEARD) {
        a.tokens = r->tokens.items;
        a.token_count = r->tokens.count;
        *ret = a;
    }
    return heard;
}
