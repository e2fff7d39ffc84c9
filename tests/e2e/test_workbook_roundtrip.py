"""ResumAjuntaments comes back: edited in Excel, made by hand years ago, twice, with conflicts; nothing is overwritten silently."""
import datetime

import openpyxl
import pytest

from conftest import TODAY, TOWNS, body, day, dmy, edit_cells, edit_workbook, events, part, sheet_rows, towns

NAMES = [f"Ajuntament de {t}" for t in ("Badalona", "Berga", "Calella")]


@pytest.fixture
def built(desk, write, tmp_path):
    """Three bodies near their expiry, one down, with comments; the report of today."""
    desk.load(write("r.csv", [body(1, "Badalona, Ajuntament de", 20, 300), body(2, "Berga, Ajuntament de", 30, 35),
                              body(3, "Calella, Ajuntament de", 300, 40), body(4, "Vic, Ajuntament de", 300, 400)]))
    desk.run("comment", "Badalona", "13/11/2026: avisats.")
    desk.run("comment", "Berga", "12/11/2026: trucada.")
    desk.run("outage", "open", "Vic", "El WSDL respon 500", "--date", day(-9))
    desk.run("outage", "note", "Vic", "Avisat el proveïdor.", "--ticket", "ST-7", "--date", day(-8))
    desk.run("outage", "note", "Vic", "Primera línia\nsegona línia: amb dos punts", "--date", day(-2))
    desk.run("action", "add", "Berga", "Reunió amb el proveïdor\nper la migració.", "--group", "migration", "--ticket", "FP 1234")
    desk.run("report", "build", "--out", tmp_path / "out")
    desk.workbook = tmp_path / "out" / "ResumAjuntaments.xlsx"
    return desk


def comments(desk):
    """name → comment"""
    return {c["name"]: c["comment"] for c in desk.json("comment", expect=(0, 1)) if c["comment"]}


def counts(summary):
    return {p["kind"]: (p["new"], p["changed"], p["refused"]) for p in summary["parts"]}


def everything(desk):
    return [desk.run(*w, expect=(0, 1)).out for w in (("comment",), ("action", "list", "--json"), ("outage", "list", "--all", "--json"),
                                                     ("certificates", "--all", "--json"))]


def test_unchanged_workbook_changes_nothing(built):
    before = everything(built)
    for _ in range(2):
        assert counts(built.load(built.workbook)) == {"actions": (0, 0, 0), "outages": (0, 0, 0), "comments": (0, 0, 0)}
    assert everything(built) == before


def test_changed_comment_is_taken(built):
    edit_workbook(built.workbook, "Certificats", {(NAMES[0], "Comentari"): "13/11/2026: avisats.\n20/11/2026: responen que sí."})
    summary = built.load(built.workbook)
    assert counts(summary)["comments"] == (0, 1, 0)
    assert [e["body"] for e in events(summary, "changed")] == [NAMES[0]]
    assert comments(built) == {NAMES[0]: "13/11/2026: avisats.\n20/11/2026: responen que sí.", NAMES[1]: "12/11/2026: trucada."}
    assert counts(built.load(built.workbook))["comments"] == (0, 0, 0)


def test_comment_written_where_there_was_none(built):
    edit_workbook(built.workbook, "Certificats", {(NAMES[2], "Comentari"): "Nou comentari."})
    assert counts(built.load(built.workbook))["comments"] == (0, 1, 0)
    assert comments(built)[NAMES[2]] == "Nou comentari."


def test_emptied_comment_is_taken(built):
    edit_workbook(built.workbook, "Certificats", {(NAMES[0], "Comentari"): None})
    assert counts(built.load(built.workbook))["comments"] == (0, 1, 0)
    assert NAMES[0] not in comments(built)


def test_dry_run_of_a_workbook(built):
    edit_workbook(built.workbook, "Certificats", {(NAMES[0], "Comentari"): "x"})
    before = everything(built)
    assert counts(built.load(built.workbook, "--dry-run"))["comments"] == (0, 1, 0)
    assert everything(built) == before


def test_lines_that_we_added_meanwhile_are_joined(built):
    built.run("comment", "Badalona", "Rebut el certificat.", "--add", on=day(3))
    edit_workbook(built.workbook, "Certificats", {(NAMES[0], "Comentari"): "13/11/2026: avisats per telèfon."})
    assert counts(built.load(built.workbook, on=day(3)))["comments"] == (0, 1, 0)
    assert built.json("comment", "Badalona", on=day(3))[0]["comment"] == (
        f"13/11/2026: avisats per telèfon.\n{dmy(3)}: Rebut el certificat.")


