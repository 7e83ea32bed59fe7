"""`paicha export`: the official forms of a village, a town or the county, or their answers as columns.

Acts as the machine's operator: everything in scope, phones unmasked, logged under the system's user.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from paicha.core.area_codes import VILLAGE_LEVELS
from paicha.core.catalogue import sentence
from paicha.delivery.cli.console import CommandRefused, ProgressLine, print_json, speak, system_user
from paicha.delivery.cli.home import open_home

if TYPE_CHECKING:
    from paicha.core.pack import Pack
    from paicha.domain.rounds.models import Round, RoundArea

PROCESSES = 2
_TITLES = {"village": "一个村", "town": "一个镇街和它的各村", "county": "全县（市）"}


def add_parser(subparsers: Any) -> None:
    """`export village CODE | town CODE | county --as xlsx|pdf|parquet --output DIR [--json]`."""
    parser = subparsers.add_parser("export", help="导出排查表和台账（xlsx、pdf）或答案（parquet）")
    levels = parser.add_subparsers(dest="level", required=True, metavar="village|town|county")
    for level, title in _TITLES.items():
        one = levels.add_parser(level, help=title)
        if level != "county":
            one.add_argument("code", metavar="代码", help="12 位行政区划代码")
        one.add_argument("--as", dest="kind", choices=("xlsx", "pdf", "parquet"), required=True, help="格式")
        one.add_argument("--output", type=Path, required=True, metavar="文件夹", help="放在哪里")
        one.add_argument("--json", action="store_true", help="最后一行输出 JSON")
        one.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """0 all written. Raises CommandRefused: an unknown area, a folder that cannot be written."""
    started = time.monotonic()
    scope, round_, pack = open_home()
    from paicha.domain.reports.export import export_area
    from paicha.formats.fonts import code_point

    area = _area(args, round_, pack)
    try:
        done = export_area(
            round_,
            area,
            args.kind,
            args.output,
            scope=scope,
            exporter=system_user(),
            processes=PROCESSES,
            progress=ProgressLine("导出"),
        )
    except OSError as error:
        reason = error.strerror or str(error)
        raise CommandRefused("E28", folder=args.output, reason=reason) from error
    seconds = round(time.monotonic() - started, 3)
    if args.json:
        found = {"area": area.code, "as": args.kind, "output": str(args.output), "files": len(done.files)}
        gaps = [code_point(character) for character in sorted(done.unprintable)]
        print_json({**found, "rows": done.rows, "unprintable": gaps, "seconds": seconds})
    else:
        speak(
            f"{area.name}：{len(done.files)} 个文件，{done.rows} 户，放在 {args.output}，用时 {seconds} 秒。"
        )
        for character, files in sorted(done.unprintable.items()):
            where = files[0] + (f" 等 {len(files)} 个文件" if len(files) > 1 else "")
            speak(sentence("E82", character=character, where=where, code=code_point(character)))
    return 0


def _area(args: argparse.Namespace, round_: Round, pack: Pack) -> RoundArea:
    from paicha.domain.reports.figures import area_of

    levels = {"village": VILLAGE_LEVELS, "town": ("town",), "county": ("county",)}[args.level]
    area = area_of(round_, pack.county if args.level == "county" else args.code)
    if area.level not in levels:
        right = "village" if area.level in VILLAGE_LEVELS else area.level
        raise CommandRefused("E29", code=area.code, name=area.name, level=args.level, right=right)
    return area
