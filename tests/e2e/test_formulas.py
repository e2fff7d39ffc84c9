"""Text that a spreadsheet would take for a formula is text in every file that the desk hands out, whichever field it
stands in: the workbook, and the CSV of bodies, outages and the audit trail."""
import csv
import io

import conftest
import openpyxl
import web as w

STARTS = {"=": "=HYPERLINK(\"https://mal.example/\")", "+": "+1+cmd|' /C calc'!A0", "-": "-2+3+cmd|'/C x'!A0", "@": "@SUM(1,1)",
          "tab": "\t=1+1", "cr": "\r=1+1"}


def hostile(desk, write):
    """Each start in each field that people and files bring text in by."""
    rows = conftest.towns()
    rows[0][1] = "=1+1"
    rows[1][1] = "@SUM(A1)"
    desk.load(write("registry.csv", rows))
    for (start, text), body in zip(STARTS.items(), ("Badalona", "Berga", "Calella", "Falset", "Gavà", "Mataró")):
        desk.run("action", "add", "--group", "renewal", "--ticket", f"={start}", "--", body, text)
        desk.run("comment", "--add", "--", body, text)
        desk.run("contact", "add", body, f"{start.strip('=+-@') or 'x'}@ens.example", f"--name={text}")
        desk.run("silence", "--until", conftest.day(9), "--", body, text)
        desk.run("exclude", "--", body, text)
        desk.run("exclude", "lift", "--", body, text)
        desk.run("outage", "open", "--date", conftest.day(-1), "--", body, text)
        desk.run("outage", "note", "--", body, text)
        if start in "=+-":
            desk.run("outage", "close", "--", body, text)
    desk.run("outage", "open", "=1+1", "@SUM(1)")


def cells(answer):
    text = answer.body.decode() if isinstance(answer.body, bytes) else answer.body
    return [cell for row in csv.reader(io.StringIO(text.lstrip("\ufeff"), newline=""), delimiter=";") for cell in row]


def formula(cell):
    number = cell.lstrip("-").replace(".", "", 1).isdigit()
    return cell[:1] in ("=", "+", "-", "@", "\t", "\r") and not number


def test_nothing_becomes_a_formula(desk, write, tmp_path):
    hostile(desk, write)
    w.add_account(desk, "maria", "administrator")
    with w.serving(desk) as web:
        b = web.browser()
        b.log_in("maria")
        for path, said in (("/ens.csv", "1+1"), ("/caigudes.csv", "HYPERLINK"), ("/auditoria/exporta", "HYPERLINK")):
            found = cells(b.get(path))
            assert [c for c in found if formula(c)] == [] and any(said in c for c in found), path
            assert [c for c in found if c.startswith("'")], path
    desk.run("report", "build", "--out", tmp_path / "out", expect=(0, 1))
    book = openpyxl.load_workbook(next((tmp_path / "out").rglob("*.xlsx")))
    ours = texts = 0
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    ours += 1  # days that are counted: nothing of what anybody wrote
                    assert not any(x in str(cell.value) for x in ("HYPERLINK", "cmd", "SUM(1", "=1+1")), cell.value
                elif isinstance(cell.value, str) and formula(cell.value.lstrip("'")):
                    texts += 1
                    assert cell.data_type in ("s", "inlineStr"), (cell.coordinate, cell.value)
                assert cell.hyperlink is None
    assert ours > 10 and texts > 5
