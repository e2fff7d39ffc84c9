"""Faults on order, for servers that tests start. Whoever orders them writes lines into the file DIR/faults:

    COUNT <tab> WHAT <tab> PATTERN

For the next COUNT requests whose "METHOD /path?query" the regular expression PATTERN finds, WHAT happens:

    drop-before      the connection ends; nothing was carried out
    drop-after       carried out; the connection ends without an answer
    cut              carried out; half of the answer, then the connection ends
    slow SECONDS     carried out, answered so much later
    status N [S]     answered with that status (and Retry-After: S); nothing was carried out
    after N          carried out, but answered with that status
    captcha          as Jira answers when an account must solve one in the browser
    html             200 with a page for people, as a login in front of the tracker does
    anonymous        carried out as if nobody had logged in
    body TEXT        200 with that text as JSON; nothing was carried out

Every request leaves a line in DIR/journal: METHOD, path, status (0: none was sent), and "done" or "not".
"""
import os
import re
import threading

lock = threading.Lock()


class Faults:
    def __init__(self, directory):
        self.file = os.path.join(directory, "faults")
        self.journal = os.path.join(directory, "journal")

    def take(self, method, path):
        """The fault that is due for this request, as a list of words: ["status", "429", "2"]; [] when none."""
        with lock:
            try:
                with open(self.file, encoding="utf-8", errors="surrogateescape") as f:
                    lines = [line.rstrip("\n").split("\t") for line in f if line.strip()]
            except FileNotFoundError:
                return []
            for line in lines:
                if int(line[0]) > 0 and re.search(line[2], f"{method} {path}"):
                    line[0] = str(int(line[0]) - 1)
                    with open(self.file + ".new", "w", encoding="utf-8", errors="surrogateescape") as f:
                        f.writelines("\t".join(parts) + "\n" for parts in lines)
                    os.replace(self.file + ".new", self.file)
                    word, _, rest = line[1].partition(" ")
                    return [word, rest] if word == "body" else line[1].split(" ")
        return []

    def note(self, method, path, status, done):
        with lock, open(self.journal, "a", encoding="utf-8") as f:
            f.write(f"{method} {path} {status} {'done' if done else 'not'}\n")
