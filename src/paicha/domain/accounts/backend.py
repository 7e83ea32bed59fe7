"""Who is signed in, read with how much waits for them: one query for both on every page."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.db.models import Count, Q

from paicha.domain.accounts.models import User


class AccountBackend(ModelBackend):
    """Django's own, whose user carries `unread_notices`."""

    def get_user(self, user_id: Any) -> User | None:
        """The active user of a session; None where there is none."""
        waiting = Count("notices", filter=Q(notices__read_at=None))
        user = User.objects.annotate(unread_notices=waiting).filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None
