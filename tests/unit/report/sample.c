#include "sample.h"

#include "base/lang.h"

/* fontconfig keeps its configuration until the process ends, and the leak sanitizer minds. */
__attribute__((visibility("default"))) const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libfontconfig\n";
}

#define TODAY (day_from_civil(2026, 11, 20))
#define COUNT_OF(list) (sizeof(list) / sizeof *(list))

static const struct address to[] = {{"Bústia de seguiment", "seguiment@example.cat"},
                                    {"Cap de servei; \"PADRÓ\", i més", "cap.servei@example.cat"}};
static const struct address cc[] = {{"Suport PADRÓ", "suport.padro@example.cat"}, {NULL, "arxiu@example.cat"}};
static const struct profile profile = {
    .name = "aoc",
    .thresholds = {60, 30, 15, 10, 5},
    .threshold_count = 5,
    .pair_gap_days = 30,
    .report_weekday = FRIDAY,
    .report_subject = "AOC_Suport_PADRO : Monitoratge Ajuntaments - {day}",
    .to = to,
    .cc = cc,
    .to_count = COUNT_OF(to),
    .cc_count = COUNT_OF(cc),
    .from = {"Suport PADRÓ", "suport.padro@example.cat"},
    .language = LANG_CA,
};

struct body_line {
    const char *description, *name;
    int province, municipality;
    enum platform platform;
    const char *endpoint;
    int cds, cda; /* days from today; DAYS_NONE: missing */
    enum body_state state;
    unsigned flags;
    const char *note;
    bool warn;
};

static const struct body_line body_lines[] = {
    {"Gavà, Ajuntament de", "Ajuntament de Gavà", 8, 89, PLATFORM_NET, "https://padro.gava.example/Padro.asmx?wsdl",
     -19, -19, STATE_UNKNOWN, BODY_NOT_VERIFIABLE, "No verificable: bloqueja el comprovador, el servei funciona",
     false},
    {"Sitges, Ajuntament de", "Ajuntament de Sitges", 8, 270, PLATFORM_JAVA, "https://padro.sitges.example/ws?wsdl", -3,
     610, STATE_PAST, 0, "", true},
    {"Berga, Ajuntament de", "Ajuntament de Berga", 8, 22, PLATFORM_JAVA,
     "https://padro.berga.example/serveis/padro/PadroWS?wsdl", 0, 55, STATE_SOON, 0, "Avís conjunt CDA + CDS", true},
    {"Valls, Ajuntament de", "Ajuntament de Valls", 43, 161, PLATFORM_NET, "https://padro.valls.example/Padro.svc?wsdl",
     3, 400, STATE_SOON, BODY_ANSWERED, "Ha contestat: renovació en curs", false},
    {"Prat de Llobregat, Ajuntament del", "Ajuntament del Prat de Llobregat", 8, 169, PLATFORM_NET,
     "https://padro.el-prat-de-llobregat.example/Volants/VolantPadro.asmx?wsdl", 14, 30, STATE_SOON, 0,
     "Avís conjunt CDA + CDS", true},
    {"Sort, Ajuntament de", "Ajuntament de Sort", 25, 209, PLATFORM_JAVA, "https://padro.sort.example/padro?wsdl", 19,
     293, STATE_DOWN, 0, "", false},
    {"Calonge i Sant Antoni, Ajuntament de", "Ajuntament de Calonge i Sant Antoni", 17, 34, PLATFORM_JAVA,
     "https://padro.calonge-i-sant-antoni.example/padro?wsdl", 163, 29, STATE_SOON, 0, "", true},
    {"Sant Julià del Llor i Bonmatí, Ajuntament de", "Ajuntament de Sant Julià del Llor i Bonmatí", 17, 903,
     PLATFORM_OTHER,
     "https://padro.sant-julia-del-llor-i-bonmati.example/un/cami/molt/llarg/que/no/acaba/mai/serveis/padro/v2/"
     "ExpedicioTelematicaDeVolants?wsdl",
     59, 1500, STATE_SOON, 0, "", true},
    {"Vic, Ajuntament de", "Ajuntament de Vic", 8, 298, PLATFORM_JAVA, "https://padro.vic.example/padro?wsdl", 60, 445,
     STATE_GOOD, 0, "", false},
    {"Garriga, Ajuntament de la", "Ajuntament de la Garriga", 8, 88, PLATFORM_JAVA,
     "https://padro.la-garriga.example/ws?wsdl", 120, 300, STATE_DOWN, 0, "", false},
    {"Consell Comarcal de l'Alta Ribagorça", "Consell Comarcal de l'Alta Ribagorça", 25, 954, PLATFORM_JAVA,
     "https://padro.cc-alta-ribagorca.example/padro?wsdl", DAYS_NONE, 200, STATE_GOOD, 0, "Falta la data CDS", false},
    {"Olot, Ajuntament d'", "Ajuntament d'Olot", 17, 114, PLATFORM_JAVA, "https://padro.olot.example/padro?wsdl", 477,
     499, STATE_GOOD, 0, "", false},
    {"Hospitalet de Llobregat, Ajuntament de l'", "Ajuntament de l'Hospitalet de Llobregat", 8, 101, PLATFORM_OTHER,
     "https://padro.lhospitalet-de-llobregat.example/padro/soap?wsdl", 640, 650, STATE_GOOD, 0, "", false},
    {"Ràpita, Ajuntament de la", "Ajuntament de la Ràpita", 43, 136, PLATFORM_NET, "", DAYS_NONE, DAYS_NONE,
     STATE_UNKNOWN, BODY_NO_DATES, "Sense dates al registre", false},
};

