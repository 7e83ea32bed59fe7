"""Re-interviews at the desk: what a checker sees when, what is taken in, what follows."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from tests.worlds.round import COUNTY, PHONE, VILLAGE, World
from tests.worlds.sampled import UNTIL, checker, drawn, of, said, text

from paicha.domain import clock
from paicha.domain.audit.models import AuditEntry
from paicha.domain.responses.models import Finding, VillageSummary
from paicha.domain.verification.models import Interview


def test_a_checkers_work_begins_at_the_own_list_and_nothing_else_opens(world: World) -> None:
    sample = drawn(world)
    client = checker(world, sample)
    assert client.get("/")["Location"] == f"/sample/{sample.pk}/mine/"
    page = text(client, f"/sample/{sample.pk}/mine/")
    assert "还有 27 户要回访" in page
    household = world.household("王建国")
    for address in (
        f"/household/{household.pk}/", f"/area/{COUNTY}/", f"/area/{VILLAGE}/", f"/area/{VILLAGE}/households/",
        f"/area/{VILLAGE}/spot-check/", f"/area/{COUNTY}/samples/", f"/sample/{sample.pk}/",
        f"/sample/{sample.pk}/results/", f"/sampled/{of(sample, '王建国').pk}/result/", f"/area/{COUNTY}/expected/",
    ):  # fmt: skip
        assert client.get(address).status_code == 404, address


def test_the_villages_answers_are_nowhere_before_the_interview_is_in(world: World) -> None:
    sample = drawn(world)
    client, row = checker(world, sample), of(sample, "訾埃生")
    before = text(client, f"/sampled/{row.pk}/") + text(client, f"/sample/{sample.pk}/mine/")
    for secret in ("大病住院", "村里填的</th>", " checked", "线索"):
        # the first way of reaching somebody is preselected, nothing else is
        assert before.count(secret) == (1 if secret == " checked" else 0), secret
    answers = said(world, civil_aid=[5], major_expense=2)
    response = client.post(f"/sampled/{row.pk}/", answers)
    assert (response.status_code, response["Location"]) == (302, f"/sampled/{row.pk}/")
    after = text(client, f"/sampled/{row.pk}/")
    assert "2 项不一致" in after
    assert "1 低保" in after
    assert "5 否" in after


def test_somebody_elses_household_or_sample_is_not_there(world: World) -> None:
    sample = drawn(world)
    other = drawn(world, households=5)
    client, row = checker(world, sample), of(sample, "王建国")
    row.checker = world.users["nobody"]
    row.save()
    assert client.get(f"/sampled/{row.pk}/").status_code == 404
    assert client.post(f"/sampled/{row.pk}/", said(world)).status_code == 404
    assert client.post(f"/sampled/{row.pk}/phone/", {"purpose": "打电话约上门"}).status_code == 404
    assert client.get(f"/sample/{other.pk}/mine/").status_code == 404
    page = text(client, f"/sample/{sample.pk}/mine/")
    assert (page.count("<span>王建国<small>"), page.count("去回访")) == (
        2,
        26,
    )  # those of the two other villages


def test_after_the_last_day_there_is_nothing(world: World) -> None:
    sample = drawn(world)
    client, row = checker(world, sample), of(sample, "王建国")
    with clock.frozen(UNTIL):
        assert client.get(f"/sampled/{row.pk}/").status_code == 200
    with clock.frozen(UNTIL + timedelta(days=1)):
        assert client.get(f"/sampled/{row.pk}/").status_code == 404
        assert client.get(f"/sample/{sample.pk}/mine/").status_code == 404
        assert client.post(f"/sampled/{row.pk}/", said(world)).status_code == 404
        assert "没有分到村、镇或任务" in text(client, "/")
    assert not Interview.objects.exists()


@pytest.mark.parametrize(
    ("differs", "words"),
    [
        ({"housing": ""}, "还有 1 项没问：安全住房"),
        ({"housing": "9"}, "安全住房没有选项 9"),
        ({"population": "四"}, "家庭人口读到“四”，请只写数字"),
        ({"population": "21"}, "家庭人口是 21，应在 1 到 20 之间"),
        ({"civil_aid": ["1", "5"]}, "民政政策选了 5 否，又选了别的，请只留一种"),
        ({"outcome": ""}, "请选见到人没有"),
        ({"outcome": "4"}, "没见到人，请在说明里写清情况"),
    ],
)
def test_what_an_interview_lacks_is_said_and_what_was_given_stays(
    world: World, differs: dict[str, Any], words: str
) -> None:
    sample = drawn(world)
    client, row = checker(world, sample), of(sample, "王建国")
    response = client.post(f"/sampled/{row.pk}/", said(world, **({"water": "3"} | differs)))
    page = response.content.decode()
    assert response.status_code == 422
    assert words in page
    assert re.search(r'name="water" value="3" checked', page)
    assert not Interview.objects.exists()


def test_an_interview_is_written_once_and_raises_a_lead_where_risk_differs(world: World) -> None:
    sample = drawn(world)
    client, row = checker(world, sample), of(sample, "王建国")
    revision_before = text(world.client("cadre"), f"/household/{row.household_id}/")
    client.post(f"/sampled/{row.pk}/", said(world, income_band=1, residence=3))
    lead = Finding.objects.get(household=row.household, rule="L06")
    assert (lead.state, lead.kind) == ("open", "missed")
    assert "回访是 1 4000元以下" in lead.detail
    assert "居住地" not in lead.detail  # no lead rests on where somebody lives
    assert VillageSummary.objects.get(code=VILLAGE).facts["reinterviews_differ"] == 1
    assert "第 2 稿" not in text(world.client("cadre"), f"/household/{row.household_id}/")
    assert "4 10000元以上" in revision_before
    again = client.post(f"/sampled/{row.pk}/", said(world), follow=True).content.decode()
    assert "交上以后不能改" in again
    assert Interview.objects.get().differs == 2
    with pytest.raises(TypeError):
        Interview.objects.get().save()


def test_nobody_met_is_noted_with_its_reason(world: World) -> None:
    sample = drawn(world)
    client, row = checker(world, sample), of(sample, "王建国")
    client.post(f"/sampled/{row.pk}/", {"away": "1", "outcome": "4", "note": "邻居说去了内蒙"})
    interview = Interview.objects.get()
    assert (interview.outcome, interview.answers, interview.compared) == (4, "{}", {"outcome": True})
    assert "邻居说去了内蒙" in text(client, f"/sampled/{row.pk}/")


def test_a_phone_is_masked_until_a_purpose_is_given(world: World) -> None:
    sample = drawn(world)
    client, row = checker(world, sample), of(sample, "王建国")
    assert PHONE not in text(client, f"/sampled/{row.pk}/")
    refused = client.post(f"/sampled/{row.pk}/phone/", {"purpose": "随便看看"})
    assert (refused.status_code, PHONE in refused.content.decode()) == (422, False)
    shown = client.post(f"/sampled/{row.pk}/phone/", {"purpose": "打电话约上门"})
    assert PHONE in shown.content.decode()
    entry = AuditEntry.objects.get(action="read:phone:sample:1")
    assert entry.subject == f"household:{row.household_id}"
