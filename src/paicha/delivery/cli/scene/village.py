"""What the village that is shown does besides its cases: plan, leads, problems, changes, register, phones."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid5

import orjson

from paicha.delivery.cli.scene.cast import CADRE, GRID, TOWN, Cast
from paicha.domain import clock
from paicha.domain.areas.models import Group
from paicha.domain.households.models import Household
from paicha.domain.life.act import Asked
from paicha.domain.life.closing import close
from paicha.domain.life.moving import move
from paicha.domain.life.splitting import Part, split
from paicha.domain.problems.petitions import note_petition, reply
from paicha.domain.problems.rectification import close as close_problem
from paicha.domain.problems.rectification import mark_done
from paicha.domain.problems.services import add_problem
from paicha.domain.responses.models import Finding, Revision
from paicha.domain.responses.services import decide_within
from paicha.domain.responses.services.base_changes import mark_entered, note_change
from paicha.domain.rounds.models import RosterEntry
from paicha.domain.rounds.plan import plan_visits, survey_stage
from paicha.domain.sync.batches import Batch, take_batch
from paicha.domain.sync.devices import Sender, enrol
from paicha.domain.sync.models import Device
from paicha.domain.verification.enquiries import answer, ask

_OWNER = "村主任"
_PHONES = UUID("6b0f3a52-5a7e-4c1e-9d0a-2f6f0c9d7e11")  # what ids of a scene's phones and items are made from


def plan_survey(cast: Cast) -> None:
    """Each group on a day of the village's ten, shared by two people."""
    last = survey_stage(cast.round, cast.pack, cast.played.code).deadline
    days = [cast.round.opens_on + timedelta(days=n) for n in range((last - cast.round.opens_on).days + 1)]
    groups = sorted({entry.group for entry in cast.entries(cast.played)})
    coming = [day for day in days if day >= clock.today()]
    plan = {
        group: [("李四", coming[n % len(coming)]), ("张三", coming[(n + 5) % len(coming)])]
        for n, group in enumerate(groups)
    }
    plan_visits(cast.round, cast.pack, cast.played, plan, cast.actor(CADRE))


def decide_leads(cast: Cast) -> None:
    """Some leads are true, some are not, most are still open; reasons for some of what asks for one."""
    rows = Finding.objects.filter(round=cast.round, village=cast.played, state="open").order_by("pk")
    leads = [row.pk for row in rows.filter(severity="lead").exclude(household=None)]
    with cast.work(CADRE) as work:
        for pk in leads[::6]:
            decide_within(work, pk, state="confirmed", reason="入户核对过，情况属实")
        for pk in leads[3::9]:
            decide_within(work, pk, state="dismissed", reason="医保已经补缴，不算")


def list_problems(cast: Cast) -> None:
    """Early in the round: problems with and without measures; one is put right, one waits for the re-check."""
    listed = cast.met(cast.played)[:4]
    today = clock.today()
    with cast.work(CADRE) as work:
        homes = [Household.objects.get(pk=pk) for pk in listed]
        texts = ("饮水管道冻裂", "产业奖补没有兑现", "窑洞渗水", "联系电话没更新", "务工收入不稳定")
        dues = (2, 4, 20, 6, 25)  # days from now: the first two are overdue on the seventh day
        made = [
            add_problem(
                work, n % 4 + 1, text, f"desk:{work.actor}", household=homes[n] if n < len(homes) else None,
                measure="村里组织维修、核对", due_on=today + timedelta(days=due), owner=_OWNER,
            )
            for n, (text, due) in enumerate(zip(texts, dues, strict=True))
        ]  # fmt: skip
        add_problem(work, 8, "村组道路水毁待修", f"desk:{work.actor}")
        for problem in made[3:]:
            mark_done(work, problem, "已经办好，照片在村里")
    with cast.work(TOWN) as work:
        close_problem(work, made[4], "现场看过")


def note_petitions(cast: Cast) -> None:
    """Two petitions, one of them answered."""
    some = [Household.objects.get(pk=pk) for pk in cast.met(cast.played)[4:5]]
    with cast.work(CADRE) as work:
        first = note_petition(work, received_on=clock.today(), from_whom="匿名", demand="修通组路")
        note_petition(
            work,
            received_on=clock.today(),
            from_whom="本人",
            demand="要低保",
            household=some[0] if some else None,
        )
        reply(work, first, "已列入今年的计划", clock.today())


