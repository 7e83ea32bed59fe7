"""The page that takes a cadre through trusting this server, and the authority to download.

Why: only a browser that trusts the server keeps the survey offline. What holds: the page is for everybody, knows
nobody, and is shown over plain http as well (`paicha serve --tls`), for a phone that doesn't trust yet.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from paicha.delivery.desk.shell.page import as_file
from paicha.delivery.desk.shell.places import Policy, states
from paicha.delivery.desk.shell.qr import code_of

FILE = "tls-authority.crt"  # made by `paicha serve --tls`


@states(Policy("anyone"))
@require_safe
@login_not_required
def certificate_page(request: HttpRequest) -> HttpResponse:
    """The steps, by kind of phone or computer; without an authority of this server's own, why none are needed."""
    der = authority_der(Path(settings.PAICHA_HOME))
    https = request.headers.get("X-Paicha-Https") or f"https://{request.get_host()}/"
    return render(
        request, "desk/devices/certificate.html",
        {
            "there": der is not None, "mark": fingerprint(der) if der else "", "https": https,
            "code": code_of(f"{https}field/"),
            "secure": request.is_secure(),
        },
    )  # fmt: skip


@states(Policy("anyone"))
@require_safe
@login_not_required
def certificate_file(_request: HttpRequest) -> HttpResponse:
    """The authority as phones install it."""
    der = authority_der(Path(settings.PAICHA_HOME))
    if der is None:
        raise Http404
    return as_file(der, "application/x-x509-ca-cert", "paicha.crt")


def authority_der(home: Path) -> bytes | None:
    """The authority's bytes (DER), or None where the server has none of its own."""
    file = home / FILE
    if not file.is_file():
        return None
    return x509.load_pem_x509_certificate(file.read_bytes()).public_bytes(Encoding.DER)


def fingerprint(der: bytes) -> str:
    """SHA-256 in groups of four, as phones show it: '3F2A 09C4 …'."""
    text = sha256(der).hexdigest().upper()
    return " ".join(text[i : i + 4] for i in range(0, len(text), 4))
