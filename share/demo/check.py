#!/usr/bin/env python3
"""Checks the demo inventory: facts consistent, every situation of the procedures present. Prints one line."""
import csv
import pathlib
import re
import sys
from collections import Counter

HERE = pathlib.Path(__file__).resolve().parent
BODIES = HERE.parent / "profile" / "aoc" / "bodies.csv"
EXCLUDED = {
    "AOC - IDESCAT", "TECSIDEL DMZ", "AA - TEST JAVA", "AOC CAT-L-DEV JAVA", "AOC - CAT-L-DEV JAVA",
    "AOC - PRE-PRODUCCIÓ JAVA", "Barcelona, Diputació", "Girona, Diputació", "Tarragona, Diputació de",
    "Consell Comarcal del Baix Penedès", "Lleida, Diputació de", "Esparreguera, Ajuntament de",
    "Martorell, Ajuntament de", "Manresa, Ajuntament de", "Tarragona, Ajuntament de",
}
UNKNOWN = "Entitat Municipal Descentralitzada de Bellaterra"
A, B, C = "0382741596", "0246813579", "0123456789"


def need(condition, what):
    if not condition:
        sys.exit(f"check.py: {what}")


def load(path, header):
    raw = path.read_bytes()
    need(b"\r" not in raw and not raw.startswith(b"\xef\xbb\xbf") and raw.endswith(b"\n"), f"{path.name}: not plain UTF-8 with LF")
    reader = csv.DictReader(raw.decode("utf-8").splitlines(), strict=True)
    need(reader.fieldnames == header.split(","), f"{path.name}: header {reader.fieldnames}")
    rows = list(reader)
    for n, row in enumerate(rows, 2):
        need(None not in row and None not in row.values(), f"{path.name}:{n}: wrong number of columns")
        for value in row.values():
            need(value == value.strip() and value[:1] not in ("=", "+", "@"), f"{path.name}:{n}: {value!r}")
    return rows


def check_digit(digits, tables):
    return str(-sum(int(t[int(d)]) for d, t in zip(digits, tables)) % 10)


def ine10_ok(code):
    return (len(code) == 10 and code.isdigit() and code[5] == check_digit(code[:5], (B, A, C, B, A))
            and code[9] == check_digit(code[5:9], (A, C, B, A)))


def natural(description):
    """`Prat de Llobregat, Ajuntament del` → `Ajuntament del Prat de Llobregat`: the last comma divides."""
    name, comma, tail = description.rpartition(", ")
    if not comma or not tail.startswith("Ajuntament "):
        return description
    return tail + name if tail.endswith("'") else f"{tail} {name}"


def number(text):
    return None if text == "" else int(text)


for real in ("9821920002", "8100560009", "0805690004", "2512070005", "8101410007"):
    need(ine10_ok(real), f"the check digits do not hold for {real}")

# the list of bodies
bodies = load(BODIES, "name,ine10,kind,province,municipality,comarca")
kinds = Counter(b["kind"] for b in bodies)
need(kinds == {"town": 947, "county": 41, "provincial": 4}, f"bodies: {dict(kinds)}")
need(len({b["name"] for b in bodies}) == len(bodies), "bodies: a name twice")
codes = [b["ine10"] for b in bodies if b["ine10"]]
need(len(set(codes)) == len(codes), "bodies: an INE10 twice")
towns = [b for b in bodies if b["kind"] == "town"]
need(Counter(b["province"] for b in towns) == {"08": 311, "17": 221, "25": 231, "43": 184}, "bodies: towns by province")
for b in bodies:
    need(b["kind"] == "provincial" or ine10_ok(b["ine10"]), f"bodies: INE10 of {b['name']}")
    need(b["province"] in ("08", "17", "25", "43"), f"bodies: province of {b['name']}")
for b in towns:
    need(re.fullmatch(r"\d{3}", b["municipality"]), f"bodies: municipality of {b['name']}")
    need(b["ine10"][:5] == b["province"] + b["municipality"] and b["ine10"][6:9] == "000", f"bodies: INE10 of {b['name']}")
    need(re.match(r"Ajuntament (del |dels |de la |de les |de l'|d'|de )\w", b["name"]), f"bodies: form of {b['name']}")
    after = re.match(r"Ajuntament d(e |')(\w)", b["name"])
    if after and not re.match(r"Ajuntament de (la|les) |Ajuntament de l'", b["name"]):
        need((after[1] == "'") == (after[2].lower() in "aeiouhàèéíòóúïü"), f"bodies: elision of {b['name']}")
