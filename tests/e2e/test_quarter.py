"""A whole quarter, day by day, on the demo: every warning that A3 asks for goes out once, on its day, and no other.

The clock moves with --on. Each day the technician approves, sends, and reads the mailbox; meanwhile bodies answer, renew
either certificate of a pair first, the registry is corrected, a body is added late, holidays pass, the tracker is dead for
three days and the mailbox is full for two. What should go out is foretold by a ledger written here from the procedure
alone; what went out is what the SMTP server wrote down.
"""
import csv
import dataclasses
import datetime
import email.utils
import io
import re

import pytest

from conftest import Desk, fake_clock, part, run
from mail_servers import dovecot, smtp_server  # noqa: F401  fixtures
from test_ticket import jira  # noqa: F401  a fixture

FIRST, LAST = datetime.date(2026, 11, 20), datetime.date(2027, 2, 19)
HOLIDAYS = {(12, 6), (12, 8), (12, 25), (12, 26), (1, 1), (1, 6)}
THRESHOLDS = (60, 30, 15, 10, 5)
GAP = 30
DEAD = {datetime.date(2026, 12, d) for d in (9, 10, 11)}  # the tracker answers nothing
FULL = {datetime.date(2027, 1, d) for d in (12, 13)}      # the mailbox takes nothing
SUBJECT = re.compile(r"PRO - PADRO - (.+) - Recordatori data d'expiració ((?:CD[AS]\[[\d/]+\](?: \+ )?)+) - \[(\S+)\]$")


def working(day):
    return day.weekday() < 5 and (day.month, day.day) not in HOLIDAYS


def dmy(day):
    return day.strftime("%d/%m/%Y")


# ---------------------------------------------------------------------------------------------------- the ledger


@dataclasses.dataclass
class Certificate:
    expires: datetime.date
    told: set = dataclasses.field(default_factory=set)
    renewed: bool = False
    answered: bool = False

    def crossed(self, day):
        return {t for t in THRESHOLDS if (self.expires - day).days < t}


class Ledger:
    """A3 for one body: its open cases, and what is said when."""

    def __init__(self, name, warned, declared, cases):
        self.name, self.warned, self.declared, self.cases = name, warned, declared, cases

    def registry(self, kind, expires):
        """A new declared date: the old certificate is renewed, whatever case it belongs to."""
        self.declared[kind] = expires
        for case in self.cases:
            if kind in case and case[kind].expires != expires:
                case[kind].renewed = True

    def correction(self, kind, right):
        for case in self.cases:
            if kind in case:
                case[kind].expires = right
                case[kind].renewed = False
        self.declared[kind] = right

    def answer(self, kinds):
        for case in self.cases:
            for kind in kinds & case.keys():
                case[kind].answered = True

    def form(self):
        held = {(k, c.expires) for case in self.cases for k, c in case.items()}
        free = {k: d for k, d in self.declared.items() if (k, d) not in held}
        if len(free) == 2 and abs((free["CDS"] - free["CDA"]).days) < GAP:
            return [{k: Certificate(d) for k, d in free.items()}]
        return [{k: Certificate(d)} for k, d in free.items()]

    def due(self, day):
        """[(threshold, frozen names of the case)] of that working day."""
        said = []
        for case in self.cases + self.form():
            live = [c for c in case.values() if not c.renewed and not c.answered]
            drivers = sorted((c for c in live if set(THRESHOLDS) - c.told), key=lambda c: c.expires)
            if not drivers or not drivers[0].crossed(day) - drivers[0].told:
                continue
            threshold = min(drivers[0].crossed(day))
            if case not in self.cases:
                self.cases.append(case)
            for c in live:
                c.told |= c.crossed(day)
            said.append((threshold, frozenset(case)))
        return said


# ---------------------------------------------------------------------------------------------------- the quarter