static const struct report_ok_row ok_rows[] = {
    {"Ajuntament de Ripoll", 0, GROUP_RENEWAL, NULL, "Renovat el CDS i comprovat: servei actiu i registre actualitzat.",
     "ST-9131"},
    {"Ajuntament de Figueres", 0, GROUP_OUTAGE, NULL, "Recuperat després de reiniciar el seu servidor.", "ST-9120"},
    {"Consell Comarcal del Ripollès", 0, GROUP_MIGRATION, NULL,
     "Feta la migració a JAVA. S'han actualitzat l'adreça del servei i la data dels dos certificats al registre, i "
     "s'ha "
     "comprovat amb el proveïdor que l'expedició de volants funciona des de l'entorn nou.",
     "ST-8690"},
    {"Ajuntament de Sant Julià del Llor i Bonmatí", 0, GROUP_OTHER, NULL, "Actualitzats els contactes.", ""},
    {"Ajuntament de Vilanova i la Geltrú", 0, GROUP_RENEWAL, NULL, "Rebut el CDA nou i instal·lat al nostre servidor.",
     "ST-9102"},
};
static const char *const ok_groups[GROUP_COUNT][LANG_COUNT] = {
    [GROUP_RENEWAL] = {"Renewal", "Renovació", "Renovación"},
    [GROUP_MIGRATION] = {"Migration", "Migració", "Migración"},
    [GROUP_OUTAGE] = {"Outage", "Caiguda", "Caída"},
    [GROUP_OTHER] = {"Other", "Altres", "Otros"},
};

static const struct report_ko_row ko_rows[] = {
    {"Ajuntament de les Franqueses del Vallès", "Connexió refusada al port 443", 0, 40, 5,
     "11/10/2026: Hem escrit a l'ajuntament per demanar que comprovin el servidor.\n"
     "15/10/2026: Contesten que el proveïdor ha canviat de centre de dades i que encara no tenen data per tornar a "
     "obrir el "
     "servei; ho tornarem a demanar d'aquí a una setmana.\n"
     "26/10/2026: Trucada al proveïdor: pendent del tallafoc.\n"
     "18/11/2026: Han demanat una finestra de manteniment per al dia 24."},
    {"Ajuntament de la Garriga", "El WSDL respon 500", 0, 22, 3,
     "29/10/2026: Obert ST-9033.\n18/11/2026: Trucada; esperen el proveïdor."},
    {"Ajuntament de Tremp", "Temps d'espera esgotat", 0, 7, 1, "13/11/2026: Correu enviat als contactes."},
    {"Ajuntament de Sort", "Connexió refusada", 0, 1, 0, "19/11/2026: Obert ST-9140; correu enviat."},
    {"Ajuntament d'Arenys de Mar", "El nom padro.arenys-de-mar.example no existeix", 0, 0, 0, ""},
};

