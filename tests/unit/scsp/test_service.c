/* The back office: every example of every modality gets its code, in an answer that its shape takes; the data set and
 * the part `lookup` of files with mistakes. */
#include "scsp/service.h"

#include "../base/check.h"

#include "net/xml_safe.h"
#include "scsp/message_shapes.h"

#define NOW ((instant_t)1795161600 * INSTANT_PER_SECOND) /* 2026-11-20T08:00:00Z */

static struct arena arena;
static struct modalities known;
static struct service service;

static struct ask_item item_of(struct arena *a, const struct modality *m, const struct modality_field *fields,
                               size_t count)
{
    struct ask_field *list = arena_array(a, struct ask_field, count == 0 ? 1 : count);
    for (size_t i = 0; i < count; i++)
        list[i] = (struct ask_field){str_of(fields[i].name), str_of(fields[i].value)};
    return (struct ask_item){.code = str_of(m->name), .fields = list, .field_count = count};
}

/* What the shape has against the payload; "" for nothing. */
static const char *faults_of(struct arena *a, const struct modality *m, struct str payload)
{
    struct xml_fault fault = {0};
    xml_doc_auto doc = NULL;
    struct remarks all = {.arena = a};
    const char *text = "";
    if (xml_parse(payload, NULL, &doc, &fault) != XML_SAFE_OK)
        return "is no XML";
    shape_check_root(&all, xmlDocGetRootElement(doc), &m->response, m->namespace);
    for (size_t i = 0; i < all.list.count; i++)
        text = arena_printf(a, "%s %s %s", text, remark_code_text(all.list.items[i].code), all.list.items[i].xpath);
    remarks_release(&all);
    return text;
}

static void test_examples(void **state)
{
    (void)state;
    size_t run = 0;
    for (size_t i = 0; i < known.count; i++) {
        const struct modality *m = &known.items[i];
        assert_true(service_has(&service, str_of(m->name)) && m->example_count > 0);
        for (size_t k = 0; k < m->example_count; k++) {
            struct arena a = {0};
            struct err e = {.lang = LANG_EN};
            struct buf payload = BUF_INIT(LIMIT_XML_BYTES);
            const struct modality_example *x = &m->examples[k];
            struct service_result got;
            const struct ask_item item = item_of(&a, m, x->ask, x->count);
            if (!service_answer(&service, &item, NOW, &payload, &got, &e))
                fail_msg("%s, %s: %s", m->name, x->id, e.log);
            if (got.code != x->answer)
                fail_msg("%s, %s: %d, not %d\n%s", m->name, x->id, got.code, x->answer, buf_text(&payload));
            const char *faults = faults_of(&a, m, buf_str(&payload));
            if (faults[0] != '\0')
                fail_msg("%s, %s: %s\n%s", m->name, x->id, faults, buf_text(&payload));
            assert_true(got.modality == m && (got.text[0] != '\0' || m->answer_count == 0));
            buf_release(&payload);
            arena_release(&a);
            run++;
        }
    }
    assert_true(run >= 80);
}

