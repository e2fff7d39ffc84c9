"""The same program on PostgreSQL: the main flows, and the same answers as on SQLite for the same input."""
import subprocess
import threading

import pytest

from conftest import EXIT, TODAY, TOWNS, Desk, body, day, edit_workbook, part, run, sheet_rows, towns

NEAR = [body(1, "Badalona, Ajuntament de", 20, 300), body(2, "Berga, Ajuntament de", 30, 35), body(3, "Calella, Ajuntament de", "", 40),
        body(4, "Vic, Ajuntament de", -3, 400), body(5, "Manresa, Ajuntament de", 5, 5), body(6, "Salt, Ajuntament de"),
        body(7, "Àger, Ajuntament d'", 59, 88, "25", "1"), body(8, "Zona Nova, Ajuntament de", 14, 9, "17", "999")]


@pytest.fixture
def pg(tmp_path, postgresql):
    name, url = postgresql.database()
    desk = Desk(tmp_path / "pg")
    run("init", "--lang", "en", "--set", f"store.url={url}", desk.path)
    desk.database, desk.server = name, postgresql
    return desk


@pytest.fixture
def both(pg, desk):
    return [pg, desk]


def test_init_makes_no_file_and_is_repeatable(pg):
    assert not pg.store.exists()
    assert "postgresql" in pg.config.read_text()
    assert "already" in run("init", "--lang", "en", pg.path).out
    assert all(f["good"] for f in pg.json("doctor"))
    assert "PostgreSQL" in pg.run("doctor").out


def test_demo_is_the_same_on_both(tmp_path, postgresql, demo_made):
    _, url = postgresql.database()
    desk = Desk(tmp_path / "demo")
    run("demo", "--lang", "en", "--on", TODAY, "--set", f"store.url={url}", desk.path)
    for words in (("certificates", "--all"), ("warnings", "plan", "--text"), ("outage", "list", "--all"), ("action", "list"), ("comment",)):
        for on in (TODAY, day(-7), day(-10)):
            assert desk.json(*words, on=on) == demo_made.json(*words, on=on), (words, on)
    assert desk.run("certificates").out == demo_made.run("certificates").out
    for name in ("Query", "OK", "KO", "Certificats"):
        mine, theirs = (sheet_rows(d.path / "informes" / TODAY / "ResumAjuntaments.xlsx", name) for d in (desk, demo_made))
        assert mine == theirs


def test_imports_give_the_same_summary_and_lists(both, write):
    second = [r[:] for r in NEAR[:-1]] + [body(9, "Olot, Ajuntament d'", 10, 20, "17", "114")]
    second[0][6], second[1][6] = day(400), "31/02/2027"
    files = [(write("a.csv", NEAR), day(-7), 0), (write("b.csv", second), TODAY, 1)]
    seen = []
    for desk in both:
        summaries = [desk.load(f, "--set", "import.max_loss=50%", on=on, expect=code) for f, on, code in files]
        seen.append([summaries, desk.certificates("--all"), desk.certificates("--all", on=day(-7)), desk.plan(), desk.plan(on=day(-7)),
                     desk.run("certificates").out])
    assert seen[0] == seen[1]
    assert part(seen[0][0][1])["vanished"] == 1


def test_changes_by_hand(both, write):
    seen = []
    for desk in both:
        desk.load(write("a.csv", NEAR))
        for words in (("action", "add", "Vic", "Feta", "--group", "renewal"), ("outage", "open", "Berga", "x", "--date", day(-3)),
                      ("outage", "note", "Berga", "y"), ("mark", "Badalona", "not-verifiable", "z"), ("comment", "Calella", "Text."),
                      ("mark", "Vic", "answered", "Sí", "--certificates", "CDS"), ("outage", "close", "Berga", "ja va")):
            desk.run(*words)
        desk.run("outage", "close", "Berga", "x", expect=EXIT["input"])
        seen.append([desk.json(*w) for w in (("action", "list"), ("outage", "list", "--all"), ("certificates", "--all"), ("comment",),
                                             ("warnings", "plan"))] +
                    [[(line["what"], line["detail"]) for line in desk.json("audit", "list", "--all")]])
        assert desk.json("audit", "verify")["unbroken"]
    assert seen[0] == seen[1]


def test_report_and_workbook_that_comes_back(pg, write, tmp_path):
    pg.load(write("a.csv", NEAR))
    pg.run("comment", "Vic", "Nostre.")
    pg.run("report", "build", "--out", tmp_path / "o")
    file = tmp_path / "o" / "ResumAjuntaments.xlsx"
    assert all(p["changed"] == p["new"] == p["refused"] == 0 for p in pg.load(file)["parts"])
    edit_workbook(file, "Certificats", {("Ajuntament de Vic", "Comentari"): "Seu."})
    pg.load(file)
    assert [c["comment"] for c in pg.json("comment", "Vic")] == ["Seu."]
    pg.run("comment", "Vic", "Un altre.")
    edit_workbook(file, "Certificats", {("Ajuntament de Vic", "Comentari"): "I encara un altre."})
    pg.run("import", file, expect=1)


def test_dry_run_and_refusals_change_nothing(pg, write):
    pg.load(write("a.csv", NEAR))
    before = pg.dump()
    pg.load(write("b.csv", towns(cds=1)), "--dry-run", "--force")
    pg.run("import", write("c.csv", NEAR[:2]), expect=EXIT["guard"])
    pg.run("import", write("d.csv", "res"), expect=EXIT["input"])
    assert pg.dump() == before


