#!/usr/bin/python3
"""A strict fake of Jira Data Center, REST v2: what its documentation does not allow is refused.

    jira.py --dir DIR [--port N]     prints its base address and serves until SIGTERM

Unknown paths, methods, fields and query parameters, wrong types, missing headers are errors, as in the real one (which
forgives some). The token `secret-of-the-tests` belongs to a user who may do everything, `reads-only` to one who may only
read. DIR/faults orders faults and DIR/journal tells what was carried out (faults.py); DIR/lag holds the seconds after which
a new ticket is found by a search. Lists come in small pages, so that paging is tried.
"""
import argparse
import email
import email.policy
import http.server
import json
import os
import re
import signal
import socket
import sys
import threading
import time
import urllib.parse

import faults
import jira_world as world
from jira_world import Refused, now, only

PAGE = 4


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30

    def log_message(self, *args):
        pass

    def setup(self):
        super().setup()
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    # --- the way of a request ---

    def handle_any(self):
        self.raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        fault = self.server.faults.take(self.command, self.path) or [""]
        word = fault[0]
        if word in ("drop-before", "status", "captcha", "html", "body"):
            return self.instead(word, fault)
        if word == "slow":
            time.sleep(float(fault[1]))
        try:
            user = "" if word == "anonymous" else self.user()
            with self.server.jira.lock:
                status, answer = self.route(user)
        except Refused as why:
            status, answer, user = why.status, {"errorMessages": why.messages, "errors": why.errors}, "talaia"
        done = status < 400
        if word == "drop-after":
            return self.gone(done)
        if word == "after":
            return self.answer(int(fault[1]), {"errorMessages": [], "errors": {}}, done=done)
        return self.answer(status, answer, cut=word == "cut", done=done, user=user)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = handle_any

    def gone(self, done):
        self.server.faults.note(self.command, self.path, 0, done)
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def instead(self, word, fault):
        if word == "drop-before":
            self.gone(False)
        elif word == "status":
            extra = {"Retry-After": fault[2]} if len(fault) > 2 else {}
            self.answer(int(fault[1]), {"errorMessages": ["fault on order"], "errors": {}}, extra=extra)
        elif word == "captcha":
            self.answer(403, b"<html>Forbidden</html>", kind="text/html", extra={
                "X-Seraph-LoginReason": "AUTHENTICATION_DENIED",
                "X-Authentication-Denied-Reason": "CAPTCHA_CHALLENGE; login-url=http://jira.example/login.jsp"})
        elif word == "html":
            self.answer(200, b"<!DOCTYPE html><html><body>Log in</body></html>", kind="text/html;charset=UTF-8")
        else:
            self.answer(200, fault[1].encode("utf-8", "surrogateescape"))

    def answer(self, status, value, cut=False, done=False, kind="application/json;charset=UTF-8", extra=None, user="talaia"):
        body = value if isinstance(value, bytes) else b"" if value is None else json.dumps(value).encode()
        self.server.faults.note(self.command, self.path, status, done)
        self.send_response(status)
        self.send_header("X-AREQUESTID", "1x1x1")
        self.send_header("X-AUSERNAME", user or "anonymous")
        for name, text in (extra or {}).items():
            self.send_header(name, text)
        if body:
            self.send_header("Content-Type", kind)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if cut:
            self.wfile.write(body[:len(body) // 2])
            self.close_connection = True
            return
        self.wfile.write(body)

    def user(self):
        given = self.headers.get("Authorization", "")
        m = re.fullmatch(r"Bearer (\S+)", given)
        if m is None or m.group(1) not in world.TOKENS:
            raise Refused(401, "You do not have the permission to see the specified issue. Login Required.")
        return world.TOKENS[m.group(1)]

    def json(self):
        if self.headers.get("Content-Type", "").split(";")[0].strip() != "application/json":
            raise Refused(415, "Unsupported Media Type")
        try:
            return json.loads(self.raw.decode("utf-8"))
        except ValueError:
            raise Refused(400, "Unexpected character in JSON") from None

    def query(self, *known):
        given = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.path).query, keep_blank_values=True))
        for name in given:
            if name not in known:
                raise Refused(400, f"the fake knows no query parameter {name} here")
        return given

    def route(self, user):
        path = urllib.parse.urlsplit(self.path).path
        other = False
        for method, pattern, function, writes in ROUTES:
            m = re.fullmatch(r"/jira/rest/api/2/" + pattern, path)
            if m is None:
                continue
            if method != self.command:
                other = True
                continue
            if writes and user != "talaia":
                raise Refused(403, "You do not have permission to create or edit issues in this project.")
            if not user:
                raise Refused(401, "Login Required")
            return function(self, user, *map(urllib.parse.unquote, m.groups()))
        raise Refused(405 if other else 404, "Method Not Allowed" if other else "null for uri: " + path)

    def paged(self, values, most=PAGE):
        q = self.query("startAt", "maxResults")
        start, most = int(q.get("startAt", 0)), min(most, int(q.get("maxResults", 50)))
        part = values[start:start + most]
        return {"maxResults": most, "startAt": start, "total": len(values), "isLast": start + len(part) >= len(values),
                "values": part}

    @property
    def jira(self):
        return self.server.jira

    # --- resources ---

    def myself(self, user):
        return 200, {"name": user, "key": user, "displayName": world.USERS[user], "active": True, "timeZone": "Europe/Madrid"}

    def project(self, user, key):
        if key != "ST":
            raise Refused(404, f"No project could be found with key '{key}'.")
        return 200, {"id": "10000", "key": "ST", "name": "Suport", "issueTypes": [
            {"id": i, "name": name, "subtask": False} for i, (name, _screen) in world.TYPES.items()]}

    def create_types(self, user, key):
        self.project(user, key)
        return 200, self.paged([{"id": i, "name": name, "subtask": False} for i, (name, _s) in world.TYPES.items()], 2)

    def create_fields(self, user, key, kind):
        self.project(user, key)
        if kind not in world.TYPES:
            raise Refused(404, "Issue type not found")
        values = []
        for name, (label, type_, items, required, allowed) in world.TYPES[kind][1].items():
            schema = {"type": type_} | ({"items": items} if items else {})
            schema |= {"custom": "com.atlassian.jira.plugin", "customId": int(name[12:])} if name.startswith("custom") else {
                "system": name}
            value = {"required": required, "schema": schema, "name": label, "fieldId": name, "hasDefaultValue": False,
                     "operations": ["set"]}
            if allowed:
                value["allowedValues"] = [{"id": i, "value": text, "name": text} for i, text in allowed.items()]
            values.append(value)
        return 200, self.paged(values)

    def issue_create(self, user):
        body = self.json()
        only(body, ("fields", "update"), "com.atlassian.jira.rest.v2.issue.IssueUpdateBean")
        if not isinstance(body.get("fields"), dict):
            raise Refused(400, "Field 'fields' is required")
        i = self.jira.create(body["fields"], user)
        return 201, {"id": i["id"], "key": i["key"], "self": f"http://jira.example/rest/api/2/issue/{i['id']}"}

    def issue_get(self, user, key):
        q = self.query("fields", "expand")
        i = self.jira.issue(key)
        shown = self.jira.shown(i, q["fields"].split(",") if "fields" in q else None)
        screen = world.TYPES[i["fields"]["issuetype"]["id"]][1]
        if "names" in q.get("expand", ""):
            shown["names"] = {name: world.SCREEN[name][0] for name in shown["fields"] if name in world.SCREEN}
        if "editmeta" in q.get("expand", ""):
            shown["editmeta"] = {"fields": {name: {"name": label, "required": required, "schema": {"type": kind},
                                                   "operations": ["set"]}
                                            for name, (label, kind, _i, required, _a) in screen.items()}}
        return 200, shown

    def issue_put(self, user, key):
        i = self.jira.issue(key)
        body = self.json()
        only(body, ("fields", "update"), "com.atlassian.jira.rest.v2.issue.IssueUpdateBean")
        i["fields"] |= self.jira.fields_checked(body["fields"], world.TYPES[i["fields"]["issuetype"]["id"]][1], user, False)
        return 204, None

    def comments(self, user, key):
        q = self.query("startAt", "maxResults", "orderBy", "expand")
        all_ = self.jira.issue(key)["comments"]
        start = int(q.get("startAt", 0))
        part = all_[start:start + min(PAGE, int(q.get("maxResults", 50)))]
        return 200, {"startAt": start, "maxResults": PAGE, "total": len(all_), "comments": part}

    def comment_add(self, user, key):
        i = self.jira.issue(key)
        body = self.json()
        only(body, ("body", "visibility", "properties"), "com.atlassian.jira.rest.v2.issue.CommentJsonBean")
        if not isinstance(body.get("body"), str) or not body["body"].strip():
            raise Refused(400, comment="Comment body can not be empty!")
        if len(body["body"]) > 32767:
            raise Refused(400, comment="The entered text is too long. It exceeds the allowed limit of 32,767 characters.")
        c = {"id": self.jira.new_id(), "author": {"name": user, "displayName": world.USERS[user]}, "body": body["body"],
             "created": now(), "updated": now()}
        i["comments"].append(c)
        return 201, c

    def watchers(self, user, key):
        self.query()
        w = self.jira.issue(key)["watchers"]
        return 200, {"watchCount": len(w), "isWatching": user in w,
                     "watchers": [{"name": n, "displayName": world.USERS[n], "active": True} for n in w]}

    def watcher_add(self, user, key):
        i = self.jira.issue(key)
        name = self.json()
        if not isinstance(name, str):
            raise Refused(400, "Can not deserialize instance of java.lang.String")
        if name not in world.USERS:
            raise Refused(400, f'The user "{name}" does not have permission to view this issue. '
                               'This user will not be added to the watch list.')
        if name not in i["watchers"]:
            i["watchers"].append(name)
        return 204, None

    def transitions(self, user, key):
        q = self.query("expand")
        listed = []
        for id_, name, to, required in world.WORKFLOW[self.jira.issue(key)["fields"]["status"]]:
            state, category = world.STATES[to]
            t = {"id": id_, "name": name, "to": {"id": to, "name": state, "statusCategory": {"key": category}}}
            if q.get("expand") == "transitions.fields":
                t["fields"] = {f: {"required": True, "hasDefaultValue": False, "schema": {"type": "resolution"},
                                   "name": "Resolució", "allowedValues": [{"id": i, "name": n} for i, n in
                                                                          world.RESOLUTIONS.items()]} for f in required}
            listed.append(t)
        return 200, {"expand": "transitions", "transitions": listed}

    def transition(self, user, key):
        i = self.jira.issue(key)
        body = self.json()
        only(body, ("transition", "fields", "update"), "com.atlassian.jira.rest.v2.issue.IssueUpdateBean")
        only(body.get("transition"), ("id",), "TransitionBean")
        for id_, _name, to, required in world.WORKFLOW[i["fields"]["status"]]:
            if id_ != body["transition"].get("id"):
                continue
            fields = body.get("fields", {})
            only(fields, required, "fields of the screen")
            for f in required:
                if f not in fields:
                    raise Refused(400, **{f: "Resolució is required."})
                if fields[f].get("id") not in world.RESOLUTIONS:
                    raise Refused(400, **{f: "Resolution is not valid"})
            done = world.STATES[to][1] == "done"
            i["fields"] |= {"status": to, "resolutiondate": now() if done else None}
            return 204, None
        raise Refused(400, "It seems that you have tried to perform a workflow operation that is not valid for the current "
                           "state of this issue.")

    def attach(self, user, key):
        i = self.jira.issue(key)
        if self.headers.get("X-Atlassian-Token") != "no-check":
            raise Refused(403, "XSRF check failed")
        kind = self.headers.get("Content-Type", "")
        if not kind.startswith("multipart/form-data"):
            raise Refused(415, "Unsupported Media Type")
        mail = email.message_from_bytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + self.raw, policy=email.policy.HTTP)
        added = []
        for part in mail.iter_parts():
            head = part.get("Content-Disposition", "")
            if part.get_param("name", header="Content-Disposition") != "file":
                raise Refused(400, "the part must be named file")
            name = re.search(r'filename="((?:[^"\\]|\\.)*)"', str(head))
            content = part.get_payload(decode=True) or b""
            f = {"id": self.jira.new_id(), "filename": re.sub(r"\\(.)", r"\1", name.group(1)) if name else "?",
                 "size": len(content), "mimeType": part.get_content_type(), "author": {"name": user}, "created": now()}
            self.jira.issue(key)["files"].append(f)
            added.append(f)
        if not added:
            raise Refused(400, "no file")
        i["fields"]["updated"] = now()
        return 200, added

    def link_types(self, user):
        return 200, {"issueLinkTypes": [{"id": i, "name": n, "inward": a, "outward": b} for i, (n, a, b) in world.LINKS.items()]}

    def link(self, user):
        body = self.json()
        only(body, ("type", "inwardIssue", "outwardIssue", "comment"), "LinkIssueRequestJsonBean")
        kind = [(i, n) for i, (n, _a, _b) in world.LINKS.items() if body.get("type") in ({"name": n}, {"id": i})]
        if not kind:
            raise Refused(404, "No issue link type with name found.")
        only(body.get("inwardIssue"), ("key", "id"), "IssueRefJsonBean")
        only(body.get("outwardIssue"), ("key", "id"), "IssueRefJsonBean")
        a, b = self.jira.issue(body["inwardIssue"]["key"]), self.jira.issue(body["outwardIssue"]["key"])
        type_ = {"id": kind[0][0], "name": kind[0][1]}
        id_ = self.jira.new_id()
        a["links"].append({"id": id_, "type": type_, "outwardIssue": {"key": b["key"], "fields": {}}})
        b["links"].append({"id": id_, "type": type_, "inwardIssue": {"key": a["key"], "fields": {}}})
        return 201, None

    def search(self, user):
        body = self.json()
        only(body, ("jql", "startAt", "maxResults", "fields", "validateQuery", "expand"), "SearchRequestBean")
        for name, kind in (("jql", str), ("startAt", int), ("maxResults", int), ("fields", list)):
            if name in body and (not isinstance(body[name], kind) or isinstance(body[name], bool)):
                raise Refused(400, f"{name} has a wrong type")
        found = self.jira.search(body.get("jql", ""), self.server.lag())
        start, most = body.get("startAt", 0), min(body.get("maxResults", 50), 1000)
        return 200, {"expand": "names,schema", "startAt": start, "maxResults": most, "total": len(found),
                     "issues": [self.jira.shown(i, body.get("fields")) for i in found[start:start + min(most, PAGE)]]}


