"""Reads back what the workbook module wrote: with openpyxl, and with LibreOffice, which recalculates every formula.

Usage: check_workbook.py RENDER   (TALAIA_TEST_SOURCE and TALAIA_TEST_BUILD are set by the build)
"""
import datetime
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
import zipfile

import openpyxl

RENDER = sys.argv.pop(1)
TODAY = datetime.datetime(2026, 11, 20)
HEADER = 4
COLUMNS = {
    "ca": {
        "Query": ["Ens", "Provincia", "Municipi", "Plataforma", "Endpoint", "Data CDS", "Dies_Caducitat_CDS", "Data CDA",
                  "Dies_Caducitat_CDA", "Estat", "Avís", "Nota"],
        "OK": ["Ens", "Acció", "Data", "Tipus", "Tiquet"],
        "KO": ["Ens", "Error", "Des de", "Dies", "Estat", "Accions"],
        "Certificats": ["Ens", "Plataforma", "Data CDS", "Data CDA", "Dies", "Estat", "Comentari"],
    },
    "es": {"KO": ["Ente", "Error", "Desde", "Días", "Estado", "Acciones"]},
    "en": {"KO": ["Body", "Error", "Since", "Days", "State", "Actions"]},
}
FORMULA_COLUMNS = {"Query": ["G", "I"], "KO": ["D"], "Certificats": ["E"], "OK": []}


def render(directory, scenario, lang="ca"):
    subprocess.run([RENDER, directory, scenario, lang], check=True)
    return os.path.join(directory, "ResumAjuntaments.xlsx")


def rows(sheet):
    """The rows of the sheet's table, as lists of cells."""
    (table,) = sheet.tables.values()
    cells = sheet[table.ref]
    return [list(r) for r in cells[1:]]