struct want {
    const char *modality;
    struct modality_field ask[6];
    const char *has[6], *lacks[3]; /* parts of the payload */
    size_t found;
};
#define CODE "CodINE", "9821920002"
static const struct want wants[] = {
    {"HESTIA_EXPEDIENT",
     {{CODE}, {"DNI", "00181584E"}},
     {"<IdExpedient>370034917</IdExpedient>", "<NumExpedient>EXP2017/00874</NumExpedient>",
      "<refExterna>T3ST</refExterna>", "<IdRecurs>490173328</IdRecurs>", "<IdTramit>490125520</IdTramit>",
      "<ProfReferent><DNIUsuari>00000001R</DNIUsuari>"},
     {"370032296", "<IdRecurs>490278541</IdRecurs>", "IdMotiuTanca"},
     1},
    {"HESTIA_EXPEDIENT", {{"CodINE", "821920002"}, {"IdExpedient", "1"}}, {"<CodiResultat>-9<"}, {"<Expedient>"}, 0},
    {"HESTIA_EXPEDIENT",
     {{CODE}, {"IdExpedient", "1"}},
     {"<LlistaExpedients></LlistaExpedients>", "No s'ha localitzat l'expedient"},
     {"<Expedient>"},
     0},
    {"HESTIA_RECURSOS",
     {{CODE}, {"IdRecurs", " 490278541 ,370265943"}},
     {"<IdRecursos>370265943</IdRecursos>", "<Estat>Preassignat</Estat>", "<IdTramit>490125520</IdTramit>",
      "<TitularBeneficiari>Beneficiari</TitularBeneficiari>", "<CanalAcces>Avís de l'empresa"},
     {"answer"},
     2},
    {"HESTIA_TRAMITS",
     {{CODE}, {"IdTramits", "490081695,370059167"}},
     {"<IdRecursAssociat>370456978</IdRecursAssociat>", "<Titular><IdPersona>370062749</IdPersona><DNI>00235062W"},
     {NULL},
     2},
    {"HESTIA_CITES",
     {{CODE}, {"DataInici", "2019-05-06T 00:00:00.000"}, {"DataFi", "2019-05-13T00:00:00.000"}},
     {"<IdCita>841500101<", "<IdCita>841500102<", "<IdCita>841500103<"},
     {NULL},
     3},
    {"HESTIA_CITES",
     {{CODE},
      {"DataInici", "2019-05-06T00:00:00.000"},
      {"DataFi", "2019-05-13T00:00:00.000"},
      {"IdProfessionals", "370000052,370000130"}},
     {"<IdCita>841500101<", "<NomUsuari>JORDI MOSTRA ASSAIG<"},
     {"<IdCita>841500102<"},
     1},
    {"HESTIA_CITES", {{CODE}, {"DataInici", "2019-05-06T00:00:00.000"}}, {"<CodiResultat>-1<"}, {NULL}, 0},
    {"HESTIA_CITES",
     {{CODE}, {"DataInici", "6/5/2019"}, {"DataFi", "2019-05-13T00:00:00.000"}},
     {"<CodiResultat>-1<"},
     {NULL},
     0},
    {"HESTIA_CITES", {{"codine", "9821920002"}, {"IdCites", "1"}}, {"<CodiResultat>-1<"}, {NULL}, 0},
    {"HESTIA_CONSULTA_CIUTADA",
     {{"codiINE", "9821920002"}, {"NIF", "00235062W"}},
     {"<idInternCiutada>370062749</idInternCiutada>", "<nom>PAU</nom>", "<descPais>Espanya</descPais>",
      "<TipusViaIngres>Atur-&gt;Subsidi</TipusViaIngres>"},
     {"<dependencia>", "<associacions>", "<idiomes>"},
     1},
    {"HESTIA_RESOLUCIORECURS",
     {{CODE}, {"IdRecurs", "840447028"}, {"IdUsrMod", "370000000"}, {"DtModificacio", "2020-03-03T12:08:52"}},
     {"<Descripcio>Resolució del recurs 840447028 reeixida</Descripcio>"},
     {NULL},
     0},
    {"HESTIA_RESOLUCIORECURS",
     {{CODE}, {"IdRecurs", "840447028"}, {"IdUsrMod", "370000000"}, {"DtModificacio", "ahir"}},
     {"<CodiResultat>-1<"},
     {NULL},
     0},
    {"HESTIA_RESOLUCIORECURS",
     {{CODE}, {"IdRecurs", "840447028"}, {"IdUsrMod", "370000000"}, {"DtModificacio", ""}},
     {"<CodiResultat>-1<"},
     {NULL},
     0},
    {"TITULAR",
     {{"numExpediente", "a<b"}, {"tipoDocumentacion", "1"}, {"documentacion", "12344321Z"}, {"idescat", "0"}},
     {"<numExpediente>a&lt;b</numExpediente>", "<VolanteEmpadronamiento xmlns=\"http://www.red.es/padron\">",
      "<VolanteEmpadronamientoDatosFirmados Id=\"V1\" Version=\"02.00\"><FechaExpedicion>20261120<",
      "<codigoResultado>1</codigoResultado>", "<fuente>PADRON</fuente>",
      "<ParticulaPrimerApellido></ParticulaPrimerApellido>"},
     {"idescatMotivo"},
     1},
    {"RESIDENT_MUNICIPI",
     {{"numExpediente", "1"},
      {"tipoDocumentacion", "1"},
      {"documentacion", "00000001R"},
      {"codigoMunicipio", "999"},
      {"codigoProvincia", "08"},
      {"idescat", "1"}},
     {"<fuente>IDESCAT</fuente>", "<idescatMotivo>2</idescatMotivo>"},
     {"PADRON"},
     1},
};

