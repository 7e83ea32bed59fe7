"""Who can sign in, and what they are assigned to from when until when.

What holds: a user without an assignment that is in force sees nothing; an assignment is ended, never deleted, so
that it stays known who could see what on which day.
"""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q

from paicha.domain.accounts.roles import ROLES, Kind


class User(AbstractUser):
    """A person. `name` is shown on the screen; the first password must be changed at the first sign-in.

    `tour`: role and step of the tour of the first day ('village_cadre:2'); '' where none goes on.
    """

    name = models.CharField("姓名", max_length=60, blank=True)
    must_change_password = models.BooleanField("须修改密码", default=False)
    tour = models.CharField("首次导览", max_length=30, blank=True, default="")

    class Meta:
        verbose_name = "账号"
        verbose_name_plural = "账号"

    def __str__(self) -> str:
        return self.name or self.username


class Assignment(models.Model):
    """A role over something, from a day until a day (both included; no end: until further notice).

    `ref` is a code prefix of 2, 4, 6, 9 or 12 digits for area and village, else the id of a row of an app above.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="assignments", verbose_name="账号")
    role = models.CharField("角色", max_length=30, choices=[(r.key, r.title) for r in ROLES.values()])
    kind = models.CharField("范围类型", max_length=10, choices=[(kind.value, kind.value) for kind in Kind])
    ref = models.CharField("范围", max_length=64)
    since = models.DateField("起")
    until = models.DateField("止", null=True, blank=True)

    class Meta:
        verbose_name = "分工"
        verbose_name_plural = "分工"
        indexes = [models.Index(fields=["kind", "ref"], name="accounts_assignment_ref")]
        constraints = [
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="accounts_assignment_dates"
            )
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.kind}:{self.ref}"


class Notice(models.Model):
    """A sentence for one person, with the page where something is to be done; told once, read once.

    `subject` says what it is about (`return:12`), so that the same thing is not told twice while unread.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="notices")
    words = models.CharField(max_length=200)
    address = models.CharField(max_length=200)
    subject = models.CharField(max_length=60)
    at = models.DateTimeField()
    by = models.CharField(max_length=120)
    read_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "提醒"
        verbose_name_plural = "提醒"
        indexes = [models.Index(fields=["user", "read_at"], name="accounts_notice_unread")]

    def __str__(self) -> str:
        return self.words
