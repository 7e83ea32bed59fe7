"""`paicha upload list` and `upload undo`: what was taken in, and back, as far as nothing was built on it."""

from __future__ import annotations

import argparse
import time
from typing import TYPE_CHECKING, Any
from uuid import UUID

from paicha.delivery.cli.console import CommandRefused, ProgressLine, print_json, speak
from paicha.delivery.cli.home import open_home

if TYPE_CHECKING:
    from paicha.domain.intake.undo import UndoResult

_SHOWN = 30


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser("upload", help="导入过的表格：查看、撤回")
    actions = parser.add_subparsers(dest="action", required=True, metavar="动作")
    listed = actions.add_parser("list", help="本轮导入过什么，最近的在前")
    listed.add_argument("--json", action="store_true")
    listed.set_defaults(run=run_list)
    undo = actions.add_parser("undo", help="撤回一次导入；后来又改过、已上报、已有人处理的户留下，并说明")
    undo.add_argument("id", metavar="导入编号")
    undo.add_argument("--dry-run", action="store_true", help="只看会怎样，不撤回")
    undo.add_argument("--json", action="store_true")
    undo.set_defaults(run=run_undo)


def run_list(args: argparse.Namespace) -> int:
    _, round_, _ = open_home()
    from django.utils.timezone import localtime

    from paicha.domain.intake.history import upload_facts, uploads
    from paicha.domain.intake.interruptions import cut_short, interruption

    found, cut = list(uploads(round_)), cut_short()
    if args.json:
        print_json({"uploads": [upload_facts(upload, cut) for upload in found]})
        return 0
    if not found:
        speak("本轮还没有导入过表格。")
    for upload in found:
        counts = upload.result or {}
        said = interruption(upload, cut) or ("" if upload.finished_at else "正在导入")
        state = "（已撤回）" if upload.undone_at else f"（{said}）" if said else ""
        names = "、".join(upload.files[:3]) + (" 等" if len(upload.files) > 3 else "")
        speak(
            f"{upload.pk}  {localtime(upload.started_at):%m-%d %H:%M}  {upload.actor}  {names}："
            f"收下 {counts.get('accepted', 0)}（新农户 {counts.get('created', 0)}），"
            f"退回 {counts.get('refused', 0)}{state}"
        )
    return 0


def run_undo(args: argparse.Namespace) -> int:
    scope, _, _ = open_home()
    from paicha.domain.intake.undo import undo_upload

    try:
        upload = UUID(args.id)
    except ValueError as error:
        raise CommandRefused("E46") from error
    line, started = ProgressLine("撤回"), time.monotonic()
    result = undo_upload(
        upload, scope=scope, dry_run=args.dry_run, progress=lambda n, total: line(n, total, "")
    )
    if args.json:
        print_json(result.as_dict() | {"seconds": round(time.monotonic() - started, 3)})
    else:
        _tell(result, dry_run=args.dry_run)
    return 1 if result.left else 0


def _tell(result: UndoResult, *, dry_run: bool) -> None:
    for one in result.left[:_SHOWN]:
        speak(f"{one.village} {one.name}：{one.reason}，没有撤回。")
    if len(result.left) > _SHOWN:
        speak(f"…… 还有 {len(result.left) - _SHOWN} 户或表，用 --json 看全部。")
    start = "如果撤回：" if dry_run else ""
    speak(
        f"{start}恢复以前的答案 {result.restored} 户，回到没排查 {result.withdrawn} 户，"
        f"去掉新建的 {result.removed} 户；"
        f"村表 {result.forms}，问题 {result.problems} 条；留下 {len(result.left)}。"
    )
