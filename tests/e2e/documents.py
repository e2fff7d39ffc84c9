"""Documents for tests: an authority with a real OCSP responder (openssl ocsp), PDFs written object by object, signed with
openssl cms, and everything that can be done to them afterwards."""
import datetime
import functools
import http.server
import pathlib
import subprocess
import tempfile
import threading
import zlib

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from conftest import fake_clock

NOW = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0, tzinfo=None)
DAY = datetime.timedelta(days=1)
SEAL = "2.16.724.1.3.5.6.2"
CDA = "1.3.6.1.4.1.15096.1.3.2.91.1"
PLACE = 12000  # bytes kept for a signature
PEM, DER = serialization.Encoding.PEM, serialization.Encoding.DER


def cif(letter_and_digits):
    """With its control character (a letter, as bodies' have)."""
    digits = [int(c) for c in letter_and_digits[1:]]
    odd = sum(sum(divmod(2 * d, 10)) for d in digits[0::2])
    return letter_and_digits + "JABCDEFGHI"[-(odd + sum(digits[1::2])) % 10]


BODY, OTHER, PROVIDER = cif("P9900001"), cif("P9900002"), cif("Q9900003")


@functools.cache
def key(number=0, kind="rsa"):
    """A few keys serve all certificates: making them is what costs."""
    return rsa.generate_private_key(65537, 1024 if kind == "short" else 2048) if kind != "ec" else \
        ec.generate_private_key(ec.SECP256R1())


class Cert:
    def __init__(self, cert, private, chain):
        self.cert, self.private, self.chain = cert, private, chain

    def pem(self):
        return self.cert.public_bytes(PEM)

    def der(self):
        return self.cert.public_bytes(DER)

    def key_pem(self):
        return self.private.private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


