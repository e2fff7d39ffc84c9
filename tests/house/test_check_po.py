#!/usr/bin/env python3
"""That check_po.py sees what it is for: each rule on one text that keeps it and one that breaks it."""
import pathlib
import tempfile
import unittest

import check_po

ROOT = pathlib.Path(__file__).resolve().parents[2]


def wrong(lang, english, text):
    return list(check_po.translation(lang, english, text))


class Translations(unittest.TestCase):
    def test_good_ones(self):
        for lang, english, text in [
            ("ca", "see `talaia help COMMAND`", "consulteu `talaia help ORDRE`"),
            ("ca", "  row %zu", "  fila %zu"),
            ("ca", "the body's dates", "les dates de l'ens"),
            ("ca", "no body is down.", "no hi ha cap ens caigut."),
            ("ca", "the cell is long", "la cel·la és llarga"),
            ("es", "did you mean {name}?", "¿quería decir {name}?"),
            ("es", "escape / ? #", "escriba / ? #"),
            ("ca", "CDS", "CDS"),
        ]:
            self.assertEqual(wrong(lang, english, text), [], text)

    def test_bad_ones(self):
        for lang, english, text in [
            ("ca", "Done.", "Done."),
            ("ca", "Done.", "Fet"),
            ("ca", "  row %zu", "fila %zu"),
            ("ca", "see `talaia help`", "consulteu `talaia ajuda`"),
            ("ca", "repeat with --force", "repetiu-ho amb --força"),
            ("ca", "with {name}", "amb {nom}"),
            ("ca", "the body's dates", "les dates de el ens"),
            ("ca", "the body's dates", "les dates de ajuntament"),
            ("ca", "one, two", "un , dos"),
            ("ca", "wait…", "espereu..."),
            ("es", "really?", "de veras?"),
        ]:
            self.assertNotEqual(wrong(lang, english, text), [], text)


class Sources(unittest.TestCase):
    def test_template_is_the_sources(self):
        wanted = check_po.fresh_template(ROOT)
        self.assertGreater(len(wanted), 500)
        self.assertIn(("", "Expires soon", ""), wanted)  # N_() in a table
        self.assertIn(("", "%d day", "%d days"), wanted)  # a plural
        self.assertTrue(any(key[1].startswith("The command line has a word") for key in wanted))  # N_() in an X-macro

    def test_a_lacking_text_is_seen(self):
        wanted = check_po.fresh_template(ROOT) | {("", "a text of tomorrow", "")}
        found = list(check_po.against_sources(ROOT, wanted))
        self.assertEqual(sum("a text of tomorrow" in line for line in found), 3)

    def test_a_marked_plural_is_seen(self):
        with tempfile.TemporaryDirectory() as directory:
            room = pathlib.Path(directory) / "src"
            room.mkdir()
            (room / "good.c").write_text('f(trn(lang, "%d day", "%d days", n), N_("x"));\n')
            self.assertEqual(list(check_po.plurals_marked_alone(room.parent)), [])
            (room / "bad.c").write_text('f(trn(lang, N_("%d day"), N_("%d days"), n));\n')
            self.assertEqual(len(list(check_po.plurals_marked_alone(room.parent))), 1)


class Catalogues(unittest.TestCase):
    def check(self, text):
        with tempfile.TemporaryDirectory() as directory:
            po = pathlib.Path(directory) / "po"
            po.mkdir()
            header, _, rest = (ROOT / "po" / "ca.po").read_text().partition("\n\n")
            self.assertTrue(rest)
            (po / "ca.po").write_text(header + "\n\n" + text)
            return [line for line in check_po.catalogue(po.parent, "ca") if "must be" not in line]

    def test_catalogue(self):
        self.assertEqual(self.check('msgid "Done."\nmsgstr "Fet."\n'), [])
        self.assertIn("not translated", self.check('msgid "Done."\nmsgstr ""\n')[0])
        self.assertIn("fuzzy", self.check('#, fuzzy\nmsgid "Done."\nmsgstr "Fet."\n')[0])
        self.assertIn("obsolete", " ".join(self.check('msgid "Done."\nmsgstr "Fet."\n\n#~ msgid "x"\n#~ msgstr "y"\n')))
        self.assertTrue(self.check('#, c-format\nmsgid "%d rows"\nmsgstr "%s files"\n'))


if __name__ == "__main__":
    unittest.main()
