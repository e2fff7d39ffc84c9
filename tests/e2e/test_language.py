"""The program answers in Catalan and in Spanish, whole: what it prints holds no English text of its catalogues."""
import functools
import html
import json
import re
import sys

import pytest

from conftest import EXIT, ROOT, TODAY, run

sys.path.insert(0, str(ROOT / "tests" / "house"))
import check_po  # noqa: E402

COMMANDS = ["init", "demo", "import", "bodies", "certificates", "warnings plan", "action add", "action list", "outage open",
            "outage note", "outage close", "outage list", "mark", "comment", "report build", "doctor", "backup",
            "config check", "config keys", "audit list", "audit verify", "sweep", "silence", "unsilence", "maintenance list",
            "maintenance plan", "maintenance lift", "serve",
            "certificate add", "help"]
CODES = re.findall(r'"(T-[A-Z]+)"', (ROOT / "src" / "base" / "err.h").read_text())
SHOWN = [("certificates",), ("certificates", "--all"), ("certificates", "--excluded"), ("bodies",), ("warnings", "plan"),
         ("warnings", "plan", "--text", "--days", "90"), ("action", "list"), ("outage", "list", "--all"), ("comment",),
         ("audit", "list"), ("audit", "verify"), ("config", "keys"), ("config", "keys", "--markdown"),
         ("config", "check"), ("doctor",)]
both = pytest.mark.parametrize("lang", ["ca", "es"])


def plain(text):
    """One line, whatever the terminal's width made of it."""
    return re.sub(r"[\s#│]+", " ", text)


@functools.cache
def english(lang):
    """Every English text of two words or more that has another in that language: its longest piece, and an expression."""
    found = {}
    for entry in check_po.entries(ROOT / "po" / f"{lang}.po"):
        for field in ("msgid", "msgid_plural"):
            text = entry.get(field, "")
            pieces = re.split(r"%[-+ 0#.*\d]*(?:<\w+>|hh|h|ll|l|z)?[a-zA-Z]", plain(text).strip())
            if text in ("", entry.get("msgstr"), entry.get("msgstr[0]")) or len(re.findall(r"[a-z]{2,}", " ".join(pieces))) < 2:
                continue
            if max(len(p) for p in pieces) < 8:
                continue
            pieces = [p.replace("%%", "%") for p in pieces]
            found[text] = max(pieces, key=len), re.compile(r"(?<!\w)" + ".{1,200}?".join(map(re.escape, pieces)) + r"(?!\w)")
    assert len(found) > 500
    return found


def assert_no_english(lang, output):
    text = plain(output)
    left = [words for words, (piece, pattern) in english(lang).items() if piece in text and pattern.search(text)]
    assert not left, left


@both
def test_english_would_be_seen(lang):
    with pytest.raises(AssertionError):
        assert_no_english(lang, run("help", "--lang", "en").out)
    with pytest.raises(AssertionError):
        assert_no_english(lang, "talaia: row 12, column B: the cell is larger\nvinga.csv has more than 900 rows; split it (T-LIMIT)")


@both
def test_general_help(lang):
    out = run("help", "--lang", lang).out
    assert_no_english(lang, out)
    ours = {"ca": ("Per començar", "FITXER", "CARPETA", "ENS"), "es": ("Para empezar", "FICHERO", "CARPETA", "ENTE")}
    assert all(word in out for word in ours[lang])
    summaries = re.compile(r"^ +\S.*?  +(.*)$", re.M)
    shared = set(summaries.findall(out)) & set(summaries.findall(run("help", "--lang", "en").out))
    assert not {s for s in shared if " " in s}


@both
@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_each_command(lang, command):
    assert_no_english(lang, run("help", *command.split(), "--lang", lang).out)


@both
@pytest.mark.parametrize("topic", ["exit-codes", *CODES])
def test_help_of_codes(lang, topic):
    out = run("help", topic, "--lang", lang).out
    assert_no_english(lang, out)
    assert out != run("help", topic, "--lang", "en").out


@both
@pytest.mark.parametrize("words", SHOWN, ids=" ".join)
def test_what_the_demo_shows(demo_made, lang, words):
    assert_no_english(lang, demo_made.run(*words, lang=lang, expect=(0, 1)).out)


def test_catalan_is_the_default(tmp_path):
    assert run("help").out == run("help", "--lang", "ca").out
    out = run("init", tmp_path / "d").out
    assert_no_english("ca", out)
    assert "L'espai de treball és a punt" in out
    assert "language: ca" in (tmp_path / "d" / "talaia.yaml").read_text()