struct certificate_line {
    const char *name;
    enum platform platform;
    int cds, cda; /* DAYS_NONE: not in the case */
    enum body_state state;
    const char *comment;
};
static const struct certificate_line certificate_lines[] = {
    {"Ajuntament de Sitges", PLATFORM_JAVA, -3, DAYS_NONE, STATE_PAST,
     "18/09/2026: ST-9001 obert i primer avís (60 dies).\n18/10/2026: Segon avís (30 dies).\n02/11/2026: Tercer avís.\n"
     "07/11/2026: Quart avís.\n12/11/2026: Cinquè avís, sense resposta. Cal trucar a secretaria."},
    {"Ajuntament de Berga", PLATFORM_JAVA, 0, 55, STATE_SOON,
     "ST-9010. Avisat a 60, 30, 15, 10 i 5 dies. El proveïdor diu que el té demanat i que l'enviarà dilluns; "
     "mentrestant "
     "demanen que no es deshabiliti el servei perquè tenen eleccions al consell escolar i fan molts volants."},
    {"Ajuntament de Valls", PLATFORM_NET, 3, DAYS_NONE, STATE_SOON, "16/11/2026: Han contestat: renovació en curs."},
    {"Ajuntament del Prat de Llobregat", PLATFORM_NET, 14, 30, STATE_SOON, "ST-9045. Avís conjunt pendent d'aprovar."},
    {"Ajuntament de Calonge i Sant Antoni", PLATFORM_JAVA, DAYS_NONE, 29, STATE_SOON, ""},
    {"Ajuntament de Gavà", PLATFORM_NET, -19, -19, STATE_UNKNOWN, "No verificable: bloqueja el comprovador."},
    {"Ajuntament de Sant Julià del Llor i Bonmatí", PLATFORM_OTHER, 59, DAYS_NONE, STATE_SOON,
     "20/11/2026: ST-9141 obert i primer avís."},
};

static const struct report_left_out left_out[] = {
    {.body_name = "AOC - IDESCAT", .reason = "No és un ens"},
    {.body_name = "TECSIDEL DMZ", .reason = "No és un ens"},
    {.body_name = "Diputació de Barcelona", .reason = "Migrat"},
    {.body_name = "Diputació de Girona", .reason = "Migrat"},
    {.body_name = "Consell Comarcal del Baix Penedès", .reason = "Migrat"},
    {.body_name = "Ajuntament d'Esparreguera", .reason = "Ja no té padró propi"},
    {.body_name = "Ajuntament de Manresa", .reason = "Renova els certificats automàticament"},
};

static const struct report_change changes[] = {
    {CHANGE_NEW_DOWN, "Ajuntament de Sort", 0},
    {CHANGE_NEW_DOWN, "Ajuntament d'Arenys de Mar", 0},
    {CHANGE_RECOVERED, "Ajuntament de Figueres", 0},
    {CHANGE_STILL_DOWN, "Ajuntament de les Franqueses del Vallès", 5},
    {CHANGE_STILL_DOWN, "Ajuntament de la Garriga", 3},
    {CHANGE_STILL_DOWN, "Ajuntament de Tremp", 1},
    {CHANGE_RENEWED, "Ajuntament de Ripoll", 0},
    {CHANGE_NEW_SOON, "Ajuntament de Sant Julià del Llor i Bonmatí", 0},
};

static day_t after(int days)
{
    return days == DAYS_NONE ? DAY_NONE : TODAY + days;
}

static const struct body *make_body(struct arena *a, const struct body_line *l, int64_t id)
{
    struct body *b = arena_new(a, struct body);
    *b = (struct body){
        .id = id,
        .source_id = arena_printf(a, "%d", (int)id + 100),
        .description = l->description,
        .name = l->name,
        .ine10 = "",
        .province = arena_printf(a, "%d", l->province),
        .municipality = arena_printf(a, "%d", l->municipality),
        .platform = l->platform,
        .endpoint = l->endpoint,
        .expires = {[CERT_CDS] = after(l->cds), [CERT_CDA] = after(l->cda)},
        .flags = l->flags,
        .mark_reason = (l->flags & BODY_NOT_VERIFIABLE) != 0 ? "bloqueja el comprovador" : NULL,
        .vanished = DAY_NONE,
    };
    return b;
}

