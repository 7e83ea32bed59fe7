"""The second factor of town and city: a code of six digits from an app on one's own phone, without any network.

Why TOTP: phone and server need no connection, and a closed network has no text messages. What holds: who has a role
that asks for it gets nowhere with a password alone; a device counts once a code of it was typed; the codes for a lost
phone are shown once and each works once; an administrator of the place may take a device back, which is in the audit.
"""

from __future__ import annotations

import base64
import secrets
from urllib.parse import quote, urlencode

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from paicha.core.catalogue import sentence
from paicha.domain import clock
from paicha.domain.accounts.models import User
from paicha.domain.accounts.policies import Scope
from paicha.domain.accounts.queries import managed_users
from paicha.domain.accounts.roles import ROLES
from paicha.domain.accounts.services import refuse_own
from paicha.domain.audit.services import Entry, actor_chain, append

_SPARE_CODES = 8
_ALPHABET = "23456789abcdefghijkmnpqrstuvwxyz"


def asked_of(user: User) -> bool:
    """Whether a role that is in force today asks for a second factor; a demo home never does."""
    today = clock.today()
    rows = user.assignments.filter(since__lte=today).exclude(until__lt=today).values_list("role", flat=True)
    return any(ROLES[role].second_factor for role in rows if role in ROLES) and not clock.is_demo()


def is_set_up(user: User) -> bool:
    """Whether the user has a device that counts."""
    return bool(TOTPDevice.objects.filter(user=user, confirmed=True).exists())


def secret_of(user: User) -> str:
    """The key to type into the app, in groups of four: of a device that waits for its first code."""
    device, _ = TOTPDevice.objects.get_or_create(user=user, confirmed=False, defaults={"name": "phone"})
    key = base64.b32encode(device.bin_key).decode().rstrip("=")
    return " ".join(key[at : at + 4] for at in range(0, len(key), 4))


def address_of(user: User, secret: str) -> str:
    """What an app reads from a QR code: the account and its key, as `otpauth://totp/…` (Key Uri Format)."""
    label = quote(f"排查:{user.username}")
    return f"otpauth://totp/{label}?{urlencode({'secret': secret.replace(' ', ''), 'issuer': '排查'})}"


@transaction.atomic
def set_up(user: User, code: str) -> list[str]:
    """Make the waiting device count by its first code; returns the spare codes, [] for a wrong code."""
    device = TOTPDevice.objects.select_for_update().filter(user=user, confirmed=False).first()
    if device is None or not device.verify_token(_digits(code)):
        return []
    device.confirmed = True
    device.save()
    StaticDevice.objects.filter(user=user).delete()
    spare = StaticDevice.objects.create(user=user, name="spare")
    codes = ["".join(secrets.choice(_ALPHABET) for _ in range(10)) for _ in range(_SPARE_CODES)]
    StaticToken.objects.bulk_create(StaticToken(device=spare, token=text) for text in codes)
    append([_entry(str(user.pk), "account.second_factor", user)])
    return codes


def passes(user: User, code: str) -> bool:
    """Whether a code of the app, or one of the spare ones, is right; each failure makes the next wait longer."""
    typed = code.strip().replace(" ", "").lower()
    devices = [*TOTPDevice.objects.filter(user=user, confirmed=True), *StaticDevice.objects.filter(user=user)]
    with transaction.atomic():
        right = any(
            device.verify_token(_digits(typed) if isinstance(device, TOTPDevice) else typed)
            for device in devices
        )
        append([_entry(str(user.pk), "account.second_factor_" + ("passed" if right else "failed"), user)])
    return right


@transaction.atomic
def remove_device(by: Scope, user: User) -> None:
    """Remove a lost phone's device: at the next sign-in the user sets up another. Raises as `assign` does."""
    refuse_own(by, user)
    if not by.everywhere and not managed_users(by).filter(pk=user.pk).exists():
        raise PermissionDenied(sentence("W04"))
    TOTPDevice.objects.filter(user=user).delete()
    StaticDevice.objects.filter(user=user).delete()
    append([_entry(by.actor, "account.second_factor_reset", user)])


def _digits(code: str) -> str:
    kept = "".join(c for c in code if c.isdecimal())
    return kept if len(kept) == 6 else "-"


def _entry(actor: str, action: str, user: User) -> Entry:
    return Entry(actor_chain(actor), actor, action, f"user:{user.pk}")