def note_changes(cast: Cast) -> None:
    """Changes of base information, one of them entered into the national system."""
    homes = [Household.objects.get(pk=pk) for pk in cast.met(cast.played)[5:8]]
    with cast.work(CADRE) as work:
        changes = [note_change(work, home, field="健康状况", old="健康", new="患大病") for home in homes]
        if len(changes) > 1:
            mark_entered(work, [changes[0].pk])


def ask_village(cast: Cast) -> None:
    """The town asks the village two questions; one is answered."""
    to = cast.user(CADRE)
    with cast.work(TOWN) as work:
        first = ask(work, "一组的人口比名册多 3 人，是不是有新增？", to, address="")
        ask(work, "三户住房填不安全，有没有照片？", to, address="")
    with cast.work(CADRE) as work:
        answer(work, first, "有两户添了孩子，一户老人迁回。", address="")


def change_register(cast: Cast) -> None:
    """One household moves to another group, one is entered as somebody who is there already, one is closed."""
    due = [entry for entry in cast.entries(cast.played, outcome=None) if entry.form == "general"]
    groups = sorted({entry.group for entry in cast.entries(cast.played) if entry.group})
    asked = Asked(cast.scope(CADRE), "核对名册时发现")
    for n, entry in enumerate(due[-3:]):
        other = next((group for group in groups if group != entry.group), entry.group)
        if n == 0 and other != entry.group:
            move(cast.round, cast.pack, entry.household_id, cast.played, other, asked)
        elif n == 1:
            twin = due[0].household
            part = Part(twin.head_name, twin.group, twin.phone, 1)
            split(cast.round, cast.pack, entry.household_id, part, asked)
        elif n == 2:
            close(cast.round, cast.pack, entry.household_id, "away", asked)


def send_from_phone(cast: Cast) -> None:
    """The grid worker's phone: two households met today, one that the desk had otherwise, and what was seen there."""
    user, device = cast.user(GRID), uuid5(_PHONES, "grid")
    enrol(user, device, "演示网格员的手机", "Android 10")
    group = Group.objects.filter(village=cast.played).order_by("name").first()
    mine = cast.entries(cast.played, form="general", group=group.name if group else "")
    met = [entry for entry in mine if entry.revision is not None and entry.outcome == 1]
    due = [entry for entry in mine if entry.revision is None]
    pattern = met[:1]
    if not pattern:
        return
    like = answers_of(pattern[0])
    items = [item_of(entry, _as(like, entry), n) for n, entry in enumerate(due[:2])]
    other = {"water": 3, "housing": 2, "residence": 2}
    items += [item_of(entry, answers_of(entry) | other, len(items) + n) for n, entry in enumerate(met[:2])]
    items[-1]["raised"] = [
        {"id": str(uuid5(_PHONES, "problem")), "kind": "problem", "type": 1, "text": "屋后土坡松动"},
        {"id": str(uuid5(_PHONES, "petition")), "kind": "petition", "received_on": clock.today().isoformat(),
         "from_whom": "本人", "demand": "接自来水"},
    ]  # fmt: skip
    sender = Sender(user, cast.scope(GRID), "full", Device.objects.get(pk=device))
    take_batch(sender, Batch(uuid5(_PHONES, "batch"), device, items, waiting=len(due[2:])))


def answers_of(entry: RosterEntry) -> dict[str, Any]:
    """What a household answered, without who it is."""
    assert entry.revision is not None, "a household that was met"
    text = Revision.objects.get(pk=entry.revision).answers
    return {name: value for name, value in orjson.loads(text).items() if name not in ("head_name", "group")}


def _as(like: dict[str, Any], entry: RosterEntry) -> dict[str, Any]:
    """Answers like another household's, with this one's own phone."""
    return like | {"phone": entry.household.phone, "surveyed_on": clock.today().isoformat(), "outcome": 1}


def item_of(entry: RosterEntry, answers: dict[str, Any], number: int) -> dict[str, Any]:
    """A finished item as a phone sends it; `number` tells it apart from the scene's others."""
    return {
        "item": str(uuid5(_PHONES, f"item{number}")), "household_id": str(entry.household_id), "base": None,
        "answers": answers, "completed": True, "confirmed": [], "raised": [],
        "answered_at": clock.now().isoformat(),
    }  # fmt: skip
