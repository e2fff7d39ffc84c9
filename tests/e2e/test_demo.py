"""The demo desk has every situation of the procedures, and the program says about each what the procedures say."""
import datetime
import re

import pytest

from conftest import TODAY, day, run

THRESHOLDS = [60, 30, 15, 10, 5]
FLAGS = ["not-verifiable", "no-dates", "no-contact", "ine10-unknown", "vanished", "answered"]
REASONS = {
    "AOC - IDESCAT": "not-a-body", "TECSIDEL DMZ": "not-a-body", "AA - TEST JAVA": "not-a-body",
    "AOC CAT-L-DEV JAVA": "not-a-body", "AOC - CAT-L-DEV JAVA": "not-a-body", "AOC - PRE-PRODUCCIÓ JAVA": "not-a-body",
    "Barcelona, Diputació": "migrated", "Girona, Diputació": "migrated", "Tarragona, Diputació de": "migrated",
    "Consell Comarcal del Baix Penedès": "migrated", "Lleida, Diputació de": "migrated-presumed",
    "Esparreguera, Ajuntament de": "no-register", "Martorell, Ajuntament de": "no-register",
    "Manresa, Ajuntament de": "automatic", "Tarragona, Ajuntament de": "automatic",
}
FIELDS = {"body", "name", "ine10", "province", "municipality", "platform", "endpoint", "cds", "cda", "urgency", "excluded",
          "flags"}
SUBJECT = re.compile(r"PRO - PADRO - (.+) - Recordatori data d'expiració "
                     r"(CDS\[\d\d/\d\d/\d{4}\]|CDA\[\d\d/\d\d/\d{4}\]|CDA\[\d\d/\d\d/\d{4}\] \+ CDS\[\d\d/\d\d/\d{4}\])"
                     r" - \[ST-\?\]")


@pytest.fixture(scope="module")
def listed(demo_made):
    return demo_made.certificates()


@pytest.fixture(scope="module")
def everything(demo_made):
    return demo_made.by_body()


@pytest.fixture(scope="module")
def plan(demo_made):
    return demo_made.plan()


def days(c):
    return c["cds"]["days"], c["cda"]["days"]


def near(c):
    return min((d for d in days(c) if d is not None), default=None)


def test_fields_and_types(listed):
    for c in listed:
        assert FIELDS <= set(c)
        assert c["platform"] in ("JAVA", "NET", "OTHER")
        for kind in ("cds", "cda"):
            assert set(c[kind]) == {"expires", "days"}
            assert (c[kind]["expires"] is None) == (c[kind]["days"] is None)
            if c[kind]["expires"]:
                expires = datetime.date.fromisoformat(c[kind]["expires"])
                assert c[kind]["days"] == (expires - datetime.date.fromisoformat(TODAY)).days
        assert c["urgency"] == near(c)
        assert set(c["flags"]) <= set(FLAGS)


def test_at_least_300_bodies_with_ine10(listed):
    codes = [c["ine10"] for c in listed if c["ine10"]]
    assert len(codes) >= 300
    assert all(re.fullmatch(r"\d{10}", code) for code in codes)
    assert len(set(codes)) == len(codes)


def test_order_is_by_urgency_with_missing_dates_last(listed):
    keys = [(c["urgency"] is None, c["urgency"] or 0) for c in listed]
    assert keys == sorted(keys)
    assert listed[-1]["urgency"] is None and listed[0]["urgency"] < 0


def test_a_missing_date_does_not_hide_the_other(listed):
    only_cda = [c for c in listed if c["cds"]["days"] is None and c["cda"]["days"] is not None]
    only_cds = [c for c in listed if c["cda"]["days"] is None and c["cds"]["days"] is not None]
    assert only_cda and only_cds
    assert any(c["urgency"] < 60 for c in only_cda)
    assert all(c["urgency"] == near(c) for c in only_cda + only_cds)
    assert all("no-dates" not in c["flags"] for c in only_cda + only_cds)


def test_excluded_are_not_listed_but_visible_with_their_reason(demo_made, listed):
    excluded = {c["body"]: c["excluded"] for c in demo_made.certificates("--excluded")}
    assert excluded == REASONS
    assert all(c["excluded"] is None for c in listed)
    assert not set(excluded) & {c["body"] for c in listed}


