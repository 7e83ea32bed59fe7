"""`paicha demo`: a synthetic county in this home, through the real import; `paicha demo clock +3d`.

What holds: a home with answers is refused; the home is marked as a demo, which alone may have demo
accounts and a moved clock; the truth is what the generator planted, never what the rules found.
"""

from __future__ import annotations

import argparse
import re
import tempfile
import time
from contextlib import ExitStack
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import orjson

from paicha.delivery.cli.console import CommandRefused, ProgressLine, print_json, speak, system_user
from paicha.delivery.cli.demo_people import people
from paicha.delivery.cli.home import migrate
from paicha.delivery.cli.packs import read_or_refuse
from paicha.delivery.cli.scene import SCENES, play
from paicha.delivery.cli.setup import day, ensure_round

DEFAULT_HOUSEHOLDS = 110_000
_OPENED_DAYS_AGO = 6
_MOVE = re.compile(r"([+-]?[0-9]{1,4})([dhm])")
_UNIT = {"d": "days", "h": "hours", "m": "minutes"}


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser("demo", help="建立一个演示县（虚构的农户，真实的区划）")
    parser.add_argument("--households", type=int, default=DEFAULT_HOUSEHOLDS, metavar="N")
    parser.add_argument("--seed", type=int, default=1, metavar="S")
    parser.add_argument("--opens", type=day, default=None, metavar="YYYY-MM-DD")
    parser.add_argument(
        "--scene", choices=tuple(SCENES), default=None, help="排查到一半的样子：day7 是第七天"
    )
    parser.add_argument("--truth", default=None, metavar="FILE", help="写出埋入的线索和错误")
    parser.add_argument("--workbooks", default=None, metavar="DIR", help="写出全部填好的工作簿")
    parser.add_argument("--json", action="store_true")
    actions = parser.add_subparsers(dest="action", metavar="动作")
    clock = actions.add_parser("clock", help="调整演示数据的时钟，如 +3d、+12h")
    clock.add_argument("by", metavar="+3d")
    clock.set_defaults(run=run_clock)
    parser.set_defaults(run=run)


def run_clock(args: argparse.Namespace) -> int:
    found = _MOVE.fullmatch(args.by)
    if not found:
        raise CommandRefused("E25", read=args.by)
    migrate()
    from paicha.domain import clock

    whole = clock.move(timedelta(**{_UNIT[found[2]]: int(found[1])}))
    speak(f"演示时钟共调整 {_shift_text(whole)}，现在是 {clock.now():%Y-%m-%d %H:%M}。")
    return 0


def run(args: argparse.Namespace) -> int:
    files = read_or_refuse(None)
    if args.households < 1:
        raise CommandRefused("E26")
    started = time.monotonic()
    migrate()
    from paicha.domain import clock
    from paicha.domain.responses.models import Revision

    if Revision.objects.exists():
        raise CommandRefused("E27")
    if args.scene:
        return _scene(files, args, started)
    opens = args.opens or clock.today() - timedelta(days=_OPENED_DAYS_AGO)
    round_, _ = ensure_round(files, opens)
    clock.mark_demo()
    with ExitStack() as stack:
        folder = Path(
            args.workbooks or stack.enter_context(tempfile.TemporaryDirectory(prefix="paicha-demo-"))
        )
        truth = _generate(files, args, opens, folder)
        result = _import(folder)
    accounts = people()
    _fill_ids(truth)
    if args.truth:
        Path(args.truth).write_bytes(orjson.dumps(truth, option=orjson.OPT_INDENT_2))
    seconds = round(time.monotonic() - started, 1)
    if args.json:
        told = {"households": result.created, "refused": result.refused, "seconds": seconds}
        print_json(
            {**told, "leads": sum(line["kind"] == "lead" for line in truth), "accounts": len(accounts)}
        )
        return 0
    speak(
        f"演示县已建好：{round_}，{result.created} 户，埋入的错误行已退回 {result.refused} 行。用时 {seconds} 秒。"
    )
    _speak_accounts(accounts)
    return 0


def _scene(files: dict[str, bytes], args: argparse.Namespace, started: float) -> int:
    """A county in the middle of its survey; what was planted in it is not stated, since not all of it is met."""
    from paicha.domain import clock

    if args.truth or args.workbooks or args.opens:
        raise CommandRefused("E89")
    clock.mark_demo()
    with tempfile.TemporaryDirectory(prefix="paicha-demo-") as folder:
        played = play(files, args.scene, args.households, args.seed, Path(folder))
    seconds = round(time.monotonic() - started, 1)
    if args.json:
        told = {"households": played.households, "met": played.met, "refused": played.refused}
        print_json({**told, "seconds": seconds, "accounts": len(played.accounts)})
        return 0
    speak(
        f"演示县已建好：{played.round}，今天是第 {SCENES[args.scene]} 天，{played.households} 户，"
        f"已排查 {played.met} 户。用时 {seconds} 秒。"
    )
    _speak_accounts(played.accounts)
    return 0


def _speak_accounts(accounts: list[dict[str, str]]) -> None:
    for account in accounts:
        speak(f"  演示账号 {account['username']}  密码 {account['password']}  {account['title']}")


def _generate(files: dict[str, bytes], args: argparse.Namespace, opens: date, folder: Path) -> list[Any]:
    from paicha.demo import County, generate
    from paicha.domain import clock

    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as aside:
        areas = Path(aside) / "areas.csv"
        areas.write_bytes(files["areas.csv"])
        last = max(opens, min(clock.today(), opens + timedelta(days=_OPENED_DAYS_AGO)))
        county = County(areas, args.households, args.seed, (opens, last))
        try:
            return list(generate(county, folder))
        except ValueError as error:
            raise CommandRefused("G05", said=error) from error


def _import(folder: Path) -> Any:
    from paicha.domain.accounts.policies import operator_scope
    from paicha.domain.intake.services import import_files, read_sources

    return import_files(
        read_sources([str(folder)]).sources,
        scope=operator_scope(system_user()),
        progress=ProgressLine("导入演示县"),
        processes=2,
    )


def _fill_ids(truth: list[Any]) -> None:
    """Ids of this home's households, by village, group and head."""
    from paicha.domain.households.models import Household

    ids: dict[tuple[str, str, str], str] = {}
    plain: dict[tuple[str, str], str] = {}
    rows = Household.objects.values_list("village__code", "group", "head_name", "id")
    for village, group, head, id_ in rows.iterator(20_000):
        ids[(village, group, head)] = str(id_)
        plain[(village, head)] = str(id_)
    for line in truth:
        if line["head_name"]:
            group = line["group"]
            found = ids.get((line["village"], group, line["head_name"])) if group else None
            line["household_id"] = found or plain.get((line["village"], line["head_name"]))


def _shift_text(whole: timedelta) -> str:
    """How far the clock was moved in all, as people say it: 往后 6 天、往前 1 小时 30 分, 0."""
    minutes = round(abs(whole).total_seconds() / 60)
    days, hours = divmod(minutes, 24 * 60)
    parts = ((days, "天"), (hours // 60, "小时"), (hours % 60, "分"))
    said = " ".join(f"{n} {unit}" for n, unit in parts if n)
    return f"{'往前' if whole < timedelta() else '往后'} {said}" if said else "0 天"
