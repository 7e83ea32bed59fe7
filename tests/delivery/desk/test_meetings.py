"""Meetings, papers, measures and weekly rounds on the pages: what is typed, what comes back, what is logged."""

from __future__ import annotations

from html import unescape
from typing import Any

import pytest
from tests.delivery.desk.cases import held, opened, page, planned, step, vote
from tests.worlds.round import BY_FORM, CLEAN, TODAY, VILLAGE, World, phone_of

from paicha.domain.audit.models import AuditEntry
from paicha.domain.cases.models import Case, GridRound, Measure, Meeting, MeetingItem, Objection
from paicha.domain.responses.models import Finding


def test_votes_that_do_not_add_up_come_back_as_typed(world: World) -> None:
    cases = opened(world, "訾埃生", "高兰花")
    meeting = planned(world, *cases)
    item = MeetingItem.objects.get(meeting=meeting, case=cases[1])
    data = vote(meeting, **{f"against_{item.pk}": "3", "minutes": "议了两户"})
    response = world.client("cadre").post(f"/meeting/{meeting.pk}/record/", data)
    body = unescape(response.content.decode())
    assert response.status_code == 422
    assert "高兰花户：同意 8、不同意 3、弃权 0，加起来 11，和到会 9 人不一致，请核对。" in body
    assert "议了两户" in body and f'name="against_{item.pk}" value="3"' in body and 'class="bad"' in body
    typo = vote(meeting, **{f"for_{item.pk}": "八"})
    said = world.client("cadre").post(f"/meeting/{meeting.pk}/record/", typo).content.decode()
    assert "同意票读到“八”，请只写数字" in unescape(said)
    assert {case.step for case in Case.objects.all()} == {"deliberation"}


def test_a_meeting_is_recorded_shown_and_taken_back(world: World) -> None:
    cases = opened(world, "訾埃生", "高兰花")
    meeting = held(world, *cases)
    seen = page(world.client("liaison"), f"/meeting/{meeting.pk}/")
    assert "到会" in seen and "逐户议过" in seen and seen.count("纳入") >= 2
    assert world.client("liaison").post(f"/meeting/{meeting.pk}/undo/").status_code == 403
    assert world.client("town").post(f"/meeting/{meeting.pk}/undo/").status_code == 422
    assert world.client("cadre").post(f"/meeting/{meeting.pk}/undo/").status_code == 302
    again = page(world.client("cadre"), f"/meeting/{meeting.pk}/")
    assert 'value="8"' in again and "逐户议过" in again
    assert {case.step for case in Case.objects.all()} == {"deliberation"}


def test_an_agenda_is_changed_and_called_off(world: World) -> None:
    one, two = opened(world, "訾埃生", "高兰花")
    meeting = planned(world, one)
    client, address = world.client("cadre"), f"/meeting/{meeting.pk}/agenda/"
    item = MeetingItem.objects.get(meeting=meeting)
    assert client.post(address, {"case": [two.pk], "drop": [item.pk]}).status_code == 302
    assert [i.case for i in meeting.items.all()] == [two]
    assert client.post(address, {"cancel": "1"}).status_code == 302
    assert client.post(address, {"case": [one.pk]}).status_code == 422
    assert "已取消" in page(client, f"/meeting/{meeting.pk}/")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"kind": "party"}, "请选开什么会"),
        ({"on": ""}, "请填写开会日期"),
        ({"on": "2022-12-01"}, "最多排到 60 天以后"),
        ({"case": []}, "请至少勾选一户上会"),
    ],
)
def test_a_plan_that_cannot_be_says_why(world: World, data: dict[str, Any], said: str) -> None:
    (case,) = opened(world, "訾埃生")
    given = {"kind": "deliberation", "on": TODAY.isoformat(), "case": [case.pk], "chair": "老支书"} | data
    response = world.client("cadre").post(f"/area/{VILLAGE}/meetings/", given)
    assert response.status_code == 422
    assert said in response.content.decode() and 'value="老支书"' in response.content.decode()
    assert Meeting.objects.count() == 0


def test_the_kit_and_the_poster_are_printed_and_logged(world: World) -> None:
    (case,) = opened(world, "訾埃生")
    meeting = planned(world, case)
    client = world.client("cadre")
    kit = client.get(f"/meeting/{meeting.pk}/kit/")
    assert kit.content.startswith(b"%PDF") and kit.headers["Content-Type"] == "application/pdf"
    assert client.get(f"/area/{VILLAGE}/poster/enrolment.notice/").status_code == 404  # nobody to announce
    client.post(f"/meeting/{meeting.pk}/record/", vote(meeting))
    step(world.client("town"), case, authorised_on=TODAY.isoformat(), compared="没有不符")
    held(world, case, kind="review")
    assert client.get(f"/area/{VILLAGE}/poster/enrolment.notice/").content.startswith(b"%PDF")
    logged = AuditEntry.objects.filter(action__startswith="export:").order_by("pk")
    assert [(e.action, e.count, bool(e.digest)) for e in logged] == [
        ("export:kit", 1, True), ("export:poster", 1, True),
    ]  # fmt: skip
    assert world.client("liaison").get(f"/meeting/{meeting.pk}/kit/").status_code == 403


