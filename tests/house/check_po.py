#!/usr/bin/env python3
"""The catalogues of messages, against the sources and against the rules of the language.

    check_po.py [--source DIR]

Every text of the sources is in po/talaia.pot and in each po/LL.po, and nothing else is; all are translated, none is fuzzy;
msgfmt --check accepts them; commands, options, placeholders and the ends of a text come through a translation unharmed; a
translation that equals the English is one of those that must; the words of the house are the ones agreed.
Prints one line per finding and exits 1 when there is any; 2 when it could not look.
"""
import argparse
import pathlib
import re
import subprocess
import sys
import tempfile

LANGUAGES = ("ca", "es")

# Names, codes, formats and words that the languages share.
SHARED = {"  %s: %s (%s)", "%lld KB, SHA-256 ", "%s, %s", "%s: %s", "Bytes", "CDA", "CDS", "Cc", "ERROR", "Error", "FP",
          "FP [--ip CIDR]…", "INE10", "N", "NAT64", "NIF", "ORCHID", "PDF", "SHA-256", "TLS", "XML", "error", "ms", "no",
          "{expected}.", "cds<15 cda>60", 'prat "alt empordà"'}
SAME = {
    "ca": SHARED | {"Documents", "Element", "Exclusions", "INSTANT", "Incident", "Incident %lld: %s", "Incidents", "Sessions", "TEXT", "Text",
                    "Versions", "element", "caduca<30 plataforma:JAVA vallès", "text"},
    "es": SHARED | {"Token", "Tokens", "Use {expected}.", "caduca<30 plataforma:JAVA vallès"},
}
# English shortens these without a point.
SHORT = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct",
         "Nov", "Dec", "No"}

# The words that people learn once and see everywhere.
WORDS = {
    "Body": ("Ens", "Ente"),
    "Ticket": ("Tiquet", "Tique"),
    "Outage": ("Caiguda", "Caída"),
    "Good": ("Correcte", "Correcto"),
    "Expires soon": ("Caduca aviat", "Caduca pronto"),
    "Expired": ("Caducat", "Caducado"),
    "Down": ("Caigut", "Caído"),
    "Unknown / not verifiable": ("Desconegut / no verificable", "Desconocido / no verificable"),
    "Silenced": ("Silenciat", "Silenciado"),
    "Excluded": ("Exclòs", "Excluido"),
}

COMMAND = re.compile(r"`[^`]*`")
OPTION = re.compile(r"(?<![\w`-])--[a-z][a-z-]*")
NAME = re.compile(r"\{[a-z_]+\}")
CAPITALS = re.compile(r"[A-ZÀ-Ý]{2,}(?:[-.][A-ZÀ-Ý]+)*")  # FILE, T-CODE: what stands for something of the reader's
EXAMPLE = re.compile(r'"[a-z]+"|\btexto?\b|\*\*\w+\*\*')  # a word of the reader's language inside a command or markup
# Catalan drops a vowel here: d'ens, l'ens. Not before a code or an option, which are not Catalan words.
ELISION = re.compile(r"(?<![\w·])([Dd]e|[Ee]l|[Ll]a) (?=h?[aeoàèéíòóú][a-zàèéíïòóúüç·]+)\w+")
ELISION_RIGHT = {"la amb", "la en"}  # a pronoun after its verb: "repetiu-la amb"
CLUMSY = re.compile(r"\.\.\.|l\.l|[!?]{2}|[^\s ] {2,}\S| [,;]")


def entries(path):
    """The messages of a catalogue: dictionaries with msgid, msgid_plural, msgstr… and flags."""
    found, current, key = [], {}, None
    for line in path.read_text(encoding="utf-8").splitlines() + [""]:
        if not line:
            if "msgid" in current:
                found.append(current)
            current, key = {}, None
        elif line.startswith("#"):
            current.setdefault("notes", []).append(line)
        elif line.startswith('"'):
            current[key] += unquote(line[1:-1])
        else:
            key, text = line.split(" ", 1)
            current[key] = unquote(text[1:-1])
    return found


def unquote(text):
    return re.sub(r"\\(.)", lambda m: {"n": "\n", "t": "\t"}.get(m[1], m[1]), text)


def key_of(entry):
    return entry.get("msgctxt", ""), entry["msgid"], entry.get("msgid_plural", "")


