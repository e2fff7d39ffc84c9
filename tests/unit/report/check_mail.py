"""Reads the composed report e-mail with Python's own parser and looks into every part.

Usage: check_mail.py RENDER
"""
import email
import email.policy
import html.parser
import io
import os
import re
import subprocess
import sys
import tempfile
import unittest
import zipfile

RENDER = sys.argv.pop(1)
VOID = {"br", "img", "meta", "hr", "input", "link", "col", "area", "base", "wbr"}


class Page(html.parser.HTMLParser):
    """Collects elements and refuses what is not closed in order."""

    def __init__(self, text):
        super().__init__()
        self.open, self.elements, self.text = [], [], []
        self.feed(text)
        self.close()
        assert not self.open, self.open

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs), list(self.open)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, (tag, self.open)
        self.open.pop()

    def handle_data(self, data):
        self.text.append(data)


def render(directory, scenario, lang="ca"):
    subprocess.run([RENDER, directory, scenario, lang], check=True)
    with open(os.path.join(directory, "report.eml"), "rb") as f:
        return f.read()


class Mail(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.dir = tempfile.TemporaryDirectory()
        cls.bytes = render(cls.dir.name, "demo")
        cls.message = email.message_from_bytes(cls.bytes, policy=email.policy.default)

    @classmethod
    def tearDownClass(cls):
        cls.dir.cleanup()

    def test_lines(self):
        self.assertNotRegex(self.bytes, rb"[^\r]\n")
        self.assertNotRegex(self.bytes, rb"\r[^\n]")
        self.assertLessEqual(max(len(line) for line in self.bytes.split(b"\r\n")), 998)
        self.assertTrue(all(b < 128 for b in self.bytes))
        header = self.bytes.split(b"\r\n\r\n")[0]
        self.assertLessEqual(max(len(line) for line in header.split(b"\r\n")), 100)

    def test_headers(self):
        m = self.message
        self.assertFalse(m.defects)
        self.assertEqual(m["Subject"], "AOC_Suport_PADRO : Monitoratge Ajuntaments - 20/11/2026")
        self.assertEqual(str(m["From"].addresses[0]), "Suport PADRÓ <suport.padro@example.cat>")
        self.assertEqual([(a.display_name, a.addr_spec) for a in m["To"].addresses],
                         [("Bústia de seguiment", "seguiment@example.cat"),
                          ('Cap de servei; "PADRÓ", i més', "cap.servei@example.cat")])
        self.assertEqual([a.addr_spec for a in m["Cc"].addresses], ["suport.padro@example.cat", "arxiu@example.cat"])
        self.assertEqual(m["Message-ID"], "<friday-2026-11-20.1@talaia.example>")
        self.assertEqual(m["X-Talaia-Id"], "friday-2026-11-20-1")
        self.assertEqual(m["Date"], "Fri, 20 Nov 2026 09:12:00 +0100")
        self.assertEqual(m["MIME-Version"], "1.0")
        self.assertEqual(m["Content-Language"], "ca")
        for name in ("Subject", "From", "To", "Cc", "Date", "Message-ID", "MIME-Version", "Content-Type"):
            self.assertEqual(len(m.get_all(name)), 1, name)

    def test_structure(self):
        def shape(part):
            if part.is_multipart():
                return [part.get_content_type()] + [shape(p) for p in part.iter_parts()]
            return part.get_content_type()
        xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        self.assertEqual(shape(self.message),
                         ["multipart/mixed",
                          ["multipart/alternative", "text/plain",
                           ["multipart/related", "text/html", "image/png", "image/png", "image/png"]], xlsx])
        related = [p for p in self.message.walk() if p.get_content_type() == "multipart/related"][0]
        self.assertEqual(related.get_param("type"), "text/html")
        self.assertFalse([d for p in self.message.walk() for d in p.defects])

    def test_text_part_is_the_text(self):
        with open(os.path.join(self.dir.name, "report.txt"), encoding="utf-8") as f:
            self.assertEqual(self.message.get_body(("plain",)).get_content().replace("\r\n", "\n"), f.read())

    def test_html_part_is_the_page(self):
        with open(os.path.join(self.dir.name, "mail.html"), encoding="utf-8") as f:
            self.assertEqual(self.message.get_body(("html",)).get_content().replace("\r\n", "\n"), f.read())

    def test_every_cid_resolves(self):
        page = self.message.get_body(("html",)).get_content()
        asked = re.findall(r'src="cid:([^"]+)"', page)
        given = {p["Content-ID"].strip("<>"): p for p in self.message.walk() if p["Content-ID"]}
        self.assertEqual(len(asked), 3)
        self.assertEqual(sorted(asked), sorted(given))
        for part in given.values():
            self.assertEqual(part.get_content_disposition(), "inline")
            self.assertTrue(part.get_content().startswith(b"\x89PNG"))

    def test_attachment_opens(self):
        (part,) = self.message.iter_attachments()
        self.assertEqual(part.get_filename(), "ResumAjuntaments.xlsx")
        with zipfile.ZipFile(io.BytesIO(part.get_content())) as z:
            self.assertIsNone(z.testzip())
        with open(os.path.join(self.dir.name, "ResumAjuntaments.xlsx"), "rb") as f:
            self.assertEqual(part.get_content(), f.read())

    def test_same_bytes_again(self):
        with tempfile.TemporaryDirectory() as d:
            self.assertEqual(render(d, "demo"), self.bytes)

    def test_attachment_is_found_first_by_simple_readers(self):
        self.assertEqual(self.message.get_content_type(), "multipart/mixed")
        self.assertEqual(len(list(self.message.iter_attachments())), 1)


class Html(unittest.TestCase):
    def pages(self):
        for scenario in ("demo", "empty", "hostile", "first"):
            for lang in ("ca", "es", "en"):
                with tempfile.TemporaryDirectory() as d:
                    render(d, scenario, lang)
                    for name in ("mail.html", "report.html"):
                        with open(os.path.join(d, name), encoding="utf-8") as f:
                            yield scenario, lang, name, f.read()

    def test_well_formed_and_accessible(self):
        for scenario, lang, name, text in self.pages():
            with self.subTest(scenario=scenario, lang=lang, name=name):
                page = Page(re.sub(r"<!--\[if mso\]>.*?<!\[endif\]-->", "", text))
                self.assertTrue(text.startswith("<!doctype html>\n"))
                tags = [t for t, _, _ in page.elements]
                self.assertNotIn("script", tags)
                self.assertEqual([a["lang"] for t, a, _ in page.elements if t == "html"], [lang])
                data = [a for t, a, _ in page.elements if t == "table" and a.get("role") != "presentation"]
                self.assertEqual(tags.count("caption"), len(data))
                self.assertEqual(tags.count("title"), 1)
                for t, a, _ in page.elements:
                    if t == "th":
                        self.assertIn(a["scope"], ("row", "col"))
                    if t == "img":
                        self.assertTrue(a["alt"] and a["width"] and a["height"])
                    self.assertFalse([k for k in a if k.startswith("on")])
                    for k in ("href", "src"):
                        self.assertTrue(k not in a or re.match(r"(cid:|https://|mailto:|#)", a[k]))

    def test_mail_is_made_for_outlook(self):
        for scenario, lang, name, text in self.pages():
            if name != "mail.html":
                continue
            page = Page(re.sub(r"<!--\[if mso\]>.*?<!\[endif\]-->", "", text))
            self.assertIn('<meta name="color-scheme" content="light dark">', text)
            self.assertNotIn("<div", text)
            for t, a, _ in page.elements:
                if t in ("td", "th") and "scope" in a:
                    self.assertIn("bgcolor", a)
                    self.assertRegex(a["style"], r"background-color:#[0-9a-f]{6}.*;color:#[0-9a-f]{6}")

    def test_nothing_is_fetched_from_elsewhere(self):
        for scenario, lang, name, text in self.pages():
            self.assertNotRegex(text, r"(?i)<link|@import|url\(|src=\"http")


if __name__ == "__main__":
    unittest.main()
