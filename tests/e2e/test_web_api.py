"""API v1: every documented call is made and its answer held against the schema that is served; what is not documented
is refused by name."""
import datetime
import json
import re

import conftest
import pytest
import web as w

import jsonschema

FORMATS = jsonschema.FormatChecker()
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
FORMATS.checkers["date"] = (lambda v: not isinstance(v, str) or bool(datetime.date.fromisoformat(v)), ValueError)
FORMATS.checkers["date-time"] = (lambda v: not isinstance(v, str) or bool(INSTANT.fullmatch(v)), ValueError)


class Api:
    def __init__(self, web, token):
        self.web, self.token, self.description = web, token, None
        self.made = set()

    def ask(self, method, path, body=None, headers=None, raw=None):
        lines = {"Authorization": f"Bearer {self.token}"}
        data = raw
        if body is not None:
            data = json.dumps(body)
        if data is not None:
            lines["Content-Type"] = "application/octet-stream" if raw is not None and "/imports" in path else "application/json"
        return self.web.browser().ask(method, path, data, headers=lines | (headers or {}), own=False)

    def load(self):
        answer = self.ask("GET", "/api/v1/openapi.json")
        assert answer.status == 200
        self.description = json.loads(answer.body)
        return self.description

    def operation(self, method, path):
        """The documented call that a path belongs to."""
        plain = path.split("?")[0]
        for pattern, methods in self.description["paths"].items():
            if re.fullmatch(re.sub(r"\{[a-z]+\}", "[^/]+", pattern), plain) and method.lower() in methods:
                literal = pattern.count("{")
                if any(re.fullmatch(re.sub(r"\{[a-z]+\}", "[^/]+", other), plain) and other.count("{") < literal
                       and method.lower() in self.description["paths"][other] for other in self.description["paths"]):
                    continue
                return pattern, methods[method.lower()]
        raise AssertionError(("not documented", method, path))

    def check(self, schema, value):
        whole = {"$ref": "#/x", "x": schema, "components": self.description["components"]}
        jsonschema.Draft202012Validator(whole, format_checker=FORMATS).validate(value)

    def call(self, method, path, body=None, expect=None, **more):
        pattern, operation = self.operation(method, path)
        answer = self.ask(method, path, body, **more)
        good = int([s for s in operation["responses"] if s != "default"][0])
        wanted = expect or good
        assert answer.status == wanted, (method, path, answer.status, answer.body[:600])
        value = json.loads(answer.body)
        if answer.status == good:
            self.made.add((method, pattern))
            assert answer.header("Content-Type") == "application/json" and answer.header("ETag")
            self.check(operation["responses"][str(good)]["content"]["application/json"]["schema"], value)
        else:
            self.problem(answer)
        return value

    def problem(self, answer):
        value = json.loads(answer.body)
        assert answer.header("Content-Type") == "application/problem+json", answer.body
        self.check({"$ref": "#/components/schemas/Problem"}, value)
        assert value["status"] == answer.status and value["title"]
        return value


@pytest.fixture(scope="module")
def desk(tmp_path_factory, demo_made):
    return w.staffed(demo_made, tmp_path_factory.mktemp("api") / "desk", "maria", "joan", "anna", "boja")


@pytest.fixture(scope="module")
def web(desk):
    with w.serving(desk, "net.dns=127.0.0.1:9", "probe.seconds=2") as server:
        yield server


def token(desk, name, label, scope="write"):
    return desk.json("account", "token", name, label, "--scope", scope, on=None)["token"]


@pytest.fixture
def api(web, desk, request):
    """Each test as somebody of its own: writes are counted by account."""
    who = f"prova{abs(hash(request.node.name)) % 10**9}"
    w.add_account(desk, who, "administrator")
    api = Api(web, token(desk, who, "proves"))
    api.who = who
    api.load()
    return api


def example(schema):
    if "enum" in schema:
        return schema["enum"][0]
    if schema["type"] == "string":
        return conftest.TODAY if schema.get("format") == "date" else "un text"
    return {"boolean": True, "integer": 1, "array": [1]}[schema["type"]]


