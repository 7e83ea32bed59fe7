"""QR codes of our own words: the address of the phone's pages, the key of a second factor."""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO

import segno
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe


def phone_code(request: HttpRequest) -> SafeString:
    """The address of the phone's pages on this server as a QR code (SVG without styles)."""
    return code_of(request.build_absolute_uri(reverse("field:shell")))


@lru_cache(maxsize=8)
def code_of(address: str) -> SafeString:
    """An address of our own as a QR code (SVG without styles)."""
    return drawn(address, "手机端的地址")


def drawn(words: str, title: str) -> SafeString:
    """Words of our own as a QR code (SVG without styles); `title` is what it is, for who can't see it. Kept nowhere."""
    file = BytesIO()
    segno.make(words, error="m").save(
        file, kind="svg", border=2, xmldecl=False, svgns=False, nl=False, omitsize=True, title=title
    )
    return mark_safe(file.getvalue().decode())  # noqa: S308  (drawn here, of words of our own)
