"""`paicha round open` and `paicha round status`."""

from __future__ import annotations

import argparse
from typing import Any

from paicha.delivery.cli.console import print_json, speak
from paicha.delivery.cli.home import open_home
from paicha.delivery.cli.packs import read_or_refuse
from paicha.delivery.cli.setup import day, stored_pack


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser("round", help="打开新一轮，或看本轮进度")
    actions = parser.add_subparsers(dest="action", required=True, metavar="动作")
    opening = actions.add_parser("open", help="打开新一轮")
    opening.add_argument("--opens", type=day, required=True, metavar="YYYY-MM-DD")
    opening.add_argument("--pack", default=None, metavar="名字或文件夹", help="不写则用上一轮的方案包")
    opening.set_defaults(run=run_open)
    status = actions.add_parser("status", help="本轮进度")
    status.add_argument("--json", action="store_true")
    status.set_defaults(run=run_status)


def run_open(args: argparse.Namespace) -> int:
    scope, current, pack = open_home()
    from paicha.domain.handover.round_opening import foresee_opening, open_round

    content = current.pack
    if args.pack is not None:
        content, pack = stored_pack(read_or_refuse(args.pack), scope.actor)
    opening = foresee_opening(pack, args.opens)
    round_ = open_round(content, pack, args.opens, scope.actor)
    speak(f"已打开：{round_}。")
    if opening.warning:
        speak(opening.warning)
    return 0


def run_status(args: argparse.Namespace) -> int:
    _, round_, pack = open_home()
    from paicha.domain.responses.models import VillageSummary
    from paicha.domain.responses.summary.tallies import tally
    from paicha.domain.rounds.queries import current_stage

    stage = current_stage(round_, pack)
    totals = tally(pack, VillageSummary.objects.filter(round=round_))
    if args.json:
        print_json(
            {
                "round": str(round_),
                "opens": round_.opens_on.isoformat(),
                "stage": stage.id,
                "deadline": stage.deadline.isoformat(),
                "villages": totals.villages,
                "households": totals.households,
                "surveyed": totals.done,
                "due": totals.due,
                "leads": totals.open_leads,
                "conflicts": totals.conflicts,
                "problems": totals.problems,
            }
        )
        return 0
    speak(f"{round_}，{stage.title}第 {stage.nth} 天，{stage.deadline.month}月{stage.deadline.day}日前完成。")
    speak(
        f"农户 {totals.households}，已排查 {totals.done}，还差 {totals.due}，没处理的线索 {totals.open_leads}。"
    )
    return 0