def test_every_documented_call(api, desk):
    """The whole API once, in an order in which each call has something to do."""
    body = json.loads(api.ask("GET", "/api/v1/bodies?q=estat:good&limit=1").body)["items"][0]["id"]
    at = f"/api/v1/bodies/{body}"
    assert api.call("GET", at)["id"] == body
    api.call("GET", "/api/v1/openapi.json")
    api.call("POST", f"{at}/actions", {"text": "Trucada <b>", "group": "renewal", "day": conftest.TODAY, "ticket": "ST-1"})
    assert api.call("GET", f"/api/v1/actions?body={body}")["items"][0]["text"] == "Trucada <b>"
    api.call("POST", f"{at}/comments", {"text": "una línia"})
    desk.run("integration", "open", "FP-1", "Olot", "--email", "it@olot.example")
    one, = api.call("GET", "/api/v1/integrations")["items"]
    assert (one["fp"], one["body"], one["email"], one["turn"]) == ("FP-1", "Ajuntament d'Olot", "it@olot.example", "technician")
    whole = api.call("GET", f"/api/v1/integrations/{one['id']}")
    assert whole["integration"] == one and "form" in {x["check"] for x in whole["missing"]} and whole["steps"][0]["event"] == "open"
    desk.run("integration", "add-file", "FP-1", __file__, expect=1)
    whole, shown = api.call("GET", f"/api/v1/integrations/{one['id']}"), desk.json("integration", "show", "FP-1")
    assert whole["integration"] == desk.json("integration", "list")[0] and whole["documents"] == shown["files"] != []
    assert all(whole[k] == shown[k] for k in ("waiting", "steps", "messages", "filed_problem", "alarm", "cda_expires"))
    api.call("GET", "/api/v1/integrations/999", expect=404)
    api.call("POST", f"{at}/answers", {"text": "endavant", "certificates": "both"})
    assert api.call("POST", f"{at}/mark", {"text": "bloqueja"})["not_verifiable"]
    assert not api.call("POST", f"{at}/unmark", {"text": "ja no"})["not_verifiable"]
    assert api.call("POST", f"{at}/outage", {"text": "no respon"})["outage"]["error"] == "no respon"
    api.call("POST", f"{at}/outage", {"text": "no respon"}, expect=422)
    api.call("POST", f"{at}/outage-note", {"text": "avisats", "ticket": "ST-2"})
    assert api.call("GET", "/api/v1/outages")["items"][0]["body_id"] == body
    assert api.call("POST", f"{at}/outage-end", {"text": "ja respon"})["outage"] is None
    assert api.call("POST", f"{at}/silence", {"text": "obres", "until": conftest.day(3)})["silenced_until"] == conftest.day(3)
    assert body in {s["body_id"] for s in api.call("GET", "/api/v1/silences")["items"]}
    assert api.call("POST", f"{at}/unsilence", {"text": "fi"})["silenced_until"] is None
    made = api.call("POST", f"{at}/contacts", {"email": "nou@ens.example", "name": "Nou", "role": "technical"})
    contact = f"/api/v1/contacts/{made['id']}"
    assert api.call("GET", contact) == made
    assert made["id"] in {c["id"] for c in api.call("GET", f"/api/v1/contacts?body={body}")["items"]}
    changed = api.call("PATCH", contact, {"language": "es"})
    assert changed["language"] == "es" and changed["email"] == "nou@ens.example" and changed["name"] == "Nou"
    assert api.call("POST", f"{contact}/retire", {"reason": "plega"})["retired"] == conftest.TODAY
    assert [h["what"] for h in api.call("GET", f"{contact}/history")["items"]] == ["retired", "changed", "added"]
    assert api.call("POST", f"{at}/exclusion", {"out": True, "reason": "fusió", "until": conftest.day(9)})["excluded"] == "person"
    assert [x["until"] for x in api.call("GET", "/api/v1/exclusions")["items"] if x["body_id"] == body] == [conftest.day(9)]
    assert api.call("POST", f"{at}/exclusion/lift", {"reason": "no"})["excluded"] is None
    # warnings: what is due is approved, one is cancelled
    bodies = [int(x) for x in re.findall(r'name="e(\d+)"', as_page(api, "/bustia"))][:2]
    assert api.call("POST", "/api/v1/warnings/approve", {"bodies": bodies})["approved"] == 2
    messages = api.call("GET", "/api/v1/messages?limit=500")["items"]
    one = [m for m in messages if m["state"] == "approved"][0]
    assert api.call("GET", f"/api/v1/messages/{one['id']}") == one
    api.call("POST", f"/api/v1/messages/{one['id']}/settle", {"sent": True, "reason": "ho he vist"}, expect=422)
    assert api.call("POST", f"/api/v1/messages/{one['id']}/cancel", {"reason": "ja no cal"})["state"] == "cancelled"
    api.call("GET", "/api/v1/replies")
    api.call("POST", "/api/v1/replies/999999/confirm", {}, expect=404)
    api.call("POST", "/api/v1/replies/999999/dismiss", {"note": "x"}, expect=404)
    assert api.call("POST", "/api/v1/report/approve", {})["kind"] == "report"
    api.call("POST", "/api/v1/report/approve", {}, expect=422)
    api.call("GET", "/api/v1/imports")
    text = api.call("GET", "/api/v1/texts/warning-single.en")
    assert api.call("PUT", "/api/v1/texts/warning-single.en", {"text": "Hello {name},\n\n**{date}**\n", "reason": "short"})["at_desk"]
    wrong = api.call("PUT", "/api/v1/texts/warning-single.en", {"text": "Hello {nmae}\n"}, expect=422)
    assert "{name}" in wrong["title"] and wrong["code"] == "T-PROFILE"
    assert len(api.call("GET", "/api/v1/texts/warning-single.en/versions")["items"]) == 1
    assert api.call("POST", "/api/v1/texts/warning-single.en/restore", {"version": 0})["text"] == text["text"]
    assert len(api.call("GET", "/api/v1/texts")["items"]) >= 12
    audit = api.call("GET", "/api/v1/audit?limit=5")["items"]
    assert audit[0]["who"] == api.who and audit[0]["what"] == "text-restore"
    api.call("GET", "/api/v1/bodies?q=vic&limit=2")
    api.call("POST", f"{at}/check", {})
    planned_and_lifted(api, at, body)
    corrected_and_withdrawn(api, at, body)
    accounts(api, desk)
    imported(api, desk)
    assert api.call("POST", "/api/v1/alerts", {"probe": "OTHER", "state": "failed", "text": "OMI"})["new"]
    api.call("POST", "/api/v1/alerts", {"probe": "OTHER", "state": "recovered"})
    probe = api.call("GET", "/api/v1/probes")["items"][0]
    assert (probe["name"], probe["state"], probe["availability"]) == ("OCSP_AOC", "unknown", None)  # it never ran
    api.call("GET", "/api/v1/probes/OCSP_AOC/history?span=h")
    for query in ("OCSP_AOC/history?span=y", "OCSP_AOC/history?from=ahir", "OCSP_AOC/history?span=h&from=2020-01-01"):
        api.call("GET", f"/api/v1/probes/{query}", expect=400)
    api.call("GET", "/api/v1/probes/NONE/history", expect=404)
    documented = {(m.upper(), p) for p, methods in api.description["paths"].items() for m in methods}
    # A mail that came in and one of which nobody knows whether it went are made in the tests of the outbox.
    left = {("POST", "/api/v1/replies/{id}/confirm"), ("POST", "/api/v1/replies/{id}/dismiss"), ("POST", "/api/v1/messages/{id}/settle")}
    assert documented - api.made == left
    assert desk.json("audit", "verify")["unbroken"]


