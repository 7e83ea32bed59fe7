"""`paicha duplicates`: households that look like one, compared as the register is now; with --as as a file."""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from paicha.delivery.cli.console import CommandRefused, print_json, speak, system_user
from paicha.delivery.cli.home import open_home

if TYPE_CHECKING:
    from paicha.core.pack import Pack
    from paicha.domain.duplicates.queries import Cluster, People

_SHOWN = 20


def add_parser(subparsers: Any) -> None:
    """`duplicates [--area CODE] [--as csv|xlsx --output DIR] [--json]`."""
    parser = subparsers.add_parser("duplicates", help="列出疑似重复的农户，最像的在前")
    parser.add_argument("--area", metavar="代码", default="", help="12 位行政区划代码；不写是全县（市）")
    parser.add_argument("--as", dest="kind", choices=("csv", "xlsx"), help="写成文件的格式")
    parser.add_argument("--output", type=Path, metavar="文件夹", help="文件放在哪里")
    parser.add_argument("--json", action="store_true", help="最后一行输出 JSON")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """0 listed. Raises CommandRefused: --as without --output or the other way, a folder that cannot be written."""
    if (args.kind is None) != (args.output is None):
        raise CommandRefused("E70")
    began = time.monotonic()
    scope, round_, pack = open_home()
    from paicha.domain.audit.services import read_logged
    from paicha.domain.duplicates.queries import clusters, numbers, pairs_at, people_of
    from paicha.domain.duplicates.services import refresh
    from paicha.domain.reports.figures import area_of

    area = area_of(round_, args.area or pack.county)
    compared = refresh()
    rows = pairs_at(scope, area.code)
    listed = clusters(rows, numbers(rows))
    households = {household.pk for cluster in listed for household in cluster.households}
    if households:
        read_logged(scope.actor, "duplicates", area.code, len(households))
    people = people_of(households)
    file = _write_list(args, listed, people, pack) if args.kind else None
    pairs = sum(len(cluster.pairs) for cluster in listed)
    seconds = round(time.monotonic() - began, 3)
    if args.json:
        found = {"area": area.code, "groups": len(listed), "pairs": pairs, "households": len(households)}
        print_json(
            found | {"villages_read": compared.villages, "file": file and str(file), "seconds": seconds}
        )
        return 0
    for cluster in listed[:_SHOWN]:
        speak("、".join(f"{h.head_name}（{h.village.spoken}{h.group}）" for h in cluster.households))
        for pair in cluster.pairs:
            speak(f"  {pair.points} 分：{'，'.join(pair.likeness.alike())}")
    if len(listed) > _SHOWN:
        speak(f"…… 还有 {len(listed) - _SHOWN} 组，用 --as 写成文件看全部。")
    where = f"，写在 {file}" if file else ""
    speak(f"{area.name}：{len(listed)} 组疑似重复，{pairs} 对{where}，用时 {seconds} 秒。")
    return 0


def _write_list(args: argparse.Namespace, listed: list[Cluster], people: People, pack: Pack) -> Path:
    from paicha.domain.duplicates import sheet

    rows = sheet.rows(listed, people, pack)
    data = sheet.as_csv(rows) if args.kind == "csv" else sheet.as_xlsx(rows, pack, system_user())
    file = Path(args.output) / f"{sheet.TITLE}.{args.kind}"
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    except OSError as error:
        raise CommandRefused("E28", folder=args.output, reason=error.strerror or str(error)) from error
    return file
