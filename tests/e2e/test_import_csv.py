"""Delimited text as people and databases export it: every form is read, every change is told, nothing is lost."""
import pytest

from conftest import EXIT, HEADER, TODAY, TOWNS, body, copy_desk, day, dmy, events, part, table, towns

ROWS = towns(count=4)
NEXT = day(7)
WEEK = day(-7)


def dates(desk, **more):
    return {b: (c["cds"]["expires"], c["cda"]["expires"]) for b, c in desk.by_body(**more).items()}


def expected(rows):
    return {r[1]: (iso(r[6]), iso(r[7])) for r in rows}


def iso(text):
    return "-".join(reversed(text.split("/"))) if text else None


# ------------------------------------------------------------------ forms of the file

@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
@pytest.mark.parametrize("name", ["registre.csv", "registre.tsv", "registre.txt"])
def test_separators(desk, write, separator, name):
    assert part(desk.load(write(name, table(ROWS, separator=separator))))["new"] == 4
    assert dates(desk) == expected(ROWS)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "cp1252", "utf-16", "utf-16-le", "utf-16-be"])
def test_encodings(desk, write, encoding):
    text = table(ROWS)
    if encoding.startswith("utf-16-"):
        text = "\ufeff" + text
    desk.load(write("registre.csv", text, encoding))
    names = {c["name"] for c in desk.certificates()}
    assert "Ajuntament d'Abrera" in names
    assert set(dates(desk)) == {r[1] for r in ROWS}


def test_accents_survive_latin1(desk, write):
    desk.load(write("r.csv", [body(1, "Gavà, Ajuntament de", 100, 100), body(2, "Cruïlles, Ajuntament de", 100, 100)]))
    other = write("l.csv", table([body(1, "Gavà, Ajuntament de", 100, 100), body(2, "Cruïlles, Ajuntament de", 100, 100)]),
                  "latin-1")
    assert part(desk.load(other))["same"] == 2


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends(desk, write, end):
    assert part(desk.load(write("r.csv", table(ROWS, end=end))))["new"] == 4


def test_last_line_without_end(desk, write):
    assert part(desk.load(write("r.csv", table(ROWS).rstrip("\r\n"))))["new"] == 4


def test_quotes_separators_and_line_ends_inside(desk, write):
    text = ('ID;DESCRIPCIO;URL_WSDL;DATA_CDS\r\n'
            '1;"Prat de Llobregat, Ajuntament del";"https://a.example/x?a=1;b=2";01/02/2027\r\n'
            '2;"Vic, ""Ajuntament"" de";"https://b.example/\r\ny";02/02/2027\r\n')
    assert part(desk.load(write("r.csv", text)))["new"] == 2
    assert desk.by_body()["Prat de Llobregat, Ajuntament del"]["endpoint"] == "https://a.example/x?a=1;b=2"


@pytest.mark.parametrize("written,read", [
    ("20/11/2027", "2027-11-20"), ("20-11-2027", "2027-11-20"), ("20.11.2027", "2027-11-20"), ("1/2/2027", "2027-02-01"),
    ("2027-11-20", "2027-11-20"), ("2027-11-20 00:00:00.0", "2027-11-20"), ("2027-11-20T10:30:00", "2027-11-20"),
    ("2027-11-19T23:30:00Z", "2027-11-20"), ("20271120", "2027-11-20"), ("20/11/27", "2027-11-20"),
    ("20/11/2027 9:30", "2027-11-20"), ("20-NOV-27", "2027-11-20"), ("20 de novembre de 2027", "2027-11-20"),
    ("1 d'abril de 2027", "2027-04-01"), ("1 d’octubre del 2027", "2027-10-01"), ("3 de marzo de 2027", "2027-03-03"),
    ("3 març 2027", "2027-03-03"), ("15 ene 2027", "2027-01-15"), ("15-gen-2027", "2027-01-15"), ("", None), ("-", None),
    ("NULL", None), ("sense data", None), ("sin fecha", None), ("29/02/2028", "2028-02-29"),
])
def test_forms_of_dates(desk, write, written, read):
    desk.load(write("r.csv", [body(1, "Vic, Ajuntament de", written, 400)]))
    assert desk.by_body()["Vic, Ajuntament de"]["cds"]["expires"] == read


