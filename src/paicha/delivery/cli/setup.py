"""`paicha init`: create or upgrade the database, load the pack and its areas, open a round."""

from __future__ import annotations

import argparse
from datetime import date
from typing import Any

from paicha.core.catalogue import sentence
from paicha.core.pack import digest_of
from paicha.delivery.cli.console import CommandRefused, speak, system_user
from paicha.delivery.cli.home import migrate
from paicha.delivery.cli.packs import read_or_refuse
from paicha.packs import DEFAULT


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser("init", help="建立或升级数据库，载入方案包，打开一轮排查")
    parser.add_argument("--pack", default=None, metavar="名字或文件夹")
    parser.add_argument(
        "--opens", type=day, default=None, metavar="YYYY-MM-DD", help="开始日期，不写则用方案包的"
    )
    parser.set_defaults(run=run)


def day(text: str) -> date:
    """A date argument."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(sentence("E43", read=text)) from None


def run(args: argparse.Namespace) -> int:
    files = read_or_refuse(args.pack)
    migrate()
    from paicha.domain.rounds.queries import current_round

    current = current_round()
    if current is not None and current.pack.name != DEFAULT and args.pack is None and args.opens is None:
        # An upgrade of a home that works with another pack: nobody has asked for a round of the shipped one.
        speak(f"已有：{current.pack.title}，{current.opens_on} 开始。")
        _warn_of_end(current)
        return 0
    round_, opened = ensure_round(files, args.opens)
    speak(f"{'已打开' if opened else '已有'}：{round_.pack.title}，{round_.opens_on} 开始。")
    if round_.pack_id != digest_of(files):
        speak(sentence("E86", pack=args.pack or DEFAULT))
    _warn_of_end(round_)
    return 0


def _warn_of_end(round_: Any) -> None:
    """Say so where the calendar of the round has run out already: everything would be late from the first day."""
    from paicha.domain.rounds.packs import pack_of
    from paicha.domain.rounds.queries import stages

    listed = stages(round_, pack_of(round_))
    if all(stage.over for stage in listed):
        last = max(stage.deadline for stage in listed)
        speak(sentence("E88", opens=round_.opens_on, last=last), error=True)


def stored_pack(files: dict[str, bytes], actor: str) -> tuple[Any, Any]:
    """A pack kept in the database with its areas, and as it is read. Raises CommandRefused with every error."""
    from paicha.core.pack import PackErrors
    from paicha.domain.handover.round_opening import load_pack

    try:
        return load_pack(files, actor)
    except PackErrors as errors:
        raise CommandRefused("E44", n=len(errors.errors), said=f"\n{errors}") from errors


def ensure_round(files: dict[str, bytes], opens: date | None) -> tuple[Any, bool]:
    """Load the pack and open a round, unless one of this pack and day is open. Twice is harmless."""
    from paicha.domain.handover.round_opening import open_round
    from paicha.domain.rounds.queries import current_round

    actor = f"operator:{system_user()}"
    content, pack = stored_pack(files, actor)
    current = current_round()
    day_ = opens or pack.schedule.opens_on
    if (
        current is not None
        and current.pack_id == content.digest
        and (opens is None or current.opens_on == day_)
    ):
        return current, False
    if current is not None and opens is None and current.pack.name == pack.name:
        return current, False
    return open_round(content, pack, day_, actor), True