class Authority:
    """A root, an intermediate, a time stamping authority, and who tells whether a certificate is revoked."""

    def __init__(self, folder, name="Autoritat Exemplar", number=0):
        self.folder, self.serial, self.entries = pathlib.Path(folder), 1000, {}
        self.folder.mkdir(parents=True, exist_ok=True)
        self.url = None
        self.root = self.make(f"{name} Arrel", ca=True, private=key(number), days=(-4000, 4000))
        self.issuer = self.make(f"{name} Sector", ca=True, private=key(number + 1), by=self.root, days=(-3000, 3000))

    def make(self, name, by=None, ca=False, private=None, days=(-30, 700), nif=None, policies=(), uses=(), dns=(),
             usage="sign", person=False, ocsp=True, organisation="Ajuntament d'Exemple", digest=hashes.SHA256(), names=(),
             entity=(), issuer_url=None):
        """`names`: more of the subject, `entity`: of a directory name beside it, each (OID, text)."""
        private = private or key(9)
        self.serial += 1
        subject = [x509.NameAttribute(NameOID.COUNTRY_NAME, "ES"), x509.NameAttribute(NameOID.COMMON_NAME, name)]
        if not ca:
            subject.insert(1, x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation))
        if nif:
            subject.append(x509.NameAttribute(ObjectIdentifier("2.5.4.97"), f"VATES-{nif}"))
        if person:
            subject += [x509.NameAttribute(NameOID.SURNAME, "Exemple Fictici"), x509.NameAttribute(NameOID.GIVEN_NAME, "Pau")]
        subject += [x509.NameAttribute(oid, text) for oid, text in names]
        signer = by.private if by else private
        b = (x509.CertificateBuilder().subject_name(x509.Name(subject)).public_key(private.public_key())
             .issuer_name(by.cert.subject if by else x509.Name(subject)).serial_number(self.serial)
             .not_valid_before(NOW + days[0] * DAY).not_valid_after(NOW + days[1] * DAY)
             .add_extension(x509.BasicConstraints(ca, None), True)
             .add_extension(x509.SubjectKeyIdentifier.from_public_key(private.public_key()), False))
        flags = dict.fromkeys(("digital_signature", "content_commitment", "key_encipherment", "data_encipherment",
                               "key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"), False)
        flags.update({"key_cert_sign": True, "crl_sign": True} if ca else {"digital_signature": True} if usage == "sign"
                     else {"key_encipherment": True})
        b = b.add_extension(x509.KeyUsage(**flags), True)
        if policies:
            b = b.add_extension(x509.CertificatePolicies(
                [x509.PolicyInformation(ObjectIdentifier(p), None) for p in policies]), False)
        if uses:
            b = b.add_extension(x509.ExtendedKeyUsage(list(uses)), ExtendedKeyUsageOID.TIME_STAMPING in uses)
        if dns or entity:
            b = b.add_extension(x509.SubjectAlternativeName([x509.DNSName(d) for d in dns] + ([x509.DirectoryName(x509.Name(
                [x509.NameAttribute(ObjectIdentifier(oid), text) for oid, text in entity]))] if entity else [])), False)
        access = {x509.AuthorityInformationAccessOID.OCSP: f"{self.url}{by.cert.serial_number}" if by and ocsp and self.url else None,
                  x509.AuthorityInformationAccessOID.CA_ISSUERS: issuer_url}
        if any(access.values()):
            b = b.add_extension(x509.AuthorityInformationAccess([x509.AccessDescription(
                oid, x509.UniformResourceIdentifier(url)) for oid, url in access.items() if url]), False)
        made = Cert(b.sign(signer, digest), private, ([by, *by.chain] if by else []))
        self.entries[self.serial] = ("V", made.cert, NOW + days[1] * DAY)
        if ca:
            (self.folder / f"{self.serial}.pem").write_bytes(made.pem())
            (self.folder / f"{self.serial}.key").write_bytes(made.key_pem())
        return made

    def leaf(self, name="Segell de l'Ajuntament d'Exemple", **how):
        how.setdefault("nif", BODY)
        how.setdefault("policies", (SEAL,))
        return self.make(name, by=self.issuer, **how)

    def cda(self, **how):
        return self.leaf("CDA Ajuntament d'Exemple", **{"policies": (CDA,), **how})

    def stamper(self, **how):
        return self.leaf("Segellador de temps", **{"policies": (), "uses": (ExtendedKeyUsageOID.TIME_STAMPING,), **how})

    def revoke(self, cert, days_ago=1):
        self.entries[cert.cert.serial_number] = (f"R{(NOW - days_ago * DAY):%y%m%d%H%M%S}Z,keyCompromise", *self.entries[cert.cert.serial_number][1:])

    def index(self):
        lines = []
        for serial, (state, cert, ends) in self.entries.items():
            revoked = state[1:] if state[0] == "R" else ""
            lines.append("\t".join((state[0], f"{ends:%y%m%d%H%M%S}Z", revoked, f"{serial:X}".zfill(4),
                                    "unknown", "/" + cert.subject.rfc4514_string())))
        return "\n".join(lines) + "\n"

    def chained(self, name, revoked=False, **how):
        """An intermediate that nobody knows, whose revocation can be asked and whose certificate can be fetched; and a
        leaf of it."""
        middle = self.make(f"Autoritat Exemplar {name}", ca=True, by=self.root, private=key(7), days=(-900, 900))
        if revoked:
            self.revoke(middle)
        return middle, self.make("Segell", by=middle, **{"nif": BODY, "policies": (SEAL,), "issuer_url":
                                                         f"{self.url}{middle.cert.serial_number}.cer", **how})