def test_only_ours_changed(built):
    built.run("comment", "Badalona", "Del tot diferent.")
    assert counts(built.load(built.workbook))["comments"] == (0, 0, 0)
    assert comments(built)[NAMES[0]] == "Del tot diferent."


def test_conflict_is_shown_kept_and_settled(built):
    built.run("comment", "Badalona", "El nostre text.")
    edit_workbook(built.workbook, "Certificats", {(NAMES[0], "Comentari"): "El text del llibre."})
    result = built.run("import", built.workbook, expect=1)
    assert "conflict" in result.out and "El nostre text." in result.out and "El text del llibre." in result.out
    assert comments(built)[NAMES[0]] == "El nostre text."
    shown = built.run("comment", expect=1).out
    assert "El text del llibre." in shown and "ResumAjuntaments.xlsx" in shown
    assert [c["theirs"] for c in built.json("comment", expect=1) if c["theirs"]] == ["El text del llibre."]
    built.run("import", built.workbook, expect=1)
    assert built.run("comment", expect=1).out.count("El text del llibre.") == 1
    assert "settled" in built.run("comment", "Badalona", "Els dos: nostre i del llibre.").out
    assert "El text del llibre." not in built.run("comment").out


def test_conflicts_of_both_certificates_and_of_a_past_renewal_can_be_settled(desk, write, tmp_path):
    """Two rows of one body, each with its own comment; and one of them is of a renewal that is over by now."""
    desk.load(write("r.csv", [body(1, "Vic, Ajuntament de", 10, 50)]))
    for kind in ("CDS", "CDA"):
        desk.run("comment", "Vic", f"{kind}: primer.", "--certificates", kind)
    desk.run("report", "build", "--out", tmp_path / "o")
    file = tmp_path / "o" / "ResumAjuntaments.xlsx"
    assert {r["Comentari"] for r in sheet_rows(file, "Certificats")} == {"CDS: primer.", "CDA: primer."}
    book_rows = [r["Comentari"] for r in sheet_rows(file, "Certificats")]
    edit_cells(file, "xl/worksheets/sheet4.xml", {"G5": book_rows[0] + " (llibre)", "G6": book_rows[1] + " (llibre)"})
    for kind in ("CDS", "CDA"):
        desk.run("comment", "Vic", f"{kind}: nostre.", "--certificates", kind)
    assert len(events(desk.load(file, expect=1), "conflict")) == 2
    assert {(c["certificate"], c["theirs"]) for c in desk.json("comment", expect=1) if c["theirs"]} == {
        ("CDS", "CDS: primer. (llibre)"), ("CDA", "CDA: primer. (llibre)")}
    desk.load(write("r2.csv", [body(1, "Vic, Ajuntament de", 700, 50)]))
    for left in (1, 0):
        assert "settled" in desk.run("comment", "Vic", f"Decidit, en queden {left}.").out
        assert len([c for c in desk.json("comment", expect=1 if left else 0) if c["theirs"]]) == left


def test_conflict_in_one_row_does_not_stop_the_others(built):
    built.run("comment", "Badalona", "El nostre.")
    edit_workbook(built.workbook, "Certificats", {(NAMES[0], "Comentari"): "El seu.", (NAMES[1], "Comentari"): "Canviat."})
    summary = built.load(built.workbook, expect=1)
    assert len(events(summary, "conflict")) == 1
    assert comments(built)[NAMES[1]] == "Canviat."


def test_the_same_change_on_both_sides_is_no_conflict(built):
    built.run("comment", "Badalona", "Igual.")
    edit_workbook(built.workbook, "Certificats", {(NAMES[0], "Comentari"): "  Igual. "})
    assert counts(built.load(built.workbook))["comments"] == (0, 0, 0)


def test_unknown_body_in_the_workbook(built):
    edit_workbook(built.workbook, "Certificats", {(NAMES[0], "Ens"): "Ajuntament de Badalon"})
    summary = built.load(built.workbook, expect=1)
    line = events(summary, "refused")[0]
    assert line["sheet"] == "Certificats" and line["row"] == 5 and 'did you mean "Ajuntament de Badalona"?' in line["text"]