class Quarter:
    def __init__(self, desk, smtp, box, tracker):
        self.desk, self.smtp, self.box, self.tracker = desk, smtp, box, tracker
        self.settings = [w for s in (*smtp.settings, *box.settings, "mail.per_minute=0") for w in ("--set", s)]
        self.jira = [w for s in ("kind=jira", f"url={tracker.url}", f"token={tracker.TOKEN}")
                     for w in ("--set", f"tracker.{s}")]
        newest = sorted((desk.path / "demo").glob("registre-*.csv"))[-1]
        self.rows = list(csv.DictReader(io.StringIO(newest.read_text()), delimiter=";"))
        self.day = FIRST
        self.ledgers = self.read_ledgers()
        self.expected, self.went = [], []  # (day, name, threshold)
        self.waiting = []                   # foretold, but not out yet
        self.reports = self.longest = 0

    def do(self, *words, hour=9, **more):
        """A command with the clock of that day, in summer time or winter time as it comes."""
        clock = fake_clock(f"@{self.day} {hour:02}:00:00")
        return self.desk.run(*words, *self.settings, *self.jira, on=None, wrap=clock, **more)

    def read_ledgers(self):
        on = FIRST.isoformat()
        open_cases = {}
        for case in self.desk.json("warnings", "status", on=on):
            certificates = {c["certificate"]: Certificate(datetime.date.fromisoformat(c["expires"]), set(c["told"]),
                                                          c["renewed"], c["answered"]) for c in case["certificates"]}
            open_cases.setdefault(case["body"], []).append(certificates)
        ledgers = {}
        for c in self.desk.by_body(on=on).values():
            declared = {k.upper(): datetime.date.fromisoformat(c[k]["expires"]) for k in ("cds", "cda")
                        if c[k]["expires"]}
            warned = not c["excluded"] and not {"not-verifiable", "no-contact", "vanished"} & set(c["flags"])
            ledgers[c["body"]] = Ledger(c["name"], warned, declared, open_cases.get(c["body"], []))
        return ledgers

    # what happens in the world ------------------------------------------------------------------------------------

    def row(self, body):
        return next(r for r in self.rows if r["DESCRIPCIO"] == body)

    def load_registry(self):
        file = self.desk.path / f"registre-{self.day}.csv"
        with file.open("w", newline="") as out:
            writer = csv.DictWriter(out, self.rows[0].keys(), delimiter=";")
            writer.writeheader()
            writer.writerows(self.rows)
        return self.do("import", file, "--json", expect=(0, 1)).json()

    def renew(self, body, kind, years=3):
        """The registry gets the date of the new certificate, and a person confirms that it is there."""
        ledger = self.ledgers[body]
        new = ledger.declared[kind] + datetime.timedelta(days=365 * years)
        self.row(body)[f"DATA_{kind}"] = dmy(new)
        self.load_registry()
        self.do("warnings", "resolve", body, kind, "--reason", "seen on the server by the team")
        ledger.registry(kind, new)

    def correct(self, body, kind, days):
        """The registry had a typing mistake."""
        ledger = self.ledgers[body]
        right = ledger.declared[kind] + datetime.timedelta(days=days)
        self.row(body)[f"DATA_{kind}"] = dmy(right)
        self.load_registry()
        self.do("correction", body, kind, "--reason", "a wrong digit in the registry")
        ledger.correction(kind, right)

    def answers(self, body, text):
        """The body replies to its last warning; the technician confirms what the reply seems to say."""
        ledger = self.ledgers[body]
        mine = [m for m in self.smtp.mails() if f" - {ledger.name} - " in decoded(m["Subject"])]
        last = mine[-1]
        sender = last["To"].split(",")[0]
        mail = (f"From: {sender}\r\nTo: {last['From']}\r\nSubject: =?utf-8?q?RE:_recordatori?=\r\n"
                f"Message-ID: <answer-{len(self.box.mails())}@odena.example>\r\nIn-Reply-To: {last['Message-ID']}\r\n"
                f"References: {last['Message-ID']}\r\nDate: {email.utils.format_datetime(self.morning())}\r\n"
                "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
                f"{text}\r\n")
        self.box.put(mail.encode())
        self.do("reply", "read", hour=8, expect=(0, 1))
        waiting = [r for r in self.do("reply", "list", "--json").json() if r["body"] == body]
        assert len(waiting) == 1, waiting
        self.do("reply", "confirm", waiting[0]["id"])
        case = next(c for c in ledger.cases if any(x.told for x in c.values()))
        ledger.answer(set(case))

    def morning(self):
        return datetime.datetime(self.day.year, self.day.month, self.day.day, 7, tzinfo=datetime.timezone.utc)

    def contact(self, body, address):
        file = self.desk.path / "contacts.csv"
        file.write_text(f"Ens;Nom;Correu;Rol;Idioma\n\"{body}\";Secretaria;{address};secretary;ca\n")
        assert part(self.do("import", file, "--json").json(), "contacts")["new"] == 1
        self.ledgers[body].warned = True

    def late(self, body, days):
        """The registry learns late of a body, whose certificate is about to expire."""
        expires = self.day + datetime.timedelta(days=days)
        self.rows.append(self.rows[0] | {"ID": "9999", "DESCRIPCIO": body, "CODI_MUNICIPI": "999", "DATA_CDS": dmy(expires),
                                         "DATA_CDA": "", "URL_WSDL": "https://padro.quarta.example/ws?wsdl"})
        self.load_registry()
        name = next(c["name"] for c in self.do("certificates", "--all", "--json").json() if c["body"] == body)
        self.ledgers[body] = Ledger(name, False, {"CDS": expires}, [])
        self.contact(body, "secretaria@quarta.example")

    # what the team does each day ----------------------------------------------------------------------------------

    def live(self):
        before = len(self.smtp.journal())
        self.do("warnings", "approve", "--all", expect=(0, 1))
        if working(self.day):
            for ledger in self.ledgers.values():
                for threshold, kinds in ledger.due(self.day) if ledger.warned else ():
                    self.waiting.append((self.day, ledger.name, threshold, kinds))
        self.do("warnings", "send", expect=None, noisy=True)
        sent = [self.read(m) for m in self.smtp.mails()[before:]]
        self.went += sent
        # Nothing on holidays; without the tracker only those whose ticket is there already.
        known = {(name, kinds) for name, kinds, _ in self.went[:-len(sent)] or []} if sent else set()
        out = [w for w in self.waiting if working(self.day)] if self.day not in DEAD else \
            [w for w in self.waiting if (w[1], w[3]) in known]
        assert sorted((n, sorted(k)) for n, k, _ in sent) == sorted((n, sorted(k)) for _, n, _, k in out), self.day
        self.expected += out
        self.waiting = [w for w in self.waiting if w not in out]
        self.longest = max(self.longest, len(self.waiting))

    def dawn(self):
        """What is out of order on that day."""
        self.tracker.clear()
        if self.day in DEAD:
            self.tracker.order(".*", "drop-before", 100000)
        self.box.quota("padro", 1 if self.day in FULL else 0)

    def friday(self):
        """The report of the week goes the same way."""
        out = self.desk.path / "report" / self.day.isoformat()
        self.do("report", "build", "--out", out, hour=10)
        before = len(self.smtp.journal())
        self.do("report", "send", hour=11, expect=(0, 1))
        self.do("warnings", "send", hour=11, expect=(0, 1))
        assert len(self.smtp.journal()) == before + 1
        assert self.smtp.bytes_of(self.smtp.journal()[-1]) == (out / "report.eml").read_bytes()
        self.reports += 1

    @staticmethod
    def read(mail):
        name, certificates, key = SUBJECT.match(re.sub(r"^RE: ", "", decoded(mail["Subject"]))).groups()
        return name, frozenset(re.findall(r"CD[AS]", certificates)), key