def fresh_template(source):
    with tempfile.TemporaryDirectory() as directory:
        path = pathlib.Path(directory) / "fresh.pot"
        subprocess.run([source / "po" / "update", "--pot", path], check=True)
        return {key_of(e) for e in entries(path) if e["msgid"]}


def against_sources(source, wanted):
    for name in ("talaia.pot", *(f"{lang}.po" for lang in LANGUAGES)):
        there = {key_of(e) for e in entries(source / "po" / name) if e["msgid"]}
        for key in sorted(wanted - there):
            yield f"po/{name}: lacks {key[1]!r}; run po/update and translate it"
        for key in sorted(there - wanted):
            yield f"po/{name}: no source has {key[1]!r}; run po/update"


def plurals_marked_alone(source):
    """N_() inside trn() would leave two single texts in the catalogue, and the plural in English."""
    for path in sorted((source / "src").rglob("*.[ch]")):
        text = path.read_text(encoding="utf-8", errors="replace")
        for call in re.finditer(r"\btrn\([^;\"]*?,\s*N_\(", text):
            line = text.count("\n", 0, call.start()) + 1
            yield f"{path.relative_to(source)}:{line}: trn() takes its two texts without N_()"


def shape(text, pattern):
    return sorted(CAPITALS.sub("X", EXAMPLE.sub("x", found)) for found in pattern.findall(text))


def translation(lang, english, text):
    """What is wrong with one text, in words."""
    if text == english and english not in SAME[lang]:
        yield "is the same as the English"
    for what, pattern in (("commands", COMMAND), ("options", OPTION), ("placeholders", NAME)):
        if shape(english, pattern) != shape(text, pattern):
            yield f"has other {what} than the English"
    for what, pattern in (("begin", r"^\s*"), ("end", r"[\s.:?]*$")):
        if english not in SHORT and re.search(pattern, english)[0] != re.search(pattern, text)[0]:
            yield f"does not {what} as the English does"
    body = re.sub(r"^\s+(?:\S+ {2,})?", "", text)
    if CLUMSY.search(body):
        yield "has clumsy punctuation or spaces"
    if lang == "ca":
        for wrong in ELISION.finditer(text):
            if " ".join(wrong[0].split()[:2]) not in ELISION_RIGHT:
                yield f"does not elide: {wrong[0]!r}"
    if lang == "es" and bool(re.search(r"[^\s/]\?", text)) != ("¿" in text):
        yield "has a question without both marks"


def catalogue(source, lang):
    name = f"po/{lang}.po"
    run = subprocess.run(["msgfmt", "--check", "--output-file=/dev/null", source / name], capture_output=True, text=True)
    for line in run.stderr.splitlines() if run.returncode or run.stderr else []:
        yield line
    if re.search(r"^#~", (source / name).read_text(encoding="utf-8"), re.M):
        yield f"{name}: keeps an obsolete text; run po/update"
    for entry in entries(source / name):
        if not entry["msgid"]:
            continue
        if any(n.startswith("#,") and "fuzzy" in n for n in entry.get("notes", [])):
            yield f"{name}: {entry['msgid']!r} is fuzzy"
        for field, text in entry.items():
            if not field.startswith("msgstr"):
                continue
            if not text:
                yield f"{name}: {entry['msgid']!r} is not translated"
                continue
            english = entry["msgid"] if field in ("msgstr", "msgstr[0]") else entry["msgid_plural"]
            for wrong in translation(lang, english, text):
                yield f"{name}: {text!r} {wrong}"
    texts = {e["msgid"]: e.get("msgstr") for e in entries(source / name)}
    for english, right in WORDS.items():
        if texts.get(english) != right[LANGUAGES.index(lang)]:
            yield f"{name}: {english!r} must be {right[LANGUAGES.index(lang)]!r}, not {texts.get(english)!r}"


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--source", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parents[2])
    source = options.parse_args().source
    try:
        findings = list(against_sources(source, fresh_template(source)))
        findings += plurals_marked_alone(source)
        for lang in LANGUAGES:
            findings += catalogue(source, lang)
    except (OSError, subprocess.CalledProcessError) as e:
        print(f"check_po: cannot look: {e}")
        return 2
    for line in dict.fromkeys(findings):
        print(line)
    print(f"{len(findings)} findings in the catalogues")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