for b in bodies:
    if b["kind"] == "county":
        need(b["ine10"][:2] == "81" and b["municipality"] == "" and b["comarca"], f"bodies: {b['name']}")
need(len({b["comarca"] for b in towns}) == 42, "bodies: 42 counties expected")
by_name = {b["name"]: b for b in bodies}

# the registry
registry = load(HERE / "registry.csv", "id,description,platform,url,province,municipality,"
                "cds_in,cda_in,cds_in_before,cda_in_before,from,until,farm,farm_cds")
need(len(registry) >= 320, "registry: fewer than 320 rows")
ids = [int(r["id"]) for r in registry]
need(len(set(ids)) == len(ids) and min(ids) > 0 and max(ids) > len(ids), "registry: ids")
by_description = {r["description"]: r for r in registry}
need(len(by_description) == len(registry), "registry: a description twice")
need(EXCLUDED <= set(by_description), f"registry: not there: {EXCLUDED - set(by_description)}")
hosts = [re.match(r"https?://(padro\.[a-z0-9-]{1,57}\.example):8443/\S+\?wsdl$", r["url"]) for r in registry]
need(all(hosts), "registry: a url of another form")
need(len({h[1] for h in hosts}) == len(registry), "registry: a host twice")
need(len({(r["province"], r["municipality"]) for r in registry if r["province"] != "0"})
     >= len([r for r in registry if r["province"] != "0"]) - 3, "registry: codes shared")
active = [r for r in registry if r["description"] not in EXCLUDED]
for r in registry:
    where = f"registry: {r['description']}"
    need(re.fullmatch(r"0|[1-9]\d*", r["province"]) and re.fullmatch(r"0|[1-9]\d*", r["municipality"]), f"{where}: codes")
    need(r["platform"] in ("0", "1", "2"), f"{where}: platform")
    need(r["from"] in ("", "0", "-7", "-14") and r["until"] in ("", "-7", "-14"), f"{where}: from/until")
    for key in ("cds_in", "cda_in"):
        need(re.fullmatch(r"(-?\d+)?", r[key]) and re.fullmatch(r"(-|-?\d+)?", r[key + "_before"]), f"{where}: {key}")
    need(re.fullmatch(r"(-?\d+)?", r["farm_cds"]), f"{where}: farm_cds")
    need(r["url"].startswith("http:") == (r["farm"] == "http-url"), f"{where}: http")
for r in active:
    body = by_name.get(natural(r["description"]))
    if r["description"] == UNKNOWN:
        need(body is None and not any(b["province"] == "08" and b["municipality"] == "995" for b in towns), UNKNOWN)
        continue
    need(body, f"registry: {natural(r['description'])} is not in bodies.csv")
    if body["kind"] == "town":
        need(", Ajuntament d" in r["description"], f"registry: {r['description']} is not inverted")
        need((int(body["province"]), int(body["municipality"])) == (int(r["province"]), int(r["municipality"])),
             f"registry: codes of {r['description']}")
    else:
        need(body["kind"] == "county" and int(body["province"]) == int(r["province"])
             and int(r["municipality"]) == 950 + int(body["ine10"][2:5]), f"registry: {r['description']}")
    need((r["province"].zfill(2), r["municipality"].zfill(3)) in {(b["province"], b["municipality"]) for b in towns}
         or body["kind"] == "county", f"registry: {r['description']}")

# the situations: only rows that today's file has
today = [r for r in active if r["until"] == ""]
pairs = [(r, number(r["cds_in"]), number(r["cda_in"])) for r in today]


def least(a, b):
    return min((x for x in (a, b) if x is not None), default=None)


def some(what, minimum, found):
    need(len(found) >= minimum, f"registry: {what}: {len(found)}, needed {minimum}")


urgency = Counter(least(a, b) for _, a, b in pairs)
for days in (60, 59, 30, 29, 15, 14, 10, 9, 5, 4, 1, 0, -1, -19, -200):
    need(urgency[days] >= 2, f"registry: {days} days as the smaller count: {urgency[days]}, needed 2")