@pytest.mark.parametrize("text", ["NUL\x00", "'; DROP TABLE body; --", "\\'", "$1 %s {}", "emoji ✅", "a\u202eb"])
def test_texts(pg, write, text):
    pg.load(write("a.csv", NEAR))
    text = text.replace("\x00", "")
    pg.run("action", "add", "Vic", text)
    assert len(pg.json("action", "list")) == 1 and len(pg.certificates()) == 7


def test_two_at_once(pg, write):
    pg.load(write("a.csv", NEAR))
    results = []
    commands = [("action", "add", "Vic", f"nota {i}") for i in range(6)] + [("import", write("b.csv", [r[:] for r in NEAR]))]
    threads = [threading.Thread(target=lambda w=w: results.append(pg.run(*w, expect=None))) for w in commands]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert [r.code for r in results] == [0] * 7, [r.err for r in results]
    assert len(pg.json("action", "list")) == 6 and pg.json("audit", "verify")["unbroken"]


def test_backup(pg, write, tmp_path, postgresql):
    pg.load(write("a.csv", NEAR))
    pg.run("action", "add", "Vic", "Feta.")
    before = pg.dump()
    pg.run("backup", tmp_path / "copia.dump")
    name, url = postgresql.database()
    subprocess.run(["pg_restore", "--no-owner", "-h", postgresql.socket, "-U", "talaia", "-d", name, tmp_path / "copia.dump"], check=True,
                   timeout=60)
    pg.config.write_text(pg.config.read_text().replace(pg.database, name))
    assert pg.dump() == before and pg.json("audit", "verify")["unbroken"]
    pg.run("action", "add", "Vic", "Després.")


def test_audit_table_is_guarded_and_tampering_is_detected(pg, write, postgresql):
    pg.load(write("a.csv", NEAR))
    pg.run("action", "add", "Vic", "x")
    with pytest.raises(AssertionError, match="append-only"):
        postgresql.sql("UPDATE audit SET who = 'x'", pg.database)
    postgresql.sql("ALTER TABLE audit DISABLE TRIGGER ALL; UPDATE audit SET detail = 'res' WHERE id = 1", pg.database)
    pg.run("audit", "verify", expect=EXIT["store"])


def test_names_sort_the_same_way(both, write):
    rows = [body(i, f"{n}, Ajuntament de", 30, 300, municipality=str(i)) for i, n in enumerate(
        ["Àger", "Abrera", "Çedilla", "Cedilla", "l'Ampolla", "Zorita", "Ñoño", "Núria", "àger 2", "ABRERA 2"], 1)]
    lists = []
    for desk in both:
        desk.load(write("a.csv", rows))
        lists.append([c["name"] for c in desk.certificates()])
    assert lists[0] == lists[1]


def test_database_of_somebody_else(tmp_path, postgresql):
    name, url = postgresql.database()
    postgresql.sql("CREATE TABLE factures (id int)", name)
    run("init", "--lang", "en", "--set", f"store.url={url}", tmp_path / "d", expect=EXIT["store"])
    assert postgresql.sql("SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'", name) == "1"


def test_database_that_is_not_there(tmp_path, postgresql):
    err = run("init", "--lang", "en", "--set", f"store.url=postgresql:///cap?host={postgresql.socket}&user=talaia", tmp_path / "d",
              expect=EXIT["store"]).err
    assert "cap" in err and TOWNS[0] not in err


def test_a_renewal_lives_the_same_on_both(both, write):
    """Stages, a correction and its undoing, a person's word, the end and its story."""
    seen = []
    for desk in both:
        def registry(cds, cda, on, desk=desk):
            desk.load(write("r.csv", [body(4, "Vic, Ajuntament de", cds, cda)]), "--force", on=day(on))
        registry(40, 50, -10)
        desk.run("stage", "Vic", "answered", "CDS", "En marxa.", on=day(-9))
        registry(45, 50, -8)
        desk.run("correction", "Vic", "CDS", "--reason", "Tecla.", on=day(-8))
        desk.run("correction", "Vic", "CDS", "--undo", "--reason", "No.", on=day(-7))
        desk.run("correction", "Vic", "CDS", "--reason", "Sí.", on=day(-7))
        desk.run("stage", "Vic", "installed", "CDS", on=day(-6))
        registry(800, 50, -5)
        desk.run("warnings", "resolve", "Vic", "CDS", "--reason", "Vist.", on=day(-4))
        middle = desk.json("warnings", "status", on=day(-4))
        registry(800, 810, -3)
        desk.run("warnings", "resolve", "Vic", "CDA", "--reason", "Vist.", on=day(-2))
        desk.run("warnings", "resolve", "Vic", "CDA", "--undo", "--reason", "No.", on=day(-1))
        desk.run("warnings", "resolve", "Vic", "CDA", "--reason", "Ara sí.")
        seen.append([middle, desk.json("warnings", "status"), desk.json("warnings", "status", "Vic"), desk.json("action", "list"),
                     desk.run("warnings", "status", "Vic").out])
    assert seen[0] == seen[1]
    assert seen[0][1] == [] and len(seen[0][2]["cases"][0]["events"]) > 10
