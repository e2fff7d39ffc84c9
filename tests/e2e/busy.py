"""A demo desk on a busy day: mails that went out, that nobody knows of and that was refused, answers to confirm, maintenance
ahead, the gateway with requests. For those who look at its pages."""
import base64
import datetime
import sqlite3
import time
import zoneinfo

import web as w


def answer(mail, text):
    """An answer to a mail that a server accepted, as its recipient would write it."""
    number = mail["message_id"].strip("<>")
    lines = [f"From: {mail['to'][0]}", "To: suport.padro@example.org", "Date: Fri, 20 Nov 2026 08:05:00 +0100",
             f"Message-ID: <a-{number}>", f"In-Reply-To: <{number}>",
             "Subject: =?utf-8?B?" + base64.b64encode("RE: Recordatori data d'expiració".encode()).decode() + "?=",
             "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: 8bit"]
    return ("\r\n".join(lines) + f"\r\n\r\n{text}\r\n").encode()


def mails(desk, smtp, tmp_path):
    """Five warnings: two cut off before the server's word, one refused, two that are answered."""
    due = [x for x in desk.plan("--days", "0") if x["recipients"]][:5]
    domain = [x["recipients"][0].split("@")[1].replace(".", r"\.") for x in due]
    smtp.script([{"at": "end", "to": domain[0], "do": "drop", "times": 1}, {"at": "end", "to": domain[1], "do": "drop", "times": 1},
                 {"at": "rcpt", "to": domain[2], "do": "550 5.1.1 No such user here"}])
    desk.run("warnings", "approve", *(x["name"] for x in due), expect=(0, 1))
    settings = [x for s in smtp.settings for x in ("--set", s)]
    desk.run(*settings, "warnings", "send", expect=(0, 1))
    for i, mail in enumerate(smtp.journal()):
        (tmp_path / f"{i}.eml").write_bytes(answer(mail, "Ja hem demanat la renovació del certificat."))
        desk.run("reply", "read", tmp_path / f"{i}.eml", expect=(0, 1))
    found = [m["state"] for m in desk.json("outbox", "--all")["messages"]]
    assert found.count("ambiguous") == 2 and found.count("refused") == 1 and len(desk.json("reply", "list")) == 2, found


def request(desk, **given):
    """A line of the gateway's log; its number."""
    row = {"at": 1795161600000000, "ine10": "0805690004", "request": "HESTIA_CITES-0001", "kind": "sync", "product": "HESTIA",
           "modality": "HESTIA_CITES", "elements": 1, "certificate": "ab" * 32, "address": "192.0.2.7", "outcome": "schema",
           "step": "schema", "result": "", "steps": "network:g:10 xml:g:200 schema:r:40",
           "remarks": "error:element-case:42:/soap:Envelope/soap:Body/o:procesa/pet:Peticion/pet:peticio", "citizens": "",
           "bytes": 6000, "answer_bytes": 400, "micros": 1250} | given
    with sqlite3.connect(desk.store) as store:
        store.execute(f"INSERT INTO gateway_log ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", list(row.values()))
        return store.execute("SELECT max(id) FROM gateway_log").fetchone()[0]


PROBES = """
OCSP_AOC: {service: Certificació digital, level: 99.95, transitions: [{name: La pàgina es carrega, http: 'http://ocsp.example/'}]}
PORTAL: {service: Portal de tràmits, level: 99.5, public: Portal de tràmits, transitions: [{http: 'http://portal.example/'}, {tls: 'portal.example:443'}]}
"""


MADRID = zoneinfo.ZoneInfo("Europe/Madrid")


def midnight(days_ago):
    """The instant at which that day of Madrid began, in seconds."""
    day = datetime.datetime.now(MADRID).date() - datetime.timedelta(days_ago)
    return int(datetime.datetime(day.year, day.month, day.day, tzinfo=MADRID).timestamp())


def month(months_ago):
    year, at = divmod(datetime.datetime.now(MADRID).year * 12 + datetime.datetime.now(MADRID).month - 1 - months_ago, 12)
    return int(datetime.datetime(year, at + 1, 1, tzinfo=MADRID).timestamp())


def probes(desk):
    """Two probes: one that never ran, and one that is down, with a day of runs, a year of days, and a time of which nothing is known."""
    place = desk.path / "profile" / "aoc"
    place.mkdir(parents=True, exist_ok=True)
    (place / "probes.yaml").write_text(PROBES)
    second, hour, now = 10**6, 3600 * 10**6, int(time.time()) * 10**6
    with sqlite3.connect(desk.store) as db:
        db.execute("INSERT INTO probe (id, name, known, down, since, at, outcome, code, detail, transition, us) VALUES "
                   "(1, 'PORTAL', 1, 1, ?, ?, 'bad', 'http-timeout', 'El servidor no ha contestat en 10 segons.', 1, 10000000)", (now - hour, now))
        db.execute("INSERT INTO probe_watcher VALUES ('seen', ?)", (now,))
        db.execute("INSERT INTO probe_blind (began, ended, why) VALUES (?, ?, 'network')", (now - 9 * hour, now - 8 * hour))
        db.execute("INSERT INTO probe_down (probe_id, began, judged, ended, transition, code, detail) VALUES (1, ?, ?, ?, 1, 'refused', 'Refusat.')",
                   (now - 30 * hour, now - 29 * hour, now - 28 * hour))
        for k in range(24 * 8):
            down, blind = (hour // second if k == 29 else 0), (hour // second if k == 8 else 0)
            db.execute("INSERT INTO probe_sum VALUES ('h', 1, ?, 60, ?, ?, ?, 0, '120:50 130:10 ', 60, 60000, 240000, 480000, 1800000, 30000)",
                       (now - now % hour - (k + 1) * hour, 3600 - down - blind, down, blind))
        for k in range(0, 1440, 5):
            db.execute("INSERT INTO probe_run VALUES (1, ?, 'good', 'ok', '', 2, 900, 4000, 9000, 20000, 34500, 0)", (now - k * 60 * second,))
        for span, begins in (("d", [midnight(k) for k in range(366)]), ("m", [month(k) for k in range(13)])):
            for k, began in enumerate(begins):
                db.execute("INSERT INTO probe_sum VALUES (?, 1, ?, 1440, 86000, ?, 0, 0, '120:1300 140:140 ', 1440, 1440000, 5760000, 11520000, 43200000, 720000)",
                           (span, began * second, 800 if k % 7 == 3 else 0))


def busy(desk, smtp, tmp_path):
    for name in ("maria", "joan"):
        w.add_account(desk, name, w.ROLES[name])
    mails(desk, smtp, tmp_path)
    desk.run("silence", "Olot", "Canvi de servidor", "--until", "2026-11-27")
    desk.run("integration", "open", "FP-2031", "Olot", "--email", "informatica@olot.example", "--company", "Programari SL")
    probes(desk)
    desk.run("incident", "open", "PORTAL", "El servidor no ha contestat en 10 segons.", on=None)
    desk.run("incident", "open", "OCSP_AOC", "La pàgina no carrega", on=None)
    for amount in ("12,50", ""):
        desk.run("incident", "call", "OCSP_AOC", "3", "--phone", "600 111 222", *(("--amount", amount) if amount else ()), on=None)
    request(desk)
    request(desk, outcome="answered", step="modality", result="-2", remarks="")
    return desk