def test_action_added_in_the_workbook(built):
    edit_workbook(built.workbook, "OK", {(NAMES[1], "Acció"): "Una acció reescrita."})
    assert counts(built.load(built.workbook))["actions"] == (1, 0, 0)
    assert "Una acció reescrita." in [a["text"] for a in built.json("action", "list", "Berga")]


def test_comments_go_on_in_the_next_report(built, tmp_path):
    edit_workbook(built.workbook, "Certificats", {(NAMES[2], "Comentari"): "Escrit a l'Excel."})
    built.load(built.workbook)
    built.run("report", "build", "--out", tmp_path / "next", on=day(7))
    rows = {r["Ens"]: r["Comentari"] for r in sheet_rows(tmp_path / "next" / "ResumAjuntaments.xlsx", "Certificats")}
    assert rows == {NAMES[0]: "13/11/2026: avisats.", NAMES[1]: "12/11/2026: trucada.", NAMES[2]: "Escrit a l'Excel."}


def test_workbook_of_an_older_report_is_compared_with_what_that_report_said(built, tmp_path):
    """The edit of last week's workbook comes in, although the comment was in between only added to."""
    built.run("report", "build", "--out", tmp_path / "next", on=day(7))
    built.run("comment", "Badalona", "Nota.", "--add", on=day(7))
    edit_workbook(built.workbook, "Certificats", {(NAMES[0], "Comentari"): "13/11/2026: avisats (corregit)."})
    built.load(built.workbook, on=day(7))
    assert built.json("comment", "Badalona", on=day(7))[0]["comment"] == f"13/11/2026: avisats (corregit).\n{dmy(7)}: Nota."


def test_workbook_without_its_property(built, tmp_path):
    """Saved by a program that drops properties: what is contained is taken, what differs is a conflict."""
    book = openpyxl.load_workbook(built.workbook)
    page = book["Certificats"]
    for row in page.iter_rows(min_row=5):
        if row[0].value == NAMES[0]:
            row[6].value += "\n20/11/2026: més."
        if row[0].value == NAMES[1]:
            row[6].value = "Una altra cosa."
    book.save(tmp_path / "sense.xlsx")
    summary = built.load(tmp_path / "sense.xlsx", expect=1)
    assert comments(built)[NAMES[0]] == "13/11/2026: avisats.\n20/11/2026: més."
    assert [e["body"] for e in events(summary, "conflict")] == [NAMES[1]]


def test_demo_workbook_unchanged(demo):
    before = everything(demo)
    summary = demo.load(demo.path / "informes" / TODAY / "ResumAjuntaments.xlsx")
    assert all(v == (0, 0, 0) for v in counts(summary).values())
    assert everything(demo) == before


@pytest.mark.parametrize("week", [day(-14), day(-7)])
def test_demo_workbooks_of_the_past_unchanged(demo, week):
    before = everything(demo)
    summary = demo.load(demo.path / "informes" / week / "ResumAjuntaments.xlsx")
    assert all(v == (0, 0, 0) for v in counts(summary).values()), summary["lines"][:5]
    assert everything(demo) == before


# ------------------------------------------------------------------ workbooks made by hand

def date(text):
    return datetime.datetime.strptime(text, "%d/%m/%Y")


