"""What the fake Jira keeps: a project, its create screens, its workflow, tickets; and which values its fields take.

The texts of refusals are as Jira Data Center 9 says them, because people search for them.
"""
import datetime
import re
import threading
import time

import jira_jql

USERS = {"talaia": "Talaia", "joana": "Joana Puig", "pere": "Pere Vidal"}
TOKENS = {"secret-of-the-tests": "talaia", "reads-only": "pere"}

# id → (name, schema type, items or None, required, allowed values)
SCREEN = {
    "project": ("Projecte", "project", None, True, None),
    "issuetype": ("Tipus", "issuetype", None, True, None),
    "summary": ("Resum", "string", None, True, None),
    "description": ("Descripció", "string", None, False, None),
    "duedate": ("Data límit", "date", None, False, None),
    "labels": ("Etiquetes", "array", "string", False, None),
    "priority": ("Prioritat", "priority", None, False, {"2": "Alta", "3": "Mitjana"}),
    "components": ("Components", "array", "component", False, {"10100": "PADRO", "10101": "HESTIA"}),
    "assignee": ("Assignat", "user", None, False, None),
    "attachment": ("Adjunts", "array", "attachment", False, None),
    "issuelinks": ("Enllaços", "array", "issuelinks", False, None),
    "customfield_10123": ("Data Estimada", "date", None, False, None),
    "customfield_10300": ("Servei", "option", None, True, {"11000": "Padró", "11001": "Hèstia"}),
    "customfield_10301": ("Entorns", "array", "option", False, {"11100": "PRE", "11101": "PRO"}),
    "customfield_10302": ("Hores", "number", None, False, None),
    "customfield_10303": ("Nota", "string", None, False, None),
}
TYPES = {"10001": ("Tasca", SCREEN),
         "10002": ("Incidència", {k: v for k, v in SCREEN.items() if k not in ("customfield_10123", "customfield_10300")}),
         "10003": ("Avís", {k: v for k, v in SCREEN.items() if k != "customfield_10300"})}
LINKS = {"10000": ("Relates", "relates to", "relates to"), "10001": ("Cloners", "is cloned by", "clones")}
STATES = {"1": ("Obert", "new"), "3": ("En curs", "indeterminate"), "5": ("Resolt", "done"), "6": ("Tancat", "done")}
# state → transitions: id, name, target, fields that its screen requires
WORKFLOW = {"1": [("11", "Comença", "3", ()), ("21", "Resol", "5", ("resolution",)), ("31", "Tanca", "6", ("resolution",))],
            "3": [("21", "Resol", "5", ("resolution",))],
            "5": [("41", "Reobre", "3", ())],
            "6": [("41", "Reobre", "3", ())]}
RESOLUTIONS = {"1": "Fet", "2": "No es farà"}


class Refused(Exception):
    def __init__(self, status, *messages, **errors):
        super().__init__(status)
        self.status, self.messages, self.errors = status, list(messages), errors


def now():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def only(value, known, what):
    """Nothing but the keys that the resource has: Jira's beans refuse others."""
    if not isinstance(value, dict):
        raise Refused(400, f"Can not deserialize instance of {what}")
    for key in value:
        if key not in known:
            raise Refused(400, f'Unrecognized field "{key}" (Class {what}), not marked as ignorable')


