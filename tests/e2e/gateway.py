"""Requests of the platform as integrators' tools make them, signed here by an implementation of our own on lxml and
python3-cryptography: nothing of the program under test has a part in it."""
import base64
import copy
import datetime
import hashlib
import json

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import NameOID
from lxml import etree

from conftest import EXIT, run

AT = "2026-11-20T08:00:00Z"
BODY = "0805690004"
CONSORTIUM = "9821920002"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
OPENURI = "http://www.openuri.org/"
PET = "http://gencat.net/scsp/esquemes/peticion"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
DS = "http://www.w3.org/2000/09/xmldsig#"
EXC = "http://www.w3.org/2001/10/xml-exc-c14n#"
X509V3 = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3"
BASE64 = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary"
HESTIA = "http://www.aoc.cat/hestia/"
PADRO = "http://www.aocat.net/padro"
NS = {"soap": SOAP, "o": OPENURI, "pet": PET, "wsse": WSSE, "wsu": WSU, "ds": DS, "ec": EXC, "hes": HESTIA}

DIGESTS = {"sha1": (DS + "sha1", hashes.SHA1), "sha256": ("http://www.w3.org/2001/04/xmlenc#sha256", hashes.SHA256),
           "sha512": ("http://www.w3.org/2001/04/xmlenc#sha512", hashes.SHA512)}
MORE = "http://www.w3.org/2001/04/xmldsig-more#"
SIGNATURES = {"sha1": DS + "rsa-sha1", "sha256": MORE + "rsa-sha256", "sha512": MORE + "rsa-sha512"}


class Identity:
    """A key and its certificate."""

    def __init__(self, name="Ajuntament d'Exemple", nif="P0800000B", days=(-100, 900), bits=2048, curve=None):
        now = datetime.datetime.fromisoformat(AT.rstrip("Z"))
        self.key = ec.generate_private_key(curve) if curve else rsa.generate_private_key(65537, bits)
        subject = x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "ES"),
                             x509.NameAttribute(NameOID.ORGANIZATION_NAME, name),
                             x509.NameAttribute(NameOID.SERIAL_NUMBER, nif),
                             x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.certificate = (x509.CertificateBuilder().subject_name(subject).issuer_name(subject)
                            .public_key(self.key.public_key()).serial_number(x509.random_serial_number())
                            .not_valid_before(now + datetime.timedelta(days=days[0]))
                            .not_valid_after(now + datetime.timedelta(days=days[1]))
                            .sign(self.key, hashes.SHA256()))

    def token(self):
        return base64.b64encode(self.certificate.public_bytes(serialization.Encoding.DER)).decode()

    def files(self, directory):
        directory.mkdir(parents=True, exist_ok=True)
        key, certificate = directory / "key.pem", directory / "certificate.pem"
        key.write_bytes(self.key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                               serialization.NoEncryption()))
        certificate.write_bytes(self.certificate.public_bytes(serialization.Encoding.PEM))
        return key, certificate


# ------------------------------------------------------------------ the message

ATTRIBUTES = {"IdPeticion": "HESTIA_CITES-0001", "NumElementos": "1", "TimeStamp": "2026-11-20T09:00:00.000+01:00",
              "CodigoCertificado": None, "CodigoProducto": "HESTIA"}


def hestia(modality="HESTIA_CITES", root="DadesEspecifiques", code="CodINE", **fields):
    fields = fields or {"IdCites": "841207329"}
    inside = "".join(f"<hes:{name}>{value}</hes:{name}>" for name, value in fields.items())
    payload = f'<hes:{root} xmlns:hes="{HESTIA}"><hes:{code}>{CONSORTIUM}</hes:{code}>{inside}</hes:{root}>'
    return request(modality, payload)


