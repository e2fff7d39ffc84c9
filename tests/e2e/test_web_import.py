"""Files brought in by the browser: looked at first, and only what was looked at is done."""
import io
import re
import zipfile

import conftest
import pytest
import web as w

PLACE = "/administracio/importacions"
CONFIRM = f"{PLACE}/confirma"
HOSTILE = "C:\\dins\\<img src=x onerror=alert(1)>'&\u202eevil\u202c.csv"
ROWS = conftest.towns(count=10)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    path = tmp_path_factory.mktemp("imports")
    conftest.run("init", path / "desk")
    desk = conftest.Desk(path / "desk")
    (path / "r.csv").write_text(conftest.table(ROWS))
    desk.load(path / "r.csv")
    for name, role in (("maria", "administrator"), ("joan", "technician"), ("anna", "viewer"), ("nuria", "on-call")):
        w.add_account(desk, name, role)
    return desk


@pytest.fixture
def desk(made, tmp_path):
    return conftest.copy_desk(made, tmp_path / "desk")


@pytest.fixture
def web(desk):
    with w.serving(desk) as server:
        yield server


def as_(web, name):
    b = web.browser()
    b.log_in(name)
    return b


def send(b, name, content, expect=200, token=None):
    bound = "----talaia-tests"
    content = content.encode() if isinstance(content, str) else content
    token = b.token(PLACE) if token is None else token
    body = (f'--{bound}\r\nContent-Disposition: form-data; name="_f"\r\n\r\n{token}\r\n--{bound}\r\n'
            f'Content-Disposition: form-data; name="fitxer"; filename="{name}"\r\n\r\n').encode() + content + f"\r\n--{bound}--\r\n".encode()
    answer = b.ask("POST", PLACE, body, {"Content-Type": f"multipart/form-data; boundary={bound}"})
    assert answer.status == expect, (answer.status, answer.text[:3000])
    return answer.text


def waiting(page):
    return re.search(r'name="fitxer" value="([0-9a-f]{48})"', page).group(1)


def imports(desk):
    return [line["detail"] for line in desk.json("audit", "list", "--all") if line["what"] == "import" and "; registry: " in line["detail"]]


def changed(rows):
    rows = [list(r) for r in rows]
    rows[0][6] = conftest.dmy(777)
    return [*rows[:9], conftest.body(99, "Nou <b>poble</b>, Ajuntament de", 300, 300), ["98", "", "8", "1", "x", "0", "no", "no"]]


def test_what_would_change_is_shown_and_then_done(web, desk):
    b = as_(web, "joan")
    before = desk.json("bodies"), imports(desk)
    text = conftest.table(changed(ROWS))
    page = send(b, HOSTILE, text)
    assert "<img src=x" not in page and "\u202e" not in page and "<h1>&lt;img src=x" in page and "<b>poble" not in page
    assert "nothing has been written yet" in page and conftest.day(777)[:4] in page
    assert all(f">{word}<" in page or f" {word.lower()}<" in page for word in ("New", "Changed", "Gone", "Refused")), page
    assert "column" in page and "11 rows" in page
    assert (desk.json("bodies"), imports(desk)) == before
    b.submit(PLACE, CONFIRM, {"fitxer": waiting(page)})
    assert b.get(f"{PLACE}?fet=importat").text.count("It is brought in") == 1
    assert len(imports(desk)) == 2 and [x["who"] for x in desk.json("audit", "list") if x["what"] == "import"][:1] == ["joan"]
    assert conftest.day(777) in str(desk.json("certificates"))
    assert "no longer kept" in b.submit(PLACE, CONFIRM, {"fitxer": waiting(page)}, expect=422).text  # once
    own = re.search(rf'href="({PLACE}/\d+)"', b.get(PLACE).text).group(1)
    page = b.get(own).text
    assert "1 new · 1 changed" in page and " → " in page and "<b>poble" not in page
    assert "What it changed" in page and page.count("/ens/") >= 3
    b.get(f"{PLACE}/9999", expect=404)


def test_only_what_was_looked_at_is_done(web, desk, tmp_path):
    b = as_(web, "joan")
    page = send(b, "registre.csv", conftest.table(changed(ROWS)))
    (tmp_path / "other.csv").write_text(conftest.table([[*ROWS[0][:6], conftest.dmy(555), ROWS[0][7]], *ROWS[1:]]))
    desk.load(tmp_path / "other.csv")  # somebody is quicker
    again = b.submit(PLACE, CONFIRM, {"fitxer": waiting(page)}, expect=409).text
    assert "something has changed since" in again and len(imports(desk)) == 2
    assert waiting(again) == waiting(page)
    b.submit(PLACE, CONFIRM, {"fitxer": waiting(again)})
    assert len(imports(desk)) == 3
    page = send(b, "registre.csv", conftest.table(changed(ROWS)))
    other = as_(web, "joan")  # another session of the same person
    assert "no longer kept" in other.submit(PLACE, CONFIRM, {"fitxer": waiting(page)}, expect=422).text
    assert "no longer kept" in as_(web, "maria").submit(PLACE, CONFIRM, {"fitxer": waiting(page)}, expect=422).text
    later = send(b, "registre.csv", conftest.table(changed(ROWS)))  # takes the place of the one before
    assert "no longer kept" in b.submit(PLACE, CONFIRM, {"fitxer": waiting(page)}, expect=422).text
    b.submit(PLACE, CONFIRM, {"fitxer": waiting(later)})