@both
def test_configuration_explains_itself(tmp_path, lang):
    run("init", "--lang", lang, tmp_path / "d")
    assert_no_english(lang, (tmp_path / "d" / "talaia.yaml").read_text())


@both
def test_changes_are_told(demo, lang):
    body = "Ajuntament de Gavà"
    for words in [("action", "add", body, "Fet."), ("action", "add", body, "Fet."), ("outage", "open", body, "500"),
                  ("outage", "note", body, "Fet."), ("outage", "close", body, "Bé."), ("mark", body, "not-verifiable", "x"),
                  ("mark", body, "verified", "x"), ("mark", body, "answered", "x"), ("comment", body, "x"),
                  ("silence", body, "x", "--until", "2026-12-24"), ("unsilence", body, "x"), ("report", "build"),
                  ("backup", demo.path / "copy.db")]:
        out = demo.run(*words, lang=lang).out
        assert out and out != "\n"
        assert_no_english(lang, out)


@both
def test_refusals_are_told(demo, lang, tmp_path):
    empty = tmp_path / "empty.csv"
    empty.write_text("")
    for words in [("action", "add", "Vich", "x"), ("outage", "close", "Ajuntament de Gavà", "x"), ("bodies", "--dies", "3"),
                  ("certificats",), ("bodies", "Gavà"), ("outage",), ("certificates", "--on", "demà"), ("import", empty),
                  ("import", tmp_path), ("import", tmp_path / "none.csv"), ("bodies", "--set", "language=fr"),
                  ("help", "T-RES"), ("silence", "Ajuntament de Gavà", "x"), ("unsilence", "Ajuntament de Gavà", "x"),
                  ("serve", "--roles", "x"), ("import", ROOT / "meson.build")]:
        result = demo.run(*words, lang=lang, expect=None)
        assert result.code not in (EXIT["ok"], EXIT["findings"]) and result.err
        assert_no_english(lang, result.err)


@both
def test_import_with_mistakes(demo, lang, tmp_path):
    file = tmp_path / "registry.csv"
    file.write_text("ID;DESCRIPCIO;PLATAFORMA;URL_WSDL;DATA_CDS;DATA_CDA;INE10\n"
                    "1;Olot, Ajuntament d';0;htp:/x;31/02/2027;;\n2;;0;;01/03/2027;;\n3;Reus, Ajuntament de;0;;aviat;;12\n"
                    "4;Valls, Ajuntament de;0;htp:/x;01/03/2027;;0805690005\n4;Valls, Ajuntament de;0;;01/03/2027;;\n")
    assert_no_english(lang, demo.run("import", file, lang=lang, expect=EXIT["guard"]).err)
    assert_no_english(lang, demo.run("import", file, "--force", lang=lang, expect=EXIT["findings"]).out)


@both
def test_mistakes_of_the_configuration(desk, lang):
    desk.config.write_text("profil: aoc\nlanguage: fr\nstore.url: x\nimport:\n  max_loss: 150%\n  max_los: 3\nreport: [a]\n")
    result = desk.run("config", "check", lang=lang, expect=EXIT["findings"])
    assert result.out.count("\n") >= 5
    assert_no_english(lang, result.out)


@both
def test_report_is_in_the_profiles_language(demo, lang):
    profile = demo.path / "profile" / "aoc"
    profile.mkdir(parents=True)
    ours = (ROOT / "share" / "profile" / "aoc" / "profile.yaml").read_text()
    (profile / "profile.yaml").write_text(re.sub(r"^language: ca$", f"language: {lang}", ours, flags=re.M))
    demo.run("report", "build", "--out", demo.path / "out", lang="en")
    files = list((demo.path / "out").rglob("report.*"))
    assert {f.suffix for f in files} >= {".txt", ".html"}
    for file in files:
        if file.suffix in (".txt", ".html"):
            text = html.unescape(re.sub(r"<style>.*?</style>|<[^>]+>", " ", file.read_text(), flags=re.S))
            assert_no_english(lang, text)
            assert {"ca": "Des de l'informe anterior", "es": "Desde el informe anterior"}[lang] in plain(text)


def test_json_is_the_same_in_every_language(demo_made):
    for words in [("certificates",), ("outage", "list"), ("action", "list")]:
        first, *others = (json.loads(demo_made.run(*words, "--json", lang=lang, on=TODAY).out) for lang in ("en", "ca", "es"))
        assert all(other == first for other in others)