static void fill_query(struct arena *a, struct report *r, const struct body_line *lines, size_t line_count,
                       size_t count)
{
    struct report_query_row *rows = arena_array(a, struct report_query_row, count + 1);
    for (size_t i = 0; i < count; i++) {
        const struct body_line *l = &lines[i % line_count];
        rows[i] = (struct report_query_row){
            .body = make_body(a, l, (int64_t)i + 1),
            .days = {[CERT_CDS] = l->cds, [CERT_CDA] = l->cda},
            .state = l->state,
            .state_note = l->note,
            .warn = l->warn,
        };
    }
    r->query = rows;
    r->query_count = count;
}

static void fill_ok(struct arena *a, struct report *r, size_t count)
{
    struct report_ok_row *rows = arena_array(a, struct report_ok_row, count + 1);
    for (size_t i = 0; i < count; i++) {
        rows[i] = ok_rows[i % COUNT_OF(ok_rows)];
        rows[i].day = TODAY - (day_t)(i % 5);
        rows[i].group_word = ok_groups[rows[i].group][r->lang];
    }
    r->ok = rows;
    r->ok_count = count;
}

static void fill_ko(struct arena *a, struct report *r, size_t count)
{
    struct report_ko_row *rows = arena_array(a, struct report_ko_row, count + 1);
    for (size_t i = 0; i < count; i++) {
        rows[i] = ko_rows[i % COUNT_OF(ko_rows)];
        rows[i].since = TODAY - rows[i].days;
    }
    r->ko = rows;
    r->ko_count = count;
}

static void fill_certificates(struct arena *a, struct report *r, size_t count)
{
    struct report_certificate_row *rows = arena_array(a, struct report_certificate_row, count + 1);
    for (size_t i = 0; i < count; i++) {
        const struct certificate_line *l = &certificate_lines[i % COUNT_OF(certificate_lines)];
        rows[i] = (struct report_certificate_row){
            .body_id = (int64_t)i + 1,
            .body_name = l->name,
            .platform = l->platform,
            .has = {[CERT_CDS] = l->cds != DAYS_NONE, [CERT_CDA] = l->cda != DAYS_NONE},
            .expires = {[CERT_CDS] = after(l->cds), [CERT_CDA] = after(l->cda)},
            .days = l->cds < l->cda ? l->cds : l->cda,
            .state = l->state,
            .comment = l->comment,
        };
    }
    r->certificates = rows;
    r->certificate_count = count;
}

static void fill_left_out(struct arena *a, struct report *r)
{
    struct report_left_out *list = arena_array(a, struct report_left_out, COUNT_OF(left_out));
    memcpy(list, left_out, sizeof left_out);
    /* One with what the registry says, the others with their names only. */
    static const struct body_line line = {"Girona, Diputació",
                                          "Diputació de Girona",
                                          17,
                                          0,
                                          PLATFORM_JAVA,
                                          "https://padro.diputacio-girona.example/padro?wsdl",
                                          100,
                                          200,
                                          STATE_EXCLUDED,
                                          0,
                                          "",
                                          false};
    list[3].body = make_body(a, &line, 900);
    r->left_out = list;
    r->left_out_count = COUNT_OF(left_out);
}

/* Attacks by whoever can write a name, a comment or an error. */
static const struct body_line hostile_bodies[] = {
    {"=cmd|' /C calc'!A0", "=cmd|' /C calc'!A0", 8, 1, PLATFORM_JAVA, "javascript:alert(1)", 3, DAYS_NONE, STATE_SOON,
     0, "@SUM(1+1)*cmd|' /C calc'!A0", true},
    {"<script>alert('x')</script>", "<script>alert('x')</script>", 8, 2, PLATFORM_NET,
     "\"><img src=x onerror=alert(1)>", -1, 4, STATE_PAST, BODY_NOT_VERIFIABLE, "{=1+1}", true},
    {"+1+1", "+1+1", 8, 3, PLATFORM_NET, "=HYPERLINK(\"https://evil.example\")", 70, 80, STATE_GOOD, 0, "-2+3", false},
    {"Ajuntament \xe2\x80\xae"
     "txet",
     "Ajuntament \xe2\x80\xae"
     "txet",
     8, 4, PLATFORM_OTHER, "https://a.example/?a=1&b=2", 90, 90, STATE_GOOD, 0,
     "**bold** {day} [a](https://evil.example)", false},
};

