"""Accounts in Django's own admin: who there is, with what work; making, resetting, closing by the services.

What holds: an administrator sees the accounts of the own area alone; nothing is written past the services, so
that every change is in the audit chain; nothing is deleted.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from paicha.core.refusal import Refusal
from paicha.domain.accounts.models import Assignment, User
from paicha.domain.accounts.policies import Scope, scope
from paicha.domain.accounts.queries import managed_assignments, managed_users
from paicha.domain.accounts.roles import ROLES, Verb
from paicha.domain.accounts.second_factor import remove_device
from paicha.domain.accounts.services import (
    assign,
    create_user,
    end_assignment,
    reset_password,
    switch_off,
)

_SHOWN_ONCE = "accounts_passwords"


def _scope(request: HttpRequest) -> Scope:
    return scope(request.user)


def _listed(form: Any) -> list[str]:
    return [part for part in form.cleaned_data["areas"].replace("，", ",").split(",") if part.strip()]


class AccountForm(forms.ModelForm[User]):
    """A new account with its first assignment."""

    role = forms.ChoiceField(label="角色", choices=[(role.key, role.title) for role in ROLES.values()])
    areas = forms.CharField(label="范围", help_text="区划代码，多个用逗号隔开；网格员可写 村代码/组名。")
    until = forms.DateField(label="截止日期", required=False)

    class Meta:
        model = User
        fields = ("username", "name")


class AssignmentForm(forms.ModelForm[Assignment]):
    """Further work for somebody who has an account."""

    areas = forms.CharField(label="范围", help_text="区划代码，多个用逗号隔开；网格员可写 村代码/组名。")

    class Meta:
        model = Assignment
        fields = ("user", "role", "until")


def _password(request: HttpRequest, words: str) -> None:
    """Keep a sentence with a password for the page that follows, which shows it once.

    It waits in the session: the answer to a button that was pressed twice is lost, and a message's cookie with it.
    """
    request.session[_SHOWN_ONCE] = [*request.session.get(_SHOWN_ONCE, ()), words]


def _show_passwords(request: HttpRequest) -> None:
    if request.method == "GET":
        for words in request.session.pop(_SHOWN_ONCE, ()):
            messages.success(request, words)


class OwnAreaAdmin(admin.ModelAdmin[Any]):
    """Open to those who manage accounts, and to them only; nothing is changed in place or deleted."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return _scope(request).allows(Verb.MANAGE_ACCOUNTS)

    def has_view_permission(self, request: HttpRequest, obj: object | None = None) -> bool:
        return self.has_module_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_module_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: object | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object | None = None) -> bool:
        return False

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The form; what a service refuses is said above it."""
        _show_passwords(request)
        try:
            return super().add_view(request, form_url, extra_context)
        except (Refusal, PermissionDenied) as refusal:
            if request.method != "POST" or not self.has_add_permission(request):
                raise
            messages.error(request, str(refusal))
            return redirect(request.path)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list; a password that was just made stands above it, once."""
        _show_passwords(request)
        return super().changelist_view(request, extra_context)

    def each(
        self,
        request: HttpRequest,
        rows: QuerySet[Any],
        act: Callable[[Scope, Any], str],
        say: Callable[[HttpRequest, str], None] = messages.success,
    ) -> None:
        """Do `act` to every chosen row; `say` what it returns, or why it was refused."""
        for row in rows:
            try:
                say(request, act(_scope(request), row))
            except PermissionDenied as refusal:
                messages.error(request, f"{row}：{refusal}")


@admin.register(User)
class UserAdmin(OwnAreaAdmin):
    """The accounts of the own area."""

    form = AccountForm
    list_display = ("username", "name", "work", "is_active", "must_change_password", "last_login")
    search_fields = ("username", "name")
    list_filter = ("is_active",)
    actions = ("reset", "lost_phone", "close")
    fields = ("username", "name")

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return managed_users(_scope(request)).prefetch_related("assignments")

    def get_fields(self, request: HttpRequest, obj: object | None = None) -> tuple[str, ...]:
        return ("username", "name", "role", "areas", "until") if obj is None else self.fields

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        data, areas = form.cleaned_data, _listed(form)
        user, password = create_user(
            _scope(request), data["username"], data["role"], areas, name=data["name"], until=data["until"]
        )
        obj.pk = user.pk
        _password(request, f"账号 {user.username} 的首次密码：{password}（只显示这一次）")

    @admin.display(description="分工")
    def work(self, user: User) -> str:
        return "；".join(f"{ROLES[row.role].title} {row.ref}" for row in user.assignments.all())

    @admin.action(description="重置密码")
    def reset(self, request: HttpRequest, rows: QuerySet[User]) -> None:
        self.each(
            request,
            rows,
            lambda by, user: f"{user.username} 的新密码：{reset_password(by, user)}（只显示这一次）",
            _password,
        )

    @admin.action(description="手机丢了，重设二次验证")
    def lost_phone(self, request: HttpRequest, rows: QuerySet[User]) -> None:
        def act(by: Scope, user: User) -> str:
            remove_device(by, user)
            return f"{user.username} 下次登录时重新设二次验证。"

        self.each(request, rows, act)

    @admin.action(description="停用账号")
    def close(self, request: HttpRequest, rows: QuerySet[User]) -> None:
        def act(by: Scope, user: User) -> str:
            switch_off(by, user)
            return f"{user.username} 已停用。"

        self.each(request, rows, act)


@admin.register(Assignment)
class AssignmentAdmin(OwnAreaAdmin):
    """The work given out in the own area, past and present."""

    form = AssignmentForm
    list_display = ("user", "role", "kind", "ref", "since", "until")
    list_filter = ("role",)
    list_select_related = ("user",)
    search_fields = ("user__username", "user__name", "ref")
    actions = ("end",)
    fields = ("user", "role", "kind", "ref", "since", "until")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Assignment]:
        return managed_assignments(_scope(request)).order_by("-since", "user__username")

    def get_fields(self, request: HttpRequest, obj: object | None = None) -> tuple[str, ...]:
        return ("user", "role", "areas", "until") if obj is None else self.fields

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "user":
            kwargs["queryset"] = managed_users(_scope(request))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Assignment, form: Any, change: bool) -> None:
        data = form.cleaned_data
        made = assign(_scope(request), data["user"], data["role"], _listed(form), until=data["until"])
        obj.pk = made[0].pk

    @admin.action(description="结束分工")
    def end(self, request: HttpRequest, rows: QuerySet[Assignment]) -> None:
        def act(by: Scope, row: Assignment) -> str:
            end_assignment(by, row)
            return f"{row.user} 的分工已结束。"

        self.each(request, rows, act)


admin.site.site_header = admin.site.site_title = "排查 账号和分工"
admin.site.index_title = "要管什么"
