"""Alert mails of another monitor: mailboxes in every form, whom each is about, what it says, and what follows."""
import contextlib
import mailbox
import sqlite3
from email.message import EmailMessage

import pytest

from conftest import EXIT, TODAY, Desk, body, day, events, part, run, sheet_rows, towns

DATES = {day(n): f"{(int(day(n)[8:]))} {['', 'Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'][int(day(n)[5:7])]} "
                 f"{day(n)[:4]}" for n in range(-40, 4)}


def mail(subject, text="", at=0, hour=9, ident=None, charset="utf-8", cte=None):
    """A mail's bytes, sent so many days from TODAY at that hour in Madrid."""
    m = EmailMessage()
    m["From"] = "Monitor <monitor@example.cat>"
    m["Subject"] = subject
    m["Date"] = f"{DATES[day(at)]} {hour:02}:00:00 +0100"
    m["Message-ID"] = f"<{ident or abs(hash((subject, text, at, hour)))}@monitor.example>"
    m.set_content(text or "x", charset=charset, **({"cte": cte} if cte else {}))
    return m.as_bytes()


@pytest.fixture
def take(stocked, write):
    """Imports mails as one mbox."""
    def taker(*mails, **more):
        text = b"".join(b"From monitor@example.cat Fri Nov 20 09:00:00 2026\n" + m.replace(b"\nFrom ", b"\n>From ") + b"\n" for m in mails)
        return stocked.load(write("box", text), **more)
    return taker


def outages(desk, *words, **more):
    return {" ".join(reversed(o["body"].split(", "))): o for o in desk.json("outage", "list", *words, **more)}


def sql(desk, text, *values):
    with contextlib.closing(sqlite3.connect(desk.store)) as store:
        found = store.execute(text, values).fetchall()
        store.commit()
        return found


def test_one_mail_opens_an_outage_that_the_report_shows(stocked, write):
    file = write("avis.eml", mail("CRITICAL: padro103.example no respon", "https://padro103.example/ws?wsdl"))
    before = stocked.dump()
    assert not stocked.load(file, "--dry-run")["committed"]
    assert stocked.dump() == before and sql(stocked, "SELECT count(*) FROM alert") == [(0,)]
    summary = stocked.load(file)
    assert part(summary, "alerts") == {"kind": "alerts", "rows": 1, "new": 1, "changed": 0, "same": 0, "vanished": 0, "refused": 0}
    open_ = outages(stocked)["Ajuntament de Berga"]
    assert open_["since"] == TODAY and open_["error"] == "CRITICAL: padro103.example no respon"
    stocked.run("report", "build", "--out", stocked.path / "out")
    assert any("Berga" in str(row) and "no respon" in str(row) for row in sheet_rows(stocked.path / "out" / "ResumAjuntaments.xlsx", "KO"))
    assert any("alerts: 1 rows" in line["detail"] for line in stocked.json("audit", "list", "--all"))


def test_the_same_message_twice_changes_nothing(take, stocked):
    alert = mail("Berga caigut")
    take(alert, alert)
    stocked.run("outage", "close", "Berga", "fet")
    state = outages(stocked, "--all")
    counts = part(take(alert), "alerts")
    assert (counts["new"], counts["same"]) == (0, 1)
    assert outages(stocked, "--all") == state and sql(stocked, "SELECT count(*) FROM alert") == [(1,)]


@pytest.mark.parametrize("kind", ["mbox", "maildir"])
def test_mailboxes_of_either_kind(stocked, tmp_path, kind):
    path = tmp_path / "Ajuntaments"
    box = mailbox.mbox(path) if kind == "mbox" else mailbox.Maildir(path)
    for n, subject in enumerate(["Ajuntament de Vic: caiguda", "Falset down", "Falset recuperat", "Reus: error"]):
        box.add(mail(subject, hour=8 + n))
    box.flush()
    box.close()
    assert part(stocked.load(path), "alerts")["new"] == 4
    assert set(outages(stocked)) == {"Ajuntament de Vic", "Ajuntament de Reus"}


@pytest.mark.parametrize("subject", [
    "=?iso-8859-1?Q?Caiguda:_Ajuntament_de_Gav=E0?=", "=?ISO-8859-15?B?Q2FpZ3VkYTogR2F24A==?=", "=?utf-8?Q?CAIGUDA=3A_GAV=C3=80?="])
def test_subjects_in_any_encoding(stocked, write, subject):
    stocked.load(write("a.eml", f"From: m@example.cat\r\nDate: Fri, 20 Nov 2026 09:00:00 +0100\r\nSubject: {subject}\r\n\r\nx\r\n"))
    assert list(outages(stocked)) == ["Ajuntament de Gavà"]


