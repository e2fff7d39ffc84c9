"""`talaia sweep` against the farm's table: each state is told apart, explained, and nothing outside the fence is touched."""
import base64
import concurrent.futures
import datetime
import hashlib
import re
import shutil
import subprocess

import pytest

from conftest import EXIT, Desk, run
from farm import MADRID, Farm, listening, name_of, sweep

PARTS = ("connection", "trust", "application")
LANGUAGES = ("en", "ca", "es")


@pytest.fixture(scope="module")
def farm(tmp_path_factory):
    farm = Farm(tmp_path_factory.mktemp("farm"))
    yield farm
    farm.stop()


@pytest.fixture(scope="module")
def rounds(farm, tmp_path_factory):
    """One round of the whole farm as JSON, and the same explained in each language, each on a desk of its own, at once."""
    place = tmp_path_factory.mktemp("desks")
    first = farm.desk(place / "json", [farm.row(c) for c in farm.cases])
    desks = {"json": first}
    for lang in LANGUAGES:
        shutil.copytree(first.path, place / lang)
        desks[lang] = Desk(place / lang)
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        jobs = {lang: pool.submit(desks[lang].run, "sweep", "--explain", "--all", on=None, lang=lang) for lang in LANGUAGES}
        found = sweep(first)
    seen = {c: found[name_of(c)] for c in farm.cases}
    for name, *_ in differences(farm, seen):  # what a busy machine made too slow is looked at again, alone
        seen[name] = sweep(first, name_of(name))[name_of(name)]
    return {"desk": first, "json": seen} | {lang: job.result().out for lang, job in jobs.items()}


def verdict(line):
    return tuple(line[p]["code"] for p in PARTS)


def wanted(case):
    return tuple(case["expect"][p] for p in PARTS)


# --- the table ---

def test_every_case_as_its_row_says(farm, rounds):
    wrong = differences(farm, rounds["json"])
    assert not wrong, "\n".join(map(str, wrong))
    assert len(farm.cases) > 100


def differences(farm, lines):
    wrong = []
    for name in lines:
        case = farm.cases[name]
        seen = {line["address"]: verdict(line) for line in lines[name]}
        good = [wanted(case)] + [tuple(o[p] for p in PARTS) for o in case["or"]]
        if name == "changing":
            good = [("ok", "ok", "ok")]  # there was nothing before to differ from
        if "observations" in case:
            expected = {o["address"]: tuple(o["expect"][p] for p in PARTS) for o in case["observations"]}
            if seen != expected:
                wrong.append((name, seen, expected))
        elif len(seen) != 1 or not set(seen.values()) <= set(good):
            wrong.append((name, seen, good))
    return wrong


def test_shape_of_the_json(farm, rounds):
    for name, lines in rounds["json"].items():
        for line in lines:
            assert {"body", "url", "address", "connection", "trust", "application", "ms", "reconciliation"} <= set(line), name
            assert line["body"] == name_of(name) and line["url"] == farm.url(name)
            assert line["address"] is None or line["address"] in farm.cases[name]["addresses"] + ["10.0.0.1", "fd00::1"], name
            for p in PARTS:
                assert {"code", "reason", "advice"} <= set(line[p]), (name, p)
                assert all(isinstance(line[p][k], str) and line[p][k] for k in ("code", "reason", "advice")), (name, p)
                assert "{" not in line[p]["reason"] + line[p]["advice"], (name, line[p])
            assert {"not_after", "chain"} <= set(line["trust"])
            assert isinstance(line["ms"], dict) and set(line["ms"]) == {"dns", "tcp", "tls", "http"}
            for certificate in line["trust"]["chain"]:
                assert {"subject", "issuer", "not_after", "fingerprint"} <= set(certificate)


def pem_facts(path):
    """[(fingerprint, last day in Madrid)] of a chain, as the openssl command sees it."""
    text = path.read_text()
    # One call for the whole chain: the dates come in its order.
    bag = subprocess.run(["openssl", "crl2pkcs7", "-nocrl", "-certfile", path], capture_output=True, check=True).stdout
    out = subprocess.run(["openssl", "pkcs7", "-print_certs", "-text", "-noout"], input=bag, capture_output=True, check=True).stdout.decode()
    ends = [datetime.datetime.strptime(end, "%b %d %H:%M:%S %Y GMT").replace(tzinfo=datetime.timezone.utc).astimezone(MADRID).date().isoformat()
            for end in re.findall(r"Not After : (.+)", out)]
    blocks = re.findall(r"-----BEGIN CERTIFICATE-----(.+?)-----END CERTIFICATE-----", text, re.S)
    assert len(ends) == len(blocks)
    return [(hashlib.sha256(base64.b64decode(block)).hexdigest(), end) for block, end in zip(blocks, ends)]


