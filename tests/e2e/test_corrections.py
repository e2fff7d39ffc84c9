"""What was noted wrongly is corrected or taken back: in the report, in the comment, and for workbooks that still have it."""
import pytest

from conftest import EXIT, TODAY, dmy, sheet_rows, towns


@pytest.fixture
def noted(desk, write):
    rows = towns()
    rows[7][6] = dmy(20)  # Mataró
    desk.load(write("registry.csv", rows))
    return desk


def actions(desk):
    return {a["id"]: a for a in desk.json("action", "list")}


def comment(desk, name):
    return {c["name"]: c["comment"] for c in desk.json("comment")}.get(name, "")


def test_an_action_is_corrected_with_its_line(noted):
    noted.run("action", "add", "Mataró", "Trucat al tecnic", "--group", "renewal", "--ticket", "ST-1")
    noted.run("action", "add", "Gavà", "una altra")
    (number,) = [i for i, a in actions(noted).items() if a["name"] == "Ajuntament de Mataró"]
    line = f"{dmy()}: Trucat al tecnic (ST-1)"
    before = comment(noted, "Ajuntament de Mataró")
    assert line in before
    assert "corrected" in noted.run("action", "edit", number, "Trucat al tècnic <b>", "--ticket", "ST-2").out
    now = actions(noted)[number]
    assert (now["text"], now["ticket"], now["group"], now["date"]) == ("Trucat al tècnic <b>", "ST-2", "renewal", TODAY)
    assert comment(noted, "Ajuntament de Mataró") == before.replace(line, f"{dmy()}: Trucat al tècnic <b> (ST-2)")
    noted.run("action", "edit", number, "Trucat al tècnic <b>", "--group", "other", "--date", "2026-11-18")
    assert actions(noted)[number]["date"] == "2026-11-18" and actions(noted)[number]["ticket"] == "ST-2"
    trail = [a["detail"] for a in noted.json("audit", "list", "--all") if a["what"] == "action-edit"]
    assert any("Trucat al tecnic (ST-1) → Trucat al tècnic <b> (ST-2)" in t for t in trail), trail
    assert noted.json("audit", "verify")["unbroken"]


def test_what_a_correction_refuses(noted):
    noted.run("action", "add", "Gavà", "una")
    noted.run("action", "add", "Gavà", "dues")
    first, second = sorted(actions(noted))
    before = noted.dump()
    for words, code in ((("edit", second, "una"), EXIT["input"]), (("edit", 999, "x"), EXIT["input"]), (("edit", "zero", "x"), EXIT["usage"]),
                        (("edit", first, " \n"), EXIT["input"]), (("edit", first, "x", "--date", "2027-01-01"), EXIT["input"]),
                        (("withdraw", first), EXIT["usage"]), (("withdraw", 999, "--reason", "x"), EXIT["input"]),
                        (("edit", first, "x", "--group", "cap"), EXIT["usage"])):
        noted.run("action", *words, expect=code)
    assert noted.dump() == before


def test_a_workbook_brings_back_neither_what_was_corrected_nor_what_was_taken_back(noted, tmp_path):
    noted.run("action", "add", "Gavà", "de l'ens equivocat", "--group", "migration")
    noted.run("action", "add", "Reus", "amb una errda", "--group", "migration", "--ticket", "ST-7")
    wrong, typo = sorted(actions(noted))
    noted.run("report", "build", "--out", tmp_path / "week")
    book = tmp_path / "week" / "ResumAjuntaments.xlsx"
    assert {r["Ens"] for r in sheet_rows(book, "OK")} == {"Ajuntament de Gavà", "Ajuntament de Reus"}
    assert "taken back" in noted.run("action", "withdraw", wrong, "--reason", "era Gelida").out
    noted.run("action", "edit", typo, "amb una errada")
    noted.load(book)
    assert [a["text"] for a in actions(noted).values()] == ["amb una errada"]
    noted.run("action", "add", "Gavà", "de l'ens equivocat")  # a person may say it again
    assert len(actions(noted)) == 2
    noted.run("report", "build", "--out", tmp_path / "again")
    assert "amb una errada" in (tmp_path / "again" / "report.txt").read_text()
