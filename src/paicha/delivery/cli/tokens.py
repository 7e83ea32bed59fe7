"""`paicha token create`: a token with which another program acts as a user; shown once."""

from __future__ import annotations

import argparse
from typing import Any

from paicha.delivery.cli.console import CommandRefused, print_json, speak, system_user
from paicha.delivery.cli.home import open_home


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser("token", help="接口凭据")
    actions = parser.add_subparsers(dest="action", required=True, metavar="动作")
    create = actions.add_parser("create", help="给别的程序一个凭据，只显示这一次")
    create.add_argument("user", metavar="账号名", help="程序以这个账号的权限办事")
    create.add_argument("--days", type=int, default=None, help="有效天数，不写就一直有效")
    create.add_argument("--json", action="store_true")
    create.set_defaults(run=run_create)


def run_create(args: argparse.Namespace) -> int:
    open_home()
    from paicha.domain.accounts.models import User
    from paicha.domain.sync.devices import api_token

    user = User.objects.filter(username=args.user, is_active=True).first()
    if user is None:
        raise CommandRefused("E45", user=args.user)
    token = api_token(user, args.days, f"operator:{system_user()}")
    if args.json:
        print_json({"user": user.username, "token": token, "days": args.days})
    else:
        speak(f"账号 {user.username} 的凭据：{token}")
        speak("只显示这一次。程序放在请求头里：Authorization: Bearer 凭据。")
    return 0