def by_hand(path, query=True, variant=0):
    """As the team wrote them before: other headings, titles above, no property."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    if query:
        page = book.create_sheet("Query")
        page.append(["Ens", "Provincia", "Municipi", "Plataforma", "Endpoint", "Data CDS", "Dies_Caducitat_CDS", "Data CDA",
                     "Dies_Caducitat_CDA"])
        for i, name in enumerate(TOWNS):
            page.append([name, 8, i + 1, "JAVA", f"https://padro{i}.example/ws?wsdl", date("01/12/2026"), 18, date("01/06/2027"), 200])
    page = book.create_sheet("OK")
    page.append(["Accions fetes aquesta setmana"])
    page.append([])
    page.append(["Ens", "Acció", "Data"] if variant == 0 else ["Ajuntament", "Actuacions", "Dia"])
    page.append(["Ajuntament de Vic", "Renovat el CDS", date("10/11/2026")])
    page.append(["Reus, Ajuntament de", "Migració a JAVA acabada", "11/11/2026"])
    page.append([None, None, None])
    page = book.create_sheet("KO")
    page.append(["Ens amb errors"])
    page.append(["Ens", "Error", "Des de", "Dies", "Accions"] if variant == 0 else ["Ente", "Incidència", "Data inici", "Dies KO", "Comentaris"])
    page.append(["Ajuntament de Gavà", "No respon", date("05/11/2026"), 8,
                 "06/11/2026: avisada la secretaria\n09/11/2026: ho miren"])
    page.append(["Ajuntament de Mataró", "Error 500", None, 3, "Avisats"])
    page = book.create_sheet("Certificats")
    page.append(["Certificats a punt de caducar"])
    page.append(["Ens", "Plataforma", "Validesa", "Dies", "Comentaris"] if variant == 0
                else ["Ens", "Tecnologia", "Certificats", "Dies restants", "Observacions"])
    page.append(["Ajuntament de Berga", "JAVA", "CDS 01/12/2026", 18, "12/11/2026: avisats per correu"])
    page.append(["Ajuntament del Prat de Llobregat", "JAVA", "CDS 01/12/2026 · CDA 01/06/2027", 18, "Ja ho han demanat."])
    page.append(["Ajuntament de Calella", "JAVA", "", 18, "Sense dates al full."])
    book.save(path)
    return path


@pytest.fixture
def old_desk(desk, write):
    rows = towns()
    for r in rows:
        r[6], r[7] = "01/12/2026", "01/06/2027"
    desk.load(write("r.csv", rows))
    return desk


@pytest.mark.parametrize("variant", [0, 1])
@pytest.mark.parametrize("name", ["ResumAjuntaments 13-11-2026.xlsx", "Resum_13.11.2026_v2.xlsx", "20261113 Resum.xlsx",
                                  "ResumAjuntaments 2026-11-13 (2).xlsx"])
def test_old_workbook_into_a_desk(old_desk, tmp_path, name, variant):
    path = by_hand(tmp_path / name, variant=variant)
    assert counts(old_desk.load(path)) == {"actions": (2, 0, 0), "outages": (2, 0, 0), "comments": (0, 3, 0)}
    actions = {(a["name"], a["date"], a["text"]) for a in old_desk.json("action", "list")}
    assert actions == {("Ajuntament de Vic", "2026-11-10", "Renovat el CDS"), ("Ajuntament de Reus", "2026-11-11", "Migració a JAVA acabada"),
                       ("Ajuntament de Gavà", "2026-11-06", "avisada la secretaria"), ("Ajuntament de Gavà", "2026-11-09", "ho miren"),
                       ("Ajuntament de Mataró", "2026-11-13", "Avisats")}
    groups = {a["text"]: a["group"] for a in old_desk.json("action", "list")}
    assert groups["Migració a JAVA acabada"] == "migration" and groups["ho miren"] == "outage"
    outages = {o["name"]: (o["since"], o["closed"], o["error"]) for o in old_desk.json("outage", "list", "--all")}
    assert outages == {"Ajuntament de Gavà": ("2026-11-05", "2026-11-14", "No respon"),
                       "Ajuntament de Mataró": ("2026-11-10", "2026-11-14", "Error 500")}
    assert comments(old_desk) == {"Ajuntament de Berga": "12/11/2026: avisats per correu",
                                  "Ajuntament del Prat de Llobregat": "Ja ho han demanat.",
                                  "Ajuntament de Calella": "Sense dates al full."}


def test_old_workbook_twice_doubles_nothing(old_desk, tmp_path):
    path = by_hand(tmp_path / "ResumAjuntaments 13-11-2026.xlsx")
    old_desk.load(path)
    before = everything(old_desk)
    assert counts(old_desk.load(path)) == {"actions": (0, 0, 0), "outages": (0, 0, 0), "comments": (0, 0, 0)}
    assert everything(old_desk) == before


def test_old_workbook_does_not_change_the_registry(old_desk, tmp_path):
    before = old_desk.certificates()
    old_desk.load(by_hand(tmp_path / "ResumAjuntaments 13-11-2026.xlsx"))
    assert old_desk.certificates() == before


def test_old_workbook_into_an_empty_desk(desk, tmp_path):
    """Nothing is known yet: its Query becomes the registry."""
    summary = desk.load(by_hand(tmp_path / "ResumAjuntaments 13-11-2026.xlsx"))
    assert part(summary)["new"] == 12
    assert counts(summary)["comments"] == (0, 3, 0) and counts(summary)["actions"] == (2, 0, 0)
    assert desk.by_body()[TOWNS[0]]["cds"]["expires"] == "2026-12-01"
    assert part(desk.load(by_hand(tmp_path / "ResumAjuntaments 13-11-2026.xlsx")), "comments")["changed"] == 0


def test_old_workbook_without_query_into_an_empty_desk(desk, tmp_path):
    desk.run("import", by_hand(tmp_path / "ResumAjuntaments 13-11-2026.xlsx", query=False), expect=(1, 3))
    assert desk.certificates() == []


def test_next_weeks_workbook_makes_the_outage_longer_not_double(old_desk, tmp_path):
    for n in (13, 20):
        path = by_hand(tmp_path / f"ResumAjuntaments {n}-11-2026.xlsx")
        book = openpyxl.load_workbook(path)
        book["KO"].delete_rows(4)
        book.save(path)
        old_desk.load(path)
    outages = old_desk.json("outage", "list", "--all")
    assert [(o["name"], o["since"]) for o in outages] == [("Ajuntament de Gavà", "2026-11-05")]


def test_outage_of_todays_workbook_can_be_noted_and_closed(old_desk, tmp_path):
    old_desk.load(by_hand(tmp_path / "ResumAjuntaments 20-11-2026.xlsx"))
    assert "Ajuntament de Gavà" in {o["name"] for o in old_desk.json("outage", "list")}
    old_desk.run("outage", "open", "Gavà", "Una altra", expect=3)
    old_desk.run("outage", "note", "Gavà", "Truquem.")
    old_desk.run("outage", "close", "Gavà", "Ja respon.")
    assert "Ajuntament de Gavà" not in {o["name"] for o in old_desk.json("outage", "list")}


def test_years_of_workbooks(old_desk, tmp_path):
    for n in range(1, 6):
        old_desk.load(by_hand(tmp_path / f"ResumAjuntaments 0{n}-11-2026.xlsx"), expect=(0, 1))
    assert len({(a["name"], a["date"], a["text"]) for a in old_desk.json("action", "list")}) == len(old_desk.json("action", "list"))


def with_comment(path, text):
    book = openpyxl.load_workbook(by_hand(path))
    book["Certificats"]["E3"] = text
    book.save(path)
    return path


@pytest.mark.parametrize("order", [(6, 13, 20), (20, 13, 6), (13, 20, 6), (20, 6, 13)])
def test_of_workbooks_by_hand_the_latest_is_in_force(old_desk, tmp_path, order):
    """Reworded from week to week, imported in any order: no conflict, and last week's words count."""
    texts = {6: "Trucat.", 13: "Enviat un correu (abans s'havia trucat).", 20: "Responen que sí."}
    for n in order:
        old_desk.load(with_comment(tmp_path / f"ResumAjuntaments {n:02}-11-2026.xlsx", texts[n]))
    assert comments(old_desk)["Ajuntament de Berga"] == "Responen que sí."
    before = everything(old_desk)
    for n in order:
        old_desk.load(tmp_path / f"ResumAjuntaments {n:02}-11-2026.xlsx")
    assert everything(old_desk) == before