class Responder:
    """HTTP in front of `openssl ocsp`: the answers are OpenSSL's own; and the certificates of authorities. Each authority
    has the path of its serial number. The port is chosen by the kernel."""

    def __init__(self, authority):
        self.authority, self.asked, self.fetched, self.down = authority, 0, 0, False  # down: True, or one of its paths
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                outer.asked += 1
                body = self.rfile.read(int(self.headers["Content-Length"]))
                down = outer.down is True or outer.down == self.path[1:]
                self.give(b"" if down else outer.answer(body, int(self.path[1:].split("?")[0])), "application/ocsp-response", 503 if down else 200)

            def do_GET(self):
                outer.fetched += 1
                path = authority.folder / self.path[1:].replace(".cer", ".pem")
                self.give(subprocess.run(["openssl", "x509", "-in", path, "-outform", "DER"], check=True,
                                         capture_output=True).stdout, "application/pkix-cert", 200)

            def give(self, answer, kind, code):
                self.send_response(code)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        authority.url = f"http://127.0.0.1:{self.server.server_port}/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, question, issuer):
        a = self.authority
        with tempfile.TemporaryDirectory(dir=a.folder) as d:
            d = pathlib.Path(d)
            (d / "q").write_bytes(question)
            (d / "index").write_text(a.index())
            (d / "index.attr").write_text("unique_subject = no\n")
            pem, private = (a.folder / f"{issuer}.{end}" for end in ("pem", "key"))
            subprocess.run(["openssl", "ocsp", "-index", d / "index", "-CA", pem, "-rsigner", pem, "-rkey", private,
                            "-reqin", d / "q", "-respout", d / "r", "-ndays", "1", "-rmd", "sha256"], check=True,
                           capture_output=True)
            return (d / "r").read_bytes()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


# --- CMS ---

def at(when):
    """What stands before a command whose clock shows another time ("-20d")."""
    return fake_clock(when) if when else ()


def cms(data, cert, folder, digest="sha256", extra=(), chain=True, when=None):
    """A detached signature, as PAdES wants it unless told otherwise."""
    with tempfile.TemporaryDirectory(dir=folder) as d:
        d = pathlib.Path(d)
        (d / "data").write_bytes(data)
        (d / "cert").write_bytes(cert.pem())
        (d / "key").write_bytes(cert.key_pem())
        command = [*at(when), "openssl", "cms", "-sign", "-binary", "-in", d / "data", "-signer", d / "cert", "-inkey", d / "key",
                   "-md", digest, "-outform", "DER", "-out", d / "out", *(extra or ("-cades",))]
        if chain and cert.chain:
            (d / "chain").write_bytes(b"".join(c.pem() for c in cert.chain))
            command += ["-certfile", d / "chain"]
        subprocess.run(command, check=True, capture_output=True)
        return (d / "out").read_bytes()


def token(data, cert, folder, when=None):
    """A time stamp of the data (RFC 3161)."""
    with tempfile.TemporaryDirectory(dir=folder) as d:
        d = pathlib.Path(d)
        (d / "data").write_bytes(data)
        (d / "cert").write_bytes(cert.pem())
        (d / "key").write_bytes(cert.key_pem())
        (d / "chain").write_bytes(b"".join(c.pem() for c in cert.chain))
        (d / "serial").write_text("01\n")
        (d / "conf").write_text("[tsa]\ndefault_tsa=t\n[t]\nserial=%s\ndefault_policy=1.2.3.4\ndigests=sha256\n"
                                "signer_digest=sha256\ness_cert_id_alg=sha256\n" % (d / "serial"))
        subprocess.run(["openssl", "ts", "-query", "-data", d / "data", "-sha256", "-cert", "-out", d / "q"], check=True,
                       capture_output=True)
        subprocess.run([*at(when), "openssl", "ts", "-reply", "-config", d / "conf", "-section", "t", "-queryfile", d / "q",
                        "-signer", d / "cert", "-inkey", d / "key", "-chain", d / "chain", "-token_out", "-out",
                        d / "t"], check=True, capture_output=True)
        return (d / "t").read_bytes()


