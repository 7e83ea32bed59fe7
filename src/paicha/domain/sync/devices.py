"""Devices and credentials: set up, found again by a token, renamed, revoked.

What holds: a token is shown once and kept as a keyed digest; a revoked device keeps its upload credential, so that
what was finished on it still arrives; every act is audited in the chain of who did it.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from uuid import UUID

from django.conf import settings
from django.db import transaction

from paicha.core.refusal import Refusal, text_field
from paicha.domain import clock
from paicha.domain.accounts.models import User
from paicha.domain.accounts.policies import Scope, scope
from paicha.domain.accounts.roles import Verb
from paicha.domain.audit.services import Entry, actor_chain, append
from paicha.domain.sync.models import Credential, Device

FULL_DAYS = 90
_BYTES = 32


class DeviceError(Refusal):
    """Something about a device that can't be done."""


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A device just set up, with its tokens, which are shown this once."""

    device: Device
    token: str
    upload: str
    until: date


@dataclass(frozen=True, slots=True)
class Sender:
    """Who comes with a token: the person, the kind of credential, and the device (None for other programs)."""

    user: User
    scope: Scope
    kind: str
    device: Device | None

    @property
    def revoked(self) -> bool:
        return self.device is not None and self.device.revoked_at is not None


@transaction.atomic
def enrol(user: User, device: UUID, name: str, platform: str) -> Enrolled:
    """Set up a device for its user, or again: earlier tokens of it end. Raises DeviceError.

    A device that is another's stays so: what still lies on it must arrive under the name of who finished it.
    """
    clean = name.strip()[:60]
    if not clean:
        raise DeviceError("D20")
    known = Device.objects.select_for_update().filter(pk=device).first()
    if known is not None and (known.user_id != user.pk or known.revoked_at is not None):
        raise DeviceError("D21")
    at = clock.now()
    if known is None:
        known = Device(id=device, user=user, made_at=at)
    known.name, known.platform = clean, platform.strip()[:120]
    known.save()
    Credential.objects.filter(device=known, ended_at=None).update(ended_at=at)
    until = clock.today() + timedelta(days=FULL_DAYS)
    token = _credential(user, Credential.Kind.FULL, known, until)
    upload = _credential(user, Credential.Kind.UPLOAD, known, None)
    _note(str(user.pk), "device.register", known)
    return Enrolled(known, token, upload, until)


@transaction.atomic
def api_token(user: User, days: int | None, actor: str) -> str:
    """A token for another program that acts as `user`, shown once. Raises DeviceError."""
    if days is not None and not 1 <= days <= 3660:
        raise DeviceError("D22")
    until = clock.today() + timedelta(days=days) if days else None
    token = _credential(user, Credential.Kind.API, None, until)
    append([Entry(actor_chain(actor), actor, "account.token", f"user:{user.pk}")])
    return token


def sender_of(token: str) -> Sender:
    """Who a token stands for. Raises DeviceError with D01 (unknown, ended), D03 (its days are over).

    A full token of a revoked device raises D02; its upload token still comes in.
    """
    row = (
        Credential.objects.select_related("user", "device")
        .filter(digest=digest_of(token), ended_at=None)
        .first()
    )
    if row is None:
        raise DeviceError("D01")
    upload = row.kind == Credential.Kind.UPLOAD
    if row.device is not None and row.device.revoked_at is not None and not upload:
        raise DeviceError("D02")
    if row.until is not None and row.until < clock.today():
        raise DeviceError("D03")
    if not row.user.is_active and not upload:
        raise DeviceError("D01")
    return Sender(row.user, scope(row.user), row.kind, row.device)


def digest_of(token: str) -> str:
    """The keyed digest under which a token is kept."""
    return hmac.new(settings.SECRET_KEY.encode(), b"token:" + token.encode(), sha256).hexdigest()


@transaction.atomic
def rename(device: Device, name: str, actor: str) -> Device:
    """Give a device another name. Raises DeviceError."""
    clean = text_field("手机的名字", name, 60, asks="这部手机叫什么")
    fresh = Device.objects.select_for_update().get(pk=device.pk)
    fresh.name = clean
    fresh.save(update_fields=["name"])
    _note(actor, "device.rename", fresh)
    return fresh


@transaction.atomic
def revoke(device: Device, reason: str, actor: str) -> Device:
    """Stop a device from reading; what is finished on it may still be handed over. Raises DeviceError."""
    if not reason.strip():
        raise DeviceError("D23")
    fresh = Device.objects.select_for_update().get(pk=device.pk)
    if fresh.revoked_at is not None:
        raise DeviceError("D24")
    at = clock.now()
    fresh.revoked_at, fresh.revoked_by, fresh.reason = at, actor, reason.strip()[:200]
    fresh.save(update_fields=["revoked_at", "revoked_by", "reason"])
    _note(actor, "device.revoke", fresh)
    return fresh


def phone_names(sources: Iterable[str]) -> dict[str, str]:
    """Names of the phones that sources speak of ('field:5@<device>'), by their id as it stands there. One query."""
    wanted = {device for source in sources if (device := source.partition("@")[2])}
    if not wanted:
        return {}
    return {str(pk): name for pk, name in Device.objects.filter(pk__in=wanted).values_list("pk", "name")}


def may_enrol(who: Scope) -> bool:
    """Whether a person surveys, leads visits or re-interviews at all."""
    return who.allows(Verb.SUBMIT_ANSWERS) or may_run_errands(who)


def may_run_errands(who: Scope) -> bool:
    """Whether a person leads visits or re-interviews at all."""
    return who.allows(Verb.CROSS_CHECK) or who.allows(Verb.REINTERVIEW)


def _credential(user: User, kind: str, device: Device | None, until: date | None) -> str:
    token = secrets.token_urlsafe(_BYTES)
    Credential.objects.create(
        digest=digest_of(token), kind=kind, user=user, device=device, made_at=clock.now(), until=until
    )
    return token


def _note(actor: str, action: str, device: Device) -> None:
    append([Entry(actor_chain(actor), actor, action, f"device:{device.pk}")])