def planned_and_lifted(api, at, body):
    made = api.call("POST", f"{at}/maintenance", {"text": "canvi de servidor", "from": conftest.day(5), "until": conftest.day(6)})
    assert (made["day"], made["until"], made["lifted"], made["who"]) == (conftest.day(5), conftest.day(6), None, api.who)
    assert made["id"] not in {s["id"] for s in api.call("GET", "/api/v1/silences")["items"]}
    assert made in api.call("GET", "/api/v1/silences?planned=1")["items"]
    api.call("POST", f"{at}/maintenance", {"text": "x", "from": conftest.day(6), "until": conftest.day(5)}, expect=422)
    silence = f"/api/v1/silences/{made['id']}"
    assert api.call("GET", silence) == made
    assert api.call("POST", f"{silence}/lift", {"text": "no es fa"})["lifted"] == conftest.TODAY
    api.call("POST", f"{silence}/lift", {"text": "un altre cop"}, expect=422)
    api.call("POST", "/api/v1/silences/999999/lift", {"text": "x"}, expect=404)


def corrected_and_withdrawn(api, at, body):
    api.call("POST", f"{at}/actions", {"text": "Una errada", "group": "other", "ticket": "ST-9"})
    made = api.call("GET", f"/api/v1/actions?body={body}&limit=1")["items"][0]
    action = f"/api/v1/actions/{made['id']}"
    etag = api.ask("GET", action).header("ETag")
    changed = api.call("PATCH", action, {"text": "Una errata"}, headers={"If-Match": etag})
    assert changed == made | {"text": "Una errata"} == api.call("GET", action)
    assert api.call("PATCH", action, {"text": "d'un altre"}, headers={"If-Match": etag}, expect=412)["field"] == "If-Match"
    assert api.call("PATCH", action, {"day": conftest.day(-1), "ticket": ""}) == changed | {"day": conftest.day(-1), "ticket": None}
    api.call("POST", f"{action}/withdraw", {"reason": " "}, expect=422)
    assert api.call("POST", f"{action}/withdraw", {"reason": "no s'ha fet"}) == {"withdrawn": True}
    api.call("GET", action, expect=404)
    api.call("PATCH", action, {"text": "x"}, expect=404)
    assert {"action-edit", "action-withdraw"} <= {x["what"] for x in api.call("GET", "/api/v1/audit?limit=20")["items"]}