def test_too_many_that_go_missing_need_a_reason(web, desk):
    b = as_(web, "maria")
    page = send(b, "registre.csv", conftest.table(ROWS[:3]))
    assert "import.max_loss" in page and page.count(">Gone<") == 7 and 'name="forca"' in page
    for fields in ({}, {"forca": "si"}, {"motiu": "fusions"}, {"forca": "si", "motiu": " "}):
        page = b.submit(PLACE, CONFIRM, {"fitxer": waiting(page), **fields}, expect=409).text
        assert "say why" in page and 'name="forca"' in page
    assert len(imports(desk)) == 1
    b.submit(PLACE, CONFIRM, {"fitxer": waiting(page), "forca": "si", "motiu": "fusions <b>2026</b>"})
    assert "forced: fusions <b>2026</b>" in imports(desk)[0]


def test_contacts_with_what_stood_before(web, desk):
    b = as_(web, "joan")
    head, name = "Ens;Nom;Correu;Rol;Llengua\r\n", ROWS[0][1]
    page = send(b, "contactes.csv", f"{head}{name};Laia;laia@ens.example;tecnic;ca\r\nCap ens;X;x@ens.example;tecnic;ca\r\n")
    assert "laia@ens.example" in page and "Cap ens" in page
    b.submit(PLACE, CONFIRM, {"fitxer": waiting(page)})
    page = send(b, "contactes.csv", f"{head}{name};Laia Serra;laia@ens.example;secretaria;es\r\n")
    assert "Laia · technical · ca" in page and "Laia Serra · secretary · es" in page
    assert desk.json("contacts")[0]["contact"] == "Laia"
    b.submit(PLACE, CONFIRM, {"fitxer": waiting(page)})
    assert desk.json("contacts")[0]["contact"] == "Laia Serra"
    page = b.get(re.search(rf'href="({PLACE}/\d+)"', b.get(PLACE).text).group(1)).text
    assert "Laia Serra &lt;laia@ens.example&gt;" in page


def archive(content, name="xl/workbook.xml"):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("[Content_Types].xml", content)
        z.writestr(name, content)
    return out.getvalue()


def test_hostile_files_are_refused_with_a_reason(web, desk):
    b = as_(web, "joan")
    head = conftest.table(ROWS[:1]).split("\r\n")[0]
    for content in (b"", b"\0" * 5000, b"PK\x03\x04" + b"\xff" * 3000, archive("<a/>"), archive(" " * 30_000_000), b"\xff\xfe\x00\xd8" * 500,
                    b"%PDF-1.7 x", head, "a;b;c\r\n1;2;3\r\n", "<html><table><tr><td>x</td></tr></table>", ("x" * 10_000_000),
                    "From x\r\n" * 2, head + "\r\n" + "\r\n".join("x;" * 7 for _ in range(50))):
        page = send(b, "registre.csv", content, expect=422)
        reason = re.search(r'class="(?:warn|notice)[^>]*>(.*?)</', page, re.S)
        assert reason and "proc/self" not in page and "Not done" in page, (content[:40], page[:3000])
        assert "has failed" not in page, (content[:40], page)
    send(b, "gran.csv", b"x" * (24 << 20), expect=413)
    assert len(imports(desk)) == 1


def test_who_may(web):
    for name, may in (("maria", True), ("joan", True), ("anna", False), ("nuria", False)):
        b = as_(web, name)
        token = b.token("/compte")
        assert ('type="file"' in b.get(PLACE).text) == may
        send(b, "r.csv", conftest.table(ROWS), expect=200 if may else 403, token=token)
        send(b, "r.csv", conftest.table(ROWS), expect=403, token="x")
        assert b.ask("POST", CONFIRM, f"_f={token}&fitxer=x").status == (422 if may else 403)
        send(b, "r.csv", b"x" * (3 << 20), expect=422 if may else 413, token=token)  # those who may not send no large ones
    stranger = web.browser()
    send(stranger, "r.csv", b"x" * (3 << 20), expect=413, token="x")
    assert stranger.ask("POST", CONFIRM, "fitxer=x").status == 303


def brought(b, name, content):
    """Looked at and brought in; the page of that import afterwards."""
    page = send(b, name, content)
    b.submit(PLACE, CONFIRM, {"fitxer": waiting(page)})
    return [b.get(path).text for path in re.findall(rf'href="({PLACE}/\d+)"', b.get(PLACE).text)]


