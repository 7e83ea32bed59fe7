"""Three steps of the first day: what somebody who signs in for the first time is shown, role by role.

What holds: the tour stands above a page and never in its way; where it is is kept with the account, so that another
browser goes on or stays quiet; it costs no query on any page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from paicha.core.pack.guide import RoleName, Where
from paicha.delivery.desk.help.addresses import opened, reader_places
from paicha.delivery.desk.shell.places import Policy, states
from paicha.domain.accounts.models import User
from paicha.domain.accounts.policies import roles_of, scope
from paicha.domain.accounts.services import keep_tour

STEPS = 3
_MINE: tuple[str, Where] = (
    "谁退回了、谁问您，都在这里提醒；点名字那里有“帮助”，写着您哪天做什么。",
    "notices",
)

# The steps of each role: what is said, and on which page.
TOURS: Mapping[RoleName, tuple[tuple[str, Where], tuple[str, Where], tuple[str, Where]]] = {
    "grid_worker": (
        ("这是您的首页：您的组里还有几户没去、哪几处要改，都列在“今天要做”。", "first_page"),
        ("入户最好用手机：没信号也能填，有了信号自己传。这里看您装了哪几部。", "phones"),
        ("用纸填的，回来在这里照着录；拿不准的填“不确定，需研判”。", "entry"),
    ),
    "information_officer": (
        ("这是本村的首页：要核对、要录的都列在“今天要做”。", "first_page"),
        ("Excel 从这里传：先看会写入什么，再确认；不收的行会说在哪一格、怎么改。", "upload"),
        ("纸表在这里逐行录，录一行存一行。", "entry"),
    ),
    "village_cadre": (
        ("这是本村的首页：“今天要做”一行一件事，从第一行办起；右边写着上报前还差什么。", "first_page"),
        ("线索是程序请您再看一眼的户：属实、不属实都写理由，要纳入的提请研判。", "leads"),
        ("都办完了在这里签字上报；交上去发现错了，镇里没审核前能收回。", "handup"),
    ),
    "liaison_cadre": (
        ("这里是您包的村：列的是村里要办的事。您看进度、指导填准，不录表、不处理线索。", "first_page"),
        ("线索处理得实不实，在这里看；不对的，当面跟村里说。", "leads"),
        ("表在这里看和打印，您在打印的表上签字。", "forms"),
    ),
    "town_clerk": (
        ("这是全镇的首页：“镇级要做”从第一行办起。", "first_page"),
        ("各村台账在这里审核：要紧的村排在前面，点村名进去，通过、退回、列入实地核实。", "attention"),
        ("各村都审核完了，在这里签字上报市里。", "handup"),
    ),
    "area_leader": (
        ("这里是本片的村；等您带队去核实的，列在最上面。", "first_page"),
        ("带队的村在这里：看重点的户，现场填镇级核查表。", "led"),
        _MINE,
    ),
    "spot_checker": (
        ("这里只有抽到的户。先自己问、自己填，交上去以后才看得到村里填的。", "first_page"),
        ("回访只能交一次，交之前再念一遍给农户听。", "first_page"),
        _MINE,
    ),
    "city_officer": (
        ("这是全市的首页：“市级要做”从第一行办起，每个数都能点开看是哪些户。", "first_page"),
        ("一天的通报在这里，可以复制、打印。", "bulletin"),
        ("样本在这里抽：种子一样，抽出来就一样。", "samples"),
    ),
    "department_officer": (
        ("镇里、市里转来的疑似问题都在这里；没有就是还没转来，来了会在“我的待办”提醒。", "referrals"),
        ("一行一件：选属实、不属实、说不清，写一句理由，填几行一起保存；也可以下载 Excel 填。", "referrals"),
        _MINE,
    ),
    "auditor": (
        ("您看得到全部，什么也改不了；看过谁的情况也有记录。", "first_page"),
        ("谁在什么时候做了什么，都在“记录”里，可以按村、按人找。", "log"),
        _MINE,
    ),
    "administrator": (
        ("您管账号和分工，看不到农户的情况。", "first_page"),
        ("先给各镇、各村开账号，再分片、分组；首次密码只显示一次。", "first_page"),
        _MINE,
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the tour: `nth` of `of`; `after` is the next one's number, 0 behind the last."""

    nth: int
    of: int
    words: str
    after: int


def step_of(user: User) -> Step | None:
    """Where somebody stands in the tour; None without one."""
    role, _, nth = user.tour.partition(":")
    steps = next((steps for key, steps in TOURS.items() if key == role), None)
    if steps is None or nth not in ("1", "2", "3"):
        return None
    n = int(nth)
    return Step(n, STEPS, steps[n - 1][0], n + 1 if n < STEPS else 0)


def begin(user: User) -> None:
    """Begin the tour of somebody's first role; nothing for who has none."""
    own = roles_of(user)
    if own:
        keep_tour(user, f"{own[0]}:1")


@states(Policy("own"))
@require_POST
def turn(request: HttpRequest) -> HttpResponseBase:
    """Go on to the step that is posted, on its page; end the tour with any other number; 'again' begins anew."""
    user = request.user
    assert isinstance(user, User)
    wanted = request.POST.get("step", "")
    if wanted == "again":
        begin(user)
        return redirect("desk:home")
    role = user.tour.partition(":")[0]
    steps = next((steps for key, steps in TOURS.items() if key == role), None)
    if steps is None or wanted not in ("2", "3"):
        keep_tour(user, "")
        return redirect("desk:home")
    keep_tour(user, f"{role}:{wanted}")
    who = scope(user)
    address, _ = opened(steps[int(wanted) - 1][1], who, reader_places(who))
    return redirect(f"{address or '/'}?tour={wanted}")