@pytest.mark.parametrize("body,reason", REASONS.items())
def test_reason_of(everything, body, reason):
    assert everything[body]["excluded"] == reason


def test_excluded_table_says_why_in_words(demo_made):
    out = demo_made.run("certificates", "--excluded").out
    for words in ("Not a body", "Migrated", "Reason not stated", "No longer has a register", "Renews its certificates"):
        assert words in out


@pytest.mark.parametrize("flag", FLAGS)
def test_flag_occurs(everything, flag):
    assert [c for c in everything.values() if flag in c["flags"]]


def test_flag_no_dates_means_both_missing(everything):
    for c in everything.values():
        assert ("no-dates" in c["flags"]) == (days(c) == (None, None))


def test_ine10_unknown_means_null(everything):
    for c in everything.values():
        assert ("ine10-unknown" in c["flags"]) == (c["ine10"] is None)


@pytest.mark.parametrize("left,threshold", [(59, 60), (29, 30), (14, 15), (9, 10), (4, 5)])
def test_first_day_below_a_threshold(listed, plan, left, threshold):
    bodies = {c["body"] for c in listed if c["urgency"] == left and not set(c["flags"]) & {"not-verifiable", "answered"}}
    assert bodies
    first = {p["body"]: p for p in reversed([p for p in plan if p["on"] == TODAY])}
    assert any(first[b]["threshold"] == threshold for b in bodies if b in first)
    for b in bodies & set(first):
        assert first[b]["threshold"] == threshold, first[b]


@pytest.mark.parametrize("left,threshold", [(60, 60), (30, 30), (15, 15), (10, 10), (5, 5)])
def test_on_the_threshold_itself_it_is_not_yet_crossed(listed, plan, left, threshold):
    bodies = {c["body"] for c in listed if c["urgency"] == left}
    assert bodies
    today = [p for p in plan if p["on"] == TODAY and p["body"] in bodies]
    assert all(p["threshold"] > threshold for p in today)


@pytest.mark.parametrize("situation", ["single", "pair-one", "pair-both"])
def test_situation_occurs(plan, situation):
    assert [p for p in plan if p["situation"] == situation]


def test_plan_fields(plan):
    for p in plan:
        assert {"on", "body", "name", "certificates", "expires", "threshold", "situation", "subject", "why"} <= set(p)
        assert p["threshold"] in THRESHOLDS
        assert p["certificates"] in (["CDS"], ["CDA"], ["CDA", "CDS"])
        assert set(p["expires"]) == set(p["certificates"])
        assert p["why"]


def test_plan_is_in_order_and_within_sixty_days_on_working_days(plan):
    on = [p["on"] for p in plan]
    assert on == sorted(on)
    holidays = {"2026-12-08", "2026-12-25", "2026-12-26", "2027-01-01", "2027-01-06"}
    for text in on:
        assert TODAY <= text <= day(60)
        assert datetime.date.fromisoformat(text).weekday() < 5 and text not in holidays


def test_plan_leaves_out_excluded_vanished_not_verifiable(plan, everything):
    for p in plan:
        assert everything[p["body"]]["excluded"] is None
        assert not {"not-verifiable", "vanished", "no-dates"} & set(everything[p["body"]]["flags"])


def gap(c):
    return None if None in days(c) else abs(days(c)[0] - days(c)[1])


@pytest.mark.parametrize("apart,together", [(29, True), (30, False)])
def test_gap_between_the_two_dates(listed, plan, apart, together):
    bodies = [c for c in listed if gap(c) == apart and near(c) < 60]
    assert len(bodies) >= 2
    for c in bodies:
        mine = [p for p in plan if p["body"] == c["body"]]
        if "not-verifiable" in c["flags"] or "answered" in c["flags"]:
            continue
        assert mine
        assert all((p["certificates"] == ["CDA", "CDS"]) == together for p in mine)
        assert all((p["situation"] != "single") == together for p in mine)


def test_a_pair_is_one_message_with_both_dates(plan, listed):
    by_body = {c["body"]: c for c in listed}
    pairs = [p for p in plan if p["situation"] != "single"]
    assert pairs
    for p in pairs:
        c = by_body[p["body"]]
        assert p["expires"] == {"CDA": c["cda"]["expires"], "CDS": c["cds"]["expires"]}
        same_day = [q for q in plan if q["body"] == p["body"] and q["on"] == p["on"]]
        assert same_day == [p]