def test_dates_and_chain_of_every_certificate_that_was_shown(farm, rounds):
    """Also of the expired, the misnamed, the untrusted, the revoked, and of those that failed after the handshake."""
    compared = 0
    for name, case in farm.cases.items():
        if case["expect"]["trust"] in ("none", "no-tls") or "observations" in case:
            continue
        line = rounds["json"][name][0]
        if verdict(line) != wanted(case) and case["or"] and not line["trust"]["chain"]:
            continue  # its row allows to see nothing more
        facts = pem_facts(farm.directory / f"{name}.pem")
        chain = [(c["fingerprint"].replace(":", "").lower(), c["not_after"]) for c in line["trust"]["chain"]]
        assert chain == facts, name
        assert line["trust"]["not_after"] == facts[0][1], name
        # The times are of the last hop, which a bad redirection does not reach; nor did this handshake end.
        if line["connection"]["code"] != "redirect-bad" and name != "client-certificate":
            assert line["ms"]["tcp"] is not None and line["ms"]["tls"] is not None, name
        compared += 1
    assert compared > 75


def test_no_date_where_no_certificate_was_shown(rounds):
    for name, lines in rounds["json"].items():
        for line in lines:
            if line["trust"]["code"] in ("none", "no-tls"):
                assert line["trust"]["not_after"] is None and line["trust"]["chain"] == [], name
            else:
                assert line["trust"]["not_after"] is not None and line["trust"]["chain"], name


def test_times_of_the_phases(rounds):
    at = {name: lines[0]["ms"] for name, lines in rounds["json"].items()}
    assert all(t >= 0 for t in at["rsa"].values()) and at["rsa"]["http"] > 0
    assert at["slow-handshake"]["tls"] > 2000
    assert at["slow-body"]["http"] > 1500
    assert at["no-url"] == {"dns": None, "tcp": None, "tls": None, "http": None}
    assert at["dns-none"]["tcp"] is None and at["refused"]["tls"] is None and at["silent"]["http"] is None


def test_addresses_are_checked_each(farm, rounds):
    for name in ("two-certificates", "one-dead", "one-hole"):
        lines = rounds["json"][name]
        assert sorted(line["address"] for line in lines) == sorted(farm.cases[name]["addresses"])
        assert all(line["up"] for line in lines), name  # one of them answers: the body is up
    assert {line["reconciliation"] for line in rounds["json"]["two-certificates"]} == {"addresses-differ"}


def test_expired_is_not_down_and_unknown_is_not_good(rounds):
    up = {name: lines[0]["up"] for name, lines in rounds["json"].items()}
    for name in ("expired", "expiring", "wrong-host", "revoked", "ocsp-down", "self-signed", "elsewhere", "http-url"):
        assert up[name], name
    for name in ("refused", "http-500", "html", "dtd", "dns-none", "truncated", "old-tls", "black-hole"):
        assert not up[name], name
    assert not up["no-url"]


def test_one_body_alone_by_any_of_its_names(rounds):
    lines = rounds["desk"].json("sweep", name_of("rsa"), "Ajuntament de ecdsa", on=None)
    assert [line["body"] for line in lines] == [name_of("rsa"), name_of("ecdsa")]
    assert rounds["desk"].run("sweep", "Ningú", on=None, expect=EXIT["input"]).err


# --- explained ---

# Words of OpenSSL, of the C library and of the program's own insides.
STRANGE = re.compile(r"error:|SSL|errno|ssl_|X509_|X509|_st\b|0x[0-9a-f]|:lib\(|routines|E[A-Z]{4,}\b|Connection refused|"
                     r"Connection reset|No route to host|Network is unreachable|Connection timed out|ares_|libxml|parser|"
                     r"Domain name not found|\(null\)|%s|%d|T-[A-Z]{3}")
WHO = {"en": r"^(The body|Our team|Nothing to do|Look at)", "ca": r"^(L'ens|El nostre equip|Res a fer|No cal|Mireu|Primer)",
       "es": r"^(El ente|El organismo|Nuestro equipo|Nada que|No hay|Mirad|Mire|Primero)"}