static void test_answers(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(wants); i++) {
        struct err e = {.lang = LANG_EN};
        struct arena a = {0};
        struct buf payload = BUF_INIT(LIMIT_XML_BYTES);
        struct service_result got;
        const struct want *w = &wants[i];
        size_t count = 0;
        while (count < COUNT(w->ask) && w->ask[count].name != NULL)
            count++;
        const struct ask_item item = item_of(&a, modality_find(&known, str_of(w->modality)), w->ask, count);
        if (!service_answer(&service, &item, NOW, &payload, &got, &e))
            fail_msg("%zu: %s", i, e.log);
        for (size_t k = 0; k < COUNT(w->has) && w->has[k] != NULL; k++)
            if (strstr(buf_text(&payload), w->has[k]) == NULL)
                fail_msg("%zu: %s is not in %s", i, w->has[k], buf_text(&payload));
        for (size_t k = 0; k < COUNT(w->lacks) && w->lacks[k] != NULL; k++)
            if (strstr(buf_text(&payload), w->lacks[k]) != NULL)
                fail_msg("%zu: %s is in %s", i, w->lacks[k], buf_text(&payload));
        assert_int_equal(got.found, w->found);
        buf_release(&payload);
        arena_release(&a);
    }
}

/* What the reference says of the published data. */
static void test_the_published_relations(void **state)
{
    (void)state;
    const struct data_table *tramits = dataset_table(&service.data, "tramits");
    const struct data_table *recursos = dataset_table(&service.data, "recursos");
    size_t procedures = 0, granted = 0;
    for (size_t i = 0; i < tramits->count; i++)
        procedures += strcmp(data_text(&tramits->rows[i], "IdExpedient"), "370034917") == 0;
    for (size_t i = 0; i < recursos->count; i++)
        granted += strcmp(data_text(&recursos->rows[i], "IdExpedient"), "370034917") == 0 &&
                   strcmp(data_text(&recursos->rows[i], "IdEstat"), "1") == 0;
    assert_int_equal(procedures, 22);
    assert_int_equal(granted, 17);
    /* a procedure and its resource name one another */
    for (size_t i = 0; i < recursos->count; i++) {
        const char *tramit = data_text(&recursos->rows[i], "IdTramit");
        const struct data_row *row = tramit == NULL ? NULL : data_find(tramits, "IdTramit", tramit);
        if (tramit != NULL && row != NULL)
            assert_string_equal(data_text(row, "IdRecursAssociat"), data_text(&recursos->rows[i], "IdRecursos"));
        assert_true((tramit == NULL) == (row == NULL));
    }
}

static void test_unknown(void **state)
{
    (void)state;
    struct err e = {.lang = LANG_EN};
    struct buf payload = BUF_INIT(LIMIT_XML_BYTES), small = BUF_INIT(60);
    struct service_result got = {.code = 77};
    const struct ask_field field = {str_of("tipoDocumentacion"), str_of("1")};
    struct ask_item item = {.code = str_of("VIA_OBERTA")};
    assert_false(service_has(&service, item.code));
    assert_false(service_answer(&service, &item, NOW, &payload, &got, &e));
    assert_int_equal(e.code, ERR_UNKNOWN);
    err_clear(&e);
    /* what must be echoed was not said */
    item = (struct ask_item){.code = str_of("RESIDENT"), .fields = &field, .field_count = 1};
    assert_true(buf_add_text(&payload, "kept"));
    assert_false(service_answer(&service, &item, NOW, &payload, &got, &e));
    assert_int_equal(e.code, ERR_VALUE);
    assert_string_equal(buf_text(&payload), "kept");
    err_clear(&e);
    item.code = str_of("HESTIA_CITES");
    assert_false(service_answer(&service, &item, NOW, &small, &got, &e));
    assert_int_equal(e.code, ERR_LIMIT);
    assert_int_equal(got.code, 77);
    buf_release(&payload);
    buf_release(&small);
}