def test_pair_one_has_one_below_sixty_pair_both_two(plan):
    for p in plan:
        left = [(datetime.date.fromisoformat(e) - datetime.date.fromisoformat(p["on"])).days for e in p["expires"].values()]
        below = sum(d < 60 for d in left)
        assert below == {"single": 1, "pair-one": 1, "pair-both": 2}[p["situation"]]


def test_subjects_have_the_exact_form(plan, everything):
    """The subject names the whole case, also when one of the pair is answered and the text names only the other."""
    for p in plan:
        match = SUBJECT.fullmatch(p["subject"])
        assert match and match[1] == p["name"]
        c = everything[p["body"]]
        pair = gap(c) is not None and gap(c) < 30
        dates = {"CDA": c["cda"]["expires"], "CDS": c["cds"]["expires"]} if pair else p["expires"]
        shown = {k: datetime.date.fromisoformat(v).strftime("%d/%m/%Y") for k, v in dates.items()}
        assert match[2] == " + ".join(f"{k}[{shown[k]}]" for k in sorted(shown))


def test_subject_of_one_renewal_never_changes(plan):
    subjects = {}
    for p in plan:
        subjects.setdefault((p["body"], tuple(sorted(p["expires"].items()))), set()).add(p["subject"])
    assert all(len(s) == 1 for s in subjects.values())


def test_names_in_natural_form(everything):
    natural = {
        "Prat de Llobregat, Ajuntament del": "Ajuntament del Prat de Llobregat",
        "Hospitalet de Llobregat, Ajuntament de l'": "Ajuntament de l'Hospitalet de Llobregat",
        "Alt Àneu, Ajuntament d'": "Ajuntament d'Alt Àneu",
        "Girona, Diputació": "Diputació de Girona",
        "Consell Comarcal del Baix Penedès": "Consell Comarcal del Baix Penedès",
    }
    assert {k: everything[k]["name"] for k in natural} == natural


def test_a_threshold_is_planned_once(plan):
    seen = [(p["body"], tuple(p["certificates"]), tuple(p["expires"].values()), p["threshold"]) for p in plan]
    singles = [s for s in seen if len(s[1]) == 1]
    assert len(singles) == len(set(singles))


def test_answered_certificates_are_not_warned(demo_made, plan, everything):
    answered = [c for c in everything.values() if "answered" in c["flags"]]
    assert len(answered) == 3
    both = "Prat de Llobregat, Ajuntament del"
    assert both in {c["body"] for c in answered}
    assert both not in {p["body"] for p in plan}


@pytest.mark.parametrize("down", [1, 8, 40])
def test_outage_of_so_many_days(demo_made, down):
    outages = demo_made.json("outage", "list")
    assert [o for o in outages if o["days"] == down and o["since"] == day(-down) and o["open"]]


def test_plan_days_is_a_window(demo_made, plan):
    shorter = demo_made.plan("--days", "10")
    assert shorter == [p for p in plan if p["on"] <= day(10)]
    assert demo_made.plan("--days", "0") == [p for p in plan if p["on"] == TODAY]


def test_plan_changes_nothing(demo_made):
    before = demo_made.store.read_bytes()
    demo_made.plan()
    demo_made.run("warnings", "plan", "--text")
    assert demo_made.store.read_bytes() == before


def test_texts_of_warnings_name_service_certificate_and_date(demo_made):
    for p in demo_made.plan("--text", "--days", "0"):
        text = " ".join(p["text"].split())
        assert "padr" in text.lower()
        assert "(CDS)" in text or "(CDA)" in text
        assert p["name"] in text or p["name"].split(" ", 1)[1] in text


def test_demo_refuses_a_desk_that_is_used(demo):
    run("demo", "--lang", "en", demo.path, expect=3)


def test_last_week_is_still_readable(demo_made, everything):
    """A body renewed today had, last week, the date of the week before."""
    before = demo_made.by_body(on=day(-7))
    changed = [b for b in before if b in everything and before[b]["cds"]["expires"] != everything[b]["cds"]["expires"]]
    assert len(changed) >= 2
