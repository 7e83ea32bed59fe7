"""`paicha screen`: every rule over the current round again, or over a Parquet file without a database."""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

from paicha.delivery.cli.console import CommandRefused, ProgressLine, print_json, speak
from paicha.delivery.cli.packs import load_or_refuse
from paicha.delivery.cli.setup import day


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser("screen", help="把全部规则重跑一遍，或对 Parquet 文件运行")
    parser.add_argument("--as-of", type=day, default=None, metavar="YYYY-MM-DD", help="按这一天算期限")
    parser.add_argument("--input", default=None, metavar="A.parquet")
    parser.add_argument("--findings", default=None, metavar="F.parquet")
    parser.add_argument("--rollup", default=None, metavar="R.parquet")
    parser.add_argument("--pack", default=None)
    parser.add_argument("--engine", default="polars", choices=("polars", "spark"))
    parser.add_argument("--json", action="store_true")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    if args.engine == "spark":
        raise CommandRefused("E36")
    return _run_file(args) if args.input else _run_round(args)


def _run_file(args: argparse.Namespace) -> int:
    from paicha.engines.screening import screen_file

    if not (args.findings and args.rollup):
        raise CommandRefused("E37")
    pack = load_or_refuse(args.pack)
    started = time.monotonic()
    screened = screen_file(
        Path(args.input), Path(args.findings), Path(args.rollup), pack, ProgressLine("筛查")
    )
    seconds = round(time.monotonic() - started, 3)
    if args.json:
        print_json({"households": screened.households, "findings": screened.findings, "seconds": seconds})
    else:
        speak(f"{screened.households} 户，{screened.findings} 条线索，用时 {seconds} 秒。")
    return 0


def _run_round(args: argparse.Namespace) -> int:
    from paicha.delivery.cli.home import open_home

    scope, round_, pack = open_home()
    from paicha.domain.areas.models import Area
    from paicha.domain.responses.services import screen
    from paicha.domain.rounds.queries import village_areas

    started = time.monotonic()
    line = ProgressLine("筛查")
    areas = village_areas(round_)
    villages = Area.objects.in_bulk([area.area_id for area in areas])
    leads = 0
    for number, area in enumerate(areas, 1):
        leads += screen(round_, pack, villages[area.area_id], scope.actor, args.as_of)
        line(number, len(areas), area.name)
    seconds = round(time.monotonic() - started, 3)
    if args.json:
        print_json({"villages": len(areas), "leads": leads, "seconds": seconds})
    else:
        speak(f"{len(areas)} 个村重跑完毕，现有 {leads} 条线索没处理，用时 {seconds} 秒。")
    return 0
