"""Workbooks as the team has them: written by Python, LibreOffice or Excel, with real dates, texts, several sheets."""
import datetime
import shutil
import subprocess

import openpyxl
import pytest

from conftest import EXIT, HEADER, TODAY, TOWNS, body, day, environment, events, part, towns

DATE = datetime.date.fromisoformat


def real(row):
    """The row with dates as dates and numbers as numbers, as a spreadsheet has them."""
    days = [datetime.datetime.strptime(d, "%d/%m/%Y") if d else None for d in row[6:8]]
    return [int(row[0]), row[1], int(row[2]), int(row[3]), int(row[4]), row[5], *days]


def book(path, sheets):
    """sheets: name → rows; a name that begins with "~" is hidden."""
    b = openpyxl.Workbook()
    b.remove(b.active)
    for name, rows in sheets.items():
        s = b.create_sheet(name.lstrip("~"))
        for row in rows:
            s.append(row)
        if name.startswith("~"):
            s.sheet_state = "hidden"
    b.save(path)
    return path


def dates(desk):
    return {b: (c["cds"]["expires"], c["cda"]["expires"]) for b, c in desk.by_body().items()}


def test_dates_and_numbers_as_cells(desk, tmp_path):
    desk.load(book(tmp_path / "r.xlsx", {"Full1": [HEADER, *map(real, towns())]}))
    assert dates(desk)[TOWNS[0]] == (day(400), day(500))
    first = desk.by_body()[TOWNS[0]]
    assert (first["platform"], first["municipality"], first["province"]) == ("JAVA", "1", "8")
    assert first["source_id"] == "100"


def test_the_same_in_both_formats_is_the_same(desk, tmp_path, write):
    desk.load(write("r.csv", towns()))
    assert part(desk.load(book(tmp_path / "r.xlsx", {"Full1": [HEADER, *map(real, towns())]})))["same"] == 12
    assert part(desk.load(book(tmp_path / "t.xlsx", {"Full1": [HEADER, *towns()]})))["same"] == 12


@pytest.mark.parametrize("cell,read", [
    ("20/11/2027", "2027-11-20"), ("20 de novembre de 2027", "2027-11-20"), ("2027-11-20", "2027-11-20"), (None, None), ("", None), ("-", None),
    (datetime.datetime(2027, 11, 20, 23, 59, 59), "2027-11-20"), (datetime.date(2027, 11, 20), "2027-11-20"), (46711, "2027-11-20"),
    (46711.75, "2027-11-20"), ("'20/11/2027", None),
])
def test_kinds_of_date_cells(desk, tmp_path, cell, read):
    row = real(body(1, "Vic, Ajuntament de", 1, 400))
    row[6] = cell
    summary = desk.load(book(tmp_path / "r.xlsx", {"a": [HEADER, row, real(towns()[0])]}), expect=(0, 1))
    if part(summary)["refused"] == 0:
        assert desk.by_body()["Vic, Ajuntament de"]["cds"]["expires"] == read
    else:
        assert cell == "'20/11/2027" and "G (DATA_CDS)" in events(summary, "refused")[0]["text"]


@pytest.mark.parametrize("form", ["dd/mm/yyyy", "d-mmm-yy", "yyyy-mm-dd hh:mm", "[$-403]d mmmm yyyy", "mm-dd-yy", 'dddd, d" de "mmmm'])
def test_date_formats_of_cells(desk, tmp_path, form):
    path = book(tmp_path / "r.xlsx", {"a": [HEADER, real(body(1, "Vic, Ajuntament de", 30, 40))]})
    b = openpyxl.load_workbook(path)
    b["a"]["G2"].number_format = b["a"]["H2"].number_format = form
    b.save(path)
    desk.load(path)
    assert dates(desk)["Vic, Ajuntament de"] == (day(30), day(40))


def test_dates_of_1904(desk, tmp_path):
    b = openpyxl.Workbook()
    b.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    b.active.append(HEADER)
    b.active.append(real(body(1, "Vic, Ajuntament de", 30, 40)))
    b.save(tmp_path / "mac.xlsx")
    desk.load(tmp_path / "mac.xlsx")
    assert dates(desk)["Vic, Ajuntament de"] == (day(30), day(40))