both = [(a, b) for _, a, b in pairs if a is not None and b is not None]
near = [(min(p), max(p)) for p in both if min(p) < 60]
some("one certificate alone under 60", 2, [p for p in near if p[1] - p[0] >= 30 and p[1] >= 60])
some("gap of 29 days", 2, [p for p in near if p[1] - p[0] == 29])
some("gap of 30 days", 2, [p for p in near if p[1] - p[0] == 30])
some("gap of 0 days", 2, [p for p in near if p[1] == p[0]])
some("pair, only one under 60", 2, [p for p in near if p[1] - p[0] < 30 and p[1] >= 60])
some("pair, both under 60", 2, [p for p in near if p[1] - p[0] < 30 and p[1] < 60])
some("no CDS date, CDA near", 2, [p for p in pairs if p[1] is None and p[2] is not None and p[2] < 60])
some("no CDS date, CDA far", 2, [p for p in pairs if p[1] is None and p[2] is not None and p[2] >= 60])
some("no CDA date", 2, [p for p in pairs if p[2] is None and p[1] is not None])
some("no date", 2, [p for p in pairs if p[1] is None and p[2] is None])
some("vanished", 2, [r for r in active if r["until"] == "-7"])
some("vanished earlier", 1, [r for r in active if r["until"] == "-14"])
some("new today", 2, [r for r in active if r["from"] == "0"])
some("new last week", 1, [r for r in active if r["from"] == "-7"])
moved = [(number(r[k]), r[k + "_before"]) for r in today for k in ("cds_in", "cda_in") if r[k + "_before"] != ""]
some("renewed (before 12, now 740)", 1, [m for m in moved if m == (740, "12")])
some("renewed", 3, [m for m in moved if m[1] != "-" and m[0] is not None and int(m[1]) < 15 and m[0] - int(m[1]) > 300 and m[0] > 300])
some("corrected: the year was wrong", 2, [m for m in moved if m[1] != "-" and m[0] is not None and abs(m[0] - int(m[1])) == 365])
some("date that was missing", 1, [m for m in moved if m[1] == "-" and m[0] is not None])
some("date that is missing now", 1, [m for m in moved if m[1] != "-" and m[0] is None])
fine = [p for p in pairs if all(x is not None and 61 <= x <= 1461 for x in p[1:])]
need(0.82 <= len(fine) / len(pairs) <= 0.90, f"registry: {len(fine)} of {len(pairs)} comfortable")
need(all(p[1] <= 760 for p in fine), "registry: a CDS of more than two years")
platforms = Counter(r["platform"] for r in active)
need(platforms["0"] > platforms["1"] > platforms["2"] >= 3, f"registry: platforms {platforms}")
some("excluded and past", 3, [r for r in registry if r["description"] in EXCLUDED
                              and any((number(r[k]) or 0) < 0 for k in ("cds_in", "cda_in"))])
for form in (", Ajuntament del", ", Ajuntament dels", ", Ajuntament de la", ", Ajuntament de les", ", Ajuntament de l'",
             ", Ajuntament d'", ", Ajuntament de"):
    some(f"names in «{form}»", 4, [r for r in active if r["description"].endswith(form)])
for exact in ("Prat de Llobregat, Ajuntament del", "Hospitalet de Llobregat, Ajuntament de l'", "Bisbal d'Empordà, Ajuntament de la",
              "Alt Àneu, Ajuntament d'", "Borges Blanques, Ajuntament de les", "Hostalets de Pierola, Ajuntament dels",
              "Vielha e Mijaran, Ajuntament de", "Horta de Sant Joan, Ajuntament d'", "Conselh Generau d'Aran",
              "Cruïlles, Monells i Sant Sadurní de l'Heura, Ajuntament de", "Castelldefels, Ajuntament de", UNKNOWN):
    need(exact in by_description, f"registry: not there: {exact}")
some("county councils", 20, [r for r in active if r["description"].startswith("Consell Comarcal d")])

# contacts
contacts = load(HERE / "contacts.csv", "body,name,email,role,language")
per_body = Counter(c["body"] for c in contacts)
naturals = {natural(r["description"]): r for r in active}
for c in contacts:
    need(c["body"] in by_name and c["body"] in naturals, f"contacts: {c['body']}")
    need(re.fullmatch(r"[a-z.]+@[a-z0-9-]+\.example", c["email"]), f"contacts: {c['email']}")
    need("padro." + c["email"].split("@")[1] in naturals[c["body"]]["url"], f"contacts: host of {c['email']}")
    need(c["role"] in ("technical", "secretary", "provider") and c["language"] in ("ca", "es", "en"), f"contacts: {c}")
