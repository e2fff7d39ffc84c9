"""The back office of pre-production: the platform's whole test set, each row with its code; the answers against the
platform's own schemas; a modality of another product that is only files; the documentation that is made of them.

The test set and the schemas are not part of the project: where they are not at hand, those tests are left out
(TALAIA_SCHEMAS names the schemas; the test set is beside them). The rows themselves are examples of our modalities."""
import csv
import os
import pathlib
import shutil

import pytest

from lxml import etree

from conftest import EXIT, ROOT, TALAIA, run
from gateway import HESTIA, PADRO

SCHEMAS = pathlib.Path(os.environ.get("TALAIA_SCHEMAS", ROOT.parent / "shared" / "reference" / "schemas"))
TEST_SET = SCHEMAS.parent / "hestia-test-set.csv"
FIELDS = ["idInternCiutada", "NIF", "CIP", "IdExpedient", "NumExpedient", "DNI", "IdRecurs", "IdTramits", "IdCites", "DataInici",
          "DataFi", "IdProfessionals", "EstatNou", "DataFins", "Import", "IdUsrMod", "DtModificacio"]
without_schemas = pytest.mark.skipif(not SCHEMAS.is_dir(), reason=f"the official schemas are not at {SCHEMAS}")


def ask(modality, expect=EXIT["ok"], **fields):
    return run("gateway", "ask", "--json", "--lang", "en", modality, *(f"{k}={v}" for k, v in fields.items()), expect=expect)


def rows():
    """(id, modality, fields, code, text) of the official test set."""
    if not TEST_SET.is_file():
        return []
    found = []
    for r in csv.DictReader(TEST_SET.open(encoding="utf-8")):
        if r["modality"] != "AVIS_NOU_RECURS":
            code = "codiINE" if r["modality"] == "HESTIA_CONSULTA_CIUTADA" else "CodINE"
            fields = {code: r["codi_ine"]} | {f: r[f] for f in FIELDS if r[f]}
            found.append((r["test_id"], r["modality"], fields, int(r["expected_code"]), r["expected_description"]))
    return found


@pytest.fixture(scope="module")
def guides():
    return {g["modality"]: g for g in run("gateway", "modalities", "--json", "--lang", "en").json()}


def examples(guides):
    return [(g, x) for g in guides.values() for x in g["examples"]]


def test_every_example_gets_its_code(guides):
    assert len(guides) >= 10 and all(g["answered"] and g["examples"] for g in guides.values())
    for g, x in examples(guides):
        assert x["code"] == x["expected"], (g["modality"], x)
        assert x["text"] == g["codes"][str(x["code"])].replace("{IdRecurs}", x["ask"].get("IdRecurs", "")) or x["id"], x


@without_schemas
def test_the_whole_official_test_set(guides):
    official = rows()
    assert len(official) == 44
    ours = {x["id"]: (g["modality"], x) for g, x in examples(guides)}
    for name, modality, fields, code, text in official:
        assert name in ours, f"{name} is no example of {modality}"
        assert ours[name][0] == modality and ours[name][1]["ask"] == fields, name
        got = ask(modality, **fields).json()
        assert (got["code"], got["text"]) == (code, text), (name, got)


RESPONSES = {"HESTIA_CONSULTA_CIUTADA": "Ciutada", "HESTIA_EXPEDIENT": "Expedient", "HESTIA_RECURSOS": "Recursos",
             "HESTIA_TRAMITS": "Tramits", "HESTIA_CITES": "Cites", "HESTIA_RESOLUCIORECURS": "ResolucioRecursos"}


@without_schemas
def test_answers_are_valid_against_the_official_schemas(guides):
    """The published schemas of answers lack the slash that their namespace has in every message."""
    volant = SCHEMAS / "padro" / "repo-PADRO" / "VolanteEmpadronamiento.xsd"
    padro = etree.XMLSchema(etree.parse(str(SCHEMAS / "padro" / "repo-PADRO" / "dadesEspecifiques.xsd")))
    volants = 0
    for g, x in examples(guides):
        tree = etree.fromstring(x["answer"])
        if g["product"] == "HESTIA":
            assert etree.QName(tree).namespace == HESTIA
            schema = etree.XMLSchema(etree.parse(
                str(SCHEMAS / "hestia" / "repo-Hestia" / f"Resposta_DadesEspecifiques_{RESPONSES[g['modality']]}.xsd")))
            tree = etree.fromstring(x["answer"].replace(HESTIA, HESTIA.rstrip("/")))
        else:
            assert etree.QName(tree).namespace == PADRO
            schema = padro
        schema.assertValid(tree)
        for n in tree.iter("{http://www.red.es/padron}VolanteEmpadronamiento"):
            # all but the signature, which pre-production has no key to make
            found = etree.XMLSchema(etree.parse(str(volant)))
            assert not found.validate(n)
            assert "Signature" in str(found.error_log) and len(found.error_log) == 1, found.error_log
            volants += 1
    assert volants >= 3


