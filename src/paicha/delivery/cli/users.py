"""`paicha user create`: an account with its work; the first password is printed once."""

from __future__ import annotations

import argparse
from typing import Any

from paicha.delivery.cli.console import CommandRefused, print_json, speak, system_user
from paicha.delivery.cli.home import open_home


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser("user", help="账号")
    actions = parser.add_subparsers(dest="action", required=True, metavar="动作")
    create = actions.add_parser("create", help="建一个账号，第一次的密码只显示这一次")
    create.add_argument("name", metavar="账号名")
    create.add_argument("--role", required=True, metavar="角色", help="如 村干部 或 village_cadre")
    create.add_argument("--areas", required=True, metavar="代码[,代码…]", help="6、9 或 12 位的区划代码")
    create.add_argument("--json", action="store_true")
    create.set_defaults(run=run_create)


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
        speak("密码只显示这一次，登录后要改。")
    return 0
