"""A household's life 变动: what may be done to it in the register, what follows, what was done, and undoing it.

Why apart: read beside the household's page, which has its twelve queries already; without a script it is a link.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from paicha.core.bounds import whole
from paicha.core.keys import parse_number
from paicha.core.normalise import phone as phone_text
from paicha.delivery.desk.shell.page import asks_for_part, page
from paicha.delivery.desk.shell.places import Home, at_household, require
from paicha.delivery.desk.shell.refusals import refused_to
from paicha.delivery.desk.shell.wording import who_text
from paicha.domain.accounts.roles import Verb
from paicha.domain.areas.models import Area
from paicha.domain.households.events import Kind
from paicha.domain.households.models import Household, HouseholdEvent
from paicha.domain.households.queries import heads_named
from paicha.domain.households.services import register_tag
from paicha.domain.life.act import Asked
from paicha.domain.life.closing import CAUSES, close, reopen
from paicha.domain.life.errors import LifeError
from paicha.domain.life.merging import merge
from paicha.domain.life.moving import move
from paicha.domain.life.queries import (
    any_handed_up,
    groups_of,
    history,
    rows_chosen,
    villages_kept,
    what_stands,
)
from paicha.domain.life.reclassing import reclass
from paicha.domain.life.splitting import Part, split
from paicha.domain.life.undoing import undo


def _page(request: HttpRequest, home: Home, *, error: str = "", status: int = 200) -> HttpResponse:
    place, household = home.place, home.household
    may = place.may(Verb.KEEP_REGISTER)
    past = history(household.pk)
    context: dict[str, Any] = {
        "home": home, "household": household, "may": may, "mark": past.mark, "error": error, "typed": request.POST,
        "events": [
            {
                "event": event, "by": _who(event, "actor"), "undone_by": _who(event, "undone_by"),
            }
            for event in past.events
        ],
        "undoable": past.undoable if may else None,
    }  # fmt: skip
    if may:
        about = what_stands(place.round, household.pk)
        context |= {
            "causes": CAUSES, "classes": place.pack.classes, "along": about.counts, "choices": about.choices,
            "merged": any(e.kind == Kind.MERGE and e.pk == past.undoable for e in past.events),
        }  # fmt: skip
        if place.scope.reach(Verb.KEEP_REGISTER, household.village.code) == "village":
            codes = [household.village.code]
            context["groups"] = groups_of(household.village_id)
        else:
            context["villages"] = villages_kept(place.scope, place.round)
            context["chosen"] = request.POST.get("village") or household.village.code
            codes = [village.code for village in context["villages"]]
        context["supplement"] = place.may(Verb.HAND_UP) and any_handed_up(place.round, codes)
    if asks_for_part(request):
        return render(request, "desk/households/_life.html", context | {"place": place})
    place.log_read("household.life", 1)
    return page(request, place, "households/life.html", "households", status=status, **context)


@require_http_methods(["GET", "POST"])
@at_household(closed=True)
@refused_to(_page)
def life(request: HttpRequest, home: Home) -> HttpResponse:
    """What may be done and what was; a POST does the act that it names."""
    if request.method == "GET":
        return _page(request, home)
    require(home.place, Verb.KEEP_REGISTER)
    act = _ACTS.get(request.POST.get("act", ""))
    if act is None:
        raise Http404
    messages.success(request, act(home, request.POST))
    return redirect("desk:household", home.household.pk)


def _who(event: HouseholdEvent, which: str) -> str:
    actor = getattr(event, which)
    return (
        who_text({actor: name} if (name := getattr(event, f"{which}_name")) else {}, actor) if actor else ""
    )


def _ask(home: Home, given: QueryDict) -> Asked:
    return Asked(
        home.place.scope, given.get("reason", ""), whole(given.get("seen", "")), bool(given.get("supplement"))
    )


def _move(home: Home, given: QueryDict) -> str:
    place = home.place
    code = given.get("village", "") or home.household.village.code
    village = Area.objects.filter(code=code).first()
    if village is None:
        raise LifeError("N04")
    made = move(
        place.round, place.pack, home.household.pk, village, given.get("group", ""), _ask(home, given)
    )
    return f"{home.household.head_name}户已由{made.old}迁到{made.new}。迁错了，可以在“变动”里撤销。"


def _close(home: Home, given: QueryDict) -> str:
    place = home.place
    close(place.round, place.pack, home.household.pk, given.get("cause", ""), _ask(home, given))
    return f"{home.household.head_name}户已销户，不再计入各项数字。销错了，可以在“变动”里撤销。"


def _reopen(home: Home, given: QueryDict) -> str:
    reopen(home.place.round, home.place.pack, home.household.pk, _ask(home, given))
    return f"{home.household.head_name}户已恢复。"


def _reclass(home: Home, given: QueryDict) -> str:
    place = home.place
    made = reclass(place.round, place.pack, home.household.pk, given.get("class", ""), _ask(home, given))
    said = f"{home.household.head_name}户的类别已更正。"
    if made.state["status"] == "refused":
        said += f"同名的题已带到新表，没有填完，先存成您的草稿；还要问：{'、'.join(made.state['open'])}。"
    return said


def _merge(home: Home, given: QueryDict) -> str:
    place, other = home.place, _other(home, given.get("other", ""))
    made = merge(place.round, place.pack, home.household.pk, other.pk, _ask(home, given))
    said = f"{home.household.head_name}户已并到{other.head_name}户。"
    became = made.state.get("answers", {}).get("status")
    if became == "conflict":
        said += "两户的答案有不一样的，请到那一户定用哪个。"
    elif became == "refused":
        said += "两户的答案合起来不合规则，先存成您的草稿，请到那一户看过再存。"
    return said


def _split(home: Home, given: QueryDict) -> str:
    place = home.place
    part = Part(
        given.get("head", ""), given.get("group", ""), phone_text(given.get("phone", "")) or "",
        whole(given.get("population", "")), given.get("class", ""), rows_chosen(given.getlist("along")),
    )  # fmt: skip
    made = split(place.round, place.pack, home.household.pk, part, _ask(home, given))
    fewer = made.state["fewer"]
    people = f"原来一户的人口少算 {fewer} 人" if fewer else "原来一户的人口没有变"
    return f"已分出{made.new}户，列入本轮名册，还要入户排查；{people}，不对的话填答案时改。"


def _other(home: Home, text: str) -> Household:
    """The household that another is merged into: by its number, or by its head's name in the village."""
    number = parse_number(text, register_tag())
    if number is not None:
        found = list(Household.objects.filter(number=number, closed_at=None))
    else:
        found = heads_named(home.household.village_id, text)
    found = [one for one in found if one.pk != home.household.pk]
    if len(found) != 1:
        raise LifeError("N21", read=text, n=len(found)) if found else LifeError("N20", read=text)
    return found[0]


def _undo(home: Home, given: QueryDict) -> str:
    place = home.place
    event = whole(given.get("event", "")) or 0
    asked = _ask(home, given)
    done = undo(place.round, place.pack, event, place.scope, asked.seen, supplement=asked.supplement)
    return f"已撤销{home.household.head_name}户的“{done.get_kind_display()}”。"


_ACTS: dict[str, Callable[[Home, QueryDict], str]] = {
    "move": _move, "close": _close, "reopen": _reopen, "reclass": _reclass, "merge": _merge, "split": _split,
    "undo": _undo,
}  # fmt: skip
