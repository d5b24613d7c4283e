"""Certificates of a test: an authority of its own, and servers on loopback that show what it signed."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Authority:
    """`file`: its certificate, PEM."""

    key: ec.EllipticCurvePrivateKey
    name: x509.Name
    file: Path

    def signs(self, address: str = "127.0.0.1", *, until: datetime | None = None) -> Path:
        """A key and the certificate of a server at this IP address, in one file for `load_cert_chain`."""
        key = ec.generate_private_key(ec.SECP256R1())
        names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))])
        ends = until or datetime.now(UTC) + DAY
        signed = _certificate(_name(address), self.name, key, ends).add_extension(names, critical=False)
        return _written(
            self.file.parent / f"{address}-{ends:%s}.pem", key, signed.sign(self.key, hashes.SHA256())
        )


def authority(home: Path) -> Authority:
    key, name = ec.generate_private_key(ec.SECP256R1()), _name("Authority of a test")
    itself = _certificate(name, name, key, datetime.now(UTC) + DAY)
    itself = itself.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    file = home / "authority.pem"
    file.write_bytes(itself.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    return Authority(key, name, file)


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _certificate(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, until: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(until - 30 * DAY)
        .not_valid_after(until)
    )


def _written(file: Path, key: ec.EllipticCurvePrivateKey, signed: x509.Certificate) -> Path:
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    file.write_bytes(secret + signed.public_bytes(serialization.Encoding.PEM))
    return file