class Jira:
    def __init__(self):
        self.lock = threading.RLock()
        self.issues, self.next, self.ids = {}, 1, 20000
        # 10954: done renewals, 10956: pending ones; 10958 is private to somebody else.
        self.filters = {"10954": 'project = ST AND labels = "talaia-renewal" AND statusCategory = Done',
                        "10953": 'project = ST AND labels = "talaia-migration" AND statusCategory = Done',
                        "10981": 'project = ST AND labels = "talaia-outage" AND statusCategory = Done',
                        "10956": 'project = ST AND labels = "talaia-renewal" AND statusCategory != Done',
                        "10957": 'project = ST AND labels = "talaia-migration" AND statusCategory != Done',
                        "10982": 'project = ST AND labels = "talaia-outage" AND statusCategory != Done'}
        template = {"summary": "PLANTILLA - renovació", "description": "Text de la plantilla", "labels": ["padro"],
                    "priority": {"id": "2"}, "components": [{"id": "10100"}], "assignee": {"name": "joana"},
                    "customfield_10300": {"id": "11000"}, "customfield_10301": [{"id": "11101"}, {"id": "11100"}],
                    "customfield_10302": 1.5, "customfield_10303": "nota de la plantilla",
                    "project": {"key": "ST"}, "issuetype": {"id": "10001"}}
        self.create(template, "pere", number=8949)
        bare = {"summary": "PLANTILLA - sense servei", "project": {"key": "ST"}, "issuetype": {"id": "10003"}}
        self.create(bare, "pere", number=8950)
        self.next = 9000

    # --- fields ---

    def fields_checked(self, fields, screen, user, creating):
        errors, values = {}, {}
        for name, value in fields.items():
            if name not in screen:
                errors[name] = f"Field '{name}' cannot be set. It is not on the appropriate screen, or unknown."
                continue
            try:
                values[name] = self.value(name, value, screen[name])
            except ValueError as why:
                errors[name] = str(why)
        if creating:
            for name, (label, _type, _items, required, _allowed) in screen.items():
                if required and name not in errors and values.get(name) in (None, ""):
                    errors[name] = f"{label} is required."
        if errors:
            raise Refused(400, **errors)
        return values

    def value(self, name, value, field):
        label, kind, items, _required, allowed = field
        if value is None:
            return None
        if kind == "array":
            if not isinstance(value, list):
                raise ValueError("data was not an array")
            return [self.one(name, label, v, items, allowed) for v in value]
        return self.one(name, label, value, kind, allowed)

    def one(self, name, label, value, kind, allowed):
        if kind == "string":
            if not isinstance(value, str):
                raise ValueError("Operation value must be a string")
            if name == "labels" and (re.search(r"\s", value) or len(value) > 255):
                raise ValueError(f"The label '{value}' contains spaces which is invalid.")
            if name == "summary" and ("\n" in value or "\r" in value):
                raise ValueError("The summary is invalid because it contains newline characters.")
            if name == "summary" and len(value) > 255:
                raise ValueError("Summary must be less than 255 characters.")
            if len(value) > 32767:
                raise ValueError("The entered text is too long. It exceeds the allowed limit of 32,767 characters.")
            if re.search("[\x00-\x08\x0b\x0c\x0e-\x1f]", value):
                raise ValueError("The text contains an invalid character.")
            return value
        if kind == "date":
            if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d\d-\d\d", value):
                raise ValueError(f"Error parsing date string: {value}")
            datetime.date.fromisoformat(value)
            return value
        if kind == "number":
            if isinstance(value, bool) or not isinstance(value, (int, float)):
                raise ValueError("Operation value must be a number")
            return value
        if not isinstance(value, dict) or len(value) != 1:
            raise ValueError(f"data was not a reference with id, key or name: {label}")
        (by, what), = value.items()
        if not isinstance(what, str):
            raise ValueError("expected a string")
        if kind == "project":
            if by not in ("key", "id") or what not in ("ST", "10000"):
                raise ValueError("project is required")
            return {"id": "10000", "key": "ST", "name": "Suport"}
        if kind == "issuetype":
            found = [i for i in TYPES if (by == "id" and i == what) or (by == "name" and TYPES[i][0] == what)]
            if not found:
                raise ValueError("issue type is required")
            return {"id": found[0], "name": TYPES[found[0]][0], "subtask": False}
        if kind == "user":
            if by != "name" or what not in USERS:
                raise ValueError(f"User '{what}' does not exist.")
            return {"name": what, "key": what, "displayName": USERS[what], "active": True}
        if allowed is not None:
            word = "value" if kind == "option" else "name"
            found = [i for i in allowed if (by == "id" and i == what) or (by == word and allowed[i] == what)]
            if not found:
                raise ValueError(f"Option id '{what}' is not valid")
            return {"self": f"http://jira.example/{found[0]}", "id": found[0], word: allowed[found[0]]}
        raise ValueError(f"Field '{name}' cannot be set here")

    # --- tickets ---

    def new_id(self):
        self.ids += 1
        return str(self.ids)

    def create(self, fields, user, number=None):
        with self.lock:
            for need in ("project", "issuetype"):
                if need not in fields:
                    raise Refused(400, **{need: f"{need} is required"})
            try:
                self.value("project", fields["project"], SCREEN["project"])
                kind = self.value("issuetype", fields["issuetype"], SCREEN["issuetype"])["id"]
            except ValueError as why:
                raise Refused(400, **{"project" if "project" in str(why) else "issuetype": str(why)}) from None
            values = self.fields_checked(fields, TYPES[kind][1], user, True)
            if number is None:
                number = self.next
                self.next += 1
            key = f"ST-{number}"
            self.issues[key] = {"id": self.new_id(), "key": key, "at": time.monotonic(), "number": number, "comments": [],
                                "watchers": [user], "links": [], "files": [], "remote": {},
                                "fields": values | {"status": "1", "created": now(), "updated": now(),
                                                    "resolutiondate": None, "resolution": None,
                                                    "reporter": {"name": user}}}
            return self.issues[key]

    def issue(self, key):
        found = self.issues.get(key)
        if found is None:
            raise Refused(404, "Issue Does Not Exist")
        return found

    def shown(self, issue, fields=None):
        f = dict(issue["fields"])
        name, category = STATES[f["status"]]
        f["status"] = {"id": f["status"], "name": name, "statusCategory": {"id": 4, "key": category, "name": category}}
        f["comment"] = {"comments": issue["comments"], "total": len(issue["comments"]), "startAt": 0,
                        "maxResults": len(issue["comments"])}
        f["issuelinks"] = issue["links"]
        f["attachment"] = issue["files"]
        f["watches"] = {"watchCount": len(issue["watchers"]), "isWatching": True}
        for name in SCREEN:
            f.setdefault(name, None)
        if fields is not None and "*all" not in fields:
            f = {k: v for k, v in f.items() if k in fields}
        return {"expand": "renderedFields", "id": issue["id"], "self": f"http://jira.example/rest/api/2/issue/{issue['id']}",
                "key": issue["key"], "fields": f}

    def search(self, jql, lag, depth=0):
        try:
            clauses, order = jira_jql.parse(jql)
        except jira_jql.JqlError as why:
            raise Refused(400, str(why)) from None
        indexed = [i for i in self.issues.values() if time.monotonic() - i["at"] >= lag]
        for field, operator, value in clauses:
            equal = operator == "="
            if field == "filter":
                if value not in self.filters or depth > 3:
                    raise Refused(400, f"A value with ID '{value}' does not exist for the field 'filter'.")
                keys = {i["key"] for i in self.search(self.filters[value], lag, depth + 1)}
                keep = lambda i, keys=keys: i["key"] in keys
            elif field == "project":
                if value not in ("ST", "10000"):
                    raise Refused(400, f"The value '{value}' does not exist for the field 'project'.")
                keep = lambda i: True
            elif field == "labels":
                keep = lambda i, v=value: v in (i["fields"].get("labels") or [])
            elif field == "statuscategory":
                keep = lambda i, v=value: STATES[i["fields"]["status"]][1] == v.lower()
            elif field == "key":
                keep = lambda i, v=value: i["key"] == v
            else:
                raise Refused(400, f"Field '{field}' is not understood by the fake")
            indexed = [i for i in indexed if keep(i) == equal]
        for field, down in order:
            if field not in ("created", "key"):
                raise Refused(400, f"Field '{field}' is not orderable here")
            indexed.sort(key=lambda i: i["number"], reverse=down)
        return indexed
