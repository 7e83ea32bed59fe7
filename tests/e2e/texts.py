"""Every form in which something is typed, found by walking the desk in a world with a record of each kind.

An address that takes a POST, whose form was not met and that is not in `WITHOUT`, fails `test_session_end`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import uuid4

from tests.delivery.desk import access, odd
from tests.delivery.desk.creations.all_levels import MAKERS
from tests.delivery.desk.creations.village import case_on
from tests.worlds.round import TOWN, VILLAGE, World
from tests.worlds.townsfolk import settle

from paicha.domain import clock
from paicha.domain.accounts.models import Assignment
from paicha.domain.cases.models import Objection
from paicha.domain.problems.models import Problem
from paicha.domain.responses.models import Finding
from paicha.domain.sync.models import Device
from paicha.domain.verification.models import SampleHousehold

# Addresses that take a POST and have no form in which something is typed.
_BUTTONS = "buttons, ticks and choices alone"
_FILES = "a file is chosen"
WITHOUT = {
    **dict.fromkeys(
        [
            "account", "accounts_make", "accounts_reset",
            "answer_undo", "backup_check", "backup_make",
            "bulk_undo", "cancel", "case_help", "case_undo", "cases_open", "change_undo", "changes_tick",
            "comparison_delete", "comparison_leads", "comparison_pick", "confirm", "conflict", "duplicate_back",
            "enquiry_close", "help_tour", "letters", "list_file",
            "export_all", "handup_back", "measure_withdraw", "meeting_agenda", "meeting_undo", "phone", "problem_undo",
            "problems_remind", "read_all", "referral_undo", "referral_withdraw", "return_back", "return_to",
            "round_new", "sample_again", "sampled_phone", "sign_out", "upload_undo", "zone_remove", "zones",
            "sample_leftover", "visit_leftover",
        ],
        _BUTTONS,
    ),
    **dict.fromkeys(["account_upload", "copies", "phones_file", "referrals_upload", "upload"], _FILES),
    **dict.fromkeys(["entry_row", "entry_draft", "entry_undo"], "sent by a script, tried in test_session_end"),
    **dict.fromkeys(
        ["api:batches", "api:devices", "api:village", "api:errands"], "sent by a phone, which keeps what it has"
    ),
    "sign_in": "nobody is signed in",
    "propose": "the form of a case's first step (case_step), shown where nothing stands in the way",
}  # fmt: skip


@dataclass(frozen=True)
class Text:
    """A form on a page, and the field in which something is typed."""

    who: str
    page: str
    to: str
    name: str


def texts(world: World) -> dict[str, Text]:
    """The forms by the name of their address and the names of what is typed."""
    found: dict[str, Text] = {}
    for who, page in pages(world):
        answer = world.client(who).get(page, follow=True)
        if answer.status_code != 200 or answer.streaming or "html" not in answer["Content-Type"]:
            continue
        for form in odd.forms_of(page, answer.content.decode()):
            if form.texts:
                kind = odd.shape(odd.Form(form.action, dict.fromkeys(form.texts, "")))
                found.setdefault(kind, Text(who, page, form.action, form.texts[0]))
    return found


def pages(world: World) -> Iterator[tuple[str, str]]:
    """Who looks at which page; each state is set up just before it is looked at."""
    settle(world)
    world.users["everything"] = access.everything(world)
    given = {"role": "department_officer", "kind": "department", "ref": "medical", "since": clock.today()}
    Assignment.objects.create(user=world.users["everything"], **given)
    for ask in access.asks(world):
        yield "everything", ask.address
    for name in (
        "objection", "decision_about_several_cases", "visit", "bulk_act", "two_told_apart",
    ):  # fmt: skip
        act = MAKERS[name](world)
        yield act.who, act.page
    yield "town", f"/area/{TOWN}/attention/bulk/?act=dismiss"
    yield "town", f"/area/{TOWN}/attention/bulk/?act=visit"
    yield "checker", f"/sampled/{SampleHousehold.objects.filter(checker=world.users['checker'])[0].pk}/"
    yield "cadre", _case_with_an_objection(world)
    yield "town", _problem_done(world)
    yield "cadre", _lead_of_the_village(world)
    yield from _phones(world)
    yield from _handed_up(world)


def _case_with_an_objection(world: World) -> str:
    case = case_on(world, "贺保平", "notice")
    Objection.objects.create(case=case, step="notice", what="有车", by="匿名", on=clock.today(), noted_by="1")
    return f"/case/{case.pk}/"


def _problem_done(world: World) -> str:
    one = Problem.objects.filter(village=world.areas[VILLAGE]).latest("pk")
    Problem.objects.filter(pk=one.pk).update(
        status="done", measure="换瓦", owner="李四", due_on=clock.today()
    )
    return f"/problem/{one.pk}/"


def _lead_of_the_village(world: World) -> str:
    given = {
        "round": world.round,
        "village": world.areas[VILLAGE],
        "found_at": clock.now(),
        "fingerprint": "0" * 32,
    }
    Finding.objects.create(
        rule="L04", severity="lead", kind="missed", strength="strong", detail="欧阳不在", **given
    )
    return f"/area/{VILLAGE}/leads/village/"


def _phones(world: World) -> Iterator[tuple[str, str]]:
    Device.objects.create(id=uuid4(), user=world.users["cadre"], name="手机", made_at=clock.now())
    yield "cadre", "/mine/phones/"
    yield "cadre", f"/area/{VILLAGE}/phones/"


def _handed_up(world: World) -> Iterator[tuple[str, str]]:
    for name in ("hand_up", "audit", "supplement"):
        act = MAKERS[name](world)
        yield act.who, act.page
        if name == "hand_up":
            assert world.client(act.who).post(act.to, act.data).status_code == 302
