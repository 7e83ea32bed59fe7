"""Questions to a village: asked of a named person, answered by the village, closed by the town."""

from __future__ import annotations

import pytest
from tests.worlds.town import Town

from paicha.core.refusal import Refusal
from paicha.domain.accounts.models import Notice
from paicha.domain.households.models import Household
from paicha.domain.verification import enquiries
from paicha.domain.verification.errors import VerificationError
from paicha.domain.verification.models import Enquiry


def ask(town: Town, text: str = "这一户的收入怎么算的", to: str = "cadre0", **about: object) -> Enquiry:
    with town.work(town.villages[0]) as work:
        return enquiries.ask(work, text, town.users[to], address="/q/", **about)  # type: ignore[arg-type]


def waiting(town: Town) -> tuple[int, int]:
    facts = town.facts(town.villages[0])
    return facts["enquiries_open"], facts["enquiries_answered"]


def test_asked_answered_closed(town: Town) -> None:
    enquiry = ask(town)
    assert waiting(town) == (1, 0)
    notice = Notice.objects.get(user=town.users["cadre0"])
    assert (notice.subject, notice.address) == (f"enquiry:{enquiry.pk}", f"/q/#e{enquiry.pk}")
    with town.work(town.villages[0], "grid") as work:  # anybody of the village may answer
        enquiries.answer(work, enquiry, "按去年的账", address="/q/")
    assert waiting(town) == (0, 1)
    assert Notice.objects.filter(user=town.users["clerk"], subject=f"enquiry:{enquiry.pk}").count() == 1
    with town.work(town.villages[0], "cadre0") as work:
        enquiries.answer(work, enquiry, "按今年的账，附了存折", address="/q/")
    with town.work(town.villages[0]) as work:
        enquiries.close(work, enquiry)
    assert waiting(town) == (0, 0)
    with pytest.raises(VerificationError, match="已经了结"), town.work(town.villages[0]) as work:
        enquiries.answer(work, enquiry, "再说一句", address="/q/")


def test_the_cadre_is_asked_first(town: Town) -> None:
    assert enquiries.answerers(town.villages[0].area.code) == [town.users["cadre0"], town.users["grid"]]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"text": " "}, "请写明问题"),
        ({"text": "长" * 501}, "最多 500 字"),
        ({"to": "cadre1"}, "现在能答复的有：cadre0的姓名、grid的姓名"),
        ({"to": "clerk"}, "请选由谁答复"),
        ({"question": "nothing"}, "没有这一项"),
    ],
)
def test_what_a_question_needs(town: Town, changes: dict[str, str], said: str) -> None:
    with pytest.raises(Refusal, match=said):
        ask(town, **changes)
    assert not Enquiry.objects.exists() and not Notice.objects.exists()


def test_a_household_of_another_village_is_not_asked_about(town: Town) -> None:
    other = Household.objects.get(pk=town.households(town.villages[1])[0])
    with pytest.raises(VerificationError, match="不在本村的名册里"):
        ask(town, household=other)


def test_a_village_without_people_says_so(town: Town) -> None:
    town.users["cadre1"].is_active = False
    town.users["cadre1"].save()
    with pytest.raises(VerificationError, match="没有能答复的人"), town.work(town.villages[1]) as work:
        enquiries.ask(work, "有人吗", town.users["cadre1"], address="/q/")