@pytest.mark.parametrize("header", [
    ["ID", "DESCRIPCIO", "CODI_PROVINCIA", "CODI_MUNICIPI", "PLATAFORMA", "URL_WSDL", "DATA_CDS", "DATA_CDA"],
    ["id", "descripcio", "codi_provincia", "codi_municipi", "plataforma", "url_wsdl", "data_cds", "data_cda"],
    ["Id", "Ens", "Província", "Municipi", "Plataforma", "Endpoint", "Data CDS", "Data CDA"],
    ["ID", "Ente", "Código provincia", "Código municipio", "Platform", "URL", "Fecha CDS", "Fecha CDA"],
    ["ID", "Body", "Province", "Municipality", "Platform", "Endpoint", "Date CDS", "Date CDA"],
    ["  ID ", "DESCRIPCIÓ", "codi província", "CODI MUNICIPI", "PLATAFORMA ", "Url-Wsdl", "data  cds", "Data_CDA"],
])
def test_headers_of_any_kind(desk, write, header):
    desk.load(write("r.csv", table(ROWS, header)))
    assert dates(desk) == expected(ROWS)
    assert {c["municipality"] for c in desk.certificates()} == {"1", "2", "3", "4"}


def test_columns_in_any_order_and_unknown_ones(desk, write):
    order = [7, 3, 1, 0, 6, 5, 2, 4]
    rows = [[r[i] for i in order] + ["de més"] for r in ROWS]
    desk.load(write("r.csv", table(rows, [HEADER[i] for i in order] + ["Observacions internes"])))
    assert dates(desk) == expected(ROWS)


def test_the_procedures_own_columns(desk, write):
    """The result of the registry's query as the team pastes it: nine columns, days included, no id."""
    header = ["Ens", "Provincia", "Municipi", "Plataforma", "Endpoint", "Data CDS", "Dies_Caducitat_CDS", "Data CDA",
              "Dies_Caducitat_CDA"]
    rows = [[r[1], r[2], r[3], "JAVA", r[5], r[6], "400", r[7], "500"] for r in ROWS]
    desk.load(write("r.csv", table(rows, header, "\t")))
    assert dates(desk) == expected(ROWS)
    assert {c["platform"] for c in desk.certificates()} == {"JAVA"}


def test_title_rows_above_the_header(desk, write):
    text = "Consulta del registre;;;\r\n\r\nFeta el 20/11/2026;;;\r\n;;;\r\n" + table(ROWS)
    assert part(desk.load(write("r.csv", text)))["new"] == 4


def test_thousands_of_blank_rows(desk, write):
    text = table(ROWS[:2]) + ";;;;;;;\r\n" * 5000 + "\r\n" * 5000 + table(ROWS[2:], header=None)
    assert part(desk.load(write("r.csv", text))) | {"rows": 4, "new": 4, "refused": 0} == part(desk.load(
        write("r2.csv", ROWS), "--dry-run")) | {"rows": 4, "new": 4, "refused": 0, "same": 0, "kind": "registry"}


def test_platforms(desk, write):
    words = {"0": "JAVA", "1": "NET", "2": "OTHER", "": "OTHER", "java": "JAVA", ".NET": "NET", "Net": "NET", "PHP": "OTHER"}
    rows = [body(i, f"Poble {i}, Ajuntament de", 90, 90, municipality=str(i), platform=w) for i, w in enumerate(words, 1)]
    desk.load(write("r.csv", rows))
    assert {c["source_id"]: c["platform"] for c in desk.certificates()} == {
        str(i): w for i, w in enumerate(words.values(), 1)}


def test_leading_zero_of_ine10_is_put_back(desk, write):
    rows = [["Badalona, Ajuntament de", "805690004", "01/02/2027"], ["Vic, Ajuntament de", "0805690004", "01/02/2027"]]
    desk.load(write("r.csv", table(rows, ["Ens", "INE10", "Data CDS"])), expect=(0, 1))
    assert {c["ine10"] for c in desk.certificates()} == {"0805690004"}


