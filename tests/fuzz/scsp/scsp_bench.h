/* What the fuzz targets of this room share: the real modalities, and what must hold of every diagnosis. Not named after
 * a target, so that the campaign does not take it for one. */
#ifndef TALAIA_TESTS_FUZZ_SCSP_BENCH_H
#define TALAIA_TESTS_FUZZ_SCSP_BENCH_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "scsp/explain.h"
#include "scsp/place.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define BENCH_NOW (INSTANT_PER_SECOND * 1795161600) /* 2026-11-20T08:00:00Z */
#define BENCH_HEAD "<soapenv:Envelope xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\"><soapenv:Header>"
#define BENCH_BODY                                                                                                     \
    "</soapenv:Header><soapenv:Body xmlns:wsu=\"http://docs.oasis-open.org/wss/2004/01/"                               \
    "oasis-200401-wss-wssecurity-utility-1.0.xsd\" wsu:Id=\"body-1\"><o:procesa "                                      \
    "xmlns:o=\"http://www.openuri.org/\"><pet:Peticion xmlns:pet=\"http://gencat.net/scsp/esquemes/peticion\">"        \
    "<pet:Atributos><pet:CodigoCertificado>"
#define BENCH_SPECIFIC                                                                                                 \
    "</pet:CodigoCertificado></pet:Atributos><pet:Solicitudes><pet:SolicitudTransmision><pet:DatosGenericos>"          \
    "<pet:Transmision><pet:CodigoCertificado>"
#define BENCH_PAYLOAD "</pet:CodigoCertificado></pet:Transmision></pet:DatosGenericos><pet:DatosEspecificos>"
#define BENCH_END                                                                                                      \
    "</pet:DatosEspecificos></pet:SolicitudTransmision></pet:Solicitudes></pet:Peticion></o:procesa></soapenv:Body>"   \
    "</soapenv:Envelope>"

static inline void must(bool holds)
{
    if (!holds)
        abort();
}

/* Read once; they stay until the process ends. */
static inline const struct modalities *bench_modalities(void)
{
    static struct arena arena;
    static struct modalities known;
    if (known.count == 0) {
        struct err e = {.lang = LANG_EN};
        const char *root = getenv("TALAIA_TEST_SOURCE");
        xml_init();
        const char *dir = root == NULL ? "share/scsp" : arena_printf(&arena, "%s/share/scsp", root);
        if (!modalities_load(&arena, dir, &known, &e)) {
            fprintf(stderr, "%s\n", e.log);
            abort();
        }
    }
    return &known;
}

static inline void text_check(const char *text)
{
    struct str s = str_of(text);
    uint32_t c;
    must(text != NULL);
    while (s.n > 0)
        must(str_utf8_next(&s, &c) && !str_is_control(c));
}

/* Says the whole diagnosis in words, and looks at what must hold. */
static inline void bench_explain(struct str bytes)
{
    struct arena a = {0};
    struct wss_keys *keys = wss_keys_new();
    struct diagnosis d = {.remarks.arena = &a};
    const struct explain_how how = {
        .now = BENCH_NOW, .known = bench_modalities(), .keys = keys, .body = "0805690004", .allow_sha1 = true};
    bool good = explain(&d, bytes, &how);
    must(good == (d.remarks.errors == 0));
    must(d.remarks.list.count <= LIMIT_REMARKS);
    struct place_in_text places[LIMIT_REMARKS];
    places_find(&d.remarks, d.doc, bytes, places);
    for (size_t i = 0; i < d.remarks.list.count; i++) {
        const struct remark *r = &d.remarks.list.items[i];
        must(places[i].at <= bytes.n && places[i].n <= bytes.n - places[i].at);
        must(places[i].n == 0 || (bytes.p[places[i].at] == '<' && bytes.p[places[i].at + places[i].n - 1] == '>'));
        must(r->grade != GRADE_DEFAULT && r->line >= 0 && r->xpath[0] == '/');
        text_check(remark_fill(&a, remark_sentence(r->code), r, LANG_EN));
        text_check(remark_fill(&a, remark_advice(r->code), r, LANG_EN));
        text_check(r->found);
    }
    if (d.steps[REMARK_GROUP_SECURITY] == STEP_GOOD || d.steps[REMARK_GROUP_SECURITY] == STEP_WARNING)
        must(d.wss.token.p != NULL && d.wss.present);
    diagnosis_release(&d);
    wss_keys_free(keys);
    arena_release(&a);
}

#endif