/* --- mistakes in files --- */

#define MODALITY                                                                                                       \
    "modality: X\nproduct: P\nnamespace: urn:x\nrequest:\n  R:\n    - A int\n    - B string ?\nresponse:\n  S:\n    "  \
    "- C string\n    - L:\n        - I *:\n            - a string\n            - b int ?\n"
static const struct {
    const char *lookup, *data, *what; /* what: part of the error, NULL: it is accepted */
} cases[] = {
    {"lookup: {table: t, by: [A=a], rows: L/I, fixed: {C: x}}", "table: t\nkey: a\nrows:\n  - {a: 1, b: 2}\n", NULL},
    {"lookup: {table: t, by: [A=a], rows: L/I}", "table: t\nkey: a\nrows:\n  - {a: 1, b: x}\n", "cannot hold"},
    {"lookup: {table: t, by: [A=a], rows: L/I}", "table: t\nrows:\n  - {b: 1}\n", "has no column a"},
    {"lookup: {table: t, by: [A=b], rows: L/I}", "table: t\nrows:\n  - {b: 1}\n", "X needs a"},
    {"lookup: {table: t, by: [A=b], rows: L/J}", "table: t\nrows:\n  - {b: 1, a: 1}\n", "no element L/J"},
    {"lookup: {table: u, by: [A=a], rows: L/I}", "table: t\nrows:\n  - {a: 1}\n", "no table u"},
    {"lookup: {table: t, by: [A=u/a]}", "table: t\nkey: a\nrows:\n  - {a: 1}\n", "no table u"},
    {"lookup: {table: t, by: [A=t/a]}", "table: t\nrows:\n  - {a: 1}\n", "no key to be led to"},
    {"lookup: {first: [u A=a else 1]}", "table: t\nrows:\n  - {a: 1}\n", "no table u"},
    {"lookup: {first: [t A=b else 1]}", "table: t\nrows:\n  - {a: 1}\n", "no column b"},
    {"lookup: {table: t, by: [A=a], inside: {L: u a}}", "table: t\nrows:\n  - {a: 1}\n", "no table u"},
    {"lookup: {table: t, by: [Z=a]}", "table: t\nrows:\n  - {a: 1}\n", "the request has no element Z"},
    {"lookup: {table: t, by: [a:1]}", "table: t\nrows:\n  - {a: 1}\n", "begins with an element"},
    {"lookup: {table: t, by: [A]}", "table: t\nrows:\n  - {a: 1}\n", "is no ELEMENT=COLUMN"},
    {"lookup: {table: t, by: [A=a else 3]}", "table: t\nrows:\n  - {a: 1}\n", "no code of its own"},
    {"lookup: {table: t}", "table: t\nrows:\n  - {a: 1}\n", "belong together"},
    {"lookup: {first: [given A]}", "table: t\nrows:\n  - {a: 1}\n", "has no code"},
    {"lookup: {first: [given A else x]}", "table: t\nrows:\n  - {a: 1}\n", "stands a code"},
    {"lookup: {first: [t]}", "table: t\nrows:\n  - {a: 1}\n", "no condition"},
    {"lookup: {first: t}", "table: t\nrows:\n  - {a: 1}\n", "list of lines"},
    {"lookup: {fixed: {Z: 1}}", "table: t\nrows:\n  - {a: 1}\n", "no element Z"},
    {"lookup: {inside: {L: t}}", "table: t\nrows:\n  - {a: 1}\n", "in common"},
    {"lookup: {tabel: t}", "table: t\nrows:\n  - {a: 1}\n", "did you mean table"},
    {"examples: [{ask: {Z: 1}, answer: 0}]", "table: t\nrows:\n  - {a: 1}\n", "no element Z"},
    {"examples: [{ask: {A: 1}, answer: x}]", "table: t\nrows:\n  - {a: 1}\n", "an example has ask"},
    {"examples: x", "table: t\nrows:\n  - {a: 1}\n", "is a list"},
    {"", "table: t\nkey: a\nrows:\n  - {a: 1}\n  - {a: 1}\n", "there twice"},
    {"", "table: t\nkey: a\nrows:\n  - {b: 1}\n", "has no a"},
    {"", "table: t\ntake: {c: a u}\nrows:\n  - {a: 1}\n", "no table u"},
    {"", "table: t\ntake: {c: a l}\nrows:\n  - {a: 1}\nlists:\n  l: {\"2\": x}\n", "a 1 is not in l"},
    {"", "table: t\ntake: {c: a}\nrows:\n  - {a: 1}\n", "parted by blanks"},
    {"", "table: t\nrows:\n  - x\n", "group of lines"},
    {"", "table: t\nrows:\n  - {a: [1]}\n", "is a list"},
    {"", "table: t\n", "rows: with a list"},
    {"", "tabel: t\n", "no part tabel"},
    {"", "lists: {l: x}\n", "group of lines ID"},
    {"", "table: l\nrows: []\nlists: {l: {\"1\": x}}\n", "two tables l"},
    {"", "\xff", "UTF-8"},
};