def test_formula_cells_give_their_last_value_or_nothing(desk, tmp_path):
    row = real(body(1, "Vic, Ajuntament de", 30, 40))
    row[6] = "=DATE(2027,1,1)"  # no cached value: nothing has calculated it
    summary = desk.load(book(tmp_path / "r.xlsx", {"a": [HEADER, row, real(towns()[0])]}), expect=(0, 1))
    assert part(summary)["rows"] == 2


def test_sheets_that_are_not_the_registry_are_passed_over(desk, tmp_path):
    path = book(tmp_path / "r.xlsx", {"Notes": [["Llista feta per nosaltres"], ["res"]], "Registre": [HEADER, *map(real, towns())],
                                      "Resum": [["Total", 12]]})
    assert part(desk.load(path))["new"] == 12


def test_title_rows_and_an_empty_first_column(desk, tmp_path):
    rows = [["Registre de PADRÓ"], [], [None, "Feta el", DATE(TODAY)], [], [None, *HEADER], *[[None, *real(r)] for r in towns()]]
    assert part(desk.load(book(tmp_path / "r.xlsx", {"a": rows})))["new"] == 12


def test_thousands_of_empty_formatted_rows(desk, tmp_path):
    path = book(tmp_path / "r.xlsx", {"a": [HEADER, *map(real, towns())]})
    b = openpyxl.load_workbook(path)
    for n in range(20, 3000):
        b["a"].cell(n, 1).number_format = "dd/mm/yyyy"
    b.save(path)
    assert part(desk.load(path))["rows"] == 12


def test_hidden_sheet_does_not_count(desk, tmp_path):
    """An old copy of the list, hidden: what people see is what is imported."""
    old, new = [HEADER, *map(real, towns(cds=1))], [HEADER, *map(real, towns())]
    for sheets in ({"~Antic": old, "Registre": new}, {"Registre": new, "~Antic": old}):
        summary = desk.load(book(tmp_path / "r.xlsx", sheets))
        assert part(summary)["rows"] == 12
        assert [(e["sheet"], e["text"]) for e in events(summary, "remark")] == [("Antic", "the sheet is hidden and was not read")]
        assert dates(desk)[TOWNS[0]][0] == day(400)


def test_only_a_hidden_sheet(desk, tmp_path):
    path = book(tmp_path / "r.xlsx", {"~Antic": [HEADER, *map(real, towns())], "Notes": [["res"]]})
    assert "hidden" in desk.run("import", path, expect=EXIT["input"]).err


def test_registry_split_over_two_sheets(desk, tmp_path):
    """JAVA here, NET there: one registry, in which nobody vanishes because of the other sheet."""
    rows = [real(r) for r in towns()]
    path = book(tmp_path / "r.xlsx", {"JAVA": [HEADER, *rows[:7]], "NET": [HEADER, *rows[7:]]})
    desk.load(path)
    assert len(desk.certificates()) == 12
    assert not [c for c in desk.certificates() if "vanished" in c["flags"]]
    again = part(desk.load(path))
    assert (again["same"], again["vanished"]) == (12, 0)
    less = book(tmp_path / "less.xlsx", {"JAVA": [HEADER, *rows[:7]], "NET": [HEADER, *rows[7:11]]})
    assert part(desk.load(less))["vanished"] == 1


def test_rows_are_named_with_their_sheet(desk, tmp_path):
    rows = [real(r) for r in towns()]
    path = book(tmp_path / "r.xlsx", {"JAVA": [HEADER, *rows[:7]], "NET": [HEADER, *rows[7:], rows[0]]})
    refused = events(desk.load(path, expect=1), "refused")[0]
    assert (refused["sheet"], refused["row"]) == ("NET", 7)
    assert "refused  row 7 (NET)" in desk.run("import", path, "--dry-run", expect=1).out