static void make_hostile(struct arena *a, struct report *r)
{
    fill_query(a, r, hostile_bodies, COUNT_OF(hostile_bodies), COUNT_OF(hostile_bodies));
    fill_ok(a, r, 2);
    fill_ko(a, r, 2);
    fill_certificates(a, r, 3);
    struct report_ok_row *ok = arena_array(a, struct report_ok_row, 2);
    memcpy(ok, r->ok, 2 * sizeof *ok);
    ok[0].body_name = "<b>&amp;\"'</b>";
    ok[0].text = "=1+1\n</td></table><script>alert(1)</script>";
    ok[1].body_name = "x\xe2\x80\xae"
                      "fdp.exe";
    ok[1].text = "{day} **no** [no](https://evil.example) {nope}";
    ok[1].ticket = "ST-1\"><svg onload=alert(1)>";
    r->ok = ok;
    struct report_ko_row *ko = arena_array(a, struct report_ko_row, 2);
    memcpy(ko, r->ko, 2 * sizeof *ko);
    ko[0].error = "<!--[if mso]><img src=x><![endif]-->";
    ko[0].body_name =
        "Unnomsensecapespaiqueesmoltmoltllargimaiacabaperquealgunproveidorhiposatoteldomini.padro.ajuntament.example";
    ko[1].actions = "+cmd\n=2+5\n@SUM(A1)\n-3";
    r->ko = ko;
    struct report_left_out *out = arena_array(a, struct report_left_out, 1);
    out[0] = (struct report_left_out){.body_name = "<i>out</i>", .reason = "=reason & <u>more</u>"};
    r->left_out = out;
    r->left_out_count = 1;
}

static struct report *new_report(struct arena *a, enum lang lang)
{
    struct report *r = arena_new(a, struct report);
    *r = (struct report){
        .profile = &profile,
        .lang = lang,
        .id = "friday-2026-11-20-1",
        .day = TODAY,
        .period = {.after = TODAY - 7, .until = TODAY},
        .made = ((instant_t)TODAY * 86400 + 8 * 3600 + 12 * 60) * INSTANT_PER_SECOND,
    };
    return r;
}

const struct report *sample_report(struct arena *a, const char *scenario, enum lang lang)
{
    struct report *r = new_report(a, lang);
    if (strcmp(scenario, "hostile") == 0) {
        make_hostile(a, r);
        return r;
    }
    fill_query(a, r, body_lines, COUNT_OF(body_lines), COUNT_OF(body_lines));
    if (strcmp(scenario, "empty") == 0) {
        r->query_count = 0;
        return r;
    }
    if (strcmp(scenario, "many") == 0) {
        fill_ok(a, r, 60);
        fill_ko(a, r, 40);
        fill_certificates(a, r, 2000);
    } else {
        fill_ok(a, r, COUNT_OF(ok_rows));
        fill_ko(a, r, COUNT_OF(ko_rows));
        fill_certificates(a, r, COUNT_OF(certificate_lines));
    }
    fill_left_out(a, r);
    r->first = strcmp(scenario, "first") == 0;
    r->changes = changes;
    r->change_count = r->first ? 0 : COUNT_OF(changes);
    return r;
}

const struct report *sample_rows(struct arena *a, size_t rows, enum lang lang)
{
    struct report *r = new_report(a, lang);
    fill_query(a, r, body_lines, COUNT_OF(body_lines), rows);
    fill_ok(a, r, rows / 10);
    fill_ko(a, r, rows / 20);
    fill_certificates(a, r, rows / 10);
    fill_left_out(a, r);
    return r;
}