def padro(modality="RESIDENT_MUNICIPI", root="peticionResidenteMunicipio", **fields):
    fields = fields or {"numExpediente": "1", "tipoDocumentacion": "1", "documentacion": "12344321Z",
                        "codigoMunicipio": "023", "codigoProvincia": "17", "idescat": "0"}
    inside = "".join(f"<{name}>{value}</{name}>" for name, value in fields.items())
    return request(modality, f'<{root} xmlns="{PADRO}">{inside}</{root}>', product="PADRO")


def request(modality, payload, product="HESTIA"):
    """An envelope without signature, as lxml's tree; formatted as a person would, one element a line."""
    text = f"""<soapenv:Envelope xmlns:soapenv="{SOAP}">
  <soapenv:Header/>
  <soapenv:Body>
    <o:procesa xmlns:o="{OPENURI}">
      <pet:Peticion xmlns:pet="{PET}">
        <pet:Atributos>
          <pet:IdPeticion>{modality}-0001</pet:IdPeticion>
          <pet:NumElementos>1</pet:NumElementos>
          <pet:TimeStamp>2026-11-20T09:00:00.000+01:00</pet:TimeStamp>
          <pet:CodigoCertificado>{modality}</pet:CodigoCertificado>
          <pet:CodigoProducto>{product}</pet:CodigoProducto>
          <pet:DatosAutorizacion>
            <pet:IdentificadorSolicitante>{BODY}</pet:IdentificadorSolicitante>
            <pet:NombreSolicitante>Ajuntament d'Exemple</pet:NombreSolicitante>
            <pet:Finalidad>PROVES</pet:Finalidad>
          </pet:DatosAutorizacion>
          <pet:Emisor>
            <pet:NifEmisor>Q0801175A</pet:NifEmisor>
            <pet:NombreEmisor>CAOC</pet:NombreEmisor>
          </pet:Emisor>
        </pet:Atributos>
        <pet:Solicitudes>
          <pet:SolicitudTransmision>
            <pet:DatosGenericos>
              <pet:Emisor>
                <pet:NifEmisor>Q0801175A</pet:NifEmisor>
                <pet:NombreEmisor>CAOC</pet:NombreEmisor>
              </pet:Emisor>
              <pet:Solicitante>
                <pet:IdentificadorSolicitante>{CONSORTIUM}</pet:IdentificadorSolicitante>
                <pet:NombreSolicitante>CAOC</pet:NombreSolicitante>
                <pet:Finalidad>PROVES</pet:Finalidad>
                <pet:Consentimiento>Si</pet:Consentimiento>
              </pet:Solicitante>
              <pet:Transmision>
                <pet:CodigoCertificado>{modality}</pet:CodigoCertificado>
                <pet:IdSolicitud>1</pet:IdSolicitud>
                <pet:FechaGeneracion>2026-11-20</pet:FechaGeneracion>
              </pet:Transmision>
            </pet:DatosGenericos>
            <pet:DatosEspecificos>{payload}</pet:DatosEspecificos>
          </pet:SolicitudTransmision>
        </pet:Solicitudes>
      </pet:Peticion>
    </o:procesa>
  </soapenv:Body>
</soapenv:Envelope>"""
    return etree.fromstring(text.encode())


def one(tree, path):
    found = tree.xpath(path, namespaces=NS)
    assert len(found) == 1, (path, found)
    return found[0]


def put(tree, path, text):
    one(tree, path).text = text
    return tree


def drop(tree, path):
    node = one(tree, path)
    node.getparent().remove(node)
    return tree


# ------------------------------------------------------------------ the signature

def canonical(node, prefixes=None, exclusive=True, comments=False):
    return etree.tostring(node, method="c14n", exclusive=exclusive, with_comments=comments,
                          inclusive_ns_prefixes=prefixes)


def digest(name, data):
    return base64.b64encode(hashlib.new(name, data).digest()).decode()


def sub(parent, uri, name, text=None, **attributes):
    node = etree.SubElement(parent, f"{{{uri}}}{name}", {k: v for k, v in attributes.items() if v is not None})
    node.text = text
    return node


