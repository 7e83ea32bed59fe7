"""Entry at the village desk: sheets with and without the script, one household, visits, households found now."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.worlds.round import TOWN, VILLAGE, World

from paicha.domain.households.models import Household
from paicha.domain.responses.models import Conflict, Draft, Finding, HeldRevision, Revision, VillageSummary
from paicha.domain.rounds.models import RosterEntry

SHEET = {
    "population": "4", "phone": "13900000004", "residence": "1", "housing": "2", "schooling": "3", "water": "2",
    "insurance": "040", "income_band": "4", "major_expense": "2", "civil_aid": "5", "enrol": "3",
    "surveyors": "李四", "remark": "",
}  # fmt: skip
AT = f"/area/{VILLAGE}/entry/general/"


def posted(household: Household, cells: dict[str, str], base: int = 0, **more: str) -> dict[str, Any]:
    """A row as the page posts it."""
    id_ = str(household.pk)
    data: dict[str, Any] = {"row": id_, f"{id_}:base": base, f"{id_}:shown": "{}"}
    return data | {f"{id_}:{k}": v for k, v in cells.items()} | {f"{id_}:{k}": v for k, v in more.items()}


def row(client: Client, household: Household, cells: dict[str, str], base: int = 0, **more: str) -> Any:
    return client.post(f"{AT}row/", posted(household, cells, base, **more)).json()


def in_force(household: Household) -> dict[str, Any]:
    entry = RosterEntry.objects.get(household=household)
    if entry.revision is None:
        return {}
    found: dict[str, Any] = json.loads(Revision.objects.get(pk=entry.revision).answers)
    return found


def facts() -> dict[str, Any]:
    found: dict[str, Any] = VillageSummary.objects.get(code=VILLAGE).facts
    return found


def test_a_row_is_saved_as_it_is_left(world: World) -> None:
    client, household = world.client("cadre"), world.household("贺生花")
    reply = row(client, household, SHEET)
    assert (reply["status"], reply["words"], reply["base"]) == ("stored", "已存", 1)
    assert reply["cells"]["insurance"] == "0 4 0"
    assert in_force(household)["insured_resident"] == 4
    assert Revision.objects.get(household=household).source == f"desk:{world.users['cadre'].pk}"
    again = row(client, household, SHEET, base=1)
    assert again["status"] == "unchanged"


def test_the_surveyors_of_the_last_row_fill_the_next_until_the_session_ends(world: World) -> None:
    client = world.client("cadre")
    assert 'value="" data-everybody' in client.get(AT).content.decode()
    assert row(client, world.household("贺生花"), SHEET | {"surveyors": "李四、张三"})["status"] == "stored"
    assert 'value="李四、张三" data-everybody' in client.get(AT).content.decode()
    client.post("/logout/")
    assert 'value="" data-everybody' in world.client("cadre").get(AT).content.decode()


def test_an_untouched_row_is_not_sent(world: World) -> None:
    client, household = world.client("cadre"), world.household("贺生花")
    page = client.get(AT + "?group=2").content.decode()
    shown = re.search(rf'name="{household.pk}:shown" value="([^"]*)"', page)
    assert shown
    id_, stored = str(household.pk), shown[1].replace("&quot;", '"')
    data = {"row": id_, f"{id_}:base": 0, f"{id_}:shown": stored}
    kept = json.loads(stored)
    assert (kept["population"], kept["phone"], kept["residence"]) == ("4", "13900000004", "")
    data |= {f"{id_}:{name}": text for name, text in kept.items()}
    assert client.post(AT + "?group=2", data).status_code == 302
    assert in_force(household) == {}


def test_what_is_refused_is_said_at_its_cell_and_comes_back_as_a_draft(world: World) -> None:
    client, household = world.client("cadre"), world.household("贺生花")
    reply = row(client, household, SHEET | {"housing": "7", "insurance": "04"})
    assert reply["status"] == "refused"
    assert list(reply["errors"]) == ["insurance"]  # what can't be read comes first
    reply = row(client, household, SHEET | {"housing": "7"})
    assert "没有选项 7" in reply["errors"]["housing"]
    assert "没有选项 7" in reply["html"]
    assert facts()["drafts"] == {str(world.users["cadre"].pk): 1}
    page = client.get(AT + "?group=2").content.decode()
    assert "上次填了没存" in page
    assert re.search(rf'name="{household.pk}:housing" value="7"', page)
    assert "户您填了没存上" in client.get(f"/area/{VILLAGE}/").content.decode()
    assert "填了没存的 1 户" in client.get(f"/area/{VILLAGE}/entry/").content.decode()
    assert "填了没存" not in world.client("town").get(f"/area/{VILLAGE}/entry/").content.decode()
    one = client.get(f"/household/{household.pk}/answer/").content.decode()
    assert "填了没存的" in one
    assert re.search(r'name="residence" value="1" checked', one)
    client.post(f"{AT}draft/", {"drop": str(household.pk)})
    assert not Draft.objects.exists()
    assert facts()["drafts"] == {}


def test_a_half_typed_row_is_kept_when_the_page_is_left(world: World) -> None:
    client, household = world.client("cadre"), world.household("贺生花")
    data = posted(household, dict.fromkeys(SHEET, "") | {"residence": "1"})
    assert client.post(f"{AT}draft/", data).status_code == 204
    assert Draft.objects.get().answers == {"residence": "1"}
    assert in_force(household) == {}


def test_without_the_script_the_whole_sheet_comes_back_with_its_errors(world: World) -> None:
    client = world.client("cadre")
    good, bad = world.household("贺生花"), world.household("高兰花")
    data = posted(good, SHEET) | posted(bad, SHEET | {"enrol": "9", "remark": "待核"}, base=1)
    data["row"] = [str(good.pk), str(bad.pk)]
    response = client.post(AT + "?group=2", data)
    assert response.status_code == 422
    page = response.content.decode()
    assert "1 户没存上" in page
    assert "存了 1 户" in page
    assert re.search(rf'name="{bad.pk}:remark" value="待核"', page)
    assert re.search(rf'name="{bad.pk}:enrol" value="9"[^>]*aria-invalid="true"', page)
    assert in_force(good)["enrol"] == 3
    data = posted(bad, SHEET | {"remark": "核过了"}, base=1)
    assert client.post(AT + "?group=2", data).status_code == 302
    assert in_force(bad)["remark"] == "核过了"


def test_a_reason_is_asked_for_and_given_with_the_row(world: World) -> None:
    client, household = world.client("cadre"), world.household("贺生花")
    reply = row(client, household, SHEET | {"housing": "3"})
    assert (reply["status"], reply["soft"]) == ("stored", ["housing"])
    assert f'name="{household.pk}:why:V34"' in reply["html"]
    again = client.post(
        f"{AT}row/", posted(household, SHEET | {"housing": "3"}, 1, **{"why:V34": "借住亲戚家"})
    )
    assert again.json()["soft"] == []
    found = Finding.objects.get(household=household, rule="V34")
    assert (found.state, found.reason) == ("confirmed", "借住亲戚家")


def test_undo_takes_the_last_save_back(world: World) -> None:
    client, household = world.client("cadre"), world.household("王建国")
    row(client, household, SHEET | {"water": "3"}, base=1)
    assert in_force(household)["water"] == 3
    reply = client.post(f"{AT}undo/", {"row": str(household.pk)}).json()
    assert (reply["status"], reply["cells"]["water"]) == ("stored", "2")
    assert in_force(household)["water"] == 2
    first = world.household("贺生花")
    row(client, first, SHEET)
    reply = client.post(f"{AT}undo/", {"row": str(first.pk)}).json()
    assert (reply["status"], reply["cells"]["residence"]) == ("withdrawn", "")
    page = client.get(f"/household/{first.pk}/").content.decode()
    assert "没排查" in page
    refused = world.client("town").post(f"{AT}undo/", {"row": str(household.pk)})
    assert (refused.status_code, "不是您存的" in refused.json()["words"]) == (409, True)


def test_the_second_of_two_people_sees_what_changed(world: World) -> None:
    household = world.household("王建国")
    row(world.client("grid"), household, SHEET | {"phone": "15012348831", "water": "3"}, base=1)
    merged = row(world.client("cadre"), household, SHEET | {"phone": "15012348831", "enrol": "2"}, base=1)
    assert merged["status"] == "merged"
    assert "grid的姓名刚才也改了这一户" in merged["words"]
    assert "安全饮水由“2 自来水供水且安全”改为“3 分散取水且安全”" in merged["words"]
    assert merged["cells"]["water"] == "3"
    late = row(world.client("grid"), household, SHEET | {"phone": "15012348831", "enrol": "1"}, base=1)
    assert late["status"] == "conflict"
    assert f'href="/conflict/{Conflict.objects.get().pk}/"' in late["html"]


def test_a_village_that_has_handed_up_holds_what_is_typed(world: World) -> None:
    VillageSummary.objects.filter(code=VILLAGE).update(status="handed_up")
    client, household = world.client("cadre"), world.household("贺生花")
    assert "先存着" in client.get(AT).content.decode()
    reply = row(client, household, SHEET)
    assert (reply["status"], "先存着" in reply["words"]) == ("held", True)
    assert HeldRevision.objects.count() == 1
    assert "有一份改动先存着" in client.get(AT + "?group=2").content.decode()


def test_somebody_of_a_group_reaches_that_group_alone(world: World) -> None:
    client, other = world.client("grid"), world.household("贺生花")
    page = client.get(AT).content.decode()
    assert "王建国" in page
    assert "贺生花" not in page
    assert client.get(AT + "?group=2").status_code == 404
    assert client.post(f"{AT}row/", posted(other, SHEET)).status_code == 404
    assert client.post(f"{AT}undo/", {"row": str(other.pk)}).status_code == 404
    assert client.post(f"{AT}draft/", {"drop": str(other.pk)}).status_code == 404
    assert client.get(f"/household/{other.pk}/answer/").status_code == 404
    assert "贺保平" not in client.get(f"/area/{VILLAGE}/visits/").content.decode()
    assert client.post(f"/area/{VILLAGE}/visits/", {"end": f"{other.pk}:5"}).status_code == 404
    assert client.post(f"/area/{VILLAGE}/add/", SHEET | {"group": "2"}).status_code == 404


@pytest.mark.parametrize(
    ("who", "status"),
    [("cadre", 200), ("grid", 200), ("town", 200), ("liaison", 403), ("auditor", 403), ("elsewhere", 404),
     ("administrator", 404)],
)  # fmt: skip
def test_who_may_type(world: World, who: str, status: int) -> None:
    client = world.client(who)
    for address in (AT, f"/area/{VILLAGE}/entry/", f"/area/{VILLAGE}/visits/", f"/area/{VILLAGE}/add/"):
        assert client.get(address).status_code == status, address


def test_entry_is_of_villages_and_of_known_forms(world: World) -> None:
    client = world.client("town")
    assert client.get(f"/area/{TOWN}/entry/").status_code == 404
    assert client.get(f"/area/{VILLAGE}/entry/village_profile/").status_code == 404
    assert client.post(f"{AT}row/", {"row": "x"}).status_code == 404


ANSWERS = {
    "population": "4", "phone": "13900000004", "residence": "1", "housing": "2", "schooling": "3", "water": "2",
    "insured_none": "0", "insured_resident": "4", "insured_employee": "0", "income_band": "4",
    "major_expense": "2", "civil_aid": ["5"], "enrol": "3", "surveyors": "李四", "outcome": "1",
}  # fmt: skip


def test_one_household_is_answered_and_its_last_answers_stand_beside(world: World) -> None:
    client, household = world.client("cadre"), world.household("贺生花")
    address = f"/household/{household.pk}/answer/"
    assert client.post(address, ANSWERS | {"base": "0"}).status_code == 302
    assert in_force(household)["civil_aid"] == [5]
    page = client.get(address).content.decode()
    assert "现存：5 否" in page
    assert "现存：139****0004" in page
    assert re.search(r'name="base" value="1"', page)
    refused = client.post(address, ANSWERS | {"major_expense": "1", "base": "1"})
    assert refused.status_code == 422
    assert "没有写原因" in refused.content.decode()
    assert Draft.objects.get().author == str(world.users["cadre"].pk)
    told = ANSWERS | {
        "major_expense": "1",
        "major_expense_reason": "大病住院",
        "income": "12000",
        "base": "1",
    }
    response = client.post(address, told, follow=True)
    assert "第 2 稿" in response.content.decode()
    answers = in_force(household)
    assert (answers["major_expense_reason"], answers["income"]) == ("大病住院", 12000)
    assert client.post(f"{address}undo/", follow=True).status_code == 200
    assert "major_expense_reason" not in in_force(household)


def test_a_households_page_leads_to_its_answers_and_takes_back_ones_own(world: World) -> None:
    client, household = world.client("cadre"), world.household("贺生花")
    address = f"/household/{household.pk}/"
    assert "填答案" in client.get(address).content.decode()
    client.post(f"{address}answer/", ANSWERS | {"base": "0"})
    assert "撤销我存的第 1 稿" in client.get(address).content.decode()
    assert "撤销我存的" not in world.client("town").get(address).content.decode()
    assert "改答案" not in world.client("liaison").get(address).content.decode()
    said = client.post(f"{address}answer/undo/", follow=True).content.decode()
    assert "贺生花户已撤销，回到没排查" in said


def test_figures_of_the_piles_open_into_their_rows(world: World) -> None:
    client = world.client("cadre")
    page = client.get(f"/area/{VILLAGE}/entry/").content.decode()
    links = re.findall(rf'href="(/area/{VILLAGE}/households/[^"]*)">(\d+)</a>', page)
    assert len(links) == 10
    for address, n in links:
        rows = client.get(address.replace("&amp;", "&")).content.decode()
        assert f'<strong id="count">{n}</strong>' in rows


def test_the_next_of_the_pile_comes_after_saving(world: World) -> None:
    client, household = world.client("cadre"), world.household("高兰花")
    base = str(RosterEntry.objects.get(household=household).revision_number)
    data = ANSWERS | {"phone": "13900000002", "income_band": "1", "base": base, "next": "1"}
    response = client.post(f"/household/{household.pk}/answer/", data)
    assert response.headers["Location"] == f"/household/{world.household('贺生花').pk}/answer/"


def test_a_conflict_leads_to_its_two_sides(world: World) -> None:
    household = world.household("王建国")
    address = f"/household/{household.pk}/answer/"
    mine = ANSWERS | {"phone": "15012348831", "base": "1"}
    world.client("grid").post(address, mine | {"water": "3"})
    response = world.client("cadre").post(address, mine | {"water": "1"})
    assert response.headers["Location"] == f"/conflict/{Conflict.objects.get().pk}/"


def test_a_household_found_on_the_spot(world: World) -> None:
    client, address = world.client("cadre"), f"/area/{VILLAGE}/add/?form=general"
    new = ANSWERS | {"head_name": "折桂英", "group": "沟岔组", "phone": "13911112222"}
    response = client.post(address, new)
    made = Household.objects.get(head_name="折桂英")
    assert response.headers["Location"] == f"/household/{made.pk}/"
    assert RosterEntry.objects.get(household=made).added is True
    near = client.post(address, new | {"head_name": "折桂花", "phone": "13911113333"})
    assert near.status_code == 422
    assert "名册里有相近的" in near.content.decode()
    assert (
        client.post(address, new | {"head_name": "折桂花", "phone": "13911113333", "sure": "1"}).status_code
        == 302
    )
    other = client.post(address, new | {"water": "1"}).content.decode()
    assert "名册里已经有折桂英户" in other
    assert f"/household/{made.pk}/answer/" in other


def test_a_household_that_was_just_added_is_not_refused_nor_drafted(world: World) -> None:
    """The button pressed twice on a page without an id: stored is stored, whoever asks again."""
    client, address = world.client("cadre"), f"/area/{VILLAGE}/add/?form=general"
    new = ANSWERS | {"head_name": "折桂英", "group": "沟岔组", "phone": "13911112222"}
    first, second = client.post(address, new), client.post(address, new)
    made = Household.objects.get(head_name="折桂英")
    assert first.headers["Location"] == second.headers["Location"] == f"/household/{made.pk}/"
    assert Revision.objects.filter(household=made).count() == 1
    assert not Draft.objects.exists()
    assert "没存上" not in client.get(address).content.decode()


def test_a_visit_that_met_nobody_takes_one_key(world: World) -> None:
    client, household = world.client("cadre"), world.household("贺生花")
    address = f"/area/{VILLAGE}/visits/"
    page = client.get(address).content.decode()
    assert page.index("贺保平") < page.index("贺生花")  # tried before, to be visited again
    assert "在内蒙打工" in page
    data = {"end": f"{household.pk}:4", f"{household.pk}:remark": "", f"{household.pk}:base": "0"}
    row_ = client.post(address, data, headers={"HX-Request": "true"}).content.decode()
    assert "已记：整户外出未联系上" in row_
    assert "撤销" in row_
    answers = in_force(household)
    assert (answers["outcome"], answers["remark"]) == (4, "整户外出未联系上")
    assert "贺生花" in client.get(address).content.decode()  # stays due
    data = {"end": f"{household.pk}:5", f"{household.pk}:remark": "房已塌", f"{household.pk}:base": "1"}
    assert client.post(address, data).status_code == 302
    assert in_force(household)["remark"] == "房已塌"
    client.get(address)  # takes the message away
    assert "贺生花" not in client.get(address).content.decode()
    undone = client.post(
        address, {"undo": str(household.pk)}, headers={"HX-Request": "true"}
    ).content.decode()
    assert "已撤销" in undone
    assert in_force(household)["outcome"] == 4
    assert client.post(address, {"end": f"{household.pk}:1"}).status_code == 404


def test_one_key_on_the_sheet_says_that_nobody_was_met(world: World) -> None:
    household = world.household("贺生花")
    cells = dict.fromkeys(SHEET, "") | {"remark": "在外地带孙子", "outcome": "4"}
    reply = row(world.client("cadre"), household, cells)
    assert reply["status"] == "stored"
    assert in_force(household)["outcome"] == 4


def test_pages_cost_twelve_statements_at_most(world: World) -> None:
    client, household = world.client("cadre"), world.household("王建国")
    row(client, world.household("贺生花"), SHEET | {"housing": "9"})
    for address in (
        AT, f"/area/{VILLAGE}/entry/", f"/area/{VILLAGE}/visits/", f"/area/{VILLAGE}/add/",
        f"/household/{household.pk}/answer/",
    ):  # fmt: skip
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            client.get(address)
        asked = [q["sql"] for q in captured if not re.match("SAVEPOINT|RELEASE", q["sql"])]
        assert len(asked) <= 12, (address, len(asked), asked)


def test_what_the_script_has_saved_already_is_said_with_the_button(world: World) -> None:
    client, household = world.client("cadre"), world.household("贺生花")
    assert row(client, household, SHEET)["status"] == "stored"
    again = client.post(AT + "?group=2", posted(household, SHEET, base=1), follow=True)
    assert "这一张都已存好" in again.content.decode()
    untouched = client.post(AT + "?group=2", {}, follow=True)
    assert "没有改动，不用存" in untouched.content.decode()
