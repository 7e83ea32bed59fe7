"""`paicha user`: accounts one by one or by a list; a first password is printed once and stored as a hash alone."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from paicha.delivery.cli.console import CommandRefused, print_json, speak, system_user
from paicha.delivery.cli.home import open_home

if TYPE_CHECKING:
    from paicha.domain.accounts.models import User

_ONCE = "密码只显示这一次，登录后要改。"


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser("user", help="账号")
    actions = parser.add_subparsers(dest="action", required=True, metavar="动作")
    create = actions.add_parser("create", help="建一个账号，第一次的密码只显示这一次")
    create.add_argument("name", metavar="账号名")
    create.add_argument("--role", required=True, metavar="角色", help="如 村干部 或 village_cadre")
    create.add_argument("--areas", required=True, metavar="代码[,代码…]", help="6、9 或 12 位的区划代码")
    create.set_defaults(run=run_create)
    listed = actions.add_parser("import", help="按名单建账号：镇街、村、姓名、手机号、角色、组")
    listed.add_argument("file", metavar="名单", type=Path)
    listed.add_argument("--dry-run", action="store_true", help="只看会怎样，不建")
    listed.set_defaults(run=run_import)
    shown = actions.add_parser("list", help="有哪些账号，各管什么")
    shown.set_defaults(run=run_list)
    reset = actions.add_parser("reset", help="重置密码，新密码只显示这一次")
    reset.add_argument("name", metavar="账号名")
    reset.set_defaults(run=run_reset)
    disable = actions.add_parser("disable", help="停用账号")
    disable.add_argument("name", metavar="账号名")
    disable.set_defaults(run=run_disable)
    for action in (create, listed, shown, reset, disable):
        action.add_argument("--json", action="store_true")


def run_create(args: argparse.Namespace) -> int:
    open_home()
    from django.core.exceptions import PermissionDenied

    from paicha.domain.accounts.policies import operator_scope
    from paicha.domain.accounts.roles import role_named
    from paicha.domain.accounts.services import create_user

    areas = [code.strip() for code in args.areas.replace("，", ",").split(",") if code.strip()]
    if not areas:
        raise CommandRefused("E47")
    try:
        role = role_named(args.role)
        user, password = create_user(operator_scope(system_user()), args.name, role.key, areas)
    except PermissionDenied as error:
        raise CommandRefused("G05", said=error) from error
    if args.json:
        print_json({"username": user.username, "role": role.key, "areas": areas, "password": password})
    else:
        speak(f"账号 {user.username}（{role.title}）已建好。第一次登录的密码：{password}")
        speak(_ONCE)
    return 0


def run_import(args: argparse.Namespace) -> int:
    """Make the accounts of a list; 1 where some lines are refused."""
    scope, round_, _ = open_home()
    from paicha.domain.staff.plan import MORE, NEW, REFUSED, SAME, plan
    from paicha.domain.staff.services import carry_out
    from paicha.domain.staff.sheet import read_sheet

    if not args.file.is_file():
        raise CommandRefused("E72", file=args.file)
    people = plan(scope, round_, read_sheet(args.file.read_bytes(), args.file.name))
    slips = [] if args.dry_run else carry_out(scope, people)
    counted = {status: sum(p.status == status for p in people) for status in (NEW, MORE, SAME, REFUSED)}
    faults = [{"cell": f.cell, "message": f.words} for person in people for f in person.faults]
    if args.json:
        print_json(counted | {"accounts": [asdict(slip) for slip in slips], "messages": faults})
        return 1 if faults else 0
    for fault in faults:
        speak(f"{fault['cell']}：{fault['message']}", error=True)
    for slip in slips:
        speak(f"{slip.username}\t{slip.password}\t{slip.name}\t{slip.work}")
    would = "会" if args.dry_run else ""
    speak(
        f"{would}新建 {counted[NEW]} 个账号，{would}加分工 {counted[MORE]} 行，没有变化 {counted[SAME]} 行，"
        f"不收 {counted[REFUSED]} 行。{_ONCE if slips else ''}"
    )
    return 1 if faults else 0


def run_list(args: argparse.Namespace) -> int:
    open_home()
    from django.utils.timezone import localtime

    from paicha.domain.accounts.models import User
    from paicha.domain.accounts.queries import work_in_words

    users = list(User.objects.order_by("username"))
    work = work_in_words(users, {})
    if args.json:
        print_json({
            "users": [
                {
                    "username": user.username, "name": user.name, "active": user.is_active, "work": work[user.pk],
                    "last_sign_in": user.last_login.isoformat() if user.last_login else None,
                }
                for user in users
            ]
        })  # fmt: skip
        return 0
    for user in users:
        seen = f"上次登录 {localtime(user.last_login):%Y-%m-%d}" if user.last_login else "没登录过"
        state = "" if user.is_active else "（已停用）"
        speak(f"{user.username}\t{user.name}{state}\t{'；'.join(work[user.pk]) or '没有分工'}\t{seen}")
    speak(f"共 {len(users)} 个账号。")
    return 0


def run_reset(args: argparse.Namespace) -> int:
    scope, _, _ = open_home()
    from paicha.domain.accounts.services import reset_password

    user = _account(args.name)
    password = reset_password(scope, user)
    if args.json:
        print_json({"username": user.username, "password": password})
    else:
        speak(f"账号 {user.username}（{user}）的新密码：{password}")
        speak(_ONCE)
    return 0


def run_disable(args: argparse.Namespace) -> int:
    scope, _, _ = open_home()
    from paicha.domain.accounts.services import switch_off

    user = _account(args.name)
    switch_off(scope, user)
    if args.json:
        print_json({"username": user.username, "active": False})
    else:
        speak(f"账号 {user.username}（{user}）已停用。")
    return 0


def _account(name: str) -> User:
    """The account of that name, also one that is switched off. Raises CommandRefused."""
    from paicha.domain.accounts.models import User

    user = User.objects.filter(username=name).first()
    if user is None:
        raise CommandRefused("E73", user=name)
    return user