class Signing:
    """How a tool signs; the default is WSS4J's way with SHA-256. Every step can be done otherwise."""

    def __init__(self, identity, **how):
        self.identity = identity
        self.algorithm = how.get("algorithm", "sha256")
        self.digest = how.get("digest", self.algorithm)
        self.prefixes = how.get("prefixes")  # PrefixList of the Body's transform
        self.token_last = how.get("token_last", False)  # zeep
        self.plain_id = how.get("plain_id", False)  # node-soap
        self.enveloped = how.get("enveloped", False)  # node-soap
        self.timestamp = how.get("timestamp", ("2026-11-20T07:59:50Z", "2026-11-20T08:04:50Z"))
        self.sign_time = how.get("sign_time", True)
        self.sign_token = how.get("sign_token", False)
        self.wrap = how.get("wrap", 0)  # base64 in lines of so many characters
        self.form = how.get("form", canonical)  # of what is digested
        self.form_signed_info = how.get("form_signed_info", canonical)
        self.uris = how.get("uris", {})  # "c14n", "signature", "digest", "transform"

    def header(self, tree):
        header = tree.find(f"{{{SOAP}}}Header")
        if header is None:
            header = etree.Element(f"{{{SOAP}}}Header")
            tree.insert(0, header)
        return etree.SubElement(header, f"{{{WSSE}}}Security", {f"{{{SOAP}}}mustUnderstand": "1"},
                                nsmap={"wsse": WSSE, "wsu": WSU})

    def reference(self, info, target, name, prefixes=None):
        r = sub(info, DS, "Reference", URI="#" + name)
        transforms = sub(r, DS, "Transforms")
        if self.enveloped:
            sub(transforms, DS, "Transform", Algorithm=DS + "enveloped-signature")
        t = sub(transforms, DS, "Transform", Algorithm=self.uris.get("transform", EXC))
        if prefixes:
            etree.SubElement(t, f"{{{EXC}}}InclusiveNamespaces", {"PrefixList": " ".join(prefixes)}, nsmap={"ec": EXC})
        sub(r, DS, "DigestMethod", Algorithm=self.uris.get("digest", DIGESTS[self.digest][0]))
        sub(r, DS, "DigestValue", digest(self.digest, self.form(target, prefixes)))

    def token(self, security):
        text = self.identity.token()
        if self.wrap:
            text = "\n".join(text[i:i + self.wrap] for i in range(0, len(text), self.wrap))
        node = sub(security, WSSE, "BinarySecurityToken", text, ValueType=X509V3, EncodingType=BASE64)
        node.set(f"{{{WSU}}}Id", "token-1")
        return node

    def value(self, info):
        data = self.form_signed_info(info)
        chosen = DIGESTS[self.algorithm][1]()
        if isinstance(self.identity.key, ec.EllipticCurvePrivateKey):
            from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
            r, s = decode_dss_signature(self.identity.key.sign(data, ec.ECDSA(chosen)))
            size = (self.identity.key.curve.key_size + 7) // 8
            return r.to_bytes(size, "big") + s.to_bytes(size, "big")
        return self.identity.key.sign(data, padding.PKCS1v15(), chosen)

    def sign(self, tree):
        tree = copy.deepcopy(tree)
        security = self.header(tree)
        body = one(tree, "/soap:Envelope/soap:Body")
        body.set("Id" if self.plain_id else f"{{{WSU}}}Id", "body-1")
        if not self.token_last:
            self.token(security)
        time = None
        if self.timestamp:
            time = sub(security, WSU, "Timestamp")
            time.set(f"{{{WSU}}}Id", "time-1")
            sub(time, WSU, "Created", self.timestamp[0])
            if self.timestamp[1]:
                sub(time, WSU, "Expires", self.timestamp[1])
        signature = etree.SubElement(security, f"{{{DS}}}Signature", nsmap={"ds": DS})
        info = sub(signature, DS, "SignedInfo")
        sub(info, DS, "CanonicalizationMethod", Algorithm=self.uris.get("c14n", EXC))
        kind = MORE + "ecdsa-" + self.algorithm if isinstance(self.identity.key, ec.EllipticCurvePrivateKey) else \
            SIGNATURES[self.algorithm]
        sub(info, DS, "SignatureMethod", Algorithm=self.uris.get("signature", kind))
        self.reference(info, body, "body-1", self.prefixes)
        if time is not None and self.sign_time:
            self.reference(info, time, "time-1")
        if self.sign_token:
            self.reference(info, security.find(f"{{{WSSE}}}BinarySecurityToken"), "token-1")
        text = base64.b64encode(self.value(info)).decode()
        if self.wrap:
            text = "\n".join(text[i:i + self.wrap] for i in range(0, len(text), self.wrap))
        sub(signature, DS, "SignatureValue", text)
        holder = sub(sub(signature, DS, "KeyInfo"), WSSE, "SecurityTokenReference")
        sub(holder, WSSE, "Reference", URI="#token-1", ValueType=X509V3)
        if self.token_last:
            self.token(security)
        return tree


