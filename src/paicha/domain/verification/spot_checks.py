"""Form 5's six points as the city itself saw them 市级抽查, for a drawn village or for a town.

What holds: the points are those of the pack's form 5, all of them answered, signed by whoever was there; the town's own
form 5 stays what the town wrote. A village's summary row is told how many points the city answered 否.
"""

from __future__ import annotations

from collections.abc import Mapping

import orjson
from django.db import transaction

from paicha.core.bounds import whole
from paicha.core.pack import Pack, Question
from paicha.core.refusal import text_field
from paicha.domain import clock
from paicha.domain.areas.models import Area
from paicha.domain.audit.services import Entry, actor_chain, append, digest, village_chain
from paicha.domain.responses.services import record_facts, village_work
from paicha.domain.rounds.models import Round
from paicha.domain.verification.models import SpotCheck
from paicha.domain.verification.samples import SampleError

SIGNED = "signed"
_LONGEST, _NAMES = 1000, 60


def points(pack: Pack) -> list[Question]:
    """The yes/no points of form 5; none where the pack has no such form."""
    form = pack.verification
    return [pack.questions[name] for name in form.points] if form else []


def conclusions(pack: Pack) -> list[Question]:
    """The texts below them: 存在问题, 意见建议."""
    form = pack.verification
    if form is None:
        return []
    names = [cell.question for row in form.rows for cell in row.cells if cell.question not in form.points]
    return [pack.questions[name] for name in names]


@transaction.atomic
def record_spot_check(
    round_: Round, pack: Pack, area: Area, answers: Mapping[str, str], actor: str
) -> SpotCheck:
    """Write, or correct, the city's six points of a village or a town. Raises SampleError."""
    kept = _check_points(pack, answers)
    text = digest(orjson.dumps(kept))
    found = {"answers": kept, "by": actor, "at": clock.now()}
    if area.level not in (Area.Level.VILLAGE, Area.Level.RESIDENTS):
        check, _ = SpotCheck.objects.update_or_create(round=round_, area=area, defaults=found)
        append([Entry(actor_chain(actor), actor, "spot_check.record", f"area:{area.pk}", text)])
        return check
    with village_work(round_, pack, area, actor) as work:
        check, _ = SpotCheck.objects.update_or_create(round=round_, area=area, defaults=found)
        work.note(
            Entry(village_chain(area.pk), actor, "spot_check.record", f"area:{area.pk}", text), recount=False
        )
        record_facts(work, spot_check_no=sum(kept[q.name] != 1 for q in points(pack)))
    return check


def _check_points(pack: Pack, answers: Mapping[str, str]) -> dict[str, int | str]:
    kept: dict[str, int | str] = {}
    missing = []
    for question in points(pack):
        text = answers.get(question.name, "")
        if (number := whole(text)) in question.option_labels:
            kept[question.name] = number
        else:
            missing.append(question.label)
    if missing:
        raise SampleError("Y37", n=len(missing), missing="、".join(missing))
    for question in conclusions(pack):
        kept[question.name] = text_field(question.label, answers.get(question.name, ""), _LONGEST)
    signed = text_field("抽查人员", answers.get(SIGNED, ""), _NAMES)
    if not signed:
        raise SampleError("Y38")
    return kept | {SIGNED: signed}