need(set(per_body.values()) == {1, 2}, "contacts: one or two per body")
need(len({c["email"] for c in contacts}) == len(contacts), "contacts: an address twice")
languages = Counter(c["language"] for c in contacts)
need(languages["ca"] > 0.9 * len(contacts) and languages["es"] >= 3 and languages["en"] >= 2, f"contacts: {languages}")
alone = [r for name, r in naturals.items() if name not in per_body]
need(len(alone) == 6, f"contacts: {len(alone)} bodies without, 6 wanted")
soonest = [least(number(r["cds_in"]), number(r["cda_in"])) for r in alone]
need(len([x for x in soonest if x is not None and x < 60]) == 2, "contacts: two of those without must be near")

# story
story = load(HERE / "story.csv", "day,event,body,text,extra")
days = [int(s["day"]) for s in story]
need(days == sorted(days) and days[-1] <= 0, "story: order of days")
need({s["event"] for s in story} == {"outage-open", "outage-note", "outage-close", "mark", "action", "answered", "comment"}, "story: events")
opened, closed, notes = {}, [], Counter()
for s in story:
    day, body, event = int(s["day"]), s["body"], s["event"]
    need(body in by_description and body not in EXCLUDED and s["text"], f"story: {s}")
    since = by_description[body]
    if event == "outage-open":
        need(body not in opened, f"story: {body} opened twice")
        opened[body] = day
    elif event.startswith("outage-"):
        need(body in opened, f"story: {body} is not down")
        notes[body] += event == "outage-note"
        if event == "outage-close":
            closed.append((day, opened.pop(body), notes[body]))
    elif event == "action":
        need(re.fullmatch(r"(renewal|migration|outage|other)( ST-\d+)?", s["extra"]), f"story: {s['extra']}")
    elif event == "answered":
        need(s["extra"] in ("CDS", "CDA", "CDA CDS"), f"story: {s['extra']}")
        need(all(0 <= int(since[k.lower() + "_in"]) < 60 for k in s["extra"].split()), f"story: {body} answered")
        need(natural(body) in per_body, f"story: {body} answered without a contact")
    elif event == "mark":
        need(least(number(since["cds_in"]), number(since["cda_in"])) < 0, f"story: {body} is marked but not past")
    need(event in ("answered", "action") or not s["extra"], f"story: extra of {s}")
need(sorted(opened.values()) == [-40, -22, -8, -1], f"story: open outages {opened}")
need(all(notes[b] for b in opened), "story: an open outage without a note")
recent = [c for c in closed if c[0] >= -7]
need(len(recent) == 3 and all(-20 <= c[1] <= -2 and c[2] for c in recent), f"story: recently closed {recent}")
marks = [s for s in story if s["event"] == "mark"]
# What the servers of the demo show agrees with the story: what is down fails, who blocks us does so, who recovered answers.
FAILS = {"Connexió refusada": "refused", "El nom del servidor no es resol": "dns-none", "Temps d'espera": "black-hole", "El WSDL respon 500": "http-500"}
for s in story:
    if s["event"] == "outage-open":
        case = by_description[s["body"]]["farm"]
        meant = next(c for text, c in FAILS.items() if s["text"].startswith(text)) if s["body"] in opened else ""
        need(case == meant, f"story: {s['body']} is played by {case!r}")
BLOCKS = {"silent", "black-hole", "reset", "http-403", "closes", "stuck", "middlebox"}
need({by_description[m["body"]]["farm"] for m in marks} == BLOCKS, "story: those who are marked must block us, each in its way")
need(all(r["farm"] in ("", "expired") or r["description"] not in {s["body"] for s in story} or r["description"] in opened
         or r["farm"] in BLOCKS for r in registry), "story: somebody in it does not answer")
need(sum(r["farm"] == "" for r in today) > 0.75 * len(today), "registry: too many odd servers")
need(len(marks) >= 6, "story: marks")
need(any(least(a, b) is not None and least(a, b) < 0 and r["description"] not in {m["body"] for m in marks}
         for r, a, b in pairs), "story: all past bodies are marked")
week = Counter(s["extra"].split()[0] for s in story if s["event"] == "action" and int(s["day"]) >= -6)
older = [s for s in story if s["event"] == "action" and int(s["day"]) < -6]
need(sum(week.values()) >= 12 and set(week) == {"renewal", "migration", "outage", "other"}, f"story: this week {week}")
need(len(older) >= 15, f"story: {len(older)} older actions")
need(len([s for s in story if s["event"] == "answered"]) == 3, "story: answered")

print(f"demo inventory correct: {len(bodies)} bodies, {len(registry)} registry rows ({len(active)} watched, "
      f"{len(fine)} comfortable), {len(contacts)} contacts, {len(story)} events")
