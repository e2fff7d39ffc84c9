"""A real OpenLDAP of one's own, without root: slapd from Debian with TLS, on ports that nobody else has.

    with slapd.running(directory) as s:
        s.ldaps, s.ldap          addresses
        s.ca, s.other_ca         PEM files: the one it was signed by, and one that it was not
"""
import contextlib
import datetime
import ipaddress
import pathlib
import random
import socket
import subprocess
import time

BASE = "dc=consorci,dc=example"
READER = f"cn=talaia,{BASE}"
READER_PASSWORD = "la que llegeix"
PASSWORDS = {"laia": "una bicicleta (verda) *", "ona": "plou a bots i barrals", "pau": "ni fred ni calor"}
GROUPS = {"desk-admins": ["laia"], "Suport": ["laia", "ona"]}


def certificates(directory):
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    now = datetime.datetime.utcnow()

    def make(name, signer=None, signer_key=None, san=None):
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        b = (x509.CertificateBuilder().subject_name(subject).issuer_name(signer.subject if signer else subject)
             .public_key(key.public_key()).serial_number(x509.random_serial_number())
             .not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(now + datetime.timedelta(days=30))
             .add_extension(x509.BasicConstraints(ca=san is None, path_length=None), critical=True))
        if san:
            b = b.add_extension(x509.SubjectAlternativeName(san), critical=False)
        return key, b.sign(signer_key or key, hashes.SHA256())

    def write(name, *parts):
        path = directory / name
        path.write_bytes(b"".join(p.public_bytes(serialization.Encoding.PEM) if hasattr(p, "public_bytes") else p.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()) for p in parts))
        return path

    ca_key, ca = make("Authority of the tests")
    _, other = make("Authority of somebody else")
    key, leaf = make("directory", ca, ca_key, [x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    return write("ca.pem", ca), write("other.pem", other), write("leaf.pem", leaf), write("leaf.key", key)


def ldif():
    lines = [f"dn: {BASE}\nobjectClass: dcObject\nobjectClass: organization\no: Consorci\ndc: consorci\n",
             f"dn: ou=gent,{BASE}\nobjectClass: organizationalUnit\nou: gent\n",
             f"dn: ou=grups,{BASE}\nobjectClass: organizationalUnit\nou: grups\n"]
    for name, password in PASSWORDS.items():
        lines.append(f"dn: uid={name},ou=gent,{BASE}\nobjectClass: inetOrgPerson\nuid: {name}\ncn: {name}\nsn: {name}\n"
                     f"userPassword: {password}\n"
                     # slapadd does not ask the overlay that keeps this
                     + "".join(f"memberOf: cn={g},ou=grups,{BASE}\n" for g, members in GROUPS.items() if name in members))
    for double in ("1", "2"):  # one name, two people
        lines.append(f"dn: cn=doble{double},ou=gent,{BASE}\nobjectClass: inetOrgPerson\nuid: doble\ncn: doble{double}\nsn: x\n"
                     "userPassword: la mateixa per a dos\n")
    for name, members in GROUPS.items():
        lines.append(f"dn: cn={name},ou=grups,{BASE}\nobjectClass: groupOfNames\ncn: {name}\n"
                     + "".join(f"member: uid={m},ou=gent,{BASE}\n" for m in members))
    return "\n".join(lines)


class Slapd:
    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        self.ca, self.other_ca, leaf, key = certificates(self.directory)
        (self.directory / "db").mkdir()
        self.config = self.directory / "slapd.conf"
        schema = "/etc/ldap/schema"
        self.config.write_text(f"""include {schema}/core.schema
include {schema}/cosine.schema
include {schema}/inetorgperson.schema
pidfile {self.directory}/slapd.pid
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload memberof
TLSCACertificateFile {self.ca}
TLSCertificateFile {leaf}
TLSCertificateKeyFile {key}
security simple_bind=128
disallow bind_anon
database mdb
suffix "{BASE}"
rootdn "{READER}"
rootpw "{READER_PASSWORD}"
directory {self.directory}/db
overlay memberof
""")
        done = subprocess.run(["/usr/sbin/slapadd", "-f", self.config], input=ldif(), text=True, capture_output=True, timeout=60)
        assert done.returncode == 0, done.stderr
        self.process = None

    def start(self):
        """A port that was free a moment ago may be somebody else's by now: then another one."""
        for _ in range(20):
            ports = []
            for _ in range(2):
                with socket.socket() as s:
                    s.bind(("127.0.0.1", 0))
                    ports.append(s.getsockname()[1])
            self.ldap, self.ldaps = f"ldap://127.0.0.1:{ports[0]}", f"ldaps://127.0.0.1:{ports[1]}"
            log = open(self.directory / f"slapd.{random.getrandbits(32)}.log", "w")
            self.process = subprocess.Popen(["/usr/sbin/slapd", "-h", f"{self.ldap}/ {self.ldaps}/", "-f", self.config, "-d", "0"],
                                            stdout=log, stderr=log)
            log.close()
            end = time.monotonic() + 60
            while self.process.poll() is None and time.monotonic() < end:
                with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", ports[1]), timeout=5):
                    if self.process.poll() is None:
                        return self
                time.sleep(0.02)
            self.stop()
        raise AssertionError("slapd does not start")

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(timeout=20)


@contextlib.contextmanager
def running(directory):
    server = Slapd(directory)
    try:
        yield server.start()
    finally:
        server.stop()
