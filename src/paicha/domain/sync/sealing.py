"""Opening what a phone sealed to the server's public key.

Why: what somebody finished must arrive though the phone's PIN is forgotten or the phone is revoked, and must be
unreadable to whoever finds the phone or the hand-over file. What holds: an old key still opens what was sealed
to it; what does not open raises, and its bytes are kept by the caller.

A sealed item: 0x01 | ephemeral P-256 public key, uncompressed (65 bytes) | iv (12) | AES-256-GCM. The key is
HKDF-SHA256 over the shared secret, salt the ephemeral key, info `paicha-field-1`; additional data `item|device`.
"""

from __future__ import annotations

import base64
import contextlib
import os
import secrets
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from django.conf import settings

FILE = "field.key"
_INFO = b"paicha-field-1"
_POINT, _IV = 65, 12
_LEAST = 1 + _POINT + _IV + 16


class SealError(ValueError):
    """What cannot be opened with any key of this server."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key of the server: `id` is what its public half is known by (16 hexadecimal digits)."""

    id: str
    private: ec.EllipticCurvePrivateKey

    def jwk(self) -> dict[str, str]:
        """The public half as a browser imports it."""
        numbers = self.private.public_key().public_numbers()
        return {"kty": "EC", "crv": "P-256", "x": _url(numbers.x), "y": _url(numbers.y)}


def current_key() -> Key:
    """The key that phones seal to now; made in the home on first use, unless PAICHA_FIELD_KEY holds one."""
    return _keys(str(settings.PAICHA_HOME), os.environ.get("PAICHA_FIELD_KEY", ""))[0]


def open_sealed(sealed: bytes, item: UUID, device: UUID) -> bytes:
    """The plaintext. Tries the current key, then earlier ones. Raises SealError."""
    if len(sealed) < _LEAST or sealed[0] != 1:
        raise SealError("not a sealed item")
    point, iv, box = sealed[1 : 1 + _POINT], sealed[1 + _POINT : 1 + _POINT + _IV], sealed[1 + _POINT + _IV :]
    about = f"{item}|{device}".encode()
    try:
        theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError as error:
        raise SealError("no point of the curve") from error
    for key in _keys(str(settings.PAICHA_HOME), os.environ.get("PAICHA_FIELD_KEY", "")):
        secret = key.private.exchange(ec.ECDH(), theirs)
        with contextlib.suppress(InvalidTag):
            return AESGCM(_derive_key(secret, point)).decrypt(iv, box, about)
    raise SealError("sealed to another key, or changed")


def seal(plain: bytes, item: UUID, device: UUID, key: Key) -> bytes:
    """As a phone seals; for other programs and the tests."""
    ephemeral = ec.generate_private_key(ec.SECP256R1())
    point = ephemeral.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    secret = ephemeral.exchange(ec.ECDH(), key.private.public_key())
    iv = os.urandom(_IV)
    return (
        b"\x01"
        + point
        + iv
        + AESGCM(_derive_key(secret, point)).encrypt(iv, plain, f"{item}|{device}".encode())
    )


def _derive_key(secret: bytes, salt: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=salt, info=_INFO).derive(secret)


@lru_cache(maxsize=8)
def _keys(home: str, given: str) -> tuple[Key, ...]:
    """The current key first, then every `field.key.*` that was put aside."""
    texts = [given.encode()] if given else [_own(Path(home) / FILE)]
    texts += [file.read_bytes() for file in sorted(Path(home).glob(f"{FILE}.*"))]
    return tuple(_key(text) for text in texts)


def _key(pem: bytes) -> Key:
    private = load_pem_private_key(pem, None)
    if not isinstance(private, ec.EllipticCurvePrivateKey):
        raise SealError("the field key is no key of a curve")
    point = private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return Key(sha256(point).hexdigest()[:16], private)


def _own(file: Path) -> bytes:
    """The key in the home, made with mode 0600; of two processes that start together one wins."""
    with contextlib.suppress(FileNotFoundError):
        return file.read_bytes()
    made = ec.generate_private_key(ec.SECP256R1())
    pem = made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    draft = file.with_name(f".{file.name}-{os.getpid()}-{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as handle:
            handle.write(pem)
            handle.flush()
            os.fsync(handle.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(draft, file)
    finally:
        draft.unlink(missing_ok=True)
    return file.read_bytes()


def _url(number: int) -> str:
    return base64.urlsafe_b64encode(number.to_bytes(32, "big")).rstrip(b"=").decode()


def described() -> dict[str, Any]:
    """The current public key as a device gets it."""
    key = current_key()
    return {"id": key.id, "jwk": key.jwk()}