@pytest.mark.parametrize("charset, cte", [("iso-8859-1", "quoted-printable"), ("iso-8859-1", "base64"), ("utf-8", "base64"), ("utf-8", "8bit")])
def test_texts_in_any_encoding(take, stocked, charset, cte):
    take(mail("Avís del monitor", "El servei https://padro106.example:443/ws no està disponible: caigut.\n", charset=charset, cte=cte))
    assert list(outages(stocked)) == ["Ajuntament de Gavà"]


def test_html_only_in_parts(stocked, write):
    m = EmailMessage()
    m["From"], m["Subject"], m["Date"] = "m@example.cat", "Alerta", "Fri, 20 Nov 2026 09:00:00 +0100"
    m.set_content("<html><style>.up{}</style><p>Servei <a href='x'>padro111.example</a>: <b>TIMEOUT</b></p></html>", subtype="html")
    m.add_attachment(b"padro100.example", maintype="application", subtype="octet-stream", filename="a.bin")
    stocked.load(write("a.eml", m.as_bytes()))
    assert list(outages(stocked)) == ["Ajuntament de Vic"]


def test_up_closes_only_what_the_monitor_opened(take, stocked):
    stocked.run("outage", "open", "Reus", "ho ha dit una persona", on=day(-2))
    take(mail("Vic down", at=-3), mail("Reus down", at=-1))
    assert outages(stocked)["Ajuntament de Vic"]["since"] == day(-3)
    take(mail("RECOVERY Vic is up", at=-1), mail("Reus recuperat", at=0, hour=8))
    assert set(outages(stocked)) == {"Ajuntament de Reus"}
    closed = outages(stocked, "--all")["Ajuntament de Vic"]
    assert (closed["since"], closed["closed"]) == (day(-3), day(-1))
    assert any("Vic" in a["body"] and a["date"] == day(-1) for a in stocked.json("action", "list"))


def test_order_of_the_mails_is_that_of_their_dates(take, stocked):
    take(mail("Vic up", at=-1), mail("Vic down", at=-2), mail("Falset down", at=-1, hour=10), mail("Falset up", at=-1, hour=8))
    assert set(outages(stocked)) == {"Ajuntament de Falset"}
    take(mail("Vic down", at=-3), mail("Falset up", at=-1, hour=9))  # both are older than what is known
    assert set(outages(stocked)) == {"Ajuntament de Falset"}


def test_an_old_archive_opens_no_ancient_outage(take, stocked):
    """The end of it was told by other means, or nobody; what is recent opens as ever."""
    summary = take(mail("Vic down", at=-15), mail("Reus down", at=-14), mail("Falset down", at=-38), mail("Falset up", at=-36))
    assert {name: o["since"] for name, o in outages(stocked, "--all").items()} == {"Ajuntament de Reus": day(-14)}
    told = {line["row"]: line["text"] for line in events(summary, "new")}
    assert "no outage is opened" in told[1] and "an outage is opened" in told[2], told
    assert sql(stocked, "SELECT count(*) FROM alert") == [(4,)]
    # A recent one of the same body counts.
    take(mail("Vic down", at=-2))
    assert outages(stocked)["Ajuntament de Vic"]["since"] == day(-2)


def test_down_words_weigh_more(take, stocked):
    take(mail("Vic up again? still no respon"), mail("Falset: report", "all quiet"))
    assert list(outages(stocked)) == ["Ajuntament de Vic"]
    assert sql(stocked, "SELECT says FROM alert ORDER BY id") == [("down",), ("unclear",)]


def test_our_own_rounds_know_better(take, stocked):
    noon = 1795168800 * 10**6  # 2026-11-20 11:00 in Madrid
    sql(stocked, "INSERT INTO sweep (kind, day, started, ended, who) VALUES ('daily', ?, ?, ?, 'x')", TODAY, noon, noon)
    sql(stocked, "INSERT INTO watch SELECT id, 0, 0, ?, 0, '', 'agrees', 1 FROM body WHERE description LIKE 'Vic%'", noon)
    take(mail("Vic down", at=-1), mail("Reus down", at=-1))
    assert list(outages(stocked)) == ["Ajuntament de Reus"]
    take(mail("Vic down", at=0, hour=8))
    assert set(outages(stocked)) == {"Ajuntament de Reus", "Ajuntament de Vic"}


def test_silenced_and_closed_by_a_person(take, stocked):
    stocked.run("silence", "Vic", "feines", "--until", day(3))
    take(mail("Vic down"))
    assert outages(stocked) == {}
    stocked.run("outage", "open", "Reus", "x", on=day(-1))
    stocked.run("outage", "close", "Reus", "y")
    take(mail("Reus down", hour=8))
    assert outages(stocked) == {}