def test_of_workbooks_by_hand_the_latest_does_not_pass_over_ours(old_desk, tmp_path):
    old_desk.load(with_comment(tmp_path / "ResumAjuntaments 06-11-2026.xlsx", "Trucat."))
    old_desk.run("comment", "Berga", "Anotat aquí.", "--add")
    old_desk.load(with_comment(tmp_path / "ResumAjuntaments 13-11-2026.xlsx", "Una altra cosa."), expect=1)
    assert comments(old_desk)["Ajuntament de Berga"] == f"Trucat.\n{dmy()}: Anotat aquí."


def test_comment_that_contradicts_ours_is_a_conflict_without_property(old_desk, tmp_path):
    old_desk.run("comment", "Berga", "Text nostre.")
    old_desk.load(by_hand(tmp_path / "ResumAjuntaments 13-11-2026.xlsx"), expect=1)
    assert comments(old_desk)["Ajuntament de Berga"] == "Text nostre."
    assert "avisats per correu" in old_desk.run("comment", "Berga", expect=1).out


def test_impossible_date_in_an_old_workbook(old_desk, tmp_path):
    path = by_hand(tmp_path / "ResumAjuntaments 13-11-2026.xlsx")
    book = openpyxl.load_workbook(path)
    book["OK"]["C4"], book["KO"]["C3"] = "31/02/2026", "25/11/2026"
    book.save(path)
    refused = events(old_desk.load(path, expect=1), "refused")
    assert [(e["sheet"], e["row"]) for e in refused] == [("OK", 4), ("KO", 3)]
    assert "C (Data)" in refused[0]["text"]