def decoded(header):
    return str(email.header.make_header(email.header.decode_header(header)))


def pick(ledgers, wanted, used):
    """A body whose one open case is of that kind and that nobody else plays with."""
    for body, ledger in sorted(ledgers.items()):
        if body not in used and ledger.warned and len(ledger.cases) == 1 and wanted(ledger.cases[0]) and \
           not any(c.answered or c.renewed for c in ledger.cases[0].values()):
            used.add(body)
            return body
    raise AssertionError("the demo has no such body any more")


def left(case, kind):
    return (case[kind].expires - FIRST).days if kind in case else None


@pytest.fixture
def quarter(tmp_path, smtp_server, dovecot, jira):  # noqa: F811
    desk = Desk(tmp_path / "demo")
    run("demo", desk.path, "--on", FIRST.isoformat(), "--lang", "en")
    return Quarter(desk, smtp_server(mail=dovecot), dovecot, jira)


def play(quarter):
    """Who does what, and when."""
    used, l = set(), quarter.ledgers
    pair = lambda case: len(case) == 2 and 5 < min(left(case, k) for k in case) < 60  # noqa: E731
    one = lambda kind, low, high: lambda case: set(case) == {kind} and low <= left(case, kind) <= high  # noqa: E731
    cast = {
        "cds-first": pick(l, lambda c: pair(c) and left(c, "CDS") < left(c, "CDA"), used),
        "cda-first": pick(l, lambda c: pair(c) and left(c, "CDS") < left(c, "CDA"), used),
        "answers": pick(l, one("CDS", 20, 59), used),
        "corrected": pick(l, one("CDS", 12, 59), used),
        "renewed": pick(l, one("CDA", 12, 59), used),
    }
    day = lambda month, d: datetime.date(2027 if month < 6 else 2026, month, d)  # noqa: E731
    return cast, {
        day(11, 25): lambda: quarter.contact("Cambrils, Ajuntament de", "secretaria@cambrils.example"),
        day(11, 26): lambda: quarter.answers(cast["answers"], "Bon dia, ja hem demanat el certificat nou. Gràcies."),
        day(11, 27): lambda: quarter.renew(cast["cds-first"], "CDS"),
        day(11, 30): lambda: quarter.renew(cast["cda-first"], "CDA"),
        day(12, 2): lambda: quarter.correct(cast["corrected"], "CDS", 9),
        day(12, 10): lambda: quarter.renew(cast["renewed"], "CDA"),
        day(12, 16): lambda: quarter.late("Sant Quirze de la Quarta, Ajuntament de", 12),
        day(12, 18): lambda: quarter.renew(cast["answers"], "CDS"),
        day(1, 14): lambda: quarter.renew(cast["cda-first"], "CDS"),
        day(1, 20): lambda: quarter.renew(cast["cds-first"], "CDA"),
    }