def sent(tree):
    return etree.tostring(tree, xml_declaration=True, encoding="UTF-8")


# ------------------------------------------------------------------ the diagnosis

class Diagnosis:
    def __init__(self, raw, message):
        self.raw, self.message = raw, message
        self.codes = [r["code"] for r in raw["remarks"]]
        self.errors = [r["code"] for r in raw["remarks"] if r["grade"] == "error"]
        self.warnings = [r["code"] for r in raw["remarks"] if r["grade"] == "warning"]

    def remark(self, code):
        found = [r for r in self.raw["remarks"] if r["code"] == code]
        assert found, (code, self.raw["remarks"])
        return found[0]

    def node(self, code):
        """The element that the XPath of that remark selects in the message."""
        found = etree.fromstring(self.message).xpath(self.remark(code)["xpath"], namespaces=self.raw["namespaces"])
        assert len(found) == 1, (self.remark(code), found)
        return found[0]


def explain_all(directory, messages, *options, at=AT, lang="en"):
    """Diagnoses of many messages by few runs of the program, in their order."""
    directory.mkdir(parents=True, exist_ok=True)
    found = []
    for begin in range(0, len(messages), 500):
        some = messages[begin:begin + 500]
        names = [f"{begin + i:05}.xml" for i in range(len(some))]
        for name, m in zip(names, some):
            (directory / name).write_bytes(m)
        done = run("gateway", "explain", "--json", "--lang", lang, *(["--at", at] if at else []), *options, *names,
                   expect=(EXIT["ok"], EXIT["findings"]), timeout=300, cwd=directory)
        raw = json.loads(done.out)
        part = [Diagnosis(r, m) for r, m in zip(raw if len(some) > 1 else [raw], some)]
        assert len(part) == len(some)
        assert done.code == (EXIT["findings"] if any(d.errors for d in part) else EXIT["ok"])
        found += part
    for d in found:
        check_remarks(d)
    return found


def explain(directory, message, *options, **more):
    return explain_all(directory, [message], *options, **more)[0]


def check_remarks(d):
    """What holds for every remark: a sentence and an advice without gaps, and a place that is in the message."""
    try:
        tree = etree.fromstring(d.message, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False))
    except etree.XMLSyntaxError:
        tree = None
    for r in d.raw["remarks"]:
        assert r["sentence"] and r["advice"], r
        assert "{" not in r["sentence"] + r["advice"] and "\n" not in r["sentence"] + r["advice"], r
        if tree is not None and r["xpath"] != "/":
            found = tree.xpath(r["xpath"], namespaces=d.raw["namespaces"])
            assert len(found) == 1, r
            assert found[0].sourceline == r["line"], r