K = r"([A-Z][A-Z0-9_]*-\d+)"
ROUTES = [
    ("GET", "myself", Handler.myself, False),
    ("GET", r"project/([^/]+)", Handler.project, False),
    ("GET", r"issue/createmeta/([^/]+)/issuetypes", Handler.create_types, False),
    ("GET", r"issue/createmeta/([^/]+)/issuetypes/([^/]+)", Handler.create_fields, False),
    ("POST", "issue", Handler.issue_create, True),
    ("GET", f"issue/{K}", Handler.issue_get, False),
    ("PUT", f"issue/{K}", Handler.issue_put, True),
    ("GET", f"issue/{K}/comment", Handler.comments, False),
    ("POST", f"issue/{K}/comment", Handler.comment_add, True),
    ("GET", f"issue/{K}/watchers", Handler.watchers, False),
    ("POST", f"issue/{K}/watchers", Handler.watcher_add, True),
    ("GET", f"issue/{K}/transitions", Handler.transitions, False),
    ("POST", f"issue/{K}/transitions", Handler.transition, True),
    ("POST", f"issue/{K}/attachments", Handler.attach, True),
    ("GET", "issueLinkType", Handler.link_types, False),
    ("POST", "issueLink", Handler.link, True),
    ("POST", "search", Handler.search, False),
]


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, directory, port):
        super().__init__(("127.0.0.1", port), Handler)
        self.directory = directory
        self.faults = faults.Faults(directory)
        self.jira = world.Jira()

    def lag(self):
        try:
            with open(os.path.join(self.directory, "lag"), encoding="utf-8") as f:
                return float(f.read() or 0)
        except FileNotFoundError:
            return 0.0

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], (ConnectionError, TimeoutError, OSError)):
            super().handle_error(request, client_address)


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--dir", required=True)
    options.add_argument("--port", type=int, default=0)
    given = options.parse_args()
    server = Server(given.dir, given.port)
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    print(f"http://127.0.0.1:{server.server_address[1]}/jira", flush=True)
    server.serve_forever(poll_interval=0.1)


if __name__ == "__main__":
    main()
