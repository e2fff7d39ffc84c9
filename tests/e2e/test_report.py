"""The Friday report: every file, what each table says, from week to week, on holidays, again."""
import datetime
import email
import email.policy
import email.utils
import html.parser
import pathlib
import re
import struct
import zlib

import openpyxl
import pytest

from conftest import EXIT, TODAY, body, day, dmy, edit_workbook, part, sheet_rows, towns

FILES = {"ResumAjuntaments.xlsx", "report.eml", "report.html", "report.txt", "ok.png", "ko.png", "certificats.png"}
COLUMNS = ["Ens", "Provincia", "Municipi", "Plataforma", "Endpoint", "Data CDS", "Dies_Caducitat_CDS", "Data CDA",
           "Dies_Caducitat_CDA"]


def week(desk, out, on=TODAY, *more):
    """Builds; the directory."""
    desk.run("report", "build", "--out", out, *more, on=on)
    return out


def message(directory):
    return email.message_from_bytes((directory / "report.eml").read_bytes(), policy=email.policy.default)


class Tables(html.parser.HTMLParser):
    """The texts of an HTML page in order: headings, and the rows of the tables that are data."""

    def __init__(self, text):
        super().__init__()
        self.headings, self.rows, self.images, self.links, self.scripts = [], [], [], [], 0
        self.stack, self.text = [], ""
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "img":
            self.images.append(attributes)
        if tag in ("a", "link"):
            self.links.append(attributes.get("href", ""))
        self.scripts += tag == "script"
        if tag in ("h1", "h2", "h3", "td", "th"):
            self.text = ""

    def handle_endtag(self, tag):
        if tag in ("h1", "h2", "h3"):
            self.headings.append(" ".join(self.text.split()))
        if tag in ("td", "th"):
            self.rows.append(" ".join(self.text.split()))

    def handle_data(self, data):
        self.text += data