def test_ine10_is_matched_when_the_source_has_none(stocked):
    assert stocked.by_body()["Vic, Ajuntament de"]["ine10"].startswith("08298")


# ------------------------------------------------------------------ what changed

def test_dry_run_changes_nothing(stocked, write):
    before, file = stocked.store.read_bytes(), write("r2.csv", towns(cds=10))
    summary = stocked.load(file, "--dry-run")
    assert part(summary)["changed"] == 12 and summary["committed"] is False
    assert stocked.store.read_bytes() == before
    out = stocked.run("import", file, "--dry-run").out
    assert "Nothing was changed" in out


def test_dry_run_on_an_empty_desk(desk, write):
    assert part(desk.load(write("r.csv", ROWS), "--dry-run"))["new"] == 4
    assert desk.certificates() == []


def test_second_import_is_all_the_same(stocked, write):
    assert part(stocked.load(write("again.csv", towns()))) == {
        "kind": "registry", "rows": 12, "new": 0, "changed": 0, "same": 12, "vanished": 0, "refused": 0}


def test_changed_new_and_vanished_are_counted_and_listed(stocked, write):
    rows = towns()
    gone, rows = rows[-1], rows[:-1]
    rows[0][6] = "31/12/2028"
    rows[1][5] = "https://nou.example/ws?wsdl"
    rows.append(body(500, "Olot, Ajuntament d'", 30, 40, "17", "114"))
    summary = stocked.load(write("r.csv", rows))
    assert part(summary) == {"kind": "registry", "rows": 12, "new": 1, "changed": 2, "same": 9, "vanished": 1, "refused": 0}
    assert [e["body"] for e in events(summary, "new")] == ["Olot, Ajuntament d'"]
    assert [e["body"] for e in events(summary, "vanished")] == [gone[1]]
    changed = {e["body"]: e for e in events(summary, "changed")}
    assert "31/12/2028" in changed[rows[0][1]]["text"] and "25/12/2027" in changed[rows[0][1]]["text"]
    assert "https://nou.example" in changed[rows[1][1]]["text"] and "padro101.example" in changed[rows[1][1]]["text"]
    assert changed[rows[0][1]]["row"] == 2


def test_changes_are_told_to_people_too(stocked, write):
    rows = towns()[:-1]
    rows[0][6] = "31/12/2028"
    out = stocked.run("import", write("r.csv", rows)).out
    assert "changed  row 2" in out and "25/12/2027 → 31/12/2028" in out and "vanished" in out
    assert "11 rows: 0 new, 1 changed, 10 the same, 1 vanished, 0 refused" in out


def test_vanished_body_stays_flagged_and_comes_back(stocked, write):
    rows = towns()
    stocked.load(write("less.csv", rows[:-1]))
    assert "vanished" in stocked.by_body()[rows[-1][1]]["flags"]
    assert part(stocked.load(write("less2.csv", rows[:-1])))["vanished"] == 0
    summary = stocked.load(write("all.csv", rows))
    assert part(summary)["changed"] == 1 and part(summary)["new"] == 0
    assert [e["body"] for e in events(summary, "returned")] == [rows[-1][1]]
    assert "vanished" not in stocked.by_body()[rows[-1][1]]["flags"]


def test_vanished_body_is_not_warned(desk, write):
    rows = towns(cds=20, cda=300)
    desk.load(write("r.csv", rows))
    assert rows[-1][1] in {p["body"] for p in desk.plan()}
    desk.load(write("r2.csv", rows[:-1]))
    assert rows[-1][1] not in {p["body"] for p in desk.plan()}