def explained(out):
    """{case: its paragraph}"""
    parts = {}
    for block in re.split(r"\n\n|\A\n", out):
        name = re.match(r"\s*Ajuntament d(?:e |')(\S+)", block)
        if name:
            parts.setdefault(name[1], []).append(block)
    return {k: "\n".join(v) for k, v in parts.items()}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_explanations_say_what_who_and_how_in_plain_words(farm, rounds, lang):
    out = rounds[lang]
    wide = [line for line in out.splitlines() if len(line) > 100]
    assert not wide, "\n".join(wide)
    told = explained(out)
    assert set(told) == set(farm.cases), set(farm.cases) ^ set(told)
    for name, text in told.items():
        plain = text.replace(farm.url(name), "")
        assert not STRANGE.search(re.sub(r"\S+\.test\S*|https?://\S+", "", plain)), (name, STRANGE.search(plain), text)
        case = farm.cases[name]
        if case["host"]:
            assert case["host"] in plain, text  # beyond the header
        assert len(re.findall(r"^  [●▲■◆] .+ \([a-z0-9-]+\)$", text, re.M)) == 3 * max(1, len(case.get("observations", []))), text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_fault_has_one_who_and_one_next_step(rounds, lang):
    """Every verdict that is not good is followed by an advice that begins with who has to act."""
    lost = []
    for name, text in explained(rounds[lang]).items():
        for part in re.split(r"\n  (?=[●▲■◆] )", text)[1:]:
            head, *rest = part.splitlines()
            lines = [line.strip() for line in rest if line.startswith("    ")]
            assert lines, (name, part)
            if head.startswith("●"):
                continue
            said = " ".join(lines)
            sentences = [s for s in re.split(r"(?<=[.;:])\s+", said)]
            if not any(re.match(WHO[lang], s) for s in sentences[1:]):
                lost.append((name, head, said))
    assert not lost, "\n".join(map(str, lost))


def test_languages_differ(rounds):
    texts = [explained(rounds[lang]) for lang in LANGUAGES]
    for name in texts[0]:
        assert len({t[name] for t in texts}) == 3, name


def test_table_is_narrow_and_shows_what_needs_a_look(rounds):
    out = rounds["desk"].run("sweep", *[name_of(c) for c in ("rsa", "expired", "http-500", "two-certificates")], on=None).out
    assert all(len(line) <= 100 for line in out.splitlines()), out
    assert re.search(r"^rsa .*● answers", out, re.M) and re.search(r"^expired .*■ expired", out, re.M), out
    assert re.search(r"^http-500 .*■ .*5xx", out, re.M) and len(re.findall(r"they differ$", out, re.M)) == 2, out
    assert "4 bodies checked" in out


# --- the fence ---

def test_nothing_internal_is_contacted_unless_allowed(farm, tmp_path):
    with listening(f"{farm.net}.251") as trap:
        rows = [farm.row("rsa"), farm.row("http-url"), farm.row("ip-san")]
        rows[1][5] = f"http://{farm.net}.251:{trap.port}/padro?wsdl"
        rows[2][5] = f"http://localhost:{trap.port}/padro?wsdl"
        desk = farm.desk(tmp_path / "closed", rows, net_allow=None)
        found = sweep(desk)
        assert found[name_of("rsa")][0]["connection"]["code"] == "forbidden-address"
        assert farm.cases["rsa"]["address"] in found[name_of("rsa")][0]["connection"]["reason"]
        assert found[name_of("http-url")][0]["connection"]["code"] == "forbidden-address"
        for line in found[name_of("ip-san")]:
            assert line["connection"]["code"] in ("forbidden-address", "dns-none", "dns-failed")
        for lines in found.values():
            for line in lines:
                assert line["ms"]["tcp"] is None and line["trust"]["chain"] == []
        assert trap.count == 0


def test_redirects_and_urls_inside_certificates_are_fenced_too(farm, tmp_path):
    """Only the endpoints are allowed: the responder at .2 and the internal target of a redirection are not."""
    allowed = ",".join(farm.cases[c]["address"] + "/32" for c in ("rsa", "redirect-host", "redirect-internal", "revoked", "crl-only"))
    allowed = allowed.replace(farm.cases["rsa"]["address"] + "/32,", "")
    rows = [farm.row(c) for c in ("redirect-host", "redirect-internal", "revoked", "crl-only")]
    desk = farm.desk(tmp_path / "narrow", rows, net_allow=allowed)
    found = sweep(desk)
    assert found[name_of("redirect-host")][0]["connection"]["code"] in ("redirect-bad", "forbidden-address")
    assert found[name_of("redirect-internal")][0]["connection"]["code"] == "redirect-bad"
    assert found[name_of("revoked")][0]["trust"]["code"] == "revocation-unknown"
    assert found[name_of("crl-only")][0]["trust"]["code"] == "revocation-unknown"
    assert verdict(sweep(farm.desk(tmp_path / "wide", rows))[name_of("revoked")][0]) == ("ok", "revoked", "ok")


@pytest.mark.parametrize("key, value, code", [
    ("net.allow", "127.0.0.0/33", EXIT["config"]), ("net.allow", "everything", EXIT["config"]),
    ("trust.anchors", "/nonexistent/anchors.pem", None), ("net.dns", "no address", None), ("net.proxy", "ftp://proxy", None)])
def test_wrong_settings_are_explained(farm, tmp_path, key, value, code):
    desk = farm.desk(tmp_path / "desk", [farm.row("rsa")])
    result = desk.run("sweep", "--set", f"{key}={value}", on=None, expect=code if code is not None else (3, 4, 6))
    assert value.split("/")[-1] in result.err or key in result.err
