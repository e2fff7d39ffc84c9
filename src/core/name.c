/* Names of bodies as tables of kinds and linking words. Which body a name belongs to is src/record's question. */
#include "core/name.h"

#include <string.h>

#include "base/text.h"

/* Kinds of body as they are written; longer ones before the ones they begin with. */
static const char *const kinds[] = {
    "Ajuntament", /* the first: the only kind that name_short drops */
    "Consell Comarcal",
    "Consell Insular",
    "Consell General",
    "Conselh Generau",
    "Diputació Provincial",
    "Diputació",
    "Entitat Municipal Descentralitzada",
    "EMD",
    "Mancomunitat Intermunicipal",
    "Mancomunitat de Municipis",
    "Mancomunitat de Serveis",
    "Mancomunitat",
    "Comunitat de Municipis",
    "Agrupació de Municipis",
    "Àrea Metropolitana",
    "Consorci d'Administració Oberta",
    "Consorci",
    "Organisme Autònom",
    "Organisme",
    "Patronat Municipal",
    "Patronat",
    "Institut Municipal",
    "Institut",
    "Fundació",
    "Agència",
    "Comarca",
    "Comú",
    "Ayuntamiento",
    "Diputación",
};

/* How kind and place are joined, and the article that the place has when it stands alone. `forms` are the spellings
 * after the comma, in lower case, spaces before an apostrophe taken out: the right one first, then slips. */
struct link {
    const char *join;    /* in the natural form, before the place */
    const char *article; /* before the place alone */
    const char *forms[5];
    bool inverted_only;
};
enum { LINK_DE, LINK_D };
static const struct link links[] = {
    [LINK_DE] = {"de ", "", {"de"}},
    [LINK_D] = {"d'", "", {"d'", "d"}},
    {"del ", "el ", {"del", "de el", "d'el", "d el"}},
    {"dels ", "els ", {"dels", "de els", "d'els", "d els"}},
    {"de la ", "la ", {"de la", "dela"}},
    {"de les ", "les ", {"de les", "deles"}},
    {"de l'", "l'", {"de l'", "de l", "del'"}},
    {"d'en ", "en ", {"d'en", "d en", "den"}},
    {"de na ", "na ", {"de na"}},
    {"de n'", "n'", {"de n'", "de n"}},
    /* the article salat of the coast, and Aranese; "Es" belongs to the official name (Es Bòrdes), so it is a linking
     * word only after a comma */
    {"d'Es ", "Es ", {"d'es", "d es"}, true},
    {"des ", "es ", {"des"}},
    {"de's ", "es ", {"de's"}},
    {"de sa ", "sa ", {"de sa"}},
    {"de ses ", "ses ", {"de ses"}},
    {"de s'", "s'", {"de s'", "de s"}},
    {"deth ", "eth ", {"deth"}},
    {"dera ", "era ", {"dera"}},
    /* Spanish */
    {"de los ", "los ", {"de los"}},
    {"de las ", "las ", {"de las"}},
};
enum { LINKS = sizeof links / sizeof *links, FORMS = sizeof links[0].forms / sizeof *links[0].forms };

/* A name taken apart. `link` NULL: there was none. */
struct parts {
    const char *kind;
    const struct link *link;
    struct str place;
};

/* Curly and other apostrophes straight, white space clean, Unicode composed. */
static struct str clean(struct arena *a, struct str s)
{
    static const char *const marks[] = {"\u2019", "\u2018", "\u02bc", "\u00b4", "\u2032", "`"};
    char *text = arena_text(a, text_clean_str(a, s));
    struct str rest = str_of(text);
    char *out = text;
    while (rest.n > 0) {
        size_t skip = 0;
        unsigned char c = (unsigned char)rest.p[0];
        for (size_t i = 0; i < sizeof marks / sizeof *marks && skip == 0 && (c >= 0xc2 || c == '`'); i++) {
            if (str_starts(rest, marks[i]))
                skip = strlen(marks[i]);
        }
        *out++ = skip > 0 ? '\'' : rest.p[0];
        rest = str_part(rest.p + (skip > 0 ? skip : 1), rest.n - (skip > 0 ? skip : 1));
    }
    *out = '\0';
    return str_trim(str_part(text, (size_t)(out - text)));
}

static char plain_ascii(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

/* A letter without case and accents: enough for the words in the tables. Advances. */
static char plain_letter(struct str *s)
{
    static const struct {
        uint32_t code;
        char letter;
    } accented[] = {{0xe0, 'a'}, {0xe1, 'a'}, {0xe7, 'c'}, {0xe8, 'e'}, {0xe9, 'e'}, {0xed, 'i'},
                    {0xef, 'i'}, {0xf2, 'o'}, {0xf3, 'o'}, {0xfa, 'u'}, {0xfc, 'u'}};
    uint32_t c;
    if (!str_utf8_next(s, &c)) {
        *s = str_part(s->p + 1, s->n - 1);
        return '?';
    }
    if (c < 0x80)
        return plain_ascii((char)c);
    if (c >= 0xc0 && c < 0xde)
        c += 0x20;
    for (size_t i = 0; i < sizeof accented / sizeof *accented; i++) {
        if (accented[i].code == c)
            return accented[i].letter;
    }
    return '?';
}

/* Takes `word` off the front, whatever its case and accents; blanks in front of an apostrophe do not count. */
static bool take_text(struct str *s, const char *word)
{
    struct str rest = *s;
    while (*word != '\0') {
        if (*word == '\'')
            rest = str_trim(rest);
        if (rest.n == 0)
            return false;
        if ((unsigned char)*word < 0x80 && (unsigned char)rest.p[0] < 0x80) { /* nearly always: no decoding */
            if (plain_ascii(rest.p[0]) != plain_ascii(*word))
                return false;
            rest = str_part(rest.p + 1, rest.n - 1);
            word++;
            continue;
        }
        struct str wanted = str_of(word);
        if (plain_letter(&rest) != plain_letter(&wanted))
            return false;
        word = wanted.p;
    }
    *s = rest;
    return true;
}

static bool take_kind(struct str *s, const char **ret)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct str rest = *s;
        if (take_text(&rest, kinds[i]) && (rest.n == 0 || rest.p[0] == ' ')) {
            *s = str_trim(rest);
            *ret = kinds[i];
            return true;
        }
    }
    return false;
}

