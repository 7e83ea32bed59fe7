"""The certificate that stands in the home, as it is read: whose it is and until when."""

from __future__ import annotations

import datetime
from pathlib import Path

from cryptography import x509

AUTHORITY, AUTHORITY_KEY = "tls-authority.crt", "tls-authority.key"
SERVER, SERVER_KEY = "tls.crt", "tls.key"


def authority_of(home: Path) -> x509.Certificate | None:
    """The authority that this server made, or None where the county has its own certificate."""
    file = home / AUTHORITY
    return x509.load_pem_x509_certificate(file.read_bytes()) if file.is_file() else None


def described(home: Path) -> tuple[str, datetime.datetime] | None:
    """(whose, until when) of the certificate that is served, or None before there is one."""
    file = home / SERVER
    if not file.is_file():
        return None
    found = x509.load_pem_x509_certificate(file.read_bytes())
    whose = "本机自己的证书机构签的" if (home / AUTHORITY).is_file() else "放在文件夹里的"
    return whose, found.not_valid_after_utc
