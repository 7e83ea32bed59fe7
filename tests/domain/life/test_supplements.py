"""Events in a village that has handed up: as a supplement by whoever may hand up, frozen anew; undone likewise."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from tests.worlds.ledger import Ledgers
from tests.worlds.life import require_whole
from tests.worlds.round import NEIGHBOUR, VILLAGE, World

from paicha.core.refusal import Refusal
from paicha.domain.accounts.models import Assignment, Notice, User
from paicha.domain.accounts.policies import operator_scope, scope
from paicha.domain.handover.ledger_text import deviation, freeze
from paicha.domain.handover.models import Submission
from paicha.domain.handover.queries import submissions, targets
from paicha.domain.households.models import HouseholdEvent
from paicha.domain.households.services import change_head
from paicha.domain.life.act import Asked
from paicha.domain.life.closing import close, reopen
from paicha.domain.life.merging import merge
from paicha.domain.life.moving import move
from paicha.domain.life.reclassing import reclass
from paicha.domain.life.splitting import Part, split
from paicha.domain.life.undoing import undo
from paicha.domain.rounds.models import RosterEntry

OPERATOR = operator_scope("tester")
LATE = Asked(OPERATOR, "上报以后才知道", supplement=True)
Act = Callable[[World, Asked], HouseholdEvent]


@pytest.fixture
def up(plain: World) -> Iterator[Ledgers]:
    """The village and its neighbour handed up."""
    ledgers = Ledgers(plain)
    for code, who in ((VILLAGE, "cadre"), (NEIGHBOUR, "town")):
        ledgers.complete(code)
        ledgers.hand_up(code, who=who)
    return ledgers


def _move(code: str) -> Act:
    return lambda w, asked: move(w.round, w.pack, w.household("王建国").pk, w.areas[code], "9", asked)


ACTS: dict[str, tuple[Act, tuple[str, ...]]] = {
    "move within": (_move(VILLAGE), (VILLAGE,)),
    "move away": (_move(NEIGHBOUR), (VILLAGE, NEIGHBOUR)),
    "close": (lambda w, a: close(w.round, w.pack, w.household("高兰花").pk, "dead", a), (VILLAGE,)),
    "class": (lambda w, a: reclass(w.round, w.pack, w.household("王建国").pk, "lifted", a), (VILLAGE,)),
    "merge": (
        lambda w, a: merge(w.round, w.pack, w.household("乔志强").pk, w.household("王建国").pk, a),
        (VILLAGE,),
    ),
    "split": (
        lambda w, a: split(w.round, w.pack, w.household("王建国").pk, Part("王小国", population=1), a),
        (VILLAGE,),
    ),
}


def _as_handed_up(ledgers: Ledgers, code: str) -> bool:
    world = ledgers.world
    return not deviation(ledgers.last(code), freeze(world.round, world.pack, world.areas[code].pk))


@pytest.mark.parametrize("name", ACTS)
def test_an_event_is_a_supplement_of_every_village_that_it_changes(up: Ledgers, name: str) -> None:
    act, codes = ACTS[name]
    world = up.world
    with pytest.raises(Refusal, match="已经上报"):
        act(world, replace(LATE, supplement=False))
    event = act(world, LATE)
    for code in (VILLAGE, NEIGHBOUR):
        kind = Submission.Kind.SUPPLEMENT if code in codes else Submission.Kind.WHOLE
        assert (up.last(code).kind, up.summary(code).handed_up) == (kind, True)
        assert _as_handed_up(up, code)
    assert up.last().reason == "上报以后才知道"
    assert Notice.objects.filter(words__contains="补报了一项变动").exists()
    require_whole(world)
    with pytest.raises(Refusal, match="已经上报"):
        undo(world.round, world.pack, event.pk, OPERATOR)
    undo(world.round, world.pack, event.pk, OPERATOR, supplement=True)
    assert [len(submissions(world.round, world.areas[code].pk)) for code in codes] == [3] * len(codes)
    assert all(_as_handed_up(up, code) for code in codes)
    require_whole(world)


def _send_back(ledgers: Ledgers) -> None:
    ledgers.send_back(["郝平"])


BARRED: list[tuple[str, Callable[[Ledgers], object], str, str]] = [
    ("who may not hand up", lambda v: None, "officer", "不能替"),
    ("rows came back", _send_back, "cadre", "有退回的还没改完"),
]


@pytest.mark.parametrize(("before", "who", "said"), [row[1:] for row in BARRED], ids=[r[0] for r in BARRED])
def test_when_a_supplement_is_barred(
    up: Ledgers, before: Callable[[Ledgers], object], who: str, said: str
) -> None:
    before(up)
    officer = up.world.users["officer"] = User.objects.create_user("officer", password="a-long-password-1")
    Assignment.objects.create(
        user=officer, role="information_officer", kind="village", ref=VILLAGE, since=up.world.round.opens_on
    )
    asked = replace(LATE, scope=scope(up.world.users[who]))
    with pytest.raises(Refusal, match=said):
        _move(VILLAGE)(up.world, asked)
    assert not HouseholdEvent.objects.exists()


def test_a_row_that_came_back_is_changed_without_one(up: Ledgers) -> None:
    up.send_back(["高兰花"])
    ACTS["close"][0](up.world, replace(LATE, supplement=False))
    assert up.hand_up().kind == Submission.Kind.WHOLE


def test_what_comes_back_after_the_next_hand_up_is_locked(up: Ledgers) -> None:
    """Closed while it was open alone; once the village is up again nothing of it is open."""
    world = up.world
    up.send_back(["王建国", "郝平"])
    home = world.household("王建国")
    close(world.round, world.pack, home.pk, "dead", replace(LATE, supplement=False))
    up.answer("郝平", housing=1)
    up.hand_up()
    reopen(world.round, world.pack, home.pk, LATE)
    assert not RosterEntry.objects.get(household=home).reopened
    with pytest.raises(Refusal, match="已经上报"):
        _move(VILLAGE)(world, replace(LATE, supplement=False))
    require_whole(world)


REMEDIES: list[Callable[[World], object]] = [
    lambda w: move(
        w.round, w.pack, w.household("王建国").pk, w.areas[VILLAGE], "9", replace(LATE, supplement=False)
    ),
    lambda w: change_head(w.household("王建国"), "王小国", actor="tester", reason="写错了"),
]


@pytest.mark.parametrize("remedy", REMEDIES, ids=["group", "head"])
def test_a_row_that_came_back_is_remedied_by_another_group_or_head(
    up: Ledgers, remedy: Callable[[World], object]
) -> None:
    sent, world = up.send_back(["王建国"]), up.world

    def is_corrected() -> bool:
        (target,) = targets(world.round, world.pack, sent.area_id, [sent])[sent.pk]
        return target.changed

    assert not is_corrected()
    with pytest.raises(Refusal, match="没有改"):
        up.hand_up()
    event = remedy(world)
    assert is_corrected()
    if isinstance(event, HouseholdEvent):
        undo(world.round, world.pack, event.pk, OPERATOR)
        assert not is_corrected(), "what is undone remedies nothing"
        remedy(world)
    up.hand_up()