def workbook():
    import openpyxl
    book, out = openpyxl.Workbook(), io.BytesIO()
    book.remove(book.active)
    for title, header, row in (("OK", ["Ens", "Data", "Acció"], [ROWS[1][1], conftest.dmy(-2), "Renovat <b>el CDS</b>"]),
                               ("KO", ["Ens", "Error", "Des de"], [ROWS[2][1], "no respon <i>", conftest.dmy(-1)])):
        sheet = book.create_sheet(title)
        sheet.append(header)
        sheet.append(row)
        sheet.append(["Cap ens d'aquest nom", *row[1:]])
    book.save(out)
    return out.getvalue()


def every_kind(b, desk):
    """What each kind of import did is shown afterwards, and what it refused."""
    page = brought(b, "registre.csv", conftest.table(changed(ROWS)))[0]
    assert " → " in page and "refused" in page and "row" in page.lower() and "<b>poble" not in page
    page = brought(b, "ens.csv", f"Nom;INE10;NIF\r\n{ROWS[0][1]};0800180001;\r\nCap ens;x;\r\n")[0]
    assert "What it changed" in page and "refused" in page and "Cap ens" in page
    page = brought(b, "contactes.csv", f"Ens;Correu\r\n{ROWS[0][1]};laia@ens.example\r\nCap ens;x@ens.example\r\n")[0]
    assert "laia@ens.example" in page and "Cap ens" in page
    assert "Cap ens d&#39;aquest nom" in send(b, "Resum.xlsx", workbook())
    pages = brought(b, "Resum.xlsx", workbook())[:2]
    assert any("Renovat &lt;b&gt;el CDS" in p for p in pages) and any("no respon &lt;i&gt;" in p for p in pages)
    assert all("Cap ens d&#39;aquest nom" in p and "<b>el CDS" not in p for p in pages)
    mail = (f"From: monitor@example.cat\r\nTo: suport@example.cat\r\nSubject: CRITICAL: {ROWS[3][1]} caigut\r\nMessage-ID: <1@x.example>\r\n"
            "Date: Fri, 20 Nov 2026 09:00:00 +0100\r\n\r\nhttps://padro103.example/ws?wsdl no respon\r\n")
    page = brought(b, "avis.eml", mail)[0]
    assert "Alerts" in page and "No differences" not in page and "caigut" in page
    assert desk.json("audit", "verify")["unbroken"]


def test_each_kind_shows_afterwards_what_it_changed(web, desk):
    every_kind(as_(web, "joan"), desk)


def test_imports_and_copies_on_postgresql(tmp_path, postgresql):
    """Files that are brought in, and a copy that is made, checked, taken away and really restored."""
    import subprocess
    import time
    name, url = postgresql.database()
    conftest.run("init", "--lang", "en", "--set", f"store.url={url}", tmp_path / "desk")
    desk = conftest.Desk(tmp_path / "desk")
    (tmp_path / "r.csv").write_text(conftest.table(ROWS))
    desk.load(tmp_path / "r.csv")
    w.add_account(desk, "maria", "administrator")
    copies = "/administracio/copies"
    with w.serving(desk) as web:
        b = as_(web, "maria")
        every_kind(b, desk)
        page = send(b, "registre.csv", conftest.table(ROWS))
        (tmp_path / "other.csv").write_text(conftest.table([[*ROWS[0][:6], conftest.dmy(555), ROWS[0][7]], *ROWS[1:]]))
        desk.load(tmp_path / "other.csv")  # somebody is quicker
        assert "something has changed" in b.submit(PLACE, CONFIRM, {"fitxer": waiting(page)}, expect=409).text
        before = desk.json("bodies"), desk.json("action", "list")
        b.submit(copies, copies, {})
        end = time.monotonic() + 60
        while not (found := re.search(r"<strong>(talaia-\d{8}T\d{6}Z\.[a-z]+)</strong>", b.get(copies).text)) and time.monotonic() < end:
            time.sleep(0.1)
        copy = found.group(1)
        answer = b.submit(copies, f"{copies}/baixa", {"nom": copy, "clau": w.PASSWORD}, expect=200)
        assert answer.body == (desk.path / "copies" / copy).read_bytes()
        assert [x["backup"] for x in desk.json("backups", on=None)] == [copy]
    (tmp_path / "taken").write_bytes(answer.body)
    restored, _ = postgresql.database()
    subprocess.run(["pg_restore", "--no-owner", "-h", postgresql.socket, "-U", "talaia", "-d", restored, tmp_path / "taken"], check=True,
                   timeout=60)
    desk.config.write_text(desk.config.read_text().replace(name, restored))
    assert (desk.json("bodies"), desk.json("action", "list")) == before and desk.json("audit", "verify")["unbroken"]
