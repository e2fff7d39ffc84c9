"""Certificates whose dates are written as no library writes them: the bytes of a time are put in, and it is signed again.

    ca = Eternity(directory)                      # ca.pem in it
    ca.files("late", "20500101000000Z", generalized=True)   # late.pem, late.key: for 127.0.0.1
"""
import datetime
import ipaddress
import ssl

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

LEAF_END = datetime.datetime(2039, 12, 31, 23, 59, 58)  # its UTCTime is looked for, and written otherwise


def der(tag, content):
    size = len(content)
    length = bytes([size]) if size < 128 else bytes([0x80 | (size.bit_length() + 7) // 8]) + size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag]) + length + content


def inside(raw):
    """What a value has in it, and what stands behind it."""
    size, at = raw[1], 2
    if size >= 128:
        at = 2 + (size & 0x7f)
        size = int.from_bytes(raw[2:at], "big")
    return raw[at:at + size], raw[at + size:]


def parts(raw):
    found = []
    while raw:
        _, rest = inside(raw)
        found.append(raw[:len(raw) - len(rest)])
        raw = rest
    return found


class Eternity:
    def __init__(self, directory):
        self.directory, self.key, self.serial = directory, ec.generate_private_key(ec.SECP256R1()), 100
        directory.mkdir(parents=True)
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Autoritat eterna")])
        ca = self.builder(self.name, self.key.public_key(), datetime.datetime(9999, 12, 31, 23, 59, 59))
        ca = ca.add_extension(x509.BasicConstraints(True, None), True).sign(self.key, hashes.SHA256())
        (directory / "ca.pem").write_bytes(ca.public_bytes(serialization.Encoding.PEM))

    def builder(self, subject, key, end):
        self.serial += 1
        began = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None) - datetime.timedelta(days=2)
        return (x509.CertificateBuilder().subject_name(subject).issuer_name(self.name).public_key(key).serial_number(self.serial)
                .not_valid_before(began).not_valid_after(end))

    def files(self, name, end, generalized):
        """`end`: the bytes of its last moment as they shall stand, right or not."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        made = self.builder(subject, key.public_key(), LEAF_END).add_extension(x509.BasicConstraints(False, None), True)
        made = made.add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
        tbs, algorithm, _ = parts(inside(made.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER))[0])
        fields = parts(inside(tbs)[0])
        began, ended = parts(inside(fields[4])[0])
        assert ended == der(0x17, LEAF_END.strftime("%y%m%d%H%M%SZ").encode()), "version, serial, algorithm, issuer, validity"
        fields[4] = der(0x30, began + der(0x18 if generalized else 0x17, end.encode()))
        tbs = der(0x30, b"".join(fields))
        signature = self.key.sign(tbs, ec.ECDSA(hashes.SHA256()))
        raw = der(0x30, tbs + algorithm + der(0x03, b"\0" + signature))
        (self.directory / f"{name}.pem").write_text(ssl.DER_cert_to_PEM_cert(raw))
        (self.directory / f"{name}.key").write_bytes(key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()))