static bool case_run(struct arena *a, const char *lookup, const char *data, struct err *e)
{
    struct finder f = {.lang = LANG_EN, .code = ERR_PROFILE};
    struct modality m;
    struct dataset set;
    struct service s;
    struct dataset_reader r = {.arena = a, .find = &f};
    const char *text = arena_printf(a, "%s%s\n", MODALITY, lookup);
    bool good = modality_load_text(a, str_of(text), "x.yaml", &m, &f);
    if (good) {
        dataset_read(&r, str_of(data), "t.yaml");
        good = dataset_finish(&r, &set);
    }
    if (!good) {
        findings_sort(&f.found);
        (void)findings_fail(&f.found, "x", e);
    } else {
        struct modalities one = {.environment = known.environment, .items = &m, .count = 1};
        good = service_make(a, &set, &one, &s, e);
    }
    config_findings_release(&f.found);
    return good;
}

static void test_mistakes(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct arena a = {0};
        struct err e = {.lang = LANG_EN};
        bool good = case_run(&a, cases[i].lookup, cases[i].data, &e);
        if (good != (cases[i].what == NULL))
            fail_msg("%zu: %s", i, good ? "accepted" : e.log);
        if (!good && strstr(e.log, cases[i].what) == NULL)
            fail_msg("%zu: %s", i, e.log);
        arena_release(&a);
    }
}

static void test_directories(void **state)
{
    (void)state;
    struct arena a = {0};
    struct service s;
    struct err e = {.lang = LANG_EN};
    assert_false(service_load(&a, "/nonexistent", &known, &s, &e));
    assert_int_equal(e.code, ERR_FILE);
    arena_release(&a);
}

static int setup(void **state)
{
    (void)state;
    struct err e = {.lang = LANG_EN};
    xml_init();
    const char *source = getenv("TALAIA_TEST_SOURCE");
    if (modalities_load(&arena, arena_printf(&arena, "%s/share/scsp", source), &known, &e) &&
        service_load(&arena, arena_printf(&arena, "%s/share/scsp/data", source), &known, &service, &e))
        return 0;
    print_error("%s\n", e.log);
    return -1;
}

static int teardown(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_examples),
                                       cmocka_unit_test(test_answers),
                                       cmocka_unit_test(test_the_published_relations),
                                       cmocka_unit_test(test_unknown),
                                       cmocka_unit_test(test_mistakes),
                                       cmocka_unit_test(test_directories)};
    return cmocka_run_group_tests(tests, setup, teardown);
}