def test_unmatched_and_ambiguous_are_refused_and_kept(stocked, take, write):
    summary = take(mail("Setcases caigut"), mail("Vic i Reus: caiguda"), mail("Berga caigut"), expect=EXIT["findings"])
    refused = events(summary, "refused")
    assert [r["row"] for r in refused] == [1, 2] and refused[0]["body"] == "Setcases caigut"
    assert "several bodies" in refused[1]["text"] and list(outages(stocked)) == ["Ajuntament de Berga"]
    assert sql(stocked, "SELECT count(*) FROM alert WHERE body_id IS NULL") == [(2,)]
    # Alone, it is told the same way.
    assert take(mail("Queralbs caigut"), expect=EXIT["findings"])["committed"]
    # Once the registry has the body, the same mail is recognised.
    stocked.load(write("registry2.csv", towns() + [body(300, "Setcases, Ajuntament de", 400, 400)]))
    assert part(take(mail("Setcases caigut")), "alerts")["changed"] == 1
    assert "Ajuntament de Setcases" in outages(stocked)


def test_longest_name_wins_and_shared_hosts_need_a_name(desk, write):
    url = "https://compartit.example/ws?wsdl"
    desk.load(write("r.csv", [body(1, "Prats, Ajuntament de", 400, 400), body(2, "Prats de Lluçanès, Ajuntament de", 400, 400),
                              body(3, "Vic, Ajuntament de", 400, 400, url=url), body(4, "Reus, Ajuntament de", 400, 400, url=url)]))
    desk.load(write("1.eml", mail("PRATS DE LLUCANES caigut")))
    assert list(outages(desk)) == ["Ajuntament de Prats de Lluçanès"]
    desk.load(write("2.eml", mail("compartit.example caigut")), expect=EXIT["findings"])
    desk.load(write("3.eml", mail("Reus: compartit.example caigut")))
    assert set(outages(desk)) == {"Ajuntament de Prats de Lluçanès", "Ajuntament de Reus"}


HOSTILE = {
    "no date": b"From: m@example.cat\r\nSubject: Vic caigut\r\n\r\nx\r\n",
    "future": mail("Vic caigut", at=3),
    "long header": b"From: m@example.cat\r\nDate: Fri, 20 Nov 2026 09:00:00 +0100\r\nSubject: Vic caigut " + b"a" * (10 << 20) + b"\r\n\r\nx\r\n",
    "deep": b"From: m@example.cat\r\nDate: Fri, 20 Nov 2026 09:00:00 +0100\r\n" + b"Content-Type: message/rfc822\r\n\r\n" * 50000,
    "many parts": b"From: m@example.cat\r\nDate: Fri, 20 Nov 2026 09:00:00 +0100\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n" + b"--x\r\n\r\n" * 50000,
    "large": b"From: m@example.cat\r\nDate: Fri, 20 Nov 2026 09:00:00 +0100\r\n\r\n" + b"x" * (26 << 20),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_mails_are_refused(stocked, tmp_path, name):
    box = tmp_path / "box"
    for sub in ("cur", "new", "tmp"):
        (box / sub).mkdir(parents=True)
    (box / "new" / "1").write_bytes(HOSTILE[name])
    (box / "new" / "2").write_bytes(mail("Berga caigut"))
    summary = stocked.load(box, expect=EXIT["findings"])
    assert part(summary, "alerts")["refused"] == 1 and list(outages(stocked)) == ["Ajuntament de Berga"]


def test_nul_and_control_characters(stocked, write):
    stocked.load(write("a.eml", b"From: m@example.cat\r\nDate: Fri, 20 Nov 2026 09:00:00 +0100\r\nSubject: Vic \x1b[31m caigut\x07\r\n\r\na\0b\r\n"))
    assert "\x1b" not in outages(stocked)["Ajuntament de Vic"]["error"]


def test_long_subjects_are_cut(take, stocked):
    take(mail("Vic caigut " + "à" * 300))
    assert len(outages(stocked)["Ajuntament de Vic"]["error"]) == 200


def test_needs_bodies(desk, write):
    desk.run("import", write("a.eml", mail("Vic caigut")), expect=EXIT["input"])


def test_a_folder_that_is_no_mailbox_is_refused_as_before(stocked, tmp_path):
    (tmp_path / "folder").mkdir()
    stocked.run("import", tmp_path / "folder", expect=EXIT["system"])


def test_the_same_on_postgresql(tmp_path, write, postgresql):
    _, url = postgresql.database()
    desk = Desk(tmp_path / "pg")
    run("init", "--lang", "en", "--set", f"store.url={url}", desk.path)
    desk.load(write("registry.csv", towns()))
    mails = [mail("Vic down", at=-2), mail("Vic up", at=-1), mail("Berga down", at=-1), mail("Setcases down")]
    file = write("box", b"".join(b"From x\n" + m + b"\n" for m in mails))
    assert part(desk.load(file, expect=EXIT["findings"]), "alerts")["new"] == 3
    assert part(desk.load(file, expect=EXIT["findings"]), "alerts")["same"] == 3
    assert list(outages(desk)) == ["Ajuntament de Berga"]
    assert desk.run("audit", "verify").code == 0