def test_as_of_an_earlier_day(desk, write):
    desk.load(write("one.csv", towns(cds=30)), on=WEEK)
    desk.load(write("two.csv", towns(cds=700)[:-1]))
    assert desk.by_body(on=WEEK)[TOWNS[0]]["cds"] == {"expires": day(30), "days": 37}
    assert desk.by_body(on=day(-1))[TOWNS[0]]["cds"] == {"expires": day(30), "days": 31}
    assert desk.by_body()[TOWNS[0]]["cds"] == {"expires": day(700), "days": 700}
    assert "vanished" not in desk.by_body(on=WEEK)[TOWNS[-1]]["flags"]
    assert "vanished" in desk.by_body()[TOWNS[-1]]["flags"]


def test_new_body_is_not_there_before_its_import(desk, write):
    desk.load(write("one.csv", towns()[:-1]), on=WEEK)
    desk.load(write("two.csv", towns()))
    assert TOWNS[-1] not in desk.by_body(on=day(-1)) and TOWNS[-1] in desk.by_body()


def test_two_imports_on_one_day_the_later_counts(desk, write):
    for i, cds in enumerate((100, 200, 300)):
        desk.load(write(f"{i}.csv", towns(cds=cds)))
    assert desk.by_body()[TOWNS[0]]["cds"]["days"] == 300
    assert len(desk.certificates()) == 12


# ------------------------------------------------------------------ who is who

def test_without_ids_identity_is_name_and_codes(desk, write):
    header, rows = HEADER[1:], [r[1:] for r in towns()]
    desk.load(write("r.csv", table(rows, header)))
    rows[0][5] = "01/01/2029"
    summary = part(desk.load(write("r2.csv", table(rows, header))))
    assert (summary["new"], summary["changed"], summary["same"]) == (0, 1, 11)


def test_ids_adopted_later(desk, write):
    desk.load(write("r.csv", table([r[1:] for r in towns()], HEADER[1:])))
    summary = part(desk.load(write("r2.csv", towns())))
    assert (summary["new"], summary["vanished"]) == (0, 0)
    assert desk.by_body()[TOWNS[0]]["source_id"] == "100"
    assert part(desk.load(write("r3.csv", towns())))["same"] == 12


def test_ids_no_longer_given(stocked, write):
    summary = part(stocked.load(write("r.csv", table([r[1:] for r in towns()], HEADER[1:]))))
    assert (summary["new"], summary["changed"], summary["vanished"]) == (0, 0, 0)


def test_with_an_id_the_name_may_change(stocked, write):
    rows = towns()
    rows[0][1] = "Abrera i la Riera, Ajuntament d'"
    summary = stocked.load(write("r.csv", rows))
    assert (part(summary)["new"], part(summary)["changed"], part(summary)["vanished"]) == (0, 1, 0)
    assert TOWNS[0] in events(summary, "changed")[0]["text"]


def test_codes_with_and_without_leading_zeros_are_the_same_body(desk, write):
    desk.load(write("r.csv", table([["Vic, Ajuntament de", "8", "298", "01/02/2027"]],
                                   ["Ens", "Provincia", "Municipi", "Data CDS"])))
    summary = part(desk.load(write("r2.csv", table([["VIC, AJUNTAMENT DE", "08", "298", "01/02/2027"]],
                                                   ["Ens", "Provincia", "Municipi", "Data CDS"]))))
    assert summary["new"] == 0 and summary["vanished"] == 0


def test_duplicates_are_refused_with_both_rows(desk, write):
    rows = towns() + [towns()[3]]
    summary = desk.load(write("r.csv", rows), expect=1)
    assert part(summary)["new"] == 12 and part(summary)["refused"] == 1
    refused = events(summary, "refused")
    assert refused[0]["row"] == 14 and "row 5" in refused[0]["text"]


def test_duplicates_are_refused_in_a_later_import_too(stocked, write):
    summary = stocked.load(write("r.csv", towns() + [towns(cds=3)[3]]), expect=1)
    assert part(summary)["same"] == 12 and part(summary)["refused"] == 1
    assert stocked.by_body()[TOWNS[3]]["cds"]["days"] == 403


def test_same_name_and_other_codes_are_two_bodies(desk, write):
    rows = [body(1, "Sant Pere, Ajuntament de", 90, 90, "8", "1"), body(2, "Sant Pere, Ajuntament de", 80, 80, "17", "2")]
    desk.load(write("r.csv", rows))
    assert len(desk.certificates()) == 2


