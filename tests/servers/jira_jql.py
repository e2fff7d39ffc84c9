"""The part of JQL that the fake Jira understands: clauses joined by AND, then ORDER BY. All else is an error, as in Jira.

    project = "ST" AND labels = "talaia-…" AND statusCategory != Done ORDER BY created DESC
    filter = 10954
"""
import re

TOKEN = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|([A-Za-z_][\w.\-]*|\d+|cf\[\d+\])|(!=|=|[(),]))')
FIELDS = {"project", "labels", "statuscategory", "filter", "key", "issuetype", "status", "created", "resolved", "updated"}


class JqlError(Exception):
    pass


def unquote(text):
    def one(m):
        if m.group(0)[1] not in "\"'\\ntr u":
            raise JqlError(f"'\\{m.group(0)[1]}' is an illegal JQL escape sequence.")
        return {"n": "\n", "t": "\t", "r": "\r"}.get(m.group(0)[1], m.group(0)[1])
    return re.sub(r"\\.", one, text)


def tokens(text):
    at, found = 0, []
    text = text.rstrip()
    while at < len(text):
        m = TOKEN.match(text, at)
        if m is None:
            raise JqlError(f"Error in the JQL Query: The character '{text[at:].strip()[:1]}' is a reserved JQL character.")
        at = m.end()
        if m.group(1) is not None:
            found.append(("string", unquote(m.group(1))))
        elif m.group(2) is not None:
            found.append(("word", m.group(2)))
        else:
            found.append(("sign", m.group(3)))
    return found


def parse(text):
    """([(field, operator, value)], [(field, descending)])"""
    words = tokens(text)
    clauses, order = [], []

    def is_word(i, *names):
        return i < len(words) and words[i][0] == "word" and words[i][1].upper() in names

    i = 0
    while i < len(words) and not is_word(i, "ORDER"):
        if clauses:
            if not is_word(i, "AND"):
                raise JqlError(f"Error in the JQL Query: Expecting either 'OR' or 'AND' but got '{words[i][1]}'.")
            i += 1
        if i + 2 >= len(words) or words[i][0] == "sign" or words[i + 1][0] != "sign" or words[i + 1][1] not in ("=", "!="):
            raise JqlError("Error in the JQL Query: Expecting a clause.")
        if words[i + 2][0] == "sign" or (words[i + 2][0] == "word" and words[i + 2][1].upper() in ("AND", "OR", "ORDER")):
            raise JqlError(f"Error in the JQL Query: '{words[i + 2][1]}' is a reserved JQL word.")
        field = words[i][1].lower()
        if field not in FIELDS:
            raise JqlError(f"Field '{words[i][1]}' does not exist or you do not have permission to view it.")
        clauses.append((field, words[i + 1][1], words[i + 2][1]))
        i += 3
    if i < len(words):
        if not is_word(i + 1, "BY") or i + 2 >= len(words):
            raise JqlError("Error in the JQL Query: Expecting 'by'.")
        order.append((words[i + 2][1].lower(), is_word(i + 3, "DESC")))
        if i + 3 + (is_word(i + 3, "DESC", "ASC")) != len(words):
            raise JqlError("Error in the JQL Query: Expecting end of query.")
    return clauses, order