/* "de", but "d'" before a vowel or a mute h, and "de" again before an i or u that sounds as a consonant ("de Huesca").
 */
static const struct link *link_before(struct str place)
{
    char first = place.n > 0 ? plain_letter(&place) : '\0';
    if (first == 'h' && place.n > 0)
        first = plain_letter(&place);
    bool vowel = first != '\0' && strchr("aeiou", first) != NULL;
    if ((first == 'i' || first == 'u') && place.n > 0) {
        char second = plain_letter(&place);
        vowel = second == '\0' || strchr("aeiou", second) == NULL;
    }
    return &links[vowel ? LINK_D : LINK_DE];
}

/* "Ajuntament del" after the last comma: nothing but a kind and, perhaps, a linking word. */
static bool parse_inverted(struct str s, struct parts *ret)
{
    size_t comma = s.n;
    while (comma > 0 && s.p[comma - 1] != ',')
        comma--;
    if (comma == 0)
        return false;
    struct parts parts = {.place = str_trim(str_part(s.p, comma - 1))};
    struct str tail = str_trim(str_part(s.p + comma, s.n - comma));
    if (parts.place.n == 0 || !take_kind(&tail, &parts.kind))
        return false;
    for (size_t i = 0; i < LINKS && parts.link == NULL; i++) {
        for (size_t f = 0; f < FORMS && links[i].forms[f] != NULL && parts.link == NULL; f++) {
            struct str rest = tail;
            if (take_text(&rest, links[i].forms[f]) && rest.n == 0)
                parts.link = &links[i];
        }
    }
    if (parts.link == NULL && tail.n > 0)
        return false;
    *ret = parts;
    return true;
}

/* "Ajuntament del Prat de Llobregat": the longest linking word that leaves a place. */
static bool parse_natural(struct str s, struct parts *ret)
{
    struct parts parts = {0};
    if (!take_kind(&s, &parts.kind))
        return false;
    size_t taken = 0;
    for (size_t i = 0; i < LINKS; i++) {
        for (size_t f = 0; f < FORMS && links[i].forms[f] != NULL && !links[i].inverted_only; f++) {
            const char *form = links[i].forms[f];
            struct str rest = s;
            if (!take_text(&rest, form))
                continue;
            bool apart = str_ends(str_of(form), "'") || (rest.n > 0 && rest.p[0] == ' ');
            rest = str_trim(rest);
            if (apart && rest.n > 0 && s.n - rest.n > taken) {
                taken = s.n - rest.n;
                parts.link = &links[i];
                parts.place = rest;
            }
        }
    }
    if (parts.link == NULL)
        return false;
    *ret = parts;
    return true;
}

static char *compose(struct arena *a, const struct parts *p)
{
    return arena_printf(a, "%s %s%.*s", p->kind, p->link->join, STR_ARG(p->place));
}

/* Either form, in the arena. A bare "de" or "d'" follows the first letter, whichever was written ("Abrera, Ajuntament
 * de"). What comes out is read again, for an article that was left with the place ("El Prat, Ajuntament de"), until
 * nothing changes; each round takes one word into the link, so the rounds end. */
static bool parse(struct arena *a, struct str s, struct parts *ret)
{
    if (!parse_natural(s, ret) && !parse_inverted(s, ret))
        return false;
    for (const char *before = NULL;;) {
        if (ret->link == NULL || ret->link == &links[LINK_DE] || ret->link == &links[LINK_D])
            ret->link = link_before(ret->place);
        const char *now = compose(a, ret);
        if ((before != NULL && strcmp(now, before) == 0) || !parse_natural(str_of(now), ret))
            return true;
        before = now;
    }
}

char *name_natural(struct arena *a, struct str registry_form)
{
    struct str s = clean(a, registry_form);
    struct parts parts;
    return parse(a, s, &parts) ? compose(a, &parts) : arena_text(a, s);
}

char *name_inverted(struct arena *a, struct str natural)
{
    struct str s = clean(a, natural);
    struct parts parts;
    if (!parse(a, s, &parts))
        return arena_text(a, s);
    return arena_printf(a, "%.*s, %s %.*s", STR_ARG(parts.place), parts.kind,
                        STR_ARG(str_trim(str_of(parts.link->join))));
}

char *name_short(struct arena *a, struct str natural)
{
    struct str s = clean(a, natural);
    struct parts parts;
    if (!parse(a, s, &parts) || parts.kind != kinds[0])
        return name_natural(a, natural);
    return arena_printf(a, "%s%.*s", parts.link->article, STR_ARG(parts.place));
}

char *name_key(struct arena *a, struct str any_form)
{
    return text_fold(a, str_of(name_natural(a, any_form)));
}
