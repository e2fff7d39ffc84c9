"""Every page that a link leads to and every form that stands on one, found by following them: on both stores, in every role
and language; and what people who mean no good write into the fields."""
import html.parser
import re
import time
import unittest.mock
import urllib.parse

import conftest
import pytest
import web as w

STAFF = ("maria", "joan", "anna", "pere", "nuria")
ANY = unittest.mock.ANY
ALIKE = 3      # of pages that differ in numbers and texts only, so many are looked at
STRANGE = re.compile(r"\(null\)|%s|%d|%zu|\{[a-z]+\}|nan%|NaN|undefined|T-INTERNAL")
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class Page(html.parser.HTMLParser):
    """What of a page can be followed, filled in or be wrong. Complains about tags that do not match."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.links, self.ids, self.anchors, self.labels, self.forms, self.open, self.wrong = [], [], [], [], [], [], []
        self.lang, self.text, self.form, self.field = None, [], None, None
        self.whole = text
        self.feed(text)
        self.close()
        if self.open:
            self.wrong.append(f"never closed: {self.open}")

    def handle_starttag(self, tag, attributes):
        a = dict(attributes)
        if len(a) != len(attributes):
            self.wrong.append(f"an attribute twice: {tag} {attributes}")
        if tag not in VOID:
            self.open.append(tag)
        if tag == "html":
            self.lang = a.get("lang")
        if "id" in a:
            self.ids.append(a["id"])
        if tag in ("a", "iframe", "img", "script", "link"):
            target = a.get("href") or a.get("src")
            if target is not None and a.get("rel") != "noreferrer":
                (self.anchors if target.startswith("#") else self.links).append(target)
        if tag == "label" and "for" in a:
            self.labels.append(a["for"])
        if tag == "form":
            self.form = {"action": a.get("action", ""), "method": a.get("method", "get").lower(), "fields": [],
                         "kind": a.get("enctype", "")}
            self.forms.append(self.form)
        if tag in ("input", "select", "textarea", "button") and a.get("name"):
            where = self.form
            if a.get("form"):
                where = None  # belongs to another form of the page, by its id
            if where is not None:
                self.field = {"tag": tag, "name": a["name"], "type": a.get("type", ""), "value": a.get("value", "")}
                where["fields"].append(self.field)
        if tag == "option" and self.field is not None and self.field["tag"] == "select" and not self.field["value"]:
            self.field["value"] = a.get("value", "")

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID and self.open and self.open[-1] == tag:
            self.open.pop()

    def handle_endtag(self, tag):
        if tag == "form":
            self.form = None
        if tag in ("select", "textarea"):
            self.field = None
        if not self.open or self.open[-1] != tag:
            self.wrong.append(f"</{tag}> where {self.open[-3:]} is open")
        if tag in self.open:
            while self.open.pop() != tag:
                pass

    def handle_data(self, data):
        if not self.open or self.open[-1] not in ("script", "style", "textarea", "code", "pre"):
            self.text.append(data)


def pattern(path):
    parts = urllib.parse.urlsplit(path)
    names = sorted(n for n, _ in urllib.parse.parse_qsl(parts.query, keep_blank_values=True))
    return re.sub(r"\d+", "N", parts.path), tuple(names)


def crawl(browser, lang, ours=True):
    """{path: Page} of all pages that links lead to."""
    seen, found, of = set(), {}, {}
    waiting = ["/"]
    while waiting:
        path = waiting.pop(0)
        if path in seen or of.get(pattern(path), 0) >= ALIKE:
            continue
        seen.add(path)
        of[pattern(path)] = of.get(pattern(path), 0) + 1
        answer = browser.ask("GET", path)
        if answer.status == 303 and path != "/" and answer.header("Location") == "/":
            continue
        assert answer.status == 200, (path, answer.status, answer.body[:400])
        if not (answer.header("Content-Type") or "").startswith("text/html"):
            continue
        # An e-mail as it goes out, a document of the team: in their own language.
        if path.startswith("/divendres/correu/") or path.endswith("/homologacio"):
            continue
        page = found[path] = Page(answer.text)
        check(path, page, lang, ours)
        for link in page.links:
            whole = urllib.parse.urljoin(f"http://{browser.web.host}{path}", link)
            parts = urllib.parse.urlsplit(whole)
            if parts.scheme == "http" and parts.netloc == browser.web.host:
                waiting.append(urllib.parse.urlunsplit(("", "", parts.path, parts.query, "")))
    return found


def check(path, page, lang, ours):
    assert not page.wrong, (path, page.wrong[:5])
    assert page.lang == lang, path
    twice = {i for i in page.ids if page.ids.count(i) > 1}
    assert not twice, (path, "ids given twice", twice)
    missing = [x for x in (*page.labels, *(a[1:] for a in page.anchors if len(a) > 1)) if x not in page.ids]
    assert not missing, (path, "nothing has these ids", missing)
    text = " ".join(page.text)
    strange = STRANGE.search(text) if ours else None  # others may write such things
    assert not strange, (path, text[max(0, strange.start() - 80):strange.end() + 40])


def stocked(desk):
    for name in STAFF:
        w.add_account(desk, name, w.ROLES[name])
    desk.run("silence", "Vic", "manteniment", "--until", conftest.day(2))
    desk.run("warnings", "approve", "--all", expect=(0, 1))
    for n, body in enumerate(("Olot", "Vic"), 1):
        desk.run("integration", "open", f"FP-{n}", body, "--email", f"a{n}@b.example", "--company", "Programari SL")
    desk.run("incident", "open", "OCSP_AOC", "La pàgina no es carrega.")
    return desk


@pytest.fixture(scope="module")
def desk(tmp_path_factory, demo_made):
    return stocked(conftest.copy_desk(demo_made, tmp_path_factory.mktemp("crawl") / "desk"))


@pytest.fixture(scope="module")
def web(desk):
    with w.serving(desk, lang=None) as server:
        yield server


def visitor(web, name, lang):
    b = web.browser()
    b.cookies["idioma"] = lang
    for _ in range(10):  # somebody may have tried wrong passwords in that name
        answer = b.log_in(name, expect=ANY)
        if answer.status != 429:
            break
        time.sleep(int(answer.header("Retry-After")))
    assert answer.status == 303, answer.text
    return b


@pytest.mark.parametrize("name, lang", [("maria", "ca"), ("maria", "es"), ("joan", "en"), ("anna", "ca"), ("pere", "es"), ("nuria", "ca")])
def test_every_link_leads_somewhere(web, name, lang):
    b = visitor(web, name, lang)
    found = crawl(b, lang)
    assert len(found) > 20
    for path, page in found.items():
        for form in page.forms:
            if form["method"] == "get":
                continue
            action = form["action"] or path
            assert any(f["name"] == "_f" for f in form["fields"]) or action in ("/entra", "/preferencies"), (path, action)
            refused = b.ask("POST", action, "_f=x").status  # nothing is done; but there is such a form, and it is theirs
            assert refused == 403 or action in ("/entra", "/preferencies"), (path, action, refused)


def test_every_page_on_postgresql(tmp_path, postgresql):
    _, url = postgresql.database()
    conftest.run("demo", "--lang", "en", "--on", conftest.TODAY, "--set", f"store.url={url}", tmp_path / "desk")
    desk = stocked(conftest.Desk(tmp_path / "desk"))
    with w.serving(desk, lang=None) as web:
        assert len(crawl(visitor(web, "maria", "en"), "en")) > 20


HOSTILE = ["<img src=x onerror=alert(1)>\"'><script>alert(1)</script>", "\u202egnp.exe\u2066\u2069\u200b", "x" * 60000, "a\0b", "",
           "=HYPERLINK(\"http://x\")", "../../../etc/passwd", "%s%n{name}", "-1", "999999999999999999999999", "\r\nX-Bad: 1"]
KEPT = ("hidden",)


def filled(form, hostile):
    fields = []
    for f in form["fields"]:
        kept = f["type"] in KEPT or f["tag"] == "button" or f["name"] == "_f"
        fields.append((f["name"], f["value"] if kept else hostile))
    return urllib.parse.urlencode(fields)


def multipart(form, hostile):
    bound, out = "----talaia-tests", b""
    for f in form["fields"]:
        kept = f["type"] in KEPT or f["tag"] == "button" or f["name"] == "_f"
        name = f'; filename="{hostile[:100]}"'.replace("\r", "").replace("\n", "") if f["type"] == "file" else ""
        out += f'--{bound}\r\nContent-Disposition: form-data; name="{f["name"]}"{name}\r\n\r\n'.encode()
        out += (f["value"] if kept else hostile).encode() + b"\r\n"
    return out + f"--{bound}--\r\n".encode(), f"multipart/form-data; boundary={bound}"


def offered(web, b, action, size):
    """The status of a form that announces so many bytes, before any of them is sent."""
    with web.socket() as s:
        cookies = "; ".join(f"{k}={v}" for k, v in b.cookies.items())
        s.sendall(f"POST {action} HTTP/1.1\r\nHost: {web.host}\r\nOrigin: http://{web.host}\r\nCookie: {cookies}\r\n"
                  f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {size}\r\nExpect: 100-continue\r\n\r\n".encode())
        return int(s.recv(1000).split()[1])


def test_ten_megabytes_in_a_field(web):
    """No form takes them, but those for files, which say so by their kind."""
    b = visitor(web, "maria", "en")
    actions = {form["action"] or path: "multipart" in form["kind"] for path, page in crawl(b, "en").items() for form in page.forms
               if form["method"] == "post"}
    assert len(actions) > 10
    for action, files in actions.items():
        if not files:
            assert offered(web, b, action, 10_000_000) == 413, action


def send(b, form, action, hostile):
    """A report that is being made meanwhile may have the store for longer than a form waits: whoever is told so repeats."""
    for _ in range(20):
        if form["method"] == "get":
            answer = b.ask("GET", f"{action}?{filled(form, hostile)}")
        elif "multipart" in form["kind"]:
            content, kind = multipart(form, hostile)
            answer = b.ask("POST", action, content, {"Content-Type": kind})
        else:
            answer = b.ask("POST", action, filled(form, hostile))
        if answer.status != 503 or b"T-BUSY" not in answer.body:
            break
    return answer


def test_hostile_text_in_every_field(desk, tmp_path):
    """Each form of each page is sent with each of these in all its fields: done or refused, and shown safely ever after."""
    own = conftest.copy_desk(desk, tmp_path / "desk")
    with w.serving(own, lang=None) as web:
        b = visitor(web, "maria", "en")
        forms = {}
        for path, page in crawl(b, "en").items():
            for form in page.forms:
                if form["action"] not in ("/surt", "/entra") and form["fields"]:
                    names = tuple(f["name"] for f in form["fields"])
                    forms.setdefault((pattern(form["action"] or path), names), (path, form))
        assert len(forms) > 10
        for path, form in forms.values():
            for hostile in HOSTILE:
                action = form["action"] or path
                answer = send(b, form, action, hostile)
                assert answer.status < 500, (path, action, hostile[:40], answer.status, answer.body[-1500:])
                assert answer.header("X-Bad") is None and b"<img src=x" not in answer.body and b"<script>alert" not in answer.body, \
                    (path, action, hostile[:40])
                if "talaia" not in b.cookies or b.ask("GET", "/compte").status != 200:  # a form that ends sessions
                    b = visitor(web, "maria", "en")
        for path, page in crawl(visitor(web, "maria", "en"), "en", ours=False).items():
            assert "<img src=x" not in page.whole and "<script>alert" not in page.whole, path