def test_columns_that_a_file_lacks_say_nothing(stocked, write):
    """A shorter query: what it does not ask for stays as it is known."""
    rows = [[r[0], r[1], dmy(33)] for r in towns()]
    summary = stocked.load(write("curt.csv", table(rows, ["ID", "Ens", "Data CDS"])))
    assert part(summary)["changed"] == 12
    assert events(summary, "changed")[0]["text"] == f"CDS: {dmy(400)} → {dmy(33)}"
    c = stocked.by_body()[TOWNS[0]]
    assert (c["cds"]["days"], c["cda"]["days"], c["endpoint"], c["province"], c["municipality"], c["platform"]) == (
        33, 500, "https://padro100.example/ws?wsdl", "8", "1", "JAVA")
    assert part(stocked.load(write("curt2.csv", table(rows, ["ID", "Ens", "Data CDS"]))))["same"] == 12
    full = towns()
    for r in full:
        r[6] = dmy(33)
    assert part(stocked.load(write("sencer.csv", full)))["same"] == 12


def test_an_empty_cell_says_that_there_is_none(stocked, write):
    rows = towns()
    rows[0][5] = rows[0][7] = ""
    stocked.load(write("r.csv", rows))
    c = stocked.by_body()[TOWNS[0]]
    assert c["cda"] == {"expires": None, "days": None} and c["endpoint"] is None


@pytest.mark.parametrize("before", ["sep=;\r\n", "\r\n\r\n", "Consulta\r\n"])
def test_first_lines_that_programs_write(desk, write, before):
    assert part(desk.load(write("r.csv", before + table(ROWS))))["new"] == 4


def test_header_with_a_line_end_in_a_cell(desk, write):
    assert part(desk.load(write("r.csv", table(ROWS, [*HEADER[:6], "Data\nCDS", "Data\nCDA"]))))["new"] == 4
    assert dates(desk) == expected(ROWS)


def test_the_same_id_twice(desk, write):
    rows = towns()
    rows[4][0] = rows[3][0]
    summary = desk.load(write("r.csv", rows), expect=1)
    assert events(summary, "refused")[0]["row"] == 6 and "row 5" in events(summary, "refused")[0]["text"]


# ------------------------------------------------------------------ refusals and guards

@pytest.mark.parametrize("column,value,letter", [
    (6, "31/02/2027", "G (DATA_CDS)"), (7, "32/01/2027", "H (DATA_CDA)"), (6, "11/20/2027", "G (DATA_CDS)"),
    (6, "01/01/0000", "G (DATA_CDS)"), (7, "31/12/9999", "H (DATA_CDA)"), (6, "aviat", "G (DATA_CDS)"), (1, "", "B (DESCRIPCIO)"),
    (1, "NULL", "B (DESCRIPCIO)"), (1, "x" * 300, "B (DESCRIPCIO)"), (5, "https://x.example/" + "x" * 3000, "F (URL_WSDL)"),
])
def test_a_refused_row_names_row_and_column(desk, write, column, value, letter):
    rows = towns()
    rows[5][column] = value
    summary = desk.load(write("r.csv", rows), expect=1)
    assert part(summary)["new"] == 11 and part(summary)["refused"] == 1
    line = events(summary, "refused")[0]
    assert line["row"] == 7 and line["text"].startswith(f"column {letter}:")
    assert desk.run("import", write("r2.csv", rows), expect=1).out.count("refused  row 7") == 1


def test_a_refused_row_keeps_its_body_as_it_was(stocked, write):
    rows = towns(cds=9)
    rows[2][6] = "31/02/2027"
    summary = stocked.load(write("r.csv", rows), expect=1)
    assert part(summary)["vanished"] == 0 and part(summary)["changed"] == 11
    kept = stocked.by_body()[TOWNS[2]]
    assert kept["cds"]["days"] == 402 and kept["flags"] == ["no-contact"]