def tlv(tag, content):
    n = len(content)
    size = bytes([n]) if n < 128 else (lambda b: bytes([0x80 | len(b)]) + b)(n.to_bytes((n.bit_length() + 7) // 8, "big"))
    return bytes([tag]) + size + content


def parts(der):
    """The elements of a constructed one: (tag, content, whole)."""
    at, out = 0, []
    while at < len(der):
        n, head = der[at + 1], 2
        if n & 0x80:
            head += n & 0x7f
            n = int.from_bytes(der[at + 2:at + head], "big")
        out.append((der[at], der[at + head:at + head + n], der[at:at + head + n]))
        at += head + n
    return out


def with_stamp(signature, make):
    """The CMS with a time stamp of its value among the unsigned attributes."""
    info = parts(signature)[0][1]
    kind, inside = parts(info)
    signed = parts(parts(inside[1])[0][1])
    signer = parts(parts(signed[-1][1])[0][1])
    value = signer[-1][1]  # the OCTET STRING at the end
    oid = bytes.fromhex("060b2a864886f70d010910020e")
    attribute = tlv(0x30, oid + tlv(0x31, make(value)))
    signer_new = tlv(0x30, b"".join(p[2] for p in signer) + tlv(0xa1, attribute))
    signed_new = tlv(0x30, b"".join(p[2] for p in signed[:-1]) + tlv(0x31, signer_new))
    return tlv(0x30, kind[2] + tlv(0xa0, signed_new))


def indefinite(signature):
    """The same with lengths that are not told (BER), as some programs write it."""
    kind, inside = parts(parts(signature)[0][1])
    return b"\x30\x80" + kind[2] + b"\xa0\x80" + b"\x30\x80" + parts(inside[1])[0][1] + b"\0\0" * 3


# --- PDF ---

FORM = ["Formulari d'integracio", "Ens: Ajuntament d'Exemple", f"NIF: {BODY}", "Codi INE10: 0805690004",
        "Empresa: Programari Exemple SL", "Persona de contacte: Laia Fictici", "Telefon: 93 555 00 11",
        "Correu electronic: laia@example.org", "Adreces IP: 88.12.34.56, 88.12.35.0/28"]


class Pdf:
    def __init__(self, objects=None):
        self.bytes, self.offsets, self.size, self.last = b"", {}, 1, 0
        if objects is not None:
            self.bytes = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
            self.append(objects)

    @staticmethod
    def plain20():
        pdf = plain()
        pdf.bytes = pdf.bytes.replace(b"%PDF-1.7", b"%PDF-2.0", 1)
        return pdf

    def append(self, objects, trailer=b""):
        """One revision: {number: body}."""
        out, table = bytearray(self.bytes), []
        for number, body in sorted(objects.items()):
            self.offsets[number] = len(out)
            table.append((number, len(out)))
            out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
        self.size = max([self.size - 1, *objects]) + 1
        start = len(out)
        out += b"xref\n"
        if not self.last:
            out += b"0 1\n0000000000 65535 f \n"
        for number, at in table:
            out += b"%d 1\n%010d 00000 n \n" % (number, at)
        previous = b"/Prev %d" % self.last if self.last else b""
        out += b"trailer\n<</Size %d/Root 1 0 R%s%s>>\nstartxref\n%d\n%%%%EOF\n" % (self.size, previous, trailer, start)
        self.bytes, self.last = bytes(out), start
        return self


def text_stream(lines, top=760):
    body = b"BT /F 11 Tf 14 TL 60 %d Td " % top + b" ".join(
        b"(" + line.encode("latin-1").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)") + b") Tj T*"
        for line in lines) + b" ET"
    return b"<</Length %d>>\nstream\n" % len(body) + body + b"\nendstream"


def plain(lines=FORM, catalog=b"", page=b"", more=None, fields=b"", annots=b""):
    """1 catalog, 2 pages, 3 page, 4 text, 5 font, 6 form; 7 on: free."""
    return Pdf({1: b"<</Type/Catalog/Pages 2 0 R/AcroForm 6 0 R" + catalog + b">>",
                2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
                3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>"
                   b"/Annots[" + annots + b"]" + page + b">>",
                4: text_stream(lines),
                5: b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
                6: b"<</Fields[" + fields + b"]/SigFlags 3>>", **(more or {})})