def test_a_quarter_day_by_day(quarter):
    cast, events = play(quarter)
    while quarter.day <= LAST:
        quarter.dawn()
        if quarter.day in events:
            events[quarter.day]()
        quarter.live()
        if quarter.day.weekday() == 4 and working(quarter.day):
            quarter.friday()
        quarter.day += datetime.timedelta(days=1)
    quarter.day = LAST

    assert not quarter.waiting and len(quarter.expected) > 150 and quarter.longest > 0
    messages = [m for m in quarter.do("outbox", "--all", "--json", expect=(0, 1)).json()["messages"] if m["kind"] == "warning"]
    waiting = [m for m in messages if m["state"] not in ("filed", "cancelled")]
    assert all(m["state"] == "planned" and "contact" in m["trouble"] for m in waiting), waiting
    assert len([m for m in messages if m["state"] == "filed"]) == len(quarter.went) == len(quarter.expected)
    threads(quarter)
    for role, words in STORIES.items():
        story = quarter.do("warnings", "status", cast[role]).out
        assert_order(" ".join(story.split()), words)


def threads(quarter):
    """One ticket, one subject, one thread for each case; each mail filed once."""
    mails = [m for m in quarter.smtp.mails() if SUBJECT.match(re.sub("^RE: ", "", decoded(m["Subject"])))]
    filed = quarter.box.mails(folder="Renovació certificats")
    ids = [m["Message-ID"] for m in mails]
    assert len(set(ids)) == len(ids) == len(filed)
    assert sorted(email.message_from_bytes(f)["Message-ID"] for f in filed) == sorted(ids)
    by_ticket = {}
    for m in mails:
        by_ticket.setdefault(quarter.read(m)[2], []).append(m)
    for several in by_ticket.values():
        assert len({re.sub("^RE: ", "", decoded(m["Subject"])) for m in several}) == 1
        for before, m in zip(several, several[1:]):
            assert m["In-Reply-To"] == before["Message-ID"] and before["Message-ID"] in m["References"]
    assert len(quarter.tracker.carried_out("POST /jira/rest/api/2/issue ")) == len(by_ticket)
    assert len(quarter.box.mails(folder="Informes")) == quarter.reports


# What each story must tell, in this order.
STORIES = {
    "cds-first": ["The case begins: CDA[", "Ticket ST-", "Warning CDA CDS, below", "sent to", "The registry changes: CDS",
                  "CDS:", "confirms that it is renewed", "Warning CDA, below", "The registry changes: CDA", "CDA:",
                  "confirms that it is renewed", "The case is closed."],
    "cda-first": ["The case begins: CDA[", "Ticket ST-", "Warning CDA CDS, below 60", "The registry changes: CDA", "CDA:",
                  "confirms that it is renewed", "Warning CDS, below 30", "Warning CDS, below 15", "Warning CDS, below 10",
                  "The registry changes: CDS", "CDS:", "confirms", "The case is closed."],
    "answers": ["Ticket ST-", "Warning CDS, below 60", "ja hem demanat el certificat nou", "CDS: the body answered",
                "The registry changes: CDS", "The case is closed"],
    "corrected": ["The case begins: CDS[", "Warning CDS, below 60", "was a mistake, the right one is", "a wrong digit",
                  "The ticket gets the date", "Warning CDS, below 30", "Warning CDS, below 5"],
    "renewed": ["Warning CDA, below 30", "Warning CDA, below 15", "The registry changes: CDA",
                "The ticket gets its closing comment", "The case is closed"],
}


def assert_order(text, words):
    at = 0
    for word in words:
        found = text.find(word, at)
        assert found >= 0, f"{word!r} is missing after {text[max(0, at - 80):at]!r} in:\n{text}"
        at = found + len(word)