def test_an_objection_is_noted_and_answered(world: World) -> None:
    (case,) = opened(world, "訾埃生")
    held(world, case)
    step(world.client("town"), case, authorised_on=TODAY.isoformat(), compared="没有不符")
    held(world, case, kind="review")
    client = world.client("cadre")
    data = {"what": "他家有车", "by": "", "on": TODAY.isoformat()}
    empty = client.post(f"/case/{case.pk}/objection/", data)
    assert empty.status_code == 422 and "他家有车" in empty.content.decode()
    assert client.post(f"/case/{case.pk}/objection/", data | {"by": "匿名"}).status_code == 302
    assert "条公示异议没有答复" in page(client, f"/area/{VILLAGE}/")
    objection = Objection.objects.get()
    address = f"/case/{case.pk}/answer/"
    assert client.post(address, {"objection": objection.pk, "answer": ""}).status_code == 422
    assert client.post(address, {"objection": "99", "answer": "x"}).status_code == 422
    answered = client.post(address, {"objection": objection.pk, "answer": "车是邻居的"})
    assert answered.status_code == 302
    assert "答复：车是邻居的" in page(client, f"/case/{case.pk}/")


def test_a_measure_is_recorded_and_withdrawn(world: World) -> None:
    household = world.household("郝平")
    client, address = world.client("cadre"), f"/household/{household.pk}/measures/"
    assert "还没登记帮扶措施" in page(client, f"/area/{VILLAGE}/")
    unhelped = f"/area/{VILLAGE}/cases/?what=unhelped"
    assert '<span id="count">1</span>' in page(client, unhelped) and "郝平" in page(client, unhelped)
    data = {"policy": "公益性岗位", "by_whom": "村委会", "since": "2022-03-01", "amount": "800"}
    bad = client.post(address, data | {"amount": "八百"})
    assert bad.status_code == 422 and "金额读到“八百”" in bad.content.decode()
    assert 'value="公益性岗位"' in bad.content.decode()
    assert client.post(address, data).status_code == 302
    measure = Measure.objects.get()
    assert (measure.amount, measure.household) == (800, household)
    assert "还没登记帮扶措施" not in page(client, f"/area/{VILLAGE}/")
    assert world.client("liaison").post(address, data).status_code == 403
    assert "公益性岗位" in page(world.client("liaison"), address)
    assert client.post(f"/measure/{measure.pk}/withdraw/").status_code == 302
    assert world.client("elsewhere").post(f"/measure/{measure.pk}/withdraw/").status_code == 404
    fragment = client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in fragment and "登记措施" in fragment


def test_a_removal_says_what_stands_in_its_way_before_anything_is_typed(world: World) -> None:
    household = world.household("郝平")
    client, address = world.client("cadre"), f"/household/{household.pk}/propose/removal/"
    seen = page(client, address)
    assert "现在还不能提" in seen and "还没有登记帮扶措施" in seen and "排查表上填着有返贫风险" in seen
    assert "纳入还不满六个月" not in seen  # nobody has said yet since when
    assert client.get(f"/household/{household.pk}/propose/petition/").status_code == 404
    assert world.client("liaison").get(address).status_code == 403


def test_a_removal_is_proposed(world: World) -> None:
    household = world.household("郝平")
    known = {
        "household": str(household.pk),
        "form": "monitored",
        "head_name": "郝平",
        "group": "1",
        "base": 1,
    }

    safe = CLEAN | BY_FORM["monitored"] | {"return_risk": 2, "phone": phone_of("郝平")}
    world.answer(VILLAGE, [known | safe])
    client = world.client("cadre")
    client.post(
        f"/household/{household.pk}/measures/",
        {"policy": "公益性岗位", "by_whom": "村委会", "since": "2022-03-01"},
    )
    address = f"/household/{household.pk}/propose/removal/"
    early = client.post(address, {"enrolled_on": "2021-12-01", "grounds": "收入稳定"})
    assert early.status_code == 422 and "纳入还不满六个月" in early.content.decode()
    done = client.post(address, {"enrolled_on": "2021-05-01", "grounds": "收入稳定"})
    case = Case.objects.get()
    assert done.headers["Location"] == f"/case/{case.pk}/"
    assert "村级评议要开会来定" in page(client, f"/case/{case.pk}/")


def test_a_weekly_round_is_typed_in_three_fields(world: World) -> None:
    client, address = world.client("grid"), f"/area/{VILLAGE}/weekly/"
    data = {"group": "1", "visited": "12", "on": TODAY.isoformat(), "worker": "李四"}
    assert client.post(address, data).status_code == 302
    assert client.post(address, data | {"group": "2"}).status_code == 404  # not the own group
    unclear = client.post(address, data | {"seen": "漏雨", "household": "没有这人"})
    assert unclear.status_code == 422 and "村里没有叫“没有这人”的户主" in unclear.content.decode()
    assert client.post(address, data | {"seen": "漏雨", "household": "王建国 一组"}).status_code == 302
    assert GridRound.objects.count() == 2
    assert Finding.objects.get(household=world.household("王建国"), severity="lead").detail == "漏雨"
    assert "登记过的 2 次" in page(client, address).replace('<span class="quiet">', "").replace("</span>", "")
    assert world.client("liaison").post(address, data).status_code == 403
