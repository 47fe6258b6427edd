"""Certificates of an authority of the tests' own."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

DAY = timedelta(days=1)


class Authority:
    """Signs for any name; `trusting` believes it and nobody else."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "An authority of the tests")])
        own = self._builder(self._name, self._key.public_key(), DAY)
        own = own.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        signs = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
        own = own.add_extension(signs, critical=True)
        self._own = own.sign(self._key, hashes.SHA256())

    def trusting(self) -> ssl.SSLContext:
        return ssl.create_default_context(cadata=_pem(self._own).decode())

    def serving(self, *names: str, ends_in: timedelta = DAY) -> ssl.SSLContext:
        """What a server needs to be these names, or IP addresses."""
        key = ec.generate_private_key(ec.SECP256R1())
        builder = self._builder(x509.Name([]), key.public_key(), ends_in)
        alternatives = x509.SubjectAlternativeName([_alternative(name) for name in names])
        builder = builder.add_extension(alternatives, critical=True)
        of_authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        certificate = builder.add_extension(of_authority, critical=False).sign(self._key, hashes.SHA256())
        file = self._folder / f"{certificate.serial_number}.pem"
        file.write_bytes(_private(key) + _pem(certificate))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context

    def _builder(
        self, subject: x509.Name, key: ec.EllipticCurvePublicKey, ends_in: timedelta
    ) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - 2 * DAY)
            .not_valid_after(now + ends_in)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        )


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _private(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
