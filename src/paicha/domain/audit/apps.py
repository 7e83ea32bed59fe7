"""The audit chains as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """Label `audit`."""

    name = "paicha.domain.audit"
    label = "audit"
    verbose_name = "审计日志"