def test_refused_row_names_sheet_row_and_column(desk, tmp_path):
    rows = [real(r) for r in towns()]
    rows[4][7] = "aviat"
    summary = desk.load(book(tmp_path / "r.xlsx", {"Registre": [HEADER, *rows]}), expect=1)
    line = events(summary, "refused")[0]
    assert line["row"] == 6 and line["sheet"] == "Registre" and "H (DATA_CDA)" in line["text"]


def test_ine10_as_a_number_keeps_its_zero(desk, tmp_path):
    rows = [["Ens", "INE10", "Data CDS"], ["Badalona, Ajuntament de", 801550002, DATE(day(30))]]
    desk.load(book(tmp_path / "r.xlsx", {"a": rows}), expect=(0, 1))
    assert desk.certificates()[0]["ine10"] == "0801550002"


@pytest.mark.parametrize("name", ["registre.xlsx", "registre.XLSX", "registre.csv", "registre"])
def test_the_content_decides_not_the_name(desk, tmp_path, name):
    book(tmp_path / "x.xlsx", {"a": [HEADER, *map(real, towns())]}).rename(tmp_path / name)
    assert part(desk.load(tmp_path / name))["new"] == 12


def test_rich_text_and_white_space(desk, tmp_path):
    row = real(body(1, "  Vic,\u00a0Ajuntament   de ", 30, 40))
    desk.load(book(tmp_path / "r.xlsx", {"a": [HEADER, row]}))
    assert desk.certificates()[0]["name"] == "Ajuntament de Vic"


def test_merged_cells_above_the_header(desk, tmp_path):
    b = openpyxl.Workbook()
    s = b.active
    s.append(["Certificats del servei PADRÓ"])
    s.merge_cells("A1:H1")
    s.append(HEADER)
    for row in map(real, towns()):
        s.append(row)
    b.save(tmp_path / "r.xlsx")
    assert part(desk.load(tmp_path / "r.xlsx"))["new"] == 12


def test_workbook_without_any_known_sheet(desk, tmp_path):
    err = desk.run("import", book(tmp_path / "r.xlsx", {"Full1": [["hola"]], "Full2": []}), expect=EXIT["input"]).err
    assert "r.xlsx" in err and "header" in err


def libreoffice(source, directory):
    """The same workbook, written anew by LibreOffice."""
    soffice = shutil.which("soffice")
    if soffice is None:
        pytest.skip("LibreOffice is not installed")
    directory.mkdir()
    done = subprocess.run([soffice, f"-env:UserInstallation=file://{directory}/profile", "--headless", "--convert-to", "xlsx",
                           "--outdir", directory, source], capture_output=True, timeout=120, env=environment(HOME=directory))
    if done.returncode != 0 or not (directory / source.name).exists():
        pytest.skip("LibreOffice does not run here")
    return directory / source.name


def test_workbook_written_by_libreoffice(desk, tmp_path):
    made = libreoffice(book(tmp_path / "r.xlsx", {"Registre": [HEADER, *map(real, towns())], "~Antic": [HEADER, *towns(cds=1)]}),
                       tmp_path / "lo")
    assert part(desk.load(made))["new"] == 12
    assert dates(desk)[TOWNS[0]] == (day(400), day(500)) and "Ajuntament de Mataró" in {c["name"] for c in desk.certificates()}
    assert part(desk.load(tmp_path / "r.xlsx"))["same"] == 12


def test_our_own_workbook_through_libreoffice(demo, tmp_path):
    """Opened and saved by LibreOffice, nothing edited: nothing changes."""
    ours = demo.path / "informes" / TODAY / "ResumAjuntaments.xlsx"
    made = libreoffice(ours, tmp_path / "lo")
    before = demo.run("comment").out, demo.run("action", "list", "--json").out, demo.run("outage", "list", "--json").out
    summary = demo.load(made)
    assert {p["kind"]: (p["new"], p["changed"], p["refused"]) for p in summary["parts"]} == {
        "actions": (0, 0, 0), "outages": (0, 0, 0), "comments": (0, 0, 0)}
    assert before == (demo.run("comment").out, demo.run("action", "list", "--json").out, demo.run("outage", "list", "--json").out)
