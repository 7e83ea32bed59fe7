"""Who comes with which token, and how a refusal is worded: the one place for both.

What holds: every operation names the kinds of credential that open it (`opens_to`); nothing but a token of such a
kind does; a refusal is a status, a code of the catalogue and one Chinese sentence, and says nothing about whom.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja.security import HttpBearer

from paicha.core.catalogue import sentence
from paicha.core.refusal import Refusal
from paicha.domain.sync.devices import Sender, sender_of
from paicha.domain.sync.models import Credential

READING = (Credential.Kind.FULL,)
SENDING = (Credential.Kind.FULL, Credential.Kind.UPLOAD, Credential.Kind.API)


class Refused(Exception):
    """An answer other than 200: status, code of the catalogue, sentence."""

    def __init__(self, status: int, code: str, message: str = "") -> None:
        super().__init__(message or sentence(code))
        self.status, self.code = status, code


class Token(HttpBearer):
    """`Authorization: Bearer …` of one of some kinds."""

    def __init__(self, kinds: tuple[str, ...]) -> None:
        super().__init__()
        self.kinds = kinds

    def __call__(self, request: HttpRequest) -> Any:
        """The sender; without a token in the header 401 with our own sentence."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise Refused(401, "D01")
        return self.authenticate(request, token.strip())

    def authenticate(self, request: HttpRequest, token: str) -> Sender:
        """Raises Refused: 401 where nobody stands behind the token, 403 where its kind has no business here."""
        try:
            sender = sender_of(token)
        except Refusal as error:
            raise Refused(401, error.code) from error
        if sender.kind not in self.kinds:
            raise Refused(403, "D04")
        return sender


def sender(request: HttpRequest) -> Sender:
    """The one who passed `Token`."""
    found = request.auth  # type: ignore[attr-defined]  # set by ninja
    assert isinstance(found, Sender)
    return found