def test_guard_against_losing_bodies(stocked, write):
    file = write("half.csv", towns()[:6])
    before = stocked.dump()
    result = stocked.run("import", file, expect=EXIT["guard"])
    assert "6 of the 12 bodies" in result.err and "half.csv" in result.err and "--force" in result.err
    assert stocked.dump() == before
    assert part(stocked.load(file, "--force"))["vanished"] == 6


def test_guard_is_at_ten_percent(desk, write):
    rows = [body(i, f"Poble {i}, Ajuntament de", 90, 90, municipality=str(i)) for i in range(1, 21)]
    desk.load(write("r.csv", rows))
    desk.run("import", write("r17.csv", rows[:17]), expect=EXIT["guard"])
    assert part(desk.load(write("r18.csv", rows[:18])))["vanished"] == 2


def test_guard_can_be_set(stocked, write):
    assert part(stocked.load(write("half.csv", towns()[:6]), "--set", "import.max_loss=50%"))["vanished"] == 6


def test_guard_counts_new_bodies_as_new(stocked, write):
    """A file with as many bodies, all others: nobody known is in it."""
    others = [body(900 + i, f"Altre {i}, Ajuntament d'", 90, 90, "17", str(i)) for i in range(1, 13)]
    assert "12 of the 12" in stocked.run("import", write("r.csv", others), expect=EXIT["guard"]).err


def test_guard_holds_in_a_dry_run(stocked, write):
    stocked.run("import", write("r.csv", towns()[:2]), "--dry-run", expect=EXIT["guard"])


def test_all_rows_refused_is_an_error(stocked, write):
    rows = towns()
    for r in rows:
        r[6] = "mai"
    before = stocked.dump()
    result = stocked.run("import", write("r.csv", rows), expect=EXIT["input"])
    assert "row 2" in result.err and "G (DATA_CDS)" in result.err
    assert stocked.dump() == before


def test_source_is_in_the_audit_trail(stocked):
    lines = stocked.json("audit", "list")
    assert [line for line in lines if line["what"] == "import" and "registry.csv" in line["detail"]]


# ------------------------------------------------------------------ contacts and the list of bodies

def test_contacts(stocked, write):
    text = ("Ens;Nom;Correu electrònic;Rol;Idioma\r\nAjuntament de Vic;Informàtica;tic@vic.example;tècnic;ca\r\n"
            "Gavà, Ajuntament de;Secretaria;secretaria@gava.example;secretaria;es\r\n")
    assert part(stocked.load(write("c.csv", text)), "contacts")["new"] == 2
    assert "no-contact" not in stocked.by_body()["Vic, Ajuntament de"]["flags"]
    assert part(stocked.load(write("c2.csv", text)), "contacts")["same"] == 2


@pytest.mark.parametrize("row,told", [
    ("Ajuntament de Vich;x@x.example", 'did you mean "Ajuntament de Vic"?'), ("Ajuntament de Vic;no és un correu", "B (Correu)"),
    (";x@x.example", "A (Ens)"),
])
def test_contacts_refused(stocked, write, row, told):
    summary = stocked.load(write("c.csv", f"Ens;Correu\r\n{row}\r\nAjuntament de Reus;tic@reus.example\r\n"), expect=1)
    assert told in events(summary, "refused")[0]["text"] and events(summary, "refused")[0]["row"] == 2
    assert part(summary, "contacts")["new"] == 1


def test_list_of_bodies(desk, write):
    desk.load(write("r.csv", [body(1, "Vilanova de Mar, Ajuntament de", 90, 90, "8", "0")]))
    assert "ine10-unknown" in desk.certificates()[0]["flags"]
    desk.load(write("ens.csv", "Nom;INE10\r\nAjuntament de Vilanova de Mar;805690004\r\n"))
    assert desk.certificates()[0]["ine10"] == "0805690004"


def test_copies_do_not_share_state(stocked, tmp_path, write):
    other = copy_desk(stocked, tmp_path / "other")
    other.load(write("r.csv", towns(cds=1)))
    assert stocked.by_body()[TOWNS[0]]["cds"]["days"] == 400 and TODAY == "2026-11-20" and dmy() == "20/11/2026"