class Workbook(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.dir = tempfile.mkdtemp(prefix="talaia-workbook-")
        cls.path = render(cls.dir, "demo")
        cls.book = openpyxl.load_workbook(cls.path)
        cls.values = openpyxl.load_workbook(cls.path, data_only=True)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.dir)

    def test_sheets_and_columns(self):
        self.assertEqual(self.book.sheetnames, ["Query", "OK", "KO", "Certificats"])
        for name, columns in COLUMNS["ca"].items():
            sheet = self.book[name]
            self.assertEqual([c.value for c in sheet[HEADER]][: len(columns)], columns)
            (table,) = sheet.tables.values()
            self.assertEqual(table.displayName, "Taula" + name)
            self.assertIsNotNone(table.autoFilter)
            self.assertEqual([c.name for c in table.tableColumns], columns)

    def test_other_languages(self):
        for lang in ("es", "en"):
            with tempfile.TemporaryDirectory() as d:
                book = openpyxl.load_workbook(render(d, "demo", lang))
                self.assertEqual(book.sheetnames, ["Query", "OK", "KO", "Certificats"])
                self.assertEqual([c.value for c in book["KO"][HEADER]], COLUMNS[lang]["KO"])

    def test_frozen_and_printed(self):
        for sheet in self.book:
            self.assertEqual(sheet.freeze_panes, "B5")
            self.assertEqual(sheet.page_setup.orientation, "landscape")
            self.assertEqual(sheet.page_setup.fitToHeight, 0)
            self.assertEqual(sheet.print_title_rows, "$4:$4")
            self.assertIn("&P / &N", sheet.oddFooter.right.text.replace("&9", ""))

    def test_report_date_is_named(self):
        self.assertEqual(self.book.defined_names["DataInforme"].attr_text, "Query!$B$2")
        self.assertEqual(self.book["Query"]["B2"].value, TODAY)

    def test_properties(self):
        with zipfile.ZipFile(self.path) as z:
            self.assertIn("friday-2026-11-20-1", z.read("docProps/custom.xml").decode())
            self.assertIn('name="talaia-report"', z.read("docProps/custom.xml").decode())
        self.assertEqual(self.book.properties.title, "ResumAjuntaments 20/11/2026")
        self.assertEqual(self.book.properties.created, datetime.datetime(2026, 11, 20, 8, 12))

    def test_dates_and_days(self):
        for live, kept in zip(rows(self.book["Query"]), rows(self.values["Query"])):
            for date, days in ((5, 6), (7, 8)):
                self.assertTrue(live[days].value.startswith("=IF("))
                self.assertIn("DataInforme", live[days].value)
                if live[date].value is None:
                    self.assertIn(kept[days].value, (None, ""))
                else:
                    self.assertEqual(live[date].number_format, "dd/mm/yyyy")
                    self.assertEqual(kept[days].value, (live[date].value - TODAY).days)

    def test_no_today(self):
        for sheet in self.book:
            for row in sheet.iter_rows():
                for cell in row:
                    if cell.data_type == "f":
                        self.assertNotIn("TODAY", cell.value.upper())

    def test_query_rows(self):
        got = rows(self.values["Query"])
        self.assertEqual(got[0][0].value, "Gavà, Ajuntament de")
        self.assertEqual([got[2][i].value for i in (0, 1, 2, 3, 9, 10, 11)],
                         ["Berga, Ajuntament de", "8", "22", "JAVA", "▲ Caduca aviat", "Cal avisar",
                          "Avís conjunt CDA + CDS"])
        self.assertTrue(all(r[9].value[0] in "●▲✕■◆⏸⊘" for r in got))

    def test_excluded_are_last_with_reason(self):
        got = rows(self.values["Query"])
        self.assertEqual([r[9].value for r in got[-7:]], ["⊘ Exclòs"] * 7)
        self.assertEqual(got[-1][11].value, "Renova els certificats automàticament")
        self.assertEqual(got[-4][0].value, "Girona, Diputació")
        self.assertEqual(got[-4][6].value, 100)

    def test_state_words_go_with_colours(self):
        """Every conditional format repeats something that the row says in words."""
        for name, letter in (("Query", "J"), ("KO", "E"), ("Certificats", "F")):
            ranges = [str(r.sqref) for r in self.book[name].conditional_formatting]
            self.assertTrue(any(r.startswith(letter + "5:") for r in ranges), (name, ranges))
        rules = [f for r in self.book["Query"].conditional_formatting for rule in r.rules for f in rule.formula]
        self.assertIn('$K5<>""', rules)

    def test_multi_line_cells_are_high_enough(self):
        for name, column in (("KO", 5), ("Certificats", 6)):
            sheet = self.book[name]
            for row in rows(sheet):
                lines = (row[column].value or "").count("\n") + 1
                if lines > 1:
                    self.assertGreaterEqual(sheet.row_dimensions[row[0].row].height, 12.75 * lines)
                    self.assertTrue(row[column].alignment.wrap_text)

    def test_columns_fit(self):
        for sheet in self.values:
            for row in rows(sheet):
                for cell in row:
                    if cell.value is None or cell.alignment.wrap_text:
                        continue
                    text = cell.value.strftime("%d/%m/%Y") if isinstance(cell.value, datetime.datetime) else str(cell.value)
                    width = sheet.column_dimensions[cell.column_letter].width
                    self.assertGreater(width, len(text) * 0.85, (sheet.title, cell.coordinate, text))

    def test_empty_week(self):
        with tempfile.TemporaryDirectory() as d:
            book = openpyxl.load_workbook(render(d, "empty"))
            for name, columns in COLUMNS["ca"].items():
                self.assertEqual([c.value for c in book[name][HEADER]], columns)
                self.assertTrue(all(c.value is None for c in rows(book[name])[0]))
            self.assertEqual(book["OK"]["A2"].value, "Cap acció aquesta setmana.")
            self.assertEqual(book["KO"]["A2"].value, "No hi ha cap ens caigut.")

    def test_hostile_text_is_text(self):
        with tempfile.TemporaryDirectory() as d:
            path = render(d, "hostile")
            book = openpyxl.load_workbook(path)
            for sheet in book:
                for row in sheet.iter_rows(min_row=HEADER + 1):
                    for cell in row:
                        if cell.data_type == "f":
                            self.assertIn(cell.column_letter, FORMULA_COLUMNS[sheet.title])
                            self.assertIn("DataInforme", cell.value)
                        if isinstance(cell.value, str):
                            self.assertNotIn("\u202e", cell.value)
            self.assertEqual(book["Query"]["A5"].value, "=cmd|' /C calc'!A0")
            self.assertEqual(book["Query"]["A5"].data_type, "s")
            with zipfile.ZipFile(path) as z:
                self.assertFalse([n for n in z.namelist() if "externalLink" in n])
                for n in z.namelist():
                    self.assertNotIn(b"<hyperlink", z.read(n))

    def test_parts_are_well_formed(self):
        import xml.dom.minidom
        with zipfile.ZipFile(self.path) as z:
            self.assertIsNone(z.testzip())
            for n in z.namelist():
                xml.dom.minidom.parseString(z.read(n))
            self.assertEqual({i.date_time for i in z.infolist()}, {(1980, 1, 1, 0, 0, 0)})


