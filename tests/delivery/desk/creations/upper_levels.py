"""What town, city and administrator create by a form, and a ledger on its way up."""

from __future__ import annotations

from datetime import timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from tests.delivery.desk.creations.table import (
    ANSWERS,
    AT,
    Creation,
    assigned,
    creation,
    of,
    today,
    trays,
)
from tests.worlds.ledger import SIGNERS, Ledgers
from tests.worlds.round import COUNTY, NEIGHBOUR, TOWN, VILLAGE, World

from paicha.domain.accounts.models import Assignment, User
from paicha.domain.areas.models import Zone
from paicha.domain.handover.models import Correction, Return, Submission
from paicha.domain.problems.models import Problem
from paicha.domain.responses.models import HeldRevision
from paicha.domain.rounds.models import Round
from paicha.domain.rounds.queries import stages
from paicha.domain.verification.models import (
    BulkJob,
    DeskAudit,
    Interview,
    Sample,
    SampleHousehold,
    SpotCheck,
    Visit,
)

# Town and city


@creation("zone_make")
def zone(world: World) -> Creation:
    return Creation("town", f"/area/{TOWN}/zones/", {"name": "三片"}, of(Zone), f"/area/{TOWN}/zones/make/")


@creation("visit_plan")
def visit(world: World) -> Creation:
    data = {"go": [VILLAGE], "planned_on": today(), f"leader_{VILLAGE}": str(world.users["near"].pk)}
    at = f"/area/{TOWN}/checks/"
    return Creation("town", f"{at}?village={VILLAGE}", data, of(Visit), f"{at}plan/")


@creation("bulk")
def bulk_act(world: World) -> Creation:
    data = {"act": "remind", "words": "请今天上报"}
    at = f"/area/{TOWN}/attention/bulk/"
    return Creation("town", f"{at}?act=remind", data, of(BulkJob), at)


@creation("samples")
def sample(world: World) -> Creation:
    data = {"villages": "2", "households": "27", "seed": "5"}
    return Creation("city", f"/area/{COUNTY}/samples/", data, of(Sample))


@creation("checkers")
def checker(world: World) -> Creation:
    at = f"/sample/{Sample.objects.latest('pk').pk}/people/"
    data = {"act": "add", "username": "cha1", "name": "抽查一", "until": today(20)}
    return Creation("city", at, data, of(User))


@creation("sampled")
def interview(world: World) -> Creation:
    drawn = Sample.objects.latest("pk")
    world.users["visitor"] = User.objects.create_user("visitor", password="a-long-password-1", name="访员")
    assigned(world, "visitor", "spot_checker", "sample", drawn.pk)
    row = SampleHousehold.objects.get(sample=drawn, household=world.household("王建国"))
    asked = {name: value for name, value in ANSWERS.items() if name != "surveyors"} | {"outcome": "1"}
    return Creation("visitor", f"/sampled/{row.pk}/", asked, of(Interview))


@creation("spot_check")
def spot_check(world: World) -> Creation:
    assert world.pack.verification is not None
    data = dict.fromkeys(world.pack.verification.points, "1") | {"act": "points", "signed": "市里的人"}
    return Creation("city", f"{AT}spot-check/", data, of(SpotCheck))


@creation("spot_check")
def problem_of_a_spot_check(world: World) -> Creation:
    data = {"act": "problem", "type": "4", "text": "住房没写", "due_on": today(30)}
    return Creation("city", f"{AT}spot-check/", data, of(Problem))


@creation("schedule")
def extension(world: World) -> Creation:
    data = {"stage": "village", "deadline": _later(world), "reason": "大雪封路"}
    return Creation("town", f"/area/{TOWN}/schedule/", data, _extensions)


def _later(world: World) -> str:
    """A day after the village's stage and before the town's."""
    first = next(s for s in stages(world.round, world.pack, code=TOWN) if s.id == "village")
    return (first.deadline + timedelta(days=1)).isoformat()


def _extensions() -> int:
    return len(Round.objects.get().extensions)


# The neighbour's ledger, handed up


@creation("handup_submit")
def hand_up(world: World) -> Creation:
    ledgers = Ledgers(world)
    ledgers.complete(NEIGHBOUR)
    ledgers.explain(NEIGHBOUR)
    assigned(world, "cadre", "village_cadre", "village", NEIGHBOUR)
    at = f"/area/{NEIGHBOUR}/handup/"
    return Creation("cadre", at, dict(SIGNERS), of(Submission), f"{at}submit/")


@creation("audit_decide")
def audit(world: World) -> Creation:
    at = f"/area/{NEIGHBOUR}/audit/"
    return Creation("town", at, {"result": "visit", "opinion": "看三户"}, of(DeskAudit), f"{at}decide/")


@creation("held")
def supplement(world: World) -> Creation:
    assert Ledgers(world).answer("郝平", NEIGHBOUR, "field:9", population=5, insured_resident=5) == "held"
    (late,) = HeldRevision.objects.values_list("pk", flat=True)
    data = {"held": [str(late)], "way": "supplement", "short": "漏户补查"}
    return Creation("cadre", f"/area/{NEIGHBOUR}/held/", data, of(Submission))


@creation("correct")
def correction(world: World) -> Creation:
    data = {"cell": "housing", "value": "3", "reason": "抄错", "by": "王支书", "how": "电话里同意"}
    at = f"/household/{world.household('郝平', NEIGHBOUR).pk}/correct/"
    return Creation("town", at, data, of(Correction))


@creation("return_to_village")
def send_back(world: World) -> Creation:
    home = str(world.household("郝平", NEIGHBOUR).pk)
    data = {"household": [home], "reason": "人口对不上", "to": str(world.users["cadre"].pk)}
    return Creation("town", f"/area/{NEIGHBOUR}/return/", data, of(Return))


# Accounts; last, since who hands over has nothing left to do here
_LIST = "村,姓名,手机号,角色\n{village},新来的{n},1380000{n:04d},村干部\n"


@creation("account_upload")
def account_list(world: World) -> Creation:
    file = ("名单.csv", _LIST.format(village=VILLAGE, n=0).encode(), "text/csv")
    return Creation("administrator", f"/area/{COUNTY}/accounts/upload/", {"file": file}, trays)


@creation("account_new")
def one_account(world: World) -> Creation:
    data = {
        "name": "新来的",
        "phone": f"1390001{User.objects.count():04d}",
        "role": "村干部",
        "at": [VILLAGE],
    }
    return Creation("administrator", f"/area/{COUNTY}/accounts/new/", data, of(User))


@creation("account_work")
def more_work(world: World) -> Creation:
    at = f"/area/{COUNTY}/accounts/{world.users['cadre'].pk}/more/"
    data = {"role": "信息员", "at": [NEIGHBOUR]}
    return Creation("administrator", at, data, of(Assignment))


@creation("accounts_make")
def accounts_of_a_list(world: World) -> Creation:
    text = _LIST.format(village=VILLAGE, n=User.objects.count())
    at = f"/area/{COUNTY}/accounts/"
    sent = {"file": SimpleUploadedFile("名单.csv", text.encode())}
    preview = world.client("administrator").post(f"{at}upload/", sent)["Location"]
    return Creation("administrator", preview, {}, of(User), f"{preview}make/")


@creation("hand_over")
def role_handed_over(world: World) -> Creation:
    mine = world.users["liaison"].assignments.get(ref=VILLAGE)
    data = {"assignment": str(mine.pk), "to": str(world.users["cadre"].pk)}
    return Creation("liaison", "/mine/handover/", data, of(Assignment))