def accounts(api, desk):
    """Nothing of it with a token that only writes; the passwords are told once and kept nowhere."""
    api.call("GET", "/api/v1/accounts", expect=403)
    api.call("POST", "/api/v1/accounts", {"name": "nova", "role": "viewer"}, expect=403)
    boss = Api(api.web, token(desk, api.who, "comptes", "accounts"))
    boss.description, boss.made = api.description, api.made
    made = boss.call("POST", "/api/v1/accounts", {"name": "nova", "role": "viewer"})
    account = f"/api/v1/accounts/{made['account']['id']}"
    assert made["account"]["first_password_until"] and made["account"]["comes_in_by"] == "password"
    assert boss.call("GET", account) == made["account"] and made["account"] in boss.call("GET", "/api/v1/accounts")["items"]
    assert boss.call("POST", "/api/v1/accounts", {"name": "una altra", "role": "head"}, headers={"Idempotency-Key": "x"},
                     expect=400)["field"] == "Idempotency-Key"
    boss.call("POST", "/api/v1/accounts", {"name": "nova", "role": "viewer"}, expect=422)
    enum = boss.operation("POST", f"{account}/role")[1]["requestBody"]["content"]["application/json"]["schema"]["properties"]["role"]["enum"]
    assert enum == ["viewer", "technician", "head", "on-call", "administrator"]
    for role in enum:
        assert boss.call("POST", f"{account}/role", {"role": role})["role"] == role
    again = boss.call("POST", f"{account}/reset", {})
    assert again["password"] != made["password"] and again["account"]["id"] == made["account"]["id"]
    assert boss.call("POST", f"{account}/disable", {})["disabled"] and boss.call("POST", f"{account}/enable", {})["disabled"] is None
    own = next(x for x in boss.call("GET", "/api/v1/accounts")["items"] if x["name"] == api.who)
    assert "your own account" in boss.call("POST", f"/api/v1/accounts/{own['id']}/reset", {}, expect=422)["title"]
    boss.call("GET", "/api/v1/accounts/999999", expect=404)
    boss.call("POST", "/api/v1/accounts/999999/disable", {}, expect=404)
    whole = desk.store.read_bytes() + (desk.path / "talaia.db-wal").read_bytes()
    assert made["password"].encode() not in whole and again["password"].encode() not in whole


