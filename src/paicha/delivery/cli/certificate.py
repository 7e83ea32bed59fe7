"""The certificate of `serve --tls`: a county's own, or one from an authority that this server makes for itself.

Why an authority: a phone keeps working offline only over https that it trusts, and on a closed network nobody
else signs for this server. What holds: the authority can vouch for this server's own names and addresses alone
(critical name constraints, no authority below it), so that whoever installs it trusts nothing else; its key never
leaves the home; a county that has certificates puts tls.crt and tls.key into the home, and none of this is made.
"""

from __future__ import annotations

import datetime
import ipaddress
import os
import secrets
from collections.abc import Sequence
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from paicha.delivery.cli.console import CommandRefused
from paicha.domain.upkeep.certificate import AUTHORITY, AUTHORITY_KEY, SERVER, SERVER_KEY, authority_of

_YEARS = 6
_DAYS, _RENEW_DAYS = 390, 30  # browsers take no server's certificate of more than 398 days
_BACK = datetime.timedelta(days=1)  # phones whose clock is behind


def certificate(home: Path, names: Sequence[str]) -> tuple[Path, Path]:
    """(certificate, key) to serve with. Raises CommandRefused where that can't be done.

    Made and renewed here unless the county put its own into the home. `names`: how browsers reach this server.
    """
    made, key = home / SERVER, home / SERVER_KEY
    if made.is_file() != key.is_file():
        raise CommandRefused("E22", home=home, server=SERVER, key=SERVER_KEY)
    if made.is_file() and not (home / AUTHORITY).is_file():
        return made, key
    authority, signer = _authority(home, names)
    if not (made.is_file() and _serves(made, authority, names)):
        _make_server(home, authority, signer, names)
    return made, key


def _authority(home: Path, names: Sequence[str]) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    """The authority, made on first use. Raises CommandRefused for a name that it may not vouch for."""
    known, key_file = authority_of(home), home / AUTHORITY_KEY
    if known is None:
        return _make_authority(home, names)
    outside = [name for name in names if not _permits(known, name)]
    if outside:
        raise CommandRefused(
            "E23",
            outside="、".join(outside),
            home=home,
            authority=AUTHORITY,
            authority_key=AUTHORITY_KEY,
            server=SERVER,
            key=SERVER_KEY,
        )
    key = load_pem_private_key(key_file.read_bytes(), None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise CommandRefused("E24", key_file=key_file)
    return known, key


def _make_authority(home: Path, names: Sequence[str]) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.datetime.now(datetime.UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"排查系统证书机构 {secrets.token_hex(3)}")])
    usage = x509.KeyUsage(
        digital_signature=False, content_commitment=False, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BACK)
        .not_valid_after(now + datetime.timedelta(days=365 * _YEARS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.NameConstraints([_subtree(name) for name in names], None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, SHA256())
    )
    _write(home / AUTHORITY_KEY, _pem(key), 0o600)
    _write(home / AUTHORITY, made.public_bytes(Encoding.PEM), 0o644)
    return made, key


def _make_server(
    home: Path, authority: x509.Certificate, signer: ec.EllipticCurvePrivateKey, names: Sequence[str]
) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "paicha")]))
        .issuer_name(authority.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BACK)
        .not_valid_after(min(now + datetime.timedelta(days=_DAYS), authority.not_valid_after_utc))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([_general(name) for name in names]), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False
        )
        .sign(signer, SHA256())
    )
    _write(home / SERVER_KEY, _pem(key), 0o600)
    _write(home / SERVER, made.public_bytes(Encoding.PEM), 0o644)


def _serves(file: Path, authority: x509.Certificate, names: Sequence[str]) -> bool:
    """Whether a certificate is this authority's, lasts, and has every name."""
    found = x509.load_pem_x509_certificate(file.read_bytes())
    lasts = found.not_valid_after_utc - datetime.datetime.now(datetime.UTC) > datetime.timedelta(
        days=_RENEW_DAYS
    )
    listed = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return found.issuer == authority.subject and lasts and {_general(name) for name in names} <= set(listed)


def _permits(authority: x509.Certificate, name: str) -> bool:
    allowed = (
        authority.extensions.get_extension_for_class(x509.NameConstraints).value.permitted_subtrees or []
    )
    return _subtree(name) in allowed


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name.strip("[]")))
    except ValueError:
        return x509.DNSName(name)


def _subtree(name: str) -> x509.GeneralName:
    """A name as a constraint: this address alone, this name (and what lies below it)."""
    try:
        return x509.IPAddress(ipaddress.ip_network(name.strip("[]")))
    except ValueError:
        return x509.DNSName(name)


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _write(file: Path, content: bytes, mode: int) -> None:
    """Whole or not at all."""
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "wb") as handle:
        handle.write(content)
    draft.replace(file)