def test_a_modality_that_is_only_files(tmp_path):
    """Another product: a file for the modality, one for its data, and nothing else."""
    build = pathlib.Path(TALAIA).resolve().parent
    share = tmp_path / "share"
    shutil.copytree(ROOT / "share", share)
    program = str(shutil.copy(TALAIA, tmp_path / "talaia"))  # it looks for its parts beside itself
    for part in [*build.glob("talaia-*.so"), build / "po"]:
        (tmp_path / part.name).symlink_to(part)
    (share / "scsp" / "modalities" / "GUALS.yaml").write_text("""
modality: GUALS
product: TRIBUTS
namespace: urn:exemple:guals
title: {ca: Guals d'un carrer, en: Driveways of a street}
request:
  peticioGuals:
    - carrer string
    - des dateText ?
    - fins dateText ?
range: {from: des, to: fins, days: 31}
result: codi
response:
  respostaGuals:
    - codi string
    - carrer string
    - guals:
        - gual *:
            - placa int
            - titular string personal
            - quota double ?
answers: {"0": trobats, "1": cap gual, "2": massa dies, "5": el servei no respon}
lookup:
  table: guals
  by:
    - carrer=carrer des?=alta
  rows: guals/gual
  found: 0
  none: 1
  wrong: 2
examples:
  - {id: dos guals, ask: {carrer: Major}, answer: 0}
""", encoding="utf-8")
    (share / "scsp" / "data" / "guals.yaml").write_text("""
table: guals
key: placa
rows:
  - {placa: 7, carrer: Major, titular: Prova, alta: "2020-01-01"}
  - {placa: 8, carrer: Major, titular: Mostra, quota: 12.5}
  - {placa: 9, carrer: Trencat, titular: Ningú, answer: 5}
""", encoding="utf-8")
    found = run("gateway", "ask", "GUALS", "carrer=Major", "--json", binary=program).json()
    assert (found["code"], found["text"], found["found"]) == (0, "trobats", 2)
    assert found["payload"] == ('<respostaGuals xmlns="urn:exemple:guals"><codi>0</codi><carrer>Major</carrer><guals><gual>'
                                "<placa>7</placa><titular>Prova</titular></gual><gual><placa>8</placa><titular>Mostra</titular>"
                                "<quota>12.5</quota></gual></guals></respostaGuals>")
    assert run("gateway", "ask", "GUALS", "carrer=Menor", "--json", binary=program).json()["code"] == 1
    assert run("gateway", "ask", "GUALS", "carrer=Major", "des=ahir", "--json", binary=program).json()["code"] == 2
    assert run("gateway", "ask", "GUALS", "carrer=Trencat", "--json", binary=program).json()["code"] == 5
    page = run("gateway", "modalities", "GUALS", "--markdown", "--lang", "en", binary=program).out
    assert "# GUALS\n\nDriveways of a street\n" in page and "| `respostaGuals` | 1 |" in page and "dos guals" in page
    # a row that cannot be answered with is told with its place, and nothing is answered
    data = share / "scsp" / "data" / "guals.yaml"
    data.write_text(data.read_text(encoding="utf-8").replace("titular: Mostra, ", ""), encoding="utf-8")
    bad = run("gateway", "ask", "GUALS", "carrer=Major", "--lang", "en", binary=program, expect=EXIT["config"])
    assert "guals.yaml:6" in bad.err and "titular" in bad.err


def test_what_is_asked_wrongly():
    bad = run("gateway", "ask", "HESTIA_CITA", "IdCites=1", "--lang", "en", expect=EXIT["input"])
    assert "HESTIA_CITES" in bad.err
    bad = run("gateway", "ask", "HESTIA_CITES", "Idcites=1", "--lang", "en", expect=EXIT["input"])
    assert "Idcites" in bad.err
    assert run("gateway", "ask", "HESTIA_CITES", "IdCites", expect=EXIT["usage"])
    # characters that XML cannot hold
    assert run("gateway", "ask", "RESIDENT", "numExpediente=\x01", "tipoDocumentacion=1", "documentacion=1",
               expect=EXIT["input"])


def test_documentation(guides):
    for name, g in guides.items():
        page = run("gateway", "modalities", name, "--markdown", "--lang", "en").out
        assert page.startswith(f"# {name}\n\n{g['title']}\n")
        for line in g["request"] + g["response"]:
            assert line["group"] or f"`{line['name']}`" in page
        assert all(f"| {code} |" in page for code in g["codes"])
        assert "```xml\n<" in page
    for lang in ("ca", "es", "en"):
        everything = run("gateway", "modalities", "--markdown", "--lang", lang).out
        assert all(f"\n# {name}\n" in "\n" + everything for name in guides)
    assert len(run("gateway", "modalities", "--lang", "en").lines()) == len(guides) + 1
    cites = run("gateway", "modalities", "HESTIA_CITES", "--lang", "en").out
    assert "one of these:" in cites and "these together:" in cites