def imported(api, desk):
    """What a file would change is looked at; exactly that is done, or nothing."""
    def registry(*changed):
        names = ["Gavà, Ajuntament de", *(f"Poble nou {n}, Ajuntament de" for n in changed)]
        return conftest.table([conftest.body(9000 + i, name, 300 + i, 300) for i, name in enumerate(names)]).encode()
    other = Api(api.web, token(desk, "anna", "mirar més", "write"))
    before = desk.json("bodies"), len(desk.json("audit", "list", "--all"))
    plan = api.call("POST", "/api/v1/imports?name=el%20meu.csv", raw=registry(1))
    assert plan["name"] == "el meu.csv" and plan["needs_reason"] and not plan["changes"]["committed"]
    assert plan["plan"] == plan["changes"]["plan"] and plan["changes"]["events"]["vanished"] > 100
    assert (desk.json("bodies"), len(desk.json("audit", "list", "--all"))) == before
    ask = {"upload": plan["upload"], "plan": plan["plan"]}
    assert api.call("POST", "/api/v1/imports/apply", ask, expect=422)["field"] == "reason"
    assert api.call("POST", "/api/v1/imports/apply", ask | {"plan": "0" * 64, "reason": "x"}, expect=409)["field"] == "plan"
    api.call("POST", "/api/v1/imports/apply", ask | {"upload": "x", "reason": "x"}, expect=422)
    assert other.ask("POST", "/api/v1/imports/apply", ask | {"reason": "x"}).status == 403
    assert other.ask("POST", "/api/v1/imports", raw=b"x" * 300000).status == 413  # nor does it fill the memory
    assert (desk.json("bodies"), len(desk.json("audit", "list", "--all"))) == before
    # Contacts, which nobody misses; and the desk that changes between the two.
    rows = b"Ens;Correu\r\nGav\xc3\xa0, Ajuntament de;per.programa@ens.example\r\n"
    plan = api.call("POST", "/api/v1/imports", raw=rows)
    desk.run("contact", "add", "Gavà", "per.programa@ens.example")
    assert api.call("POST", "/api/v1/imports/apply", {k: plan[k] for k in ("upload", "plan")}, expect=409)["field"] == "plan"
    rows = rows.replace(b"per.programa", b"un.altre")
    plan = api.call("POST", "/api/v1/imports", raw=rows)
    assert not plan["needs_reason"]
    done = api.call("POST", "/api/v1/imports/apply", {k: plan[k] for k in ("upload", "plan")})
    assert done["committed"] and done["plan"] == plan["plan"] and done["events"]["new"] == 1
    assert "un.altre@ens.example" in {c["email"] for c in desk.json("contacts", "Gavà")}
    assert [x["who"] for x in desk.json("audit", "list") if x["what"] == "import"][:1] == [api.who]
    api.call("POST", "/api/v1/imports/apply", {k: plan[k] for k in ("upload", "plan")}, expect=422)  # once
    # What is no file that is known is refused with its reason.
    for bad in (b"", b"\x00\x01", b"PK\x03\x04", b"a;b\r\n1;2\r\n"):
        assert api.ask("POST", "/api/v1/imports", raw=bad).status == 422, bad
    assert api.problem(api.ask("POST", "/api/v1/imports", {}))["status"] == 415


def as_page(api, path):
    b = api.web.browser()
    b.log_in("maria")
    return b.get(path).text


def test_what_is_not_documented_is_refused_by_name(api, desk):
    api.token = token(desk, api.who, "tot", "accounts")
    body = json.loads(api.ask("GET", "/api/v1/bodies?limit=1").body)["items"][0]["id"]
    for pattern, methods in api.description["paths"].items():
        path = pattern.replace("{id}", str(body)).replace("{file}", "warning-single.ca")
        for method, operation in methods.items():
            answer = api.ask(method.upper(), f"{path}?nou=1", {} if method != "get" else None)
            assert answer.status == 400 and api.problem(answer)["field"] == "nou", (method, path, answer.body)
            if method == "get" or "application/json" not in operation["requestBody"]["content"]:
                continue
            schema = operation["requestBody"]["content"]["application/json"]["schema"]
            good = {k: example(v) for k, v in schema["properties"].items()}
            answer = api.ask(method.upper(), path, good | {"inventat": 1})
            assert answer.status == 422 and api.problem(answer)["field"] == "inventat" and "inventat" in answer.text, (method, path)
            for name, field in schema["properties"].items():
                for wrong in ({"a": 1}, None, [], 1.5, -1):
                    if field["type"] == "array" and wrong == []:
                        continue
                    answer = api.ask(method.upper(), path, good | {name: wrong})
                    assert answer.status == 422 and api.problem(answer)["field"] == name, (method, path, name, wrong, answer.body)
            for name in schema["required"]:
                answer = api.ask(method.upper(), path, {k: v for k, v in good.items() if k != name})
                assert answer.status == 422 and api.problem(answer)["field"] == name and name in answer.text
    # a near miss is named
    answer = api.ask("POST", f"/api/v1/bodies/{body}/comments", {"txt": "x"})
    assert "did you mean" in answer.text


