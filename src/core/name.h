/* Names of bodies: the registry writes them inverted, people and e-mails use the natural form (A1).
 *
 *     "Prat de Llobregat, Ajuntament del"            → "Ajuntament del Prat de Llobregat"
 *     "Hospitalet de Llobregat, Ajuntament de l'"    → "Ajuntament de l'Hospitalet de Llobregat"
 *     "Alt Àneu, Ajuntament d'"                      → "Ajuntament d'Alt Àneu"
 *     "Girona, Diputació"                            → "Diputació de Girona"
 *     "Abrera, Ajuntament d"                         → "Ajuntament d'Abrera"     (a lost apostrophe is put back)
 *     "Consell Comarcal del Baix Penedès"            → unchanged: it is not inverted
 *     "AOC - IDESCAT"                                → unchanged
 */
#ifndef TALAIA_CORE_NAME_H
#define TALAIA_CORE_NAME_H

#include <stdbool.h>

#include "base/mem.h"
#include "base/str.h"

/* In the arena. Curly apostrophes become straight, white space is cleaned. When the part after the comma has no
 * linking word, or only "de" or "d'", the one that the first letter of the name asks for is taken (d' before a vowel or
 * mute h): "Esparreguera, Ajuntament de" is "Ajuntament d'Esparreguera". A name that is already natural stays, but for
 * slips in its kind and linking word ("ajuntament de el Prat", "Ajuntament de La Bisbal"); so
 * name_natural(name_natural(x)) is name_natural(x). */
char *name_natural(struct arena *a, struct str registry_form);

/* The inverse, for looking natural names up in the registry's form and for the demo: "Ajuntament del Prat de
 * Llobregat" → "Prat de Llobregat, Ajuntament del". Names without a known kind of body are unchanged. */
char *name_inverted(struct arena *a, struct str natural);

/* Of either form: the place alone with its article in lower case, as a list shows it: "el Prat de Llobregat",
 * "l'Hospitalet de Llobregat", "Berga", "Consell Comarcal del Ripollès" (only town councils are shortened). */
char *name_short(struct arena *a, struct str natural);

/* What two spellings of one body have in common: the fold (text_fold) of the natural form. The key by which contacts,
 * exclusions and old workbooks find their body. */
char *name_key(struct arena *a, struct str any_form);

#endif