def signature_dictionary(subfilter, certify, kind=b"/Sig", ranges=b"[0 0000000000 0000000000 0000000000]"):
    reference = b"/Reference[<</Type/SigRef/TransformMethod/DocMDP/TransformParams<</P %d/V/1.2>>>>]" % certify \
        if certify else b""
    return (b"<</Type" + kind + b"/Filter/Adobe.PPKLite/SubFilter/" + subfilter + b"/M(D:20261120)" + reference +
            b"/ByteRange" + ranges + b"/Contents<" + b"0" * (2 * PLACE) + b">>>")


def add_signature(pdf, name="Signatura1", subfilter=b"ETSI.CAdES.detached", certify=0, kind=b"/Sig", rect=b"[0 0 0 0]",
                  changes=None, fields=b"", ranges=b"[0 0000000000 0000000000 0000000000]"):
    """A revision with a field and an empty signature; where the signature is in it."""
    field, value = pdf.size, pdf.size + 1
    old = getattr(pdf, "signature_fields", b"")
    pdf.signature_fields = old + b" %d 0 R" % field
    catalog = b"/Perms<</DocMDP %d 0 R>>" % value if certify else getattr(pdf, "catalog", b"")
    pdf.catalog = catalog
    revision = {field: b"<</FT/Sig/Type/Annot/Subtype/Widget/F 132/P 3 0 R/Rect" + rect + b"/T(" + name.encode() +
                       b")/V %d 0 R>>" % value,
                value: signature_dictionary(subfilter, certify, kind, ranges),
                6: b"<</Fields[" + fields + pdf.signature_fields + b"]/SigFlags 3>>",
                3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>"
                   b"/Annots[" + fields + pdf.signature_fields + b"]>>",
                **({1: b"<</Type/Catalog/Pages 2 0 R/AcroForm 6 0 R" + catalog + b">>"} if catalog else {}),
                **(changes or {})}
    pdf.append(revision)
    return pdf.bytes.index(b"/Contents<", pdf.offsets[value]) + len("/Contents")


def fill(pdf, at, make):
    """ByteRange and Contents of the signature whose string begins at `at`; `make` signs the rest."""
    end = at + 2 * PLACE + 2
    ranges = b"[0 %010d %010d %010d]" % (at, end, len(pdf.bytes) - end)
    where = pdf.bytes.rindex(b"/ByteRange", 0, at) + len("/ByteRange")
    data = pdf.bytes[:where] + ranges + pdf.bytes[where + len(ranges):]
    value = make(data[:at] + data[end:]).hex().encode()
    assert len(value) <= 2 * PLACE
    pdf.bytes = data[:at] + b"<" + value.ljust(2 * PLACE, b"0") + b">" + data[end:]
    return pdf


def sign(pdf, cert, folder, make=None, **how):
    cms_how = {k: how.pop(k) for k in ("digest", "extra", "chain") if k in how}
    at = add_signature(pdf, **how)
    return fill(pdf, at, make or (lambda data: cms(data, cert, folder, **cms_how)))


def fill_ranges(pdf, at, numbers, make):
    """Any ByteRange at all; what is signed is what its pairs cover, as far as the file goes."""
    where = pdf.bytes.rindex(b"/ByteRange", 0, at) + len("/ByteRange")
    room = pdf.bytes.index(b"]", where) + 1 - where
    text = (b"[" + b" ".join(str(n).encode() for n in numbers) + b"]").ljust(room)
    assert len(text) == room
    data = pdf.bytes[:where] + text + pdf.bytes[where + room:]
    pairs = [max(0, int(float(n))) for n in numbers]
    covered = b"".join(data[a:a + n] for a, n in zip(pairs[0::2], pairs[1::2]))
    value = make(covered).hex().encode().ljust(2 * PLACE, b"0")
    pdf.bytes = data[:at] + b"<" + value + b">" + data[at + 2 * PLACE + 2:]
    return pdf


def swap(data, old, new, count=1):
    """Same length, so that no offset moves."""
    assert len(old) == len(new) and old in data, (old, new)
    return data.replace(old, new, count)


def bomb(size):
    packed = zlib.compress(b"\0" * size, 9)
    return b"<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>\nstream\n" % len(packed) + packed + b"\nendstream"