RECALCULATE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode"><value>0</value></prop></item>
</oor:items>"""


@unittest.skipUnless(shutil.which("soffice"), "LibreOffice is not installed")
class LibreOffice(unittest.TestCase):
    def convert(self, path, to, out):
        profile = os.path.join(out, "profile")
        os.makedirs(os.path.join(profile, "user"), exist_ok=True)
        with open(os.path.join(profile, "user", "registrymodifications.xcu"), "w") as f:
            f.write(RECALCULATE)
        subprocess.run(["soffice", "-env:UserInstallation=file://" + profile, "--headless", "--convert-to", to, "--outdir",
                        os.path.join(out, "converted"), path], check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, timeout=170)

    def test_recalculated_formulas_equal_the_stored_values(self):
        with tempfile.TemporaryDirectory() as d:
            path = render(d, "demo")
            self.convert(path, "xlsx:Calc MS Excel 2007 XML", d)
            stored = openpyxl.load_workbook(path, data_only=True)
            again = openpyxl.load_workbook(os.path.join(d, "converted", "ResumAjuntaments.xlsx"), data_only=True)
            compared = 0
            for sheet in openpyxl.load_workbook(path):
                for row in sheet.iter_rows():
                    for cell in row:
                        if cell.data_type == "f":
                            a = stored[sheet.title][cell.coordinate].value
                            b = again[sheet.title][cell.coordinate].value
                            self.assertEqual(a or 0, b or 0, (sheet.title, cell.coordinate))
                            compared += 1
            self.assertGreater(compared, 40)

    def test_recalculation_really_happens(self):
        """A wrong stored value must not survive the conversion, or the test above proves nothing."""
        with tempfile.TemporaryDirectory() as d:
            path, spoiled = render(d, "demo"), os.path.join(d, "spoiled.xlsx")
            with zipfile.ZipFile(path) as z, zipfile.ZipFile(spoiled, "w") as w:
                for n in z.namelist():
                    w.writestr(n, z.read(n).replace(b"<v>40</v>", b"<v>41</v>") if n.endswith("sheet3.xml") else z.read(n))
            self.assertEqual(openpyxl.load_workbook(spoiled, data_only=True)["KO"]["D5"].value, 41)
            self.convert(spoiled, "xlsx:Calc MS Excel 2007 XML", d)
            again = openpyxl.load_workbook(os.path.join(d, "converted", "spoiled.xlsx"), data_only=True)
            self.assertEqual(again["KO"]["D5"].value, 40)


if __name__ == "__main__":
    unittest.main()
