"""`paicha import`: household rosters and filled village workbooks, each recognised by content."""

from __future__ import annotations

import argparse
import gc
from pathlib import Path
from typing import TYPE_CHECKING, Any

from paicha.delivery.cli.console import CommandRefused, ProgressLine, print_json, speak
from paicha.delivery.cli.home import open_home

if TYPE_CHECKING:
    from paicha.core.pack import Pack
    from paicha.domain.intake.services import ImportResult

_SHOWN = 30


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser("import", help="导入花名册和填好的排查表（xlsx、xls、ods、csv、网页表格）")
    parser.add_argument("paths", nargs="+", metavar="文件或文件夹")
    parser.add_argument("--village", default=None, metavar="村代码")
    parser.add_argument("--dry-run", action="store_true", help="只看会怎样，不保存")
    parser.add_argument("--report", default=None, metavar="文件夹", help="把退回的行写成表，改好可再导入")
    parser.add_argument("--json", action="store_true")
    parser.set_defaults(run=run, stays="已经收下的村都已保存，再运行一次会接着做。")


def run(args: argparse.Namespace) -> int:
    scope, _, pack = open_home()
    from paicha.domain.intake.services import import_files, read_sources
    from paicha.formats.reading.calamine_guard import silence_panics

    silence_panics()
    gc.freeze()  # what is loaded by now lives to the end; the collector needn't walk it for every village
    gc.set_threshold(100_000, 50, 100)
    found = read_sources(args.paths)
    sources, unread = found.sources, found.note()
    if not sources:
        raise CommandRefused("E33")
    result = import_files(
        sources,
        scope=scope,
        village=args.village,
        dry_run=args.dry_run,
        progress=ProgressLine("导入"),
        processes=2,
    )
    if unread is not None:
        result.messages.insert(0, unread)
    if args.report:
        from paicha.domain.intake.refused_rows import write_report

        written = write_report(result, sources, Path(args.report))
        if not args.json and written:
            speak(f"退回的行写在 {args.report}，改好可以再导入。")
    if args.json:
        print_json(result.as_dict())
    else:
        _tell(result, args.dry_run, pack)
    if result.rows == 0 and result.forms == 0 and result.skipped == 0 and not result.complete:
        speak(next(m.message for m in result.messages if m.severity == "hard") + "。", error=True)
        return 2
    return 0 if result.complete else 1


def _tell(result: ImportResult, dry_run: bool, pack: Pack) -> None:
    for note in result.messages:
        if note.code == "F16":
            speak(f"{note.message}。[{note.code}]")
    hard = [m for m in result.messages if m.severity == "hard"]
    for message in hard[:_SHOWN]:
        speak(f"{message.file} {message.message}。[{message.code}]")
    if len(hard) > _SHOWN:
        speak(f"…… 还有 {len(hard) - _SHOWN} 条，用 --report 写成表，或用 --json 看全部。")
    _tell_changes(result, pack)
    start = "如果导入：" if dry_run else ""
    speak(
        f"{start}{result.files} 个文件，{result.rows} 行：收下 {result.accepted}（其中新农户 {result.created}，"
        f"要说明 {result.warned}），没有变化 {result.unchanged}，冲突 {result.conflicts}，退回 {result.refused}；"
        f"空表行 {result.skipped}；村表 {result.forms}，退回 {result.forms_refused}。用时 {result.seconds:.1f} 秒。"
    )


def _tell_changes(result: ImportResult, pack: Pack) -> None:
    """By village, how many households change which answers, and how many go back to earlier ones."""
    changed = [(code, told) for code, told in sorted(result.changes.items()) if told.households]
    for code, told in changed[:_SHOWN]:
        questions = "、".join(
            f"{pack.questions[name].short or pack.questions[name].label} {n}"
            for name, n in told.questions.most_common(6)
        )
        more = " 等" if len(told.questions) > 6 else ""
        back = f"；{told.back} 户回到以前的答案" if told.back else ""
        speak(f"{code} 改了 {told.households} 户已有的答案：{questions}{more}{back}")
    if len(changed) > _SHOWN:
        speak(f"…… 还有 {len(changed) - _SHOWN} 个村改了已有的答案。")
