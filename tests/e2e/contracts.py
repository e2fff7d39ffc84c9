"""What the services that pages go to accept, as their documentation says; a Sink that refuses everything else with 400.

    sink.contracts["/am/api/v2/alerts"] = alertmanager
"""
import re
import string
import urllib.parse
from datetime import datetime


class Refused(Exception):
    pass


def need(good, why):
    if not good:
        raise Refused(why)


def text(value, most=10 ** 6):
    return isinstance(value, str) and 0 < len(value) <= most


def instant(value):
    need(isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", value), f"no RFC 3339 time: {value}")
    return datetime.fromisoformat(value.replace("Z", "+00:00"))


def only(value, required, optional=()):
    need(isinstance(value, dict), "no object")
    need(set(required) <= set(value), f"without {set(required) - set(value)}")
    need(set(value) <= set(required) | set(optional), f"unknown {set(value) - set(required) - set(optional)}")


def is_json(r):
    need(r.headers.get("Content-Type", "").split(";")[0] == "application/json", "not JSON")


def labels(value):
    need(isinstance(value, dict) and value, "no labels")
    for name, word in value.items():
        need(re.fullmatch(r"[a-zA-Z_][a-zA-Z0-9_]*", name) and text(word), f"label {name}")


def alertmanager(r):
    """POST /api/v2/alerts (postableAlerts of Alertmanager's OpenAPI); what it would end by itself in five minutes is refused, too."""
    is_json(r)
    need(r.method == "POST" and r.path.endswith("/api/v2/alerts") and isinstance(r.json, list) and r.json, "no list of alerts")
    for alert in r.json:
        only(alert, ["labels", "startsAt", "endsAt"], ["annotations", "generatorURL"])
        labels(alert["labels"])
        need(text(alert["labels"].get("alertname")), "no alertname")
        need(instant(alert["endsAt"]) >= instant(alert["startsAt"]), "start time must be before end time")
        need(urllib.parse.urlsplit(alert.get("generatorURL", "http://x/")).scheme in ("http", "https"), "generatorURL")


def receiver(r):
    """What Alertmanager posts to a webhook (version 4)."""
    is_json(r)
    keys = ["version", "groupKey", "truncatedAlerts", "status", "receiver", "groupLabels", "commonLabels", "commonAnnotations", "externalURL", "alerts"]
    only(r.json, keys)
    need(r.json["version"] == "4" and r.json["status"] in ("firing", "resolved") and r.json["truncatedAlerts"] == 0 and text(r.json["groupKey"]), "head")
    for alert in r.json["alerts"]:
        only(alert, ["status", "labels", "annotations", "startsAt", "endsAt", "generatorURL", "fingerprint"])
        labels(alert["labels"])
        need(re.fullmatch(r"[0-9a-f]{16}", alert["fingerprint"]), "fingerprint")
        ends = instant(alert["endsAt"])
        need((ends.year == 1) == (alert["status"] == "firing") and (ends.year == 1 or ends >= instant(alert["startsAt"])), "endsAt")
        need(alert["status"] == r.json["status"] and r.json["commonLabels"].items() <= alert["labels"].items(), "common")


def ntfy(r):
    """Publishing as JSON: to the root, with the topic inside."""
    need(r.method == "POST" and urllib.parse.urlsplit(r.path).path == "/", "JSON is published to the root")
    only(r.json, ["topic"], ["message", "title", "tags", "priority", "actions", "click", "attach", "markdown", "icon", "filename", "delay", "email", "call"])
    need(re.fullmatch(r"[-_A-Za-z0-9]{1,64}", r.json["topic"]), "topic")
    need(r.json.get("priority") in (1, 2, 3, 4, 5) and text(r.json.get("message"), 4096) and text(r.json.get("title")), "message")
    need(urllib.parse.urlsplit(r.json.get("click", "https://x/")).scheme == "https", "click")


def matrix(r):
    """PUT …/rooms/{roomId}/send/{eventType}/{txnId} of the client-server API."""
    is_json(r)
    need(r.method == "PUT" and re.fullmatch(r"/_matrix/client/v3/rooms/![^/]+/send/m\.room\.message/[A-Za-z0-9._~-]+", r.path), "path")
    need(re.fullmatch(r"Bearer \S+", r.headers.get("Authorization", "")), "M_MISSING_TOKEN")
    only(r.json, ["msgtype", "body"])
    need(r.json["msgtype"] == "m.text" and text(r.json["body"]), "M_BAD_JSON")


# 3GPP TS 23.038 §6.2.1, without Greek: with any other letter an SMS has 70 of them.
SMS_LETTERS = set("@£$¥èéùìòÇ\nØøÅå_ÆæßÉ !\"#¤%&'()*+,-./:;<=>?¡ÄÖÑÜ§¿äöñüà€[]{}^~|\\" + string.ascii_letters + string.digits)


def sms(r):
    is_json(r)
    only(r.json, ["to", "text"])
    need(re.fullmatch(r"\+[1-9]\d{6,14}", r.json["to"]) and text(r.json["text"], 306) and not set(r.json["text"]) - SMS_LETTERS, "number or text")
    need(re.fullmatch(r"Bearer \S+", r.headers.get("Authorization", "")), "login")


def sms_form(r):
    need(r.headers.get("Content-Type") == "application/x-www-form-urlencoded", "no form")
    fields = urllib.parse.parse_qs(r.body.decode("ascii"), strict_parsing=True, errors="strict")
    need(set(fields) == {"num", "msg"} and re.fullmatch(r"\+[1-9]\d{6,14}", fields["num"][0]) and text(fields["msg"][0], 306) and not set(fields["msg"][0]) - SMS_LETTERS, "fields")
