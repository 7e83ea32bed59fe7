"""`paicha household …`: a household moved, split, merged, closed, reopened or of another class; an event undone."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any
from uuid import UUID

from paicha.delivery.cli.console import CommandRefused, print_json, speak
from paicha.delivery.cli.home import open_home

if TYPE_CHECKING:
    from paicha.domain.accounts.policies import Scope
    from paicha.domain.areas.models import Area
    from paicha.domain.households.models import Household, HouseholdEvent
    from paicha.domain.life.act import Asked


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser("household", help="农户变动：迁移、分户、并户、销户、恢复、更正类别、撤销")
    actions = parser.add_subparsers(dest="action", required=True, metavar="动作")
    moved = _act(actions, "move", "迁到别的组或村", run_move)
    moved.add_argument("--village", metavar="代码", default="", help="12 位村代码；不写是本村")
    moved.add_argument("--group", default="", help="哪个组；不写是不分组")
    closed = _act(actions, "close", "销户：不再计入各项数字", run_close)
    closed.add_argument(
        "--cause", choices=("dead", "away", "abroad", "other"), default="other", help="为什么"
    )
    _act(actions, "reopen", "恢复销了的户", run_reopen)
    changed = _act(actions, "reclass", "更正类别，换到那一类的表", run_reclass)
    changed.add_argument("--class", dest="class_", metavar="类别", required=True, help="方案包里的类别")
    merged = _act(actions, "merge", "并到另一户", run_merge)
    merged.add_argument("--into", metavar="户编号", required=True, help="并到哪一户")
    part = _act(actions, "split", "分出一个新户", run_split)
    part.add_argument("--head", metavar="姓名", required=True, help="新户户主")
    part.add_argument("--group", default="", help="哪个组；不写同原来一户")
    part.add_argument("--phone", default="")
    part.add_argument("--population", type=int, default=None)
    part.add_argument("--class", dest="class_", default="", help="不写同原来一户")
    shown = actions.add_parser("history", help="一户变动过什么，最近的在前")
    shown.add_argument("household", metavar="户编号")
    shown.add_argument("--json", action="store_true")
    shown.set_defaults(run=run_history)
    undone = actions.add_parser("undo", help="撤销一次变动，先撤最近的")
    undone.add_argument("id", metavar="变动编号", type=int)
    undone.add_argument("--json", action="store_true")
    _add_supplement(undone)
    undone.set_defaults(run=run_undo)


def _add_supplement(parser: Any) -> None:
    parser.add_argument("--supplement", action="store_true", help="村里已经上报的，按补报办，重新定格")


def _ask(scope: Scope, args: argparse.Namespace) -> Asked:
    from paicha.domain.life.act import Asked

    return Asked(scope, args.reason, supplement=args.supplement)


def _act(actions: Any, name: str, help_: str, run: Any) -> Any:
    parser = actions.add_parser(name, help=help_)
    parser.add_argument("household", metavar="户编号")
    parser.add_argument("--reason", metavar="原因", required=True)
    _add_supplement(parser)
    parser.add_argument("--json", action="store_true")
    parser.set_defaults(run=run)
    return parser


def run_move(args: argparse.Namespace) -> int:
    scope, round_, pack = open_home()
    from paicha.domain.life.moving import move

    household = _household(args.household)
    village = _village(args.village) if args.village else household.village
    return _tell(move(round_, pack, household.pk, village, args.group, _ask(scope, args)), args)


def run_close(args: argparse.Namespace) -> int:
    scope, round_, pack = open_home()
    from paicha.domain.life.closing import close

    household = _household(args.household)
    return _tell(close(round_, pack, household.pk, args.cause, _ask(scope, args)), args)


def run_reopen(args: argparse.Namespace) -> int:
    scope, round_, pack = open_home()
    from paicha.domain.life.closing import reopen

    return _tell(reopen(round_, pack, _household(args.household).pk, _ask(scope, args)), args)


def run_reclass(args: argparse.Namespace) -> int:
    scope, round_, pack = open_home()
    from paicha.domain.life.reclassing import reclass

    household = _household(args.household)
    return _tell(reclass(round_, pack, household.pk, args.class_, _ask(scope, args)), args)


def run_merge(args: argparse.Namespace) -> int:
    scope, round_, pack = open_home()
    from paicha.domain.life.merging import merge

    household, other = _household(args.household), _household(args.into)
    return _tell(merge(round_, pack, household.pk, other.pk, _ask(scope, args)), args)


def run_split(args: argparse.Namespace) -> int:
    scope, round_, pack = open_home()
    from paicha.domain.life.splitting import Part, split

    household = _household(args.household)
    part = Part(args.head, args.group, args.phone, args.population, args.class_)
    return _tell(split(round_, pack, household.pk, part, _ask(scope, args)), args)


def run_undo(args: argparse.Namespace) -> int:
    scope, round_, pack = open_home()
    from paicha.domain.life.undoing import undo

    return _tell(undo(round_, pack, args.id, scope, supplement=args.supplement), args)


def run_history(args: argparse.Namespace) -> int:
    open_home()
    from paicha.domain.life.queries import history

    events = history(_household(args.household).pk).events
    if args.json:
        print_json({"events": [_event_facts(event) for event in events]})
        return 0
    if not events:
        speak("这一户没有变动过。")
    for event in events:
        speak(_sentence(event))
    return 0


def _tell(event: HouseholdEvent, args: argparse.Namespace) -> int:
    if args.json:
        print_json(_event_facts(event))
    else:
        speak(_sentence(event))
    return 0


def _event_facts(event: HouseholdEvent) -> dict[str, Any]:
    return {
        "event": event.pk, "kind": event.kind, "household_id": str(event.household_id),
        "other_id": str(event.other_id) if event.other_id else None, "from": event.old, "to": event.new,
        "to_ask": event.state.get("open", []), "answers": event.state.get("status", ""),
        "reason": event.reason, "at": event.at, "undone": event.undone_at is not None,
    }  # fmt: skip


def _sentence(event: HouseholdEvent) -> str:
    from django.utils.timezone import localtime

    undone = "（已撤销）" if event.undone_at else ""
    places = (
        "：" + " → ".join(text for text in (event.old, event.new) if text) if event.old or event.new else ""
    )
    return (
        f"{event.pk}  {localtime(event.at):%m-%d %H:%M}  {event.household.head_name}户"
        f"{event.get_kind_display()}{places}，{event.reason}{undone}"
    )


def _household(text: str) -> Household:
    """By its number as our workbooks carry it, or by its id. Raises CommandRefused."""
    from paicha.core.keys import parse_number
    from paicha.domain.households.models import Household
    from paicha.domain.households.services import register_tag

    number = parse_number(text, register_tag())
    rows = Household.objects.select_related("village")
    try:
        found = rows.filter(number=number).first() if number else rows.filter(pk=UUID(text)).first()
    except ValueError:
        found = None
    if found is None:
        raise CommandRefused("N02")
    return found


def _village(code: str) -> Area:
    from paicha.domain.areas.models import Area

    found = Area.objects.filter(code=code, level__in=("village", "residents")).first()
    if found is None:
        raise CommandRefused("U15", village=code)
    return found