def test_problems(api, web, desk):
    for method, path, raw, headers, status in (
            ("GET", "/api/v1/nothing", None, {}, 404), ("GET", "/api/v1/bodies/999999", None, {}, 404), ("GET", "/api/v1/texts/nothing.ca", None, {}, 404),
            ("DELETE", "/api/v1/bodies/1", None, {}, 405), ("POST", "/api/v1/bodies", "{}", {}, 405),
            ("POST", "/api/v1/bodies/1/comments", "{}", {"Content-Type": "text/plain"}, 415),
            ("POST", "/api/v1/bodies/1/comments", "{", {}, 400), ("POST", "/api/v1/bodies/1/comments", "", {}, 400),
            ("POST", "/api/v1/bodies/1/comments", "[]", {}, 400), ("POST", "/api/v1/bodies/1/comments", '{"text":"a","text":"b"}', {}, 400),
            ("POST", "/api/v1/bodies/1/comments", '{"text":"a\\u0000b"}', {}, 400), ("POST", "/api/v1/bodies/1/comments", b'{"text":"\xff"}', {}, 400),
            ("POST", "/api/v1/bodies/1/comments", "[" * 100000, {}, 400), ("POST", "/api/v1/bodies/1/comments", '{"text":1e999}', {}, 400),
            ("POST", "/api/v1/bodies/1/comments", '{"text":"' + "x" * 300000 + '"}', {}, 413),
            ("POST", "/api/v1/bodies/1/comments", '{"text":"' + "x" * 9000 + '"}', {}, 422),
            ("POST", "/api/v1/bodies/1/comments", '{"text":"x"}', {"Idempotency-Key": "a b"}, 400),
            ("POST", "/api/v1/warnings/approve", '{"bodies":[1]}', {"If-Match": '"x"'}, 400),
            ("GET", "/api/v1/bodies?limit=0", None, {}, 400), ("GET", "/api/v1/bodies?cursor=x", None, {}, 400),
            ("GET", "/api/v1/contacts?body=x", None, {}, 400), ("GET", "/api/v1/outages?all=2", None, {}, 400)):
        answer = api.ask(method, path, raw=raw, headers=headers)
        assert answer.status == status, (method, path, (raw or "")[:40], answer.status, answer.body[:300])
        api.problem(answer)
    assert api.ask("DELETE", "/api/v1/bodies/1").header("Allow") == "GET, HEAD"
    # a session writes by forms only; a token that reads does not write; a role has its limits
    b = web.browser()
    b.log_in("maria")
    answer = b.ask("POST", "/api/v1/bodies/1/comments", '{"text":"x"}', headers={"Content-Type": "application/json"})
    assert answer.status == 403 and "token" in answer.text
    reads = Api(web, token(desk, "maria", "només llegir", "read"))
    reads.description = api.description
    assert reads.ask("GET", "/api/v1/audit").status == 200
    assert reads.problem(reads.ask("POST", "/api/v1/bodies/1/comments", {"text": "x"}))["status"] == 403
    viewer = Api(web, token(desk, "anna", "mirar"))
    assert viewer.ask("GET", "/api/v1/audit").status == 403 and viewer.ask("GET", "/api/v1/bodies").status == 200
    assert viewer.ask("PUT", "/api/v1/texts/warning-single.ca", {"text": "x"}).status == 403
    assert Api(web, "tal_x").ask("POST", "/api/v1/bodies/1/comments", {"text": "x"}).status == 401


def test_lists_go_on_where_they_were(api, desk):
    """What comes or goes between two pages neither doubles nor hides anything else."""
    whole = {b["id"] for b in api.call("GET", "/api/v1/bodies?limit=500")["items"]}
    first = api.call("GET", "/api/v1/bodies?limit=20")
    seen = [b["id"] for b in first["items"]]
    last = seen[-1]
    api.call("POST", f"/api/v1/bodies/{last}/exclusion", {"out": True, "reason": "se'n va enmig"})  # the cursor's own body
    path, pages = first["next"], 1
    while path:
        page = api.call("GET", path)
        seen += [b["id"] for b in page["items"]]
        path, pages = page["next"], pages + 1
    assert len(seen) == len(set(seen)) and set(seen) == whole and pages > 5
    api.call("POST", f"/api/v1/bodies/{last}/exclusion/lift", {"reason": "torna"})
    contacts, path = [], "/api/v1/contacts?limit=100&retired=1"
    added = 0
    while path:
        page = api.call("GET", path)
        contacts += [c["id"] for c in page["items"]]
        path = page["next"]
        assert path is None or "retired=1" in path
        if added < 2:
            added += 1
            api.call("POST", f"/api/v1/bodies/{last}/contacts", {"email": f"enmig{added}@ens.example"})
    assert len(contacts) == len(set(contacts)) == len(desk.json("contacts", "--retired"))
    other = re.search(r"cursor=([^&]+)", api.call("GET", "/api/v1/contacts?limit=1")["next"]).group(1)
    assert api.call("GET", f"/api/v1/bodies?cursor={other}", expect=400)["field"] == "cursor"  # of another list


