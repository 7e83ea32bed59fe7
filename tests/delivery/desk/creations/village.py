"""What a village creates by a form."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from tests.delivery.desk import cases
from tests.delivery.desk.creations.table import (
    ANSWERS,
    AT,
    PDF,
    Creation,
    creation,
    of,
    today,
    trays,
)
from tests.delivery.desk.test_transfer import changed
from tests.worlds.ledger import PROFILE
from tests.worlds.round import COUNTY, TOWN, VILLAGE, World

from paicha.domain.cases.models import Case, CaseStep, GridRound, Measure, Meeting, Objection
from paicha.domain.cases.services import open_cases, tell
from paicha.domain.duplicates.models import Distinction, DuplicatePair
from paicha.domain.duplicates.services import refresh
from paicha.domain.handover.models import SignedCopy
from paicha.domain.households.models import (
    BaseChange,
    ForeignNumber,
    Household,
    HouseholdEvent,
    Member,
)
from paicha.domain.households.services import NewHousehold, add_households
from paicha.domain.problems.models import Petition, Problem, ProblemStep
from paicha.domain.referrals.models import ComparisonList, Referral
from paicha.domain.responses.models import Finding, Revision, Upload
from paicha.domain.responses.services import village_work
from paicha.domain.rounds.models import PlannedVisit
from paicha.domain.verification.models import (
    Enquiry,
)

# Problems, petitions, questions, changes


@creation("problems")
def problem(world: World) -> Creation:
    return Creation("cadre", f"{AT}problems/", {"type": "1", "text": "房顶漏雨"}, of(Problem))


@creation("problem_step")
def problem_step(world: World) -> Creation:
    one = Problem.objects.latest("pk")
    data = {"measure": "换瓦", "due_on": today(20), "owner": "李四", "act": "measure"}
    return Creation("cadre", f"/problem/{one.pk}/", data, of(ProblemStep), f"/problem/{one.pk}/step/")


@creation("petitions")
def petition(world: World) -> Creation:
    data = {"from_whom": "王建国", "demand": "修路", "received_on": today()}
    return Creation("cadre", f"{AT}petitions/", data, of(Petition))


@creation("petition_step")
def petition_as_a_problem(world: World) -> Creation:
    at = f"/petition/{Petition.objects.latest('pk').pk}/"
    return Creation("cadre", at, {"act": "problem"}, of(Problem), f"{at}step/")


@creation("ask")
def question(world: World) -> Creation:
    data = {"text": "人口对吗", "to": str(world.users["cadre"].pk)}
    return Creation("town", f"{AT}enquiries/", data, of(Enquiry), f"{AT}enquiries/ask/")


@creation("people_save")
def member(world: World) -> Creation:
    at = f"/household/{world.household('訾埃生').pk}/people/"
    return Creation(
        "cadre", at, {"act": "add", "name": "訾小平", "relation": "之子"}, of(Member), f"{at}save/"
    )


@creation("people_save")
def number_of_another_system(world: World) -> Creation:
    at = f"/household/{world.household('訾埃生').pk}/people/"
    data = {"act": "number", "system": "全国防返贫监测系统", "number": "61081234567"}
    return Creation("cadre", at, data, of(ForeignNumber), f"{at}save/")


@creation("change")
def change(world: World) -> Creation:
    at = f"/household/{world.household('訾埃生').pk}/"
    data = {"field": "健康状况", "old": "健康", "new": "患大病"}
    return Creation("cadre", at, data, of(BaseChange), f"{at}change/")


@creation("changes")
def change_of_the_village(world: World) -> Creation:
    data = {"field": "行政村总户数、总人数", "old": "1", "new": "2"}
    return Creation("cadre", f"{AT}changes/", data, of(BaseChange))


@creation("duplicate_apart")
def two_told_apart(world: World) -> Creation:
    twin = NewHousehold("1", "訾埃升", world.household("訾埃生").phone, 4, "general")
    add_households(world.areas[VILLAGE], [twin])
    refresh()
    pair = DuplicatePair.objects.get(second__head_name="訾埃升")
    at = f"{AT}duplicates/"
    return Creation("cadre", at, {"pair": str(pair.pk), "reason": "是两兄弟"}, of(Distinction), f"{at}apart/")


@creation("head")
def head(world: World) -> Creation:
    at = f"/household/{world.household('乔志强').pk}/"
    return Creation("cadre", at, {"head": "乔小强", "reason": "去世"}, of(HouseholdEvent), f"{at}head/")


@creation("life")
def moved_household(world: World) -> Creation:
    at = f"/household/{world.household('贺保平').pk}/life/"
    return Creation("cadre", at, {"act": "move", "group": "3", "reason": "搬家"}, of(HouseholdEvent))


@creation("refer")
def referral(world: World) -> Creation:
    data = {
        "household_id": [str(world.household("訾埃生").pk)],
        "department": "civil",
        "question": "是不是低保",
        "village": [VILLAGE],
    }
    return Creation("town", f"/area/{TOWN}/refer/", data, of(Referral))


@creation("comparisons")
def comparison(world: World) -> Creation:
    text = f"姓名,行政村,组\n王建国,{world.areas[VILLAGE].spoken},1组\n"
    data = {
        "department": "civil",
        "title": "低保名单",
        "file": ("低保.csv", text.encode("gb18030"), "text/csv"),
    }
    return Creation("town", f"/area/{TOWN}/comparisons/", data, of(ComparisonList))


@creation("comparison_leads")
def leads_of_a_comparison(world: World) -> Creation:
    at = f"/comparison/{ComparisonList.objects.latest('pk').pk}/"
    data = {"shown": "not_monitored", "all": "1"}
    page = f"{at}?shown=not_monitored"
    return Creation("town", page, data, of(Finding, rule="L04"), f"{at}leads/")


# Answers


@creation("add")
def household(world: World) -> Creation:
    new = {"head_name": "折桂英", "group": "沟岔组", "phone": "13911112222"} | ANSWERS
    return Creation("cadre", f"{AT}add/?form=general", new, of(Household, head_name="折桂英"))


@creation("answer")
def answers(world: World) -> Creation:
    home = world.household("贺生花")
    data = ANSWERS | {"base": "0"}
    return Creation("cadre", f"/household/{home.pk}/answer/", data, of(Revision, household=home))


@creation("visits")
def outcome(world: World) -> Creation:
    home = world.household("折玉兰")
    return Creation("cadre", f"{AT}visits/", {"end": f"{home.pk}:4"}, of(Revision, household=home))


@creation("profile")
def profile(world: World) -> Creation:
    data = {name: str(value) for name, value in PROFILE.items()} | {"base": "0"}
    return Creation("cadre", f"{AT}profile/", data, of(Revision, household=None))


@creation("plan_set")
def plan(world: World) -> Creation:
    data = {"group-0": "1", "was-0": "", "who-0": "李四", "day-0": today(), "act": "save"}
    return Creation("cadre", f"{AT}plan/", data, of(PlannedVisit), f"{AT}plan/set/")


# Cases


@creation("cases_open")
def case_of_a_lead(world: World) -> Creation:
    data = {"household": [str(world.household("訾埃生").pk)]}
    return Creation("cadre", f"{AT}leads/", data, of(Case), f"{AT}cases/open/")


@creation("meetings")
def meeting(world: World) -> Creation:
    case = Case.objects.latest("pk")
    data = {"kind": "deliberation", "on": today(), "case": [str(case.pk)]}
    return Creation("cadre", f"{AT}meetings/?case={case.pk}", data, of(Meeting), f"{AT}meetings/")


@creation("meeting_record")
def record_of_a_meeting(world: World) -> Creation:
    held = Meeting.objects.latest("pk")
    at = f"/meeting/{held.pk}/"
    return Creation("cadre", at, cases.vote(held), of(CaseStep), f"{at}record/")


@creation("case_step")
def step_of_a_case(world: World) -> Creation:
    at = f"/case/{Case.objects.latest('pk').pk}/"
    data = {"at": "comparison", "way": "passed", "authorised_on": today(), "compared": "没有"}
    return Creation("town", at, data, of(CaseStep), f"{at}step/")


@creation("case_objection")
def objection(world: World) -> Creation:
    at = f"/case/{case_on(world, '高兰花', 'notice').pk}/"
    return Creation(
        "cadre", at, {"by": "匿名", "what": "有车", "on": today()}, of(Objection), f"{at}objection/"
    )


@creation("cases_pass")
def decision_about_several_cases(world: World) -> Creation:
    case, key = case_on(world, "王建国", "decision"), "enrolment.decision"
    data = {"step": key, "case": [str(case.pk)], "opinion": "同意"}
    page, to = f"/area/{COUNTY}/cases/?step={key}", f"/area/{COUNTY}/cases/pass/"
    return Creation("city", page, data, of(CaseStep), to)


@creation("measures")
def measure(world: World) -> Creation:
    data = {"policy": "公益性岗位", "by_whom": "村委会", "since": today(-9), "amount": "800"}
    return Creation("cadre", f"/household/{world.household('訾埃生').pk}/measures/", data, of(Measure))


@creation("weekly")
def weekly_round(world: World) -> Creation:
    data = {"group": "1", "visited": "4", "on": today(), "worker": "王五"}
    return Creation("cadre", f"{AT}weekly/", data, of(GridRound))


def case_on(world: World, head: str, step: str) -> Case:
    """A case of a household on a step."""
    with village_work(world.round, world.pack, world.areas[VILLAGE], "1") as work:
        (case,) = open_cases(work, "enrolment", [world.household(head).pk], origin="线索")
        Case.objects.filter(pk=case.pk).update(step=step)
        tell(work)
    return case


# Files


@creation("upload")
def upload(world: World) -> Creation:
    book = world.client("cadre").get(f"{AT}download/?as=xlsx").getvalue()
    file = ("表.xlsx", changed(book, "王建国", 8, 3), "application/vnd.ms-excel")
    return Creation("cadre", f"{AT}upload/", {"files": file}, trays)


@creation("confirm")
def import_of_an_upload(world: World) -> Creation:
    newest = max((Path(settings.MEDIA_ROOT) / "trays").iterdir(), key=lambda path: path.name)
    at = f"{AT}trays/{newest.name}/"
    return Creation("cadre", at, {}, of(Upload, door="excel"), f"{at}confirm/")


@creation("upload_undo")
def look_at_an_undo(world: World) -> Creation:
    done = Upload.objects.filter(door="excel").latest("pk")
    return Creation("cadre", f"{AT}uploads/", {}, trays, f"{AT}uploads/{done.pk}/undo/")


@creation("export_all")
def export(world: World) -> Creation:
    at = f"/area/{TOWN}/download/"
    return Creation("town", at, {"as": "xlsx"}, trays, f"{at}all/")


@creation("list_file")
def list_by_the_worker(world: World) -> Creation:
    return Creation("town", f"/area/{TOWN}/download/list/?list=/area/{TOWN}/households/", {}, trays)


@creation("copies")
def signed_copy(world: World) -> Creation:
    data = {"form": "statistics", "files": ("签字.pdf", PDF, "application/pdf")}
    return Creation("cadre", f"{AT}copies/", data, of(SignedCopy))