def png(raw):
    """Size of a picture whose every chunk is right and whose pixels inflate to the last line."""
    assert raw[:8] == b"\x89PNG\r\n\x1a\n"
    at, data, size = 8, b"", None
    while at < len(raw):
        length, kind = struct.unpack(">I4s", raw[at:at + 8])
        chunk = raw[at + 8:at + 8 + length]
        assert struct.unpack(">I", raw[at + 8 + length:at + 12 + length])[0] == zlib.crc32(kind + chunk)
        if kind == b"IHDR":
            width, height, depth, colour = struct.unpack(">IIBB", chunk[:10])
            size = width, height
        data += chunk if kind == b"IDAT" else b""
        at += 12 + length
    assert kind == b"IEND" and len(zlib.decompress(data)) == height * (1 + (width * {0: 1, 2: 3, 3: 1, 6: 4}[colour] * depth + 7) // 8)
    return size


@pytest.fixture(scope="module")
def friday(demo_made):
    """The report of TODAY of the demo."""
    return demo_made.path / "informes" / TODAY


@pytest.fixture(scope="module")
def book(friday):
    return openpyxl.load_workbook(friday / "ResumAjuntaments.xlsx")


@pytest.fixture(scope="module")
def mail(friday):
    return message(friday)


# ------------------------------------------------------------------ files

def test_all_files_are_there(friday):
    assert {p.name for p in friday.iterdir()} == FILES


def test_files_are_listed(demo, tmp_path):
    built = demo.json("report", "build", "--out", tmp_path / "out")
    assert {pathlib.Path(p).name for p in built["files"]} == FILES
    assert built["day"] == TODAY and built["after"] == day(-7) and built["ko"] == 4
    assert not list((tmp_path / "out").glob("*.part"))


@pytest.mark.parametrize("name", ["ok.png", "ko.png", "certificats.png"])
def test_pictures_are_whole(friday, name):
    width, height = png((friday / name).read_bytes())
    assert 300 < width < 4000 and height > 50


def test_default_directory_is_the_configured_one(stocked):
    stocked.run("report", "build")
    assert list(stocked.path.glob("informes/**/ResumAjuntaments.xlsx"))


# ------------------------------------------------------------------ the workbook

def test_sheets_and_columns(book):
    assert book.sheetnames == ["Query", "OK", "KO", "Certificats"]
    header = next([c.value for c in r] for r in book["Query"].iter_rows() if r[0].value == "Ens")
    assert header[:9] == COLUMNS


def test_query_is_the_list_in_order(friday, demo_made):
    rows = sheet_rows(friday / "ResumAjuntaments.xlsx", "Query")
    listed = [c for c in demo_made.certificates() if "vanished" not in c["flags"]]
    excluded = demo_made.certificates("--excluded")
    assert [r["Ens"] for r in rows[:len(listed)]] == [c["body"] for c in listed]
    for r, c in zip(rows, listed):
        for kind in ("CDS", "CDA"):
            there = r[f"Data {kind}"]
            assert (there.date().isoformat() if there else None) == c[kind.lower()]["expires"]
            assert r[f"Dies_Caducitat_{kind}"] in ((c[kind.lower()]["days"],) if there else ("", None))
        assert (r["Plataforma"], r["Endpoint"], r["Provincia"]) == (c["platform"], c["endpoint"], c["province"])
    # Left out on purpose, and visible.
    assert {r["Ens"] for r in rows[len(listed):]} == {c["body"] for c in excluded}


def test_days_are_live_formulas_with_their_value(friday, book):
    for sheet, column in (("Query", "Dies_Caducitat_CDS"), ("KO", "Dies"), ("Certificats", "Dies")):
        formulas = sheet_rows(friday / "ResumAjuntaments.xlsx", sheet, values=False)
        values = sheet_rows(friday / "ResumAjuntaments.xlsx", sheet)
        assert all(str(r[column]).startswith("=") for r in formulas if r[column] is not None and "Exclòs" not in str(r.get("Estat")))
        assert any(isinstance(r[column], (int, float)) for r in values)
    assert book.defined_names["DataInforme"].attr_text.replace("$", "") == "Query!B2"
    assert book["Query"]["B2"].value == datetime.datetime.fromisoformat(TODAY)


def test_bodies_to_warn_are_marked(friday, demo_made):
    warned = {p["body"] for p in demo_made.plan("--days", "0")}
    marked = {r["Ens"] for r in sheet_rows(friday / "ResumAjuntaments.xlsx", "Query") if r["Avís"]}
    assert warned <= marked
    for r in demo_made.certificates():
        if "not-verifiable" in r["flags"] or (r["urgency"] or 0) >= 60:
            assert r["body"] not in marked


def test_ko_has_since_days_and_actions(friday, demo_made):
    rows = {r["Ens"]: r for r in sheet_rows(friday / "ResumAjuntaments.xlsx", "KO")}
    down = {o["name"]: o for o in demo_made.json("outage", "list")}
    assert set(rows) == set(down)
    for name, r in rows.items():
        assert r["Dies"] == down[name]["days"] and r["Error"] == down[name]["error"]
        assert r["Des de"].date().isoformat() == down[name]["since"]
        assert all(re.match(r"\d\d/\d\d/\d{4}: ", line) for line in r["Accions"].splitlines())
    assert sorted(r["Dies"] for r in rows.values()) == [1, 8, 22, 40]


def test_ok_has_only_the_actions_of_the_week(friday, demo_made):
    rows = sheet_rows(friday / "ResumAjuntaments.xlsx", "OK")
    down = {o["name"] for o in demo_made.json("outage", "list")}
    wanted = [(a["name"], a["text"], a["date"]) for a in demo_made.json("action", "list")
              if day(-7) < a["date"] <= TODAY and not (a["group"] == "outage" and a["name"] in down)]
    assert [(r["Ens"], r["Acció"], r["Data"].date().isoformat()) for r in rows] == wanted and len(wanted) > 10


def test_certificats_are_those_below_sixty(friday, demo_made):
    rows = sheet_rows(friday / "ResumAjuntaments.xlsx", "Certificats")
    below = {c["name"] for c in demo_made.certificates() if (c["urgency"] if c["urgency"] is not None else 99) < 60
             and "vanished" not in c["flags"]}
    assert {r["Ens"] for r in rows} == below
    assert [r["Dies"] for r in rows] == sorted(r["Dies"] for r in rows)


def test_a_pair_is_one_row_two_singles_are_two(desk, write, tmp_path):
    desk.load(write("r.csv", [body(1, "Vic, Ajuntament de", 20, 49), body(2, "Reus, Ajuntament de", 20, 50)]))
    rows = sheet_rows(week(desk, tmp_path / "o") / "ResumAjuntaments.xlsx", "Certificats")
    assert sorted((r["Ens"], bool(r["Data CDS"]), bool(r["Data CDA"])) for r in rows) == [
        ("Ajuntament de Reus", False, True), ("Ajuntament de Reus", True, False), ("Ajuntament de Vic", True, True)]


def test_counts_in_words_count_bodies(desk, write, tmp_path):
    desk.load(write("r.csv", [body(1, "Vic, Ajuntament de", 10, 50), body(2, "Reus, Ajuntament de", 400, 500)]))
    out = week(desk, tmp_path / "o")
    assert openpyxl.load_workbook(out / "ResumAjuntaments.xlsx")["Certificats"]["A2"].value == "1 ens amb certificats a punt de caducar."
    assert "2 ens amb certificats" not in (out / "report.html").read_text()


# ------------------------------------------------------------------ the message

def test_headers_of_the_message(mail):
    assert mail["Subject"] == "AOC_Suport_PADRO : Monitoratge Ajuntaments - 20/11/2026"
    assert [a.addr_spec for a in mail["To"].addresses] == ["cap.servei@example.org", "oficina.tecnica@example.org"]
    assert [a.addr_spec for a in mail["Cc"].addresses] == ["suport.padro@example.org"]
    assert mail["From"].addresses[0].addr_spec == "suport.padro@example.org"
    assert email.utils.parsedate_to_datetime(mail["Date"]) and re.fullmatch(r"<[^@ <>]+@[^@ <>]+>", mail["Message-Id"])
    assert not mail.defects and mail["X-Talaia-Id"]


def test_day_in_the_subject_has_no_leading_zeros(stocked, tmp_path):
    assert message(week(stocked, tmp_path / "o", on="2027-03-05"))["Subject"].endswith(" - 5/3/2027")


def test_lines_of_the_message_are_short_and_end_as_they_should(friday):
    raw = (friday / "report.eml").read_bytes()
    assert all(len(line) <= 998 for line in raw.split(b"\n"))
    assert raw.count(b"\n") == raw.count(b"\r\n") or b"\r" not in raw


def test_message_has_the_three_tables_in_order(mail, friday):
    page = Tables(mail.get_body(("html",)).get_content())
    assert [re.search(r"\((OK|KO)\)|Certificats", h)[0] for h in page.headings] == ["(OK)", "(KO)", "Certificats"]
    for sheet in ("OK", "KO", "Certificats"):
        for row in sheet_rows(friday / "ResumAjuntaments.xlsx", sheet):
            assert any(row["Ens"] in cell for cell in page.rows)
    assert page.scripts == 0 and not [link for link in page.links if link.startswith("http:")]


def test_pictures_are_inline_and_used(mail):
    pictures = {p["Content-ID"].strip("<>"): p for p in mail.walk() if p.get_content_type() == "image/png"}
    used = [i["src"].removeprefix("cid:") for i in Tables(mail.get_body(("html",)).get_content()).images]
    assert len(pictures) == 3 and set(used) == set(pictures)
    for p in pictures.values():
        assert p.get_content_disposition() == "inline"
        png(p.get_content())


def test_pictures_have_words_for_those_who_do_not_see_them(mail):
    assert all(i.get("alt") for i in Tables(mail.get_body(("html",)).get_content()).images)


def test_attachment_is_the_workbook(mail, friday, tmp_path):
    (attachment,) = list(mail.iter_attachments())
    assert attachment.get_filename() == "ResumAjuntaments.xlsx"
    assert attachment.get_content() == (friday / "ResumAjuntaments.xlsx").read_bytes()


def test_plain_text_says_the_same(mail, friday):
    text = mail.get_body(("plain",)).get_content()
    assert text.split() == (friday / "report.txt").read_text().split()
    assert text.index("(OK)") < text.index("(KO)") < text.index("Certificats a punt")
    assert max(len(line) for line in text.splitlines()) <= 100


def test_page_stands_alone(friday):
    page = (friday / "report.html").read_text()
    assert not re.search(r"""(src|href)=["']?(https?:)?//""", page.replace("https://padro", ""))
    assert Tables(page).scripts == 0 and '<html lang="ca"' in page


def test_hostile_texts_are_escaped(desk, write, tmp_path):
    desk.load(write("r.csv", [body(1, "<script>alert(1)</script>, Ajuntament de", 20, 300), body(2, 'A"B&C, Ajuntament de', 20, 300)]))
    desk.run("action", "add", "#1", "<img src=x onerror=alert(1)> & \"cometes\" **negreta** {ok}")
    desk.run("outage", "open", "#2", "</td></table><b>x")
    desk.run("comment", "#2", "<!-- -- > ]]> \u202e")
    out = week(desk, tmp_path / "o")
    for text in ((out / "report.html").read_text(), message(out).get_body(("html",)).get_content()):
        page = Tables(text)
        assert page.scripts == 0 and not [i for i in page.images if "onerror" in i]
        assert any("<img src=x onerror=alert(1)> & \"cometes\" **negreta** {ok}" in r for r in page.rows)
    assert '<img src=x onerror=alert(1)> & "cometes" **negreta** {ok}' in " ".join((out / "report.txt").read_text().split())


# ------------------------------------------------------------------ from week to week

def test_actions_of_last_week_are_not_in(stocked, tmp_path):
    for when in (-8, -7, -6, 0):
        stocked.run("action", "add", "Vic", f"Acció de fa {-when} dies.", "--date", day(when))
    week(stocked, tmp_path / "a", on=day(-7))
    rows = sheet_rows(week(stocked, tmp_path / "b") / "ResumAjuntaments.xlsx", "OK")
    assert [r["Acció"] for r in rows] == ["Acció de fa 6 dies.", "Acció de fa 0 dies."]


def test_first_report_covers_a_week(stocked, tmp_path):
    for when in (-8, -6):
        stocked.run("action", "add", "Vic", f"Acció de fa {-when} dies.", "--date", day(when))
    rows = sheet_rows(week(stocked, tmp_path / "b") / "ResumAjuntaments.xlsx", "OK")
    assert [r["Acció"] for r in rows] == ["Acció de fa 6 dies."]


def test_a_week_without_report_is_not_lost(stocked, tmp_path):
    """This week means since the last report."""
    week(stocked, tmp_path / "a", on=day(-14))
    stocked.run("action", "add", "Vic", "De la setmana sense informe.", "--date", day(-10))
    rows = sheet_rows(week(stocked, tmp_path / "b") / "ResumAjuntaments.xlsx", "OK")
    assert [r["Acció"] for r in rows] == ["De la setmana sense informe."]


def test_action_noted_after_the_report_of_its_day_is_in_the_next(stocked, tmp_path):
    """Friday afternoon, the report is sent, something is still done: next week's report tells it, once."""
    week(stocked, tmp_path / "a", on=day(-7))
    stocked.run("action", "add", "Vic", "Divendres a la tarda.", on=day(-7))
    rows = sheet_rows(week(stocked, tmp_path / "b") / "ResumAjuntaments.xlsx", "OK")
    assert [r["Acció"] for r in rows] == ["Divendres a la tarda."]
    assert sheet_rows(week(stocked, tmp_path / "c", on=day(7)) / "ResumAjuntaments.xlsx", "OK") == []


def test_comments_go_on_from_week_to_week(desk, write, tmp_path):
    desk.load(write("r.csv", towns(cds=20)), on=day(-7))
    desk.run("comment", "Vic", "Primera setmana.", on=day(-7))
    week(desk, tmp_path / "a", on=day(-7))
    desk.load(write("r2.csv", towns(cds=20)))
    desk.run("comment", "Vic", "Segona.", "--add")
    rows = {r["Ens"]: r["Comentari"] for r in sheet_rows(week(desk, tmp_path / "b") / "ResumAjuntaments.xlsx", "Certificats")}
    assert rows["Ajuntament de Vic"] == f"Primera setmana.\n{dmy()}: Segona."


def test_comment_belongs_to_its_renewal(desk, write, tmp_path):
    desk.load(write("r.csv", [body(1, "Vic, Ajuntament de", 20, 300)]), on=day(-7))
    desk.run("comment", "Vic", "De la renovació vella.", on=day(-7))
    desk.load(write("r2.csv", [body(1, "Vic, Ajuntament de", 50, 300)]))
    rows = sheet_rows(week(desk, tmp_path / "b") / "ResumAjuntaments.xlsx", "Certificats")
    assert [(r["Ens"], r["Comentari"]) for r in rows] == [("Ajuntament de Vic", None)]


def test_differences_since_the_last_report(desk, write, tmp_path):
    desk.load(write("a.csv", [body(1, "Vic, Ajuntament de", 20, 300), body(2, "Reus, Ajuntament de", 70, 300),
                              body(3, "Berga, Ajuntament de", 400, 500), body(4, "Gavà, Ajuntament de", 400, 500)]), on=day(-14))
    for name in ("Berga", "Gavà"):
        desk.run("outage", "open", name, "No respon", on=day(-9))
    first = week(desk, tmp_path / "a", on=day(-7))
    assert "s'ha recuperat" not in (first / "report.txt").read_text()
    desk.load(write("b.csv", [body(1, "Vic, Ajuntament de", 700, 300), body(2, "Reus, Ajuntament de", 55, 300),
                              body(3, "Berga, Ajuntament de", 400, 500), body(4, "Gavà, Ajuntament de", 400, 500)]))
    desk.run("outage", "close", "Berga", "Ja respon.", on=day(-2))
    desk.run("outage", "open", "Vic", "No respon", on=day(-1))
    text = " ".join((week(desk, tmp_path / "b") / "report.txt").read_text().split())
    for words in ("ha caigut: Ajuntament de Vic", "s'ha recuperat: Ajuntament de Berga", "continua caigut: Ajuntament de Gavà",
                  "ha renovat certificats: Ajuntament de Vic", "caducar: Ajuntament de Reus"):
        assert words in text, (words, text[:900])


@pytest.mark.parametrize("asked,made", [
    ("2026-12-25", "2026-12-24"), ("2026-12-21", "2026-12-24"), ("2027-01-01", "2026-12-31"), ("2026-12-28", "2026-12-31"),
    ("2026-11-16", "2026-11-20"), ("2026-11-22", "2026-11-20"), ("2026-11-20", "2026-11-20"), ("2027-03-26", "2027-03-25"),
    ("2026-12-11", "2026-12-11"),
])
def test_week_with_a_holiday_on_friday(stocked, tmp_path, asked, made):
    built = stocked.json("report", "build", "--week", asked, "--out", tmp_path / "o", on="2027-04-01")
    assert built["day"] == made
    shown = datetime.date.fromisoformat(made)
    assert message(tmp_path / "o")["Subject"].endswith(f" - {shown.day}/{shown.month}/{shown.year}")
    assert openpyxl.load_workbook(tmp_path / "o" / "ResumAjuntaments.xlsx")["Query"]["B2"].value.date() == shown


def tables(directory):
    file = directory / "ResumAjuntaments.xlsx"
    return [sheet_rows(file, s, values) for s in ("Query", "OK", "KO", "Certificats") for values in (True, False)]


@pytest.mark.parametrize("past", [day(-7), day(-14)])
def test_a_past_week_built_again_is_the_same(demo, tmp_path, past):
    again = week(demo, tmp_path / "again", on=past)
    before = demo.path / "informes" / past
    assert tables(again) == tables(before)
    assert (again / "report.txt").read_text() == (before / "report.txt").read_text()
    for name in ("ok.png", "ko.png", "certificats.png"):
        assert (again / name).read_bytes() == (before / name).read_bytes()


def test_the_same_by_week(demo, tmp_path):
    again = tmp_path / "again"
    demo.run("report", "build", "--week", day(-9), "--out", again)
    assert tables(again) == tables(demo.path / "informes" / day(-7))


def test_built_twice_the_same_day(demo, tmp_path):
    week(demo, tmp_path / "a")
    assert tables(week(demo, tmp_path / "b")) == tables(tmp_path / "a") == tables(demo.path / "informes" / TODAY)


def test_over_an_older_report_in_the_same_place(demo, tmp_path):
    week(demo, tmp_path / "o", on=day(-7))
    assert tables(week(demo, tmp_path / "o")) == tables(demo.path / "informes" / TODAY)
    assert {p.name for p in (tmp_path / "o").iterdir()} == FILES


@pytest.mark.parametrize("lang", ["es", "en"])
def test_language_of_the_profile(stocked, tmp_path, lang):
    profile = stocked.path / "profile" / "aoc"
    profile.mkdir(parents=True)
    from conftest import ROOT
    text = (ROOT / "share" / "profile" / "aoc" / "profile.yaml").read_text()
    (profile / "profile.yaml").write_text(re.sub(r"^language: ca$", f"language: {lang}", text, flags=re.M))
    out = week(stocked, tmp_path / "o")
    book = openpyxl.load_workbook(out / "ResumAjuntaments.xlsx")
    assert book["Query"]["A4"].value == {"es": "Ente", "en": "Body"}[lang]
    assert f'lang="{lang}"' in (out / "report.html").read_text()
    # And it comes back all the same.
    assert all(p["changed"] == p["refused"] == 0 for p in stocked.load(out / "ResumAjuntaments.xlsx")["parts"])


def test_profile_texts_can_be_changed(stocked, tmp_path):
    messages = stocked.path / "profile" / "aoc" / "messages"
    messages.mkdir(parents=True)
    (messages / "report-mail.ca.txt").write_text("Hola,\n\n## Uns\n\n{ok}\n\n## Altres\n\n{ko}\n\n## Certificats\n\n{certificates}\n\nAdéu\n")
    assert (week(stocked, tmp_path / "o") / "report.txt").read_text().startswith("Hola,")
    (messages / "report-mail.ca.txt").write_text("Hola {noexisteix}\n")
    err = stocked.run("report", "build", "--out", tmp_path / "p", expect=EXIT["config"]).err
    assert "report-mail.ca.txt" in err and "noexisteix" in err


def test_empty_desk_has_an_empty_report(desk, tmp_path):
    out = week(desk, tmp_path / "o")
    assert {p.name for p in out.iterdir()} == FILES
    assert all(sheet_rows(out / "ResumAjuntaments.xlsx", s) == [] for s in ("OK", "KO", "Certificats"))
    assert not message(out).defects


def test_long_texts_and_many_rows(desk, write, tmp_path):
    desk.load(write("r.csv", [body(i, f"Sant Quirze de la Muntanya Alta i de la Vall Fosca {i}, Ajuntament de", i % 90, 300,
                                   municipality=str(i)) for i in range(1, 401)]))
    desk.run("comment", "#7", "paraula " * 900)
    desk.run("outage", "open", "#8", "x" * 3000)
    out = week(desk, tmp_path / "o")
    png((out / "certificats.png").read_bytes())
    rows = sheet_rows(out / "ResumAjuntaments.xlsx", "Certificats")
    assert max(len(r["Comentari"] or "") for r in rows) > 7000
    assert message(out).get_body(("html",))


def test_dates_typed_over_in_the_workbook_do_not_change_the_registry(demo, tmp_path):
    file = week(demo, tmp_path / "o") / "ResumAjuntaments.xlsx"
    name = sheet_rows(file, "Query")[0]["Ens"]
    edit_workbook(file, "Query", {(name, "Data CDS"): "01/01/2030"})
    before = demo.certificates()
    assert all(p["kind"] != "registry" for p in demo.load(file)["parts"]) and demo.certificates() == before
    assert part(demo.load(file), "actions")["new"] == 0