def test_etags(api, desk):
    body = json.loads(api.ask("GET", "/api/v1/bodies?q=estat:good&limit=3").body)["items"][2]["id"]
    answer = api.ask("GET", f"/api/v1/bodies/{body}")
    etag = answer.header("ETag")
    assert api.ask("GET", f"/api/v1/bodies/{body}", headers={"If-None-Match": etag}).status == 304
    assert api.call("POST", f"/api/v1/bodies/{body}/mark", {"text": "x"}, headers={"If-Match": etag})["not_verifiable"]
    assert api.call("POST", f"/api/v1/bodies/{body}/unmark", {"text": "x"}, headers={"If-Match": etag}, expect=412)["field"] == "If-Match"
    api.call("POST", f"/api/v1/bodies/{body}/unmark", {"text": "x"}, headers={"If-Match": "*"})
    made = api.call("POST", f"/api/v1/bodies/{body}/contacts", {"email": "etag@ens.example"})
    path = f"/api/v1/contacts/{made['id']}"
    etag = api.ask("GET", path).header("ETag")
    desk.run("contact", "edit", made["id"], "--name", "Per l'ordre")
    api.call("PATCH", path, {"name": "Per l'API"}, headers={"If-Match": etag}, expect=412)
    assert api.call("GET", path)["name"] == "Per l'ordre"
    api.call("PATCH", path, {"name": "Per l'API"}, headers={"If-Match": api.ask("GET", path).header("ETag")})


def test_a_request_may_be_repeated(api, desk):
    body = json.loads(api.ask("GET", "/api/v1/bodies?q=estat:good&limit=4").body)["items"][3]
    path, key = f"/api/v1/bodies/{body['id']}/contacts", {"Idempotency-Key": "3f2b-1"}
    first = api.ask("POST", path, {"email": "una@ens.example"}, headers=key)
    again = api.ask("POST", path, {"email": "una@ens.example"}, headers=key)
    assert (first.status, first.body, first.header("ETag")) == (again.status, again.body, again.header("ETag")) and first.status == 201
    assert first.header("Idempotency-Replayed") is None and again.header("Idempotency-Replayed") == "true"
    assert api.problem(api.ask("POST", path, {"email": "dues@ens.example"}, headers=key))["status"] == 422
    assert len([c for c in desk.json("contacts", body["description"]) if c["email"] == "una@ens.example"]) == 1
    # What was refused may be corrected under the same key.
    key = {"Idempotency-Key": "3f2b-2"}
    assert api.ask("POST", path, {"email": "no"}, headers=key).status == 422
    assert api.ask("POST", path, {"email": "tres@ens.example"}, headers=key).status == 201
    # Of another account it is another key; what was broken off is told.
    other = Api(api.web, token(desk, "joan", "altre"))
    assert other.ask("POST", path, {"email": "quatre@ens.example"}, headers={"Idempotency-Key": "3f2b-1"}).status == 201
    import sqlite3
    with sqlite3.connect(desk.store) as store:
        store.execute("UPDATE idempotency SET status = 0 WHERE key = '3f2b-2'")
    answer = api.ask("POST", path, {"email": "tres@ens.example"}, headers=key)
    assert answer.status == 409 and "before you repeat" in api.problem(answer)["title"]


def test_a_program_that_repeats_itself_is_stopped(web, desk):
    api = Api(web, token(desk, "boja", "boig"))
    api.load()
    body = json.loads(api.ask("GET", "/api/v1/bodies?limit=1").body)["items"][0]["id"]
    statuses = []
    for _ in range(1500):
        answer = api.ask("POST", f"/api/v1/bodies/{body}/comments", {"txt": "x"})
        statuses.append(answer.status)
        if answer.status == 429:
            break
    assert statuses[-1] == 429 and len(statuses) > 100 and int(answer.header("Retry-After")) >= 1
    assert api.problem(answer)["status"] == 429 and api.ask("GET", "/api/v1/bodies?limit=1").status == 200
