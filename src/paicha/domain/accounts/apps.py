"""Accounts as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Label `accounts`, which AUTH_USER_MODEL names."""

    name = "paicha.domain.accounts"
    label = "accounts"
    verbose_name = "账号"
